/**
 * How sure the answer is: for every class, the posterior probability that its firing rate is the highest of all,
 *
 *     P(j) = integral of f_j(x) times the product over i != j of F_i(x),
 *
 * by Gauss-Legendre quadrature. The variable is theta = arcsin(sqrt(x)), in which a Beta distribution is about
 * 1 / (2 sqrt(alpha + beta)) wide wherever its mean is, so that panels of one width suit all classes.
 *
 * Classes that share one distribution are a group: most of a hundred classes have never fired and share theirs.
 */
import { betaCumulative, logBeta } from './beta.ts';
import { cos, exp, log, sin } from './math.ts';

/** Doubles of a group: alpha, beta, log B(alpha, beta), log F at the latest angle, number of members. */
export const GROUP_LENGTH: i32 = 5;
const BETA: i32 = 1;
const NORMALISER: i32 = 2;
const LOG_CUMULATIVE: i32 = 3;
const MEMBERS: i32 = 4;

const MIN_PANELS: f64 = 8;
// Keeps the work bounded; reached only where a narrow distribution (alpha + beta > 25,000) meets a broad one.
const MAX_PANELS: f64 = 500;
/** Probability left out at either end of the highest rate's own distribution. */
const TAIL: f64 = 1e-8;
const BISECTIONS: i32 = 24;

/**
 * The probability that each class's rate is the highest; they add up to 1, good to 1e-4 for alpha + beta up to 100,000.
 *
 * @param shapes - `[class][2]`, alpha and beta, each at least 1/2
 * @param classes - at least 1
 * @param groups - scratch, `[class][GROUP_LENGTH]`
 * @param groupOf - scratch, `[class]`
 * @param probabilities - `[class]`, is written
 */
export function computeHighest(
  shapes: Doubles,
  classes: i32,
  groups: Doubles,
  groupOf: Indices,
  probabilities: Doubles,
): void {
  const end = groupEqual(shapes, classes, groups, groupOf);
  for (let index: i32 = 0; index < classes; index++) probabilities[index] = 0;
  const low = angleAt(groups, end, TAIL);
  const high = angleAt(groups, end, 1 - TAIL);
  const panels = panelCount(groups, end, low, high);
  const half = (high - low) / panels / 2;
  for (let panel: f64 = 0; panel < panels; panel += 1) {
    const middle = low + (2 * panel + 1) * half;
    // Gauss-Legendre nodes and weights for eight points, Abramowitz & Stegun table 25.4; each stands for +- itself.
    for (let pair: i32 = 0; pair < 4; pair++) {
      const offset = half * nodeOf(pair);
      const weight = half * weightOf(pair);
      addPoint(groups, end, middle - offset, weight, groupOf, classes, probabilities);
      addPoint(groups, end, middle + offset, weight, groupOf, classes, probabilities);
    }
  }
}

function nodeOf(pair: i32): f64 {
  if (pair < 2) return pair === 0 ? 0.1834346424956498 : 0.525532409916329;
  return pair === 2 ? 0.7966664774136267 : 0.9602898564975363;
}

function weightOf(pair: i32): f64 {
  if (pair < 2) return pair === 0 ? 0.362683783378362 : 0.3137066458778873;
  return pair === 2 ? 0.2223810344533745 : 0.1012285362903763;
}

/** Groups the classes by distribution, in the order in which each first appears; returns where the groups end. */
function groupEqual(shapes: Doubles, classes: i32, groups: Doubles, groupOf: Indices): i32 {
  let end: i32 = 0;
  for (let index: i32 = 0; index < classes; index++) {
    const alpha = shapes[2 * index]!;
    const beta = shapes[2 * index + 1]!;
    let group: i32 = 0;
    while (group < end && !(groups[group]! === alpha && groups[group + BETA]! === beta))
      group += GROUP_LENGTH;
    if (group === end) {
      groups[group] = alpha;
      groups[group + BETA] = beta;
      groups[group + NORMALISER] = logBeta(alpha, beta);
      groups[group + MEMBERS] = 0;
      end += GROUP_LENGTH;
    }
    groups[group + MEMBERS] = groups[group + MEMBERS]! + 1;
    groupOf[index] = group;
  }
  return end;
}

/** Keeps log F of every group at an angle, and returns the logarithm of the probability that no rate is above it. */
function logCumulativeAt(groups: Doubles, end: i32, angle: f64): f64 {
  const sine = sin(angle);
  const x = sine * sine;
  let sum: f64 = 0;
  for (let group: i32 = 0; group < end; group += GROUP_LENGTH) {
    const cumulative = betaCumulative(groups[group]!, groups[group + BETA]!, groups[group + NORMALISER]!, x);
    const logCumulative = log(cumulative);
    groups[group + LOG_CUMULATIVE] = logCumulative;
    sum += groups[group + MEMBERS]! * logCumulative;
  }
  return sum;
}

/** The angle below which the highest rate lies with probability `p`. */
function angleAt(groups: Doubles, end: i32, p: f64): f64 {
  let low: f64 = 0;
  let high: f64 = Math.PI / 2;
  const target = log(p);
  for (let step: i32 = 0; step < BISECTIONS; step++) {
    const middle = (low + high) / 2;
    if (logCumulativeAt(groups, end, middle) < target) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Panels no wider than the narrowest distribution's standard deviation in the angle. */
function panelCount(groups: Doubles, end: i32, low: f64, high: f64): f64 {
  let narrowest: f64 = Infinity;
  for (let group: i32 = 0; group < end; group += GROUP_LENGTH) {
    narrowest = Math.min(narrowest, 0.5 / Math.sqrt(groups[group]! + groups[group + BETA]!));
  }
  return Math.min(MAX_PANELS, Math.max(MIN_PANELS, Math.ceil((high - low) / narrowest)));
}

/** Adds one node of the quadrature to every class. */
function addPoint(
  groups: Doubles,
  end: i32,
  angle: f64,
  weight: f64,
  groupOf: Indices,
  classes: i32,
  probabilities: Doubles,
): void {
  const logAll = logCumulativeAt(groups, end, angle);
  const logSine = log(sin(angle));
  const logCosine = log(cos(angle));
  for (let group: i32 = 0; group < end; group += GROUP_LENGTH) {
    const alpha = groups[group]!;
    const beta = groups[group + BETA]!;
    const logDensity =
      (2 * alpha - 1) * logSine + (2 * beta - 1) * logCosine + Math.LN2 - groups[group + NORMALISER]!;
    const logOthers = logAll - groups[group + LOG_CUMULATIVE]!;
    // What the classes of this group gain at this node; log F is not needed again before the next.
    groups[group + LOG_CUMULATIVE] = weight * exp(logDensity + logOthers);
  }
  for (let index: i32 = 0; index < classes; index++) {
    probabilities[index] = probabilities[index]! + groups[groupOf[index]! + LOG_CUMULATIVE]!;
  }
}
