/**
 * How sure the answer is: for every class, the posterior probability that its firing rate is the highest of
 * all,
 *
 *     P(j) = integral of f_j(x) times the product over i != j of F_i(x),
 *
 * by Gauss-Legendre quadrature. The variable is theta = arcsin(sqrt(x)), in which a Beta distribution is
 * about 1 / (2 sqrt(alpha + beta)) wide wherever its mean is, so that panels of one width suit all classes.
 */
import { UserError } from '../errors.js';
import { type Beta, betaCumulative, logBeta } from './beta.js';

// Gauss-Legendre nodes and weights for eight points, Abramowitz & Stegun table 25.4; each stands for +-
// itself.
const NODES = [0.1834346424956498, 0.525532409916329, 0.7966664774136267, 0.9602898564975363];
const WEIGHTS = [0.362683783378362, 0.3137066458778873, 0.2223810344533745, 0.1012285362903763];

const MIN_PANELS = 8;
// Keeps the work bounded; reached only where a narrow distribution (alpha + beta > 25,000) meets a broad one.
const MAX_PANELS = 500;
/** Probability left out at either end of the highest rate's own distribution. */
const TAIL = 1e-8;
const BISECTIONS = 24;

/** Classes that share one distribution; most of a hundred classes have never fired and share theirs. */
interface Group extends Beta {
  readonly members: number[];
  readonly logNormaliser: number;
}

/**
 * The probability that each class's rate is the highest, in the order of the classes; they add up to 1.
 * Deterministic, and good to 1e-4 for alpha + beta up to 100,000.
 *
 * @throws UserError if there are no classes, or a shape is not a finite number from 1/2 upwards (those of a
 *   posterior are at least 1; below 1/2 the density has a pole that this quadrature does not see).
 */
export function probabilityHighest(distributions: readonly Beta[]): Float64Array {
  const groups = groupEqual(distributions);
  const low = angleAt(groups, TAIL);
  const high = angleAt(groups, 1 - TAIL);
  const probabilities = new Float64Array(distributions.length);
  const panels = panelCount(groups, low, high);
  const half = (high - low) / panels / 2;
  for (let panel = 0; panel < panels; panel++) {
    const middle = low + (2 * panel + 1) * half;
    NODES.forEach((node, k) => {
      addPoint(groups, middle - half * node, half * WEIGHTS[k]!, probabilities);
      addPoint(groups, middle + half * node, half * WEIGHTS[k]!, probabilities);
    });
  }
  return probabilities;
}

function groupEqual(distributions: readonly Beta[]): Group[] {
  if (distributions.length === 0) throw new UserError('there are no classes to compare');
  const groups = new Map<string, Group>();
  distributions.forEach(({ alpha, beta }, j) => {
    if (!(alpha >= 0.5 && beta >= 0.5 && Number.isFinite(alpha + beta))) {
      throw new UserError(
        `Beta(${alpha}, ${beta}) cannot be compared: both shapes must be finite, at least 1/2`,
      );
    }
    const key = `${alpha},${beta}`;
    const group = groups.get(key);
    if (group !== undefined) group.members.push(j);
    else groups.set(key, { alpha, beta, members: [j], logNormaliser: logBeta(alpha, beta) });
  });
  return [...groups.values()];
}

/** Logarithm of the probability that no rate is above x: the sum over classes of log F_i. */
function logCumulativeOfHighest(groups: readonly Group[], cumulatives: Float64Array): number {
  return groups.reduce((sum, group, g) => sum + group.members.length * Math.log(cumulatives[g]!), 0);
}

/** The angle below which the highest rate lies with probability `p`. */
function angleAt(groups: readonly Group[], p: number): number {
  let low = 0;
  let high = Math.PI / 2;
  const target = Math.log(p);
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (low + high) / 2;
    if (logCumulativeOfHighest(groups, cumulativesAt(groups, middle)) < target) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function cumulativesAt(groups: readonly Group[], angle: number): Float64Array {
  const x = Math.sin(angle) ** 2;
  return Float64Array.from(groups, (group) => betaCumulative(group, x));
}

/** Panels no wider than the narrowest distribution's standard deviation in the angle. */
function panelCount(groups: readonly Group[], low: number, high: number): number {
  const narrowest = groups.reduce(
    (width, { alpha, beta }) => Math.min(width, 0.5 / Math.sqrt(alpha + beta)),
    Infinity,
  );
  return Math.min(MAX_PANELS, Math.max(MIN_PANELS, Math.ceil((high - low) / narrowest)));
}

/** Adds one node of the quadrature to every class. */
function addPoint(
  groups: readonly Group[],
  angle: number,
  weight: number,
  probabilities: Float64Array,
): void {
  const cumulatives = cumulativesAt(groups, angle);
  const logAll = logCumulativeOfHighest(groups, cumulatives);
  const logSine = Math.log(Math.sin(angle));
  const logCosine = Math.log(Math.cos(angle));
  groups.forEach(({ alpha, beta, members, logNormaliser }, g) => {
    const logDensity = (2 * alpha - 1) * logSine + (2 * beta - 1) * logCosine + Math.LN2 - logNormaliser;
    const logOthers = logAll - Math.log(cumulatives[g]!);
    const share = weight * Math.exp(logDensity + logOthers);
    for (const j of members) probabilities[j]! += share;
  });
}
