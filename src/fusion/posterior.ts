/**
 * Bayesian fusion: the final prediction's spike counts, seen in the light of an internal prediction, eq. (13)
 * and (14). Without a prior, or with strength P = 0, everything falls back to the firing rates of eq. (10). The
 * arithmetic, and why shapes count at least 1, is in portable/posterior.ts.
 */
import * as portable from '../../portable/posterior.js';
import { UserError } from '../errors.js';
import { type Beta, credibleInterval, type Interval } from './beta.js';
import { checkCounts, checkStrength, type SpikeCounts } from './prior.js';

/** The internal prediction as a prior: its counts, and the strength P with which it counts. */
export interface HeadPrior extends SpikeCounts {
  /** P of eq. (16). */
  readonly strength: number;
}

const NO_PRIOR: HeadPrior = { counts: [], timesteps: 0, strength: 0 };

/** Firing rates of the classes after fusion. */
export interface Posterior {
  /** mu_j per class: eq. (14), or eq. (10) without a prior. */
  readonly estimates: Float64Array;
  /** Proper posterior distribution of every rate, eq. (13), both shapes at least 1. */
  readonly distributions: readonly Beta[];
  /** Class indices, the best first; of equals the one with more final spikes, then the lower index. */
  readonly ranking: readonly number[];
}

/**
 * Fuses the final prediction with an internal one.
 *
 * @param final - the final head's counts M_j after N timesteps.
 * @param prior - the internal head's counts, usually over the same timesteps, so that the prior sharpens as
 *   the run goes on; null for the final prediction alone. A head with no timesteps yet has no rate and counts
 *   as none.
 * @throws UserError if counts and timesteps cannot belong together, the heads differ in classes, or P is
 *   negative.
 */
export function fuse(final: SpikeCounts, prior: HeadPrior | null): Posterior {
  checkPair(final, prior);
  const counts = doubles(final.counts);
  const classes = counts.length;
  const estimates = new Float64Array(classes);
  const shapes = new Float64Array(classes * 2);
  const ranking = new Int32Array(classes);
  const head = prior ?? NO_PRIOR;
  portable.computePosterior(
    counts,
    final.timesteps,
    doubles(head.counts),
    head.timesteps,
    head.strength,
    classes,
    estimates,
    shapes,
    ranking,
  );
  return {
    estimates,
    distributions: Array.from(ranking, (_, j) => ({ alpha: shapes[2 * j]!, beta: shapes[2 * j + 1]! })),
    ranking: [...ranking],
  };
}

/**
 * Equal-tailed credible interval of a class's firing rate, widened where needed to hold the estimate itself
 * (a class that never fired has the estimate 0, which no equal-tailed interval holds).
 */
export function rateInterval(posterior: Posterior, classIndex: number, mass = 0.95): Interval {
  const distribution = posterior.distributions[classIndex];
  if (distribution === undefined) throw new UserError(`there is no class ${classIndex}`);
  const { lower, upper } = credibleInterval(distribution, mass);
  const rate = posterior.estimates[classIndex]!;
  return { lower: Math.min(lower, rate), upper: Math.max(upper, rate) };
}

/**
 * (alpha_j + M_j) N^, the numerator of eq. (14) without its fraction: ranks classes as eq. (14) does, and is an exact
 * integer for whole P.
 */
export const fusedScore: (
  count: number,
  headCount: number,
  headTimesteps: number,
  strength: number,
) => number = portable.fusedScore;

/**
 * The score of the later paper of the same group, (alpha + M_j) / (alpha / E_j + N) with E_j = M^_j / N the head's
 * rate, times N: the pseudo-count of spikes alpha is the same for every class, instead of the strength P = alpha + beta
 * (Habara, Sato and Awano, "BayesianSpikeFusion", Frontiers in Neuroscience 18, 2024). A class of which the head saw no spike
 * has score 0.
 */
export function spikeFusionScore(count: number, headCount: number, alpha: number): number {
  if (alpha === 0) return count;
  return (headCount * (alpha + count)) / (alpha + headCount);
}

function doubles(counts: ArrayLike<number>): Float64Array {
  return counts instanceof Float64Array ? counts : Float64Array.from(counts);
}

function checkPair(final: SpikeCounts, prior: HeadPrior | null): void {
  checkCounts(final);
  if (prior === null) return;
  checkCounts(prior);
  checkStrength(prior.strength);
  if (prior.counts.length !== final.counts.length) {
    throw new UserError(
      `the internal head has ${prior.counts.length} classes, the final prediction ${final.counts.length}`,
    );
  }
}
