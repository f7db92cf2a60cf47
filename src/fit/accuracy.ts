/**
 * Fitting the prior strength P of eq. (16) to a set of labelled images (training images, never those that
 * results are reported on), by the accuracy that it gives.
 */
import { UserError } from '../errors.js';
import { fusedScore, spikeFusionScore } from '../fusion/posterior.js';
import { checkStrength } from '../fusion/prior.js';
import { checkCounts, type FusionCounts } from './counts.js';

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

export const STRENGTHS: readonly number[] = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

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
  checkCounts(data);
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
