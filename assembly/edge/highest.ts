/**
 * The posterior probability that a class fires fastest of all: src/fusion/highest.ts in the same order of operations,
 * where the method is explained. A record a group stands for the classes that share one distribution (layout.ts).
 */
import { betaCumulative, logBeta } from './beta';
import {
  CONFIG,
  CONFIG_CLASSES,
  CONFIG_GROUP_OF,
  CONFIG_GROUPS,
  CONFIG_PROBABILITIES,
  CONFIG_SHAPES,
  GROUP_ALPHA,
  GROUP_BETA,
  GROUP_BYTES,
  GROUP_LOG_CUMULATIVE,
  GROUP_MEMBERS,
  GROUP_NORMALISER,
} from './layout';
import { cos, exp, log, sin } from './math';

const MIN_PANELS: f64 = 8;
const MAX_PANELS: f64 = 500;
const TAIL: f64 = 1e-8;
const BISECTIONS: i32 = 24;
const HALF_PI: f64 = 1.5707963267948966;
const LN2: f64 = 0.6931471805599453;

/** Fills CONFIG_PROBABILITIES from CONFIG_SHAPES. */
export function computeProbabilities(): void {
  const classes = load<i32>(CONFIG, CONFIG_CLASSES);
  const groups = load<usize>(CONFIG, CONFIG_GROUPS);
  const end = groupEqual(classes, groups);
  const probabilities = load<usize>(CONFIG, CONFIG_PROBABILITIES);
  memory.fill(probabilities, 0, <usize>classes << 3);
  const low = angleAt(groups, end, TAIL);
  const high = angleAt(groups, end, 1 - TAIL);
  const panels = panelCount(groups, end, low, high);
  const half = (high - low) / panels / 2;
  for (let panel: f64 = 0; panel < panels; panel++) {
    const middle = low + (2 * panel + 1) * half;
    // Gauss-Legendre nodes and weights for eight points, Abramowitz & Stegun table 25.4.
    addPair(groups, end, middle, half, 0.1834346424956498, 0.362683783378362);
    addPair(groups, end, middle, half, 0.525532409916329, 0.3137066458778873);
    addPair(groups, end, middle, half, 0.7966664774136267, 0.2223810344533745);
    addPair(groups, end, middle, half, 0.9602898564975363, 0.1012285362903763);
  }
}

/** Groups the classes by distribution, in the order in which each first appears; returns the end of the records. */
function groupEqual(classes: i32, groups: usize): usize {
  let shape = load<usize>(CONFIG, CONFIG_SHAPES);
  let groupOf = load<usize>(CONFIG, CONFIG_GROUP_OF);
  let end = groups;
  for (let index = 0; index < classes; index++, shape += 16, groupOf += 4) {
    const alpha = load<f64>(shape);
    const beta = load<f64>(shape, 8);
    let group = groups;
    while (group < end && !(load<f64>(group, GROUP_ALPHA) == alpha && load<f64>(group, GROUP_BETA) == beta)) {
      group += GROUP_BYTES;
    }
    if (group == end) {
      store<f64>(group, alpha, GROUP_ALPHA);
      store<f64>(group, beta, GROUP_BETA);
      store<f64>(group, logBeta(alpha, beta), GROUP_NORMALISER);
      store<u32>(group, 0, GROUP_MEMBERS);
      end += GROUP_BYTES;
    }
    store<u32>(group, load<u32>(group, GROUP_MEMBERS) + 1, GROUP_MEMBERS);
    store<usize>(groupOf, group);
  }
  return end;
}

/** Keeps log F of every group at an angle, and returns the logarithm of the probability that no rate is above. */
function logCumulativeAt(groups: usize, end: usize, angle: f64): f64 {
  const sine = sin(angle);
  const x = sine * sine;
  let sum: f64 = 0;
  for (let group = groups; group < end; group += GROUP_BYTES) {
    const alpha = load<f64>(group, GROUP_ALPHA);
    const beta = load<f64>(group, GROUP_BETA);
    const logCumulative = log(betaCumulative(alpha, beta, load<f64>(group, GROUP_NORMALISER), x));
    store<f64>(group, logCumulative, GROUP_LOG_CUMULATIVE);
    sum += <f64>load<u32>(group, GROUP_MEMBERS) * logCumulative;
  }
  return sum;
}

function angleAt(groups: usize, end: usize, p: f64): f64 {
  let low: f64 = 0;
  let high: f64 = HALF_PI;
  const target = log(p);
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (low + high) / 2;
    if (logCumulativeAt(groups, end, middle) < target) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function panelCount(groups: usize, end: usize, low: f64, high: f64): f64 {
  let narrowest: f64 = Infinity;
  for (let group = groups; group < end; group += GROUP_BYTES) {
    narrowest = min(narrowest, 0.5 / sqrt(load<f64>(group, GROUP_ALPHA) + load<f64>(group, GROUP_BETA)));
  }
  return min(MAX_PANELS, max(MIN_PANELS, ceil((high - low) / narrowest)));
}

function addPair(groups: usize, end: usize, middle: f64, half: f64, node: f64, weight: f64): void {
  addPoint(groups, end, middle - half * node, half * weight);
  addPoint(groups, end, middle + half * node, half * weight);
}

/** Adds one node of the quadrature to every class. */
function addPoint(groups: usize, end: usize, angle: f64, weight: f64): void {
  const logAll = logCumulativeAt(groups, end, angle);
  const logSine = log(sin(angle));
  const logCosine = log(cos(angle));
  const classes = load<i32>(CONFIG, CONFIG_CLASSES);
  for (let group = groups; group < end; group += GROUP_BYTES) {
    const alpha = load<f64>(group, GROUP_ALPHA);
    const beta = load<f64>(group, GROUP_BETA);
    const logDensity =
      (2 * alpha - 1) * logSine + (2 * beta - 1) * logCosine + LN2 - load<f64>(group, GROUP_NORMALISER);
    const logOthers = logAll - load<f64>(group, GROUP_LOG_CUMULATIVE);
    // What the classes of this group gain at this node; log F is not needed again before the next.
    store<f64>(group, weight * exp(logDensity + logOthers), GROUP_LOG_CUMULATIVE);
  }
  let groupOf = load<usize>(CONFIG, CONFIG_GROUP_OF);
  let probability = load<usize>(CONFIG, CONFIG_PROBABILITIES);
  for (let index = 0; index < classes; index++, groupOf += 4, probability += 8) {
    store<f64>(probability, load<f64>(probability) + load<f64>(load<usize>(groupOf), GROUP_LOG_CUMULATIVE));
  }
}
