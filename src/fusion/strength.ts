/**
 * Fitting the prior strength P of eq. (16) to a set of labelled images (training images, never those that
 * results are reported on): by the accuracy that it gives, or by how well it predicts the final counts.
 */
import { UserError } from '../errors.js';
import { logBeta } from './beta.js';
import { crossing } from './crossing.js';
import { fusedScore, spikeFusionScore } from './posterior.js';
import { betaPrior, checkStrength } from './prior.js';

/** Spikes of two heads over many images, cumulative, at chosen timesteps; all weighted or none (evidence.ts). */
export interface FusionCounts {
  readonly classes: number;
  /** N, or N_k, of every row, rising. Accuracy is averaged over rows, so space them evenly. */
  readonly timesteps: readonly number[];
  /** The right class of every image. */
  readonly labels: ArrayLike<number>;
  /** The final head's counts M, `[image][row][class]`. */
  readonly final: Uint16Array | Float64Array;
  /** The internal head's counts M^ over the same timesteps, laid out likewise. */
  readonly head: Uint16Array | Float64Array;
}

/** Accuracy with one strength. */
export interface StrengthAccuracy {
  readonly strength: number;
  /** Fraction of images classified rightly at every row. */
  readonly accuracy: readonly number[];
  /** Mean over the rows: the area under the accuracy curve. */
  readonly meanAccuracy: number;
}

export interface AccuracyFit {
  readonly strength: number;
  /** All strengths tried, in the order given. */
  readonly tried: readonly StrengthAccuracy[];
}

export interface EnergyFit {
  readonly strength: number;
  /** At the target, in the unit of the energies given. */
  readonly energy: number;
}

export interface EvidenceFit {
  readonly strength: number;
  /** Natural logarithm of the likelihood at that strength, up to a constant. */
  readonly logEvidence: number;
  /** Pairs of image and class that the fit rests on. */
  readonly pairs: number;
}

export const STRENGTHS: readonly number[] = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

const EVIDENCE_RANGE = { low: 1e-2, high: 1e5 };
const EVIDENCE_GRID = 29;
const GOLDEN = (Math.sqrt(5) - 1) / 2;
const GOLDEN_STEPS = 40;

/**
 * The strength with the largest area under the accuracy curve; of equals the smallest, which trusts the
 * internal prediction least.
 *
 * @throws UserError if sizes do not fit together, a label is no class, or a strength is negative.
 */
export function fitByAccuracy(data: FusionCounts, strengths: readonly number[] = STRENGTHS): AccuracyFit {
  if (strengths.length === 0) throw new UserError('give at least one prior strength to try');
  const tried = strengths.map((strength) => accuracyCurve(data, strength));
  const best = tried.reduce((best, candidate) => {
    const gain = candidate.meanAccuracy - best.meanAccuracy;
    return gain > 0 || (gain === 0 && candidate.strength < best.strength) ? candidate : best;
  });
  return { strength: best.strength, tried };
}

/**
 * The strength whose accuracy reaches the target with the least energy; of equals the first. This is the paper's
 * own measure: the energy to come within one point of what the network can do.
 *
 * @param tried - the strengths with their curves, as {@link fitByAccuracy} tried them
 * @param energy - spent until each row, rising
 * @returns null if no strength reaches the target
 */
export function fitByEnergy(
  tried: readonly StrengthAccuracy[],
  energy: ArrayLike<number>,
  target: number,
): EnergyFit | null {
  let best: EnergyFit | null = null;
  for (const { strength, accuracy } of tried) {
    const reached = crossing(accuracy, energy, target);
    const less = reached !== null && (best === null || reached.energy < best.energy);
    if (less) best = { strength, energy: reached.energy };
  }
  return best;
}

/** What ranks the classes: eq. (14) with strength P, or the score of BayesianSpikeFusion with strength alpha. */
export type FusionScore = keyof typeof SCORES;

const SCORES = {
  eap: fusedScore,
  'spike-fusion': (count: number, headCount: number, _timesteps: number, alpha: number) =>
    spikeFusionScore(count, headCount, alpha),
} as const;

/**
 * Accuracy at every row with one strength; 0 is the final prediction alone. Throws as {@link
 * fitByAccuracy}.
 */
export function accuracyCurve(
  data: FusionCounts,
  strength: number,
  score: FusionScore = 'eap',
): StrengthAccuracy {
  checkData(data);
  checkStrength(strength);
  const rows = data.timesteps.length;
  const correct = new Array<number>(rows).fill(0);
  for (let image = 0; image < data.labels.length; image++) {
    for (let row = 0; row < rows; row++) {
      const start = (image * rows + row) * data.classes;
      const chosen = chooseClass(data, start, data.timesteps[row]!, strength, score);
      if (chosen === data.labels[image]) correct[row]!++;
    }
  }
  const accuracy = correct.map((count) => count / data.labels.length);
  // From whole numbers, so that equal areas compare equal.
  const meanAccuracy = correct.reduce((a, b) => a + b, 0) / (rows * data.labels.length);
  return { strength, accuracy, meanAccuracy };
}

/**
 * The strength under which the final counts are likeliest given the internal ones (empirical Bayes): the
 * maximum of the sum over images and classes of log [B(alpha + M, beta + N - M) / B(alpha, beta)], the
 * Beta-Binomial likelihood. Where the head fired never or always the prior is a point mass for every P and
 * says nothing about it: such pairs are left out. The result lies between 0.01 and 100,000; either end means
 * that the data has no maximum inside.
 *
 * @param data - not weighted: whole counts are what it is about
 * @param timesteps - N, one of `data.timesteps`.
 * @throws UserError if sizes do not fit together, there is no row for N, a count is above N, or no class has
 *   an informative prior.
 */
