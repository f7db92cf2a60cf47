/** The prior strength by how well the internal counts predict the final ones (empirical Bayes). */
import { UserError } from '../errors.js';
import { logBeta } from '../fusion/beta.js';
import { betaPrior } from '../fusion/prior.js';
import { checkCounts, type FusionCounts } from './counts.js';

export interface EvidenceFit {
  readonly strength: number;
  /** Natural logarithm of the likelihood at that strength, up to a constant. */
  readonly logEvidence: number;
  /** Pairs of image and class that the fit rests on. */
  readonly pairs: number;
}

const EVIDENCE_RANGE = { low: 1e-2, high: 1e5 };
const EVIDENCE_GRID = 29;
const GOLDEN = (Math.sqrt(5) - 1) / 2;
const GOLDEN_STEPS = 40;

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
  checkCounts(data);
  const row = data.timesteps.indexOf(timesteps);
  if (row < 0) throw new UserError(`there are no counts after ${timesteps} timesteps to fit P on`);
  const histogram = pairHistogram(data, row);
  const pairs = [...histogram.values()].reduce((a, b) => a + b, 0);
  if (pairs === 0) throw new UserError('the internal head never fires: simulate more timesteps to fit P');
  const evidence = (logStrength: number) => logEvidence(histogram, timesteps, Math.exp(logStrength));
  const logStrength = maximise(evidence, Math.log(EVIDENCE_RANGE.low), Math.log(EVIDENCE_RANGE.high));
  return { strength: Math.exp(logStrength), logEvidence: evidence(logStrength), pairs };
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