export function fitByEvidence(data: FusionCounts, timesteps: number): EvidenceFit {
  checkData(data);
  const row = data.timesteps.indexOf(timesteps);
  if (row < 0) throw new UserError(`there are no counts after ${timesteps} timesteps to fit P on`);
  const histogram = pairHistogram(data, row);
  const pairs = [...histogram.values()].reduce((a, b) => a + b, 0);
  if (pairs === 0) throw new UserError('the internal head never fires: simulate more timesteps to fit P');
  const evidence = (logStrength: number) => logEvidence(histogram, timesteps, Math.exp(logStrength));
  const logStrength = maximise(evidence, Math.log(EVIDENCE_RANGE.low), Math.log(EVIDENCE_RANGE.high));
  return { strength: Math.exp(logStrength), logEvidence: evidence(logStrength), pairs };
}

/**
 * The class ranked first, ties as in posterior.ts, without its checks: for the loops over images, rows and strengths.
 *
 * @param start - where the classes of one image and row begin in the counts
 * @param timesteps - N, of that row
 */
export function chooseClass(
  data: Pick<FusionCounts, 'classes' | 'final' | 'head'>,
  start: number,
  timesteps: number,
  strength: number,
  scoredBy: FusionScore,
): number {
  const scoreOf = SCORES[scoredBy];
  let best = 0;
  let bestScore = -1;
  let bestCount = -1;
  for (let j = 0; j < data.classes; j++) {
    const count = data.final[start + j]!;
    const score = strength === 0 ? count : scoreOf(count, data.head[start + j]!, timesteps, strength);
    if (score > bestScore || (score === bestScore && count > bestCount)) {
      best = j;
      bestScore = score;
      bestCount = count;
    }
  }
  return best;
}

/** How often each informative pair (M^, M) occurs at one row; the evidence depends on nothing else. */
function pairHistogram(data: FusionCounts, row: number): Map<number, number> {
  const rows = data.timesteps.length;
  const timesteps = data.timesteps[row]!;
  const histogram = new Map<number, number>();
  for (let image = 0; image < data.labels.length; image++) {
    const start = (image * rows + row) * data.classes;
    for (let j = start; j < start + data.classes; j++) {
      const headCount = data.head[j]!;
      if (headCount === 0 || headCount === timesteps) continue;
      if (headCount > timesteps || data.final[j]! > timesteps) {
        throw new UserError(
          `image ${image} has more spikes in a class than the ${timesteps} timesteps of its row`,
        );
      }
      const key = headCount * (timesteps + 1) + data.final[j]!;
      histogram.set(key, (histogram.get(key) ?? 0) + 1);
    }
  }
  return histogram;
}

function logEvidence(histogram: ReadonlyMap<number, number>, timesteps: number, strength: number): number {
  let sum = 0;
  for (const [key, times] of histogram) {
    const count = key % (timesteps + 1);
    const { alpha, beta } = betaPrior((key - count) / (timesteps + 1), timesteps, strength);
    sum += times * (logBeta(alpha + count, beta + timesteps - count) - logBeta(alpha, beta));
  }
  return sum;
}

/** Maximum on [low, high]: the best of a grid, then golden section between its neighbours. */
function maximise(f: (x: number) => number, low: number, high: number): number {
  const step = (high - low) / (EVIDENCE_GRID - 1);
  const grid = Array.from({ length: EVIDENCE_GRID }, (_, i) => low + i * step);
  const values = grid.map(f);
  const top = values.indexOf(Math.max(...values));
  if (top === 0) return low;
  if (top === EVIDENCE_GRID - 1) return high;
  let from = grid[top - 1]!;
  let to = grid[top + 1]!;
  let left = to - GOLDEN * (to - from);
  let right = from + GOLDEN * (to - from);
  let atLeft = f(left);
  let atRight = f(right);
  for (let i = 0; i < GOLDEN_STEPS; i++) {
    if (atLeft >= atRight) {
      to = right;
      [right, atRight] = [left, atLeft];
      left = to - GOLDEN * (to - from);
      atLeft = f(left);
    } else {
      from = left;
      [left, atLeft] = [right, atRight];
      right = from + GOLDEN * (to - from);
      atRight = f(right);
    }
  }
  return (from + to) / 2;
}

function checkData({ classes, timesteps, labels, final, head }: FusionCounts): void {
  const expected = labels.length * timesteps.length * classes;
  if (!(expected > 0)) throw new UserError('fitting P needs at least one image, one timestep and one class');
  for (const [name, counts] of [
    ['final', final],
    ['internal', head],
  ] as const) {
    if (counts.length !== expected) {
      const sizes = `${labels.length} images x ${timesteps.length} timesteps x ${classes} classes`;
      throw new UserError(`${counts.length} ${name} counts do not fit ${sizes}`);
    }
  }
  timesteps.forEach((value, row) => {
    if (!(value > (timesteps[row - 1] ?? 0) && value <= 0xffff)) {
      throw new UserError(`timesteps must be rising numbers up to 65535, not ${timesteps.join(', ')}`);
    }
  });
  for (let image = 0; image < labels.length; image++) {
    const label = labels[image]!;
    if (!(Number.isInteger(label) && label >= 0 && label < classes)) {
      throw new UserError(`image ${image} has label ${label}, which is none of the ${classes} classes`);
    }
  }
}
