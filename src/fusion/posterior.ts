/**
 * Bayesian fusion: the final prediction's spike counts, seen in the light of an internal prediction, eq. (13)
 * and (14). Without a prior, or with strength P = 0, everything falls back to the firing rates of eq. (10).
 *
 * Two things are kept apart. *Estimates* rank the classes and are exactly eq. (14) or (10). *Distributions*
 * say how far the estimates can be trusted; there, eq. (17) and (18) would give a head that never fired a
 * point mass that no observation can move, so both prior shapes count at least 1, as in the uniform
 * Beta(1, 1). With P = 0 this is the uniform prior itself: Beta(1 + M, 1 + N - M).
 */
import { UserError } from '../errors.js';
import { type Beta, credibleInterval, type Interval } from './beta.js';
import { betaPrior, checkCounts, checkStrength, firingRate, type SpikeCounts } from './prior.js';

/** The internal prediction as a prior: its counts, and the strength P with which it counts. */
export interface HeadPrior extends SpikeCounts {
  /** P of eq. (16). */
  readonly strength: number;
}

/** Firing rates of the classes after fusion. */
export interface Posterior {
  /** mu_j per class: eq. (14), or eq. (10) without a prior. */
  readonly estimates: Float64Array;
  /** Proper posterior distribution of every rate, eq. (13), both shapes at least 1. */
  readonly distributions: readonly Beta[];
  /** Class indices, the best first; of equals the one with more final spikes, then the lower index. */
  readonly ranking: readonly number[];
}

/** The smallest shape a prior has in the distributions. */
const UNIFORM_SHAPE = 1;

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
  const { counts, timesteps } = final;
  const classes = Array.from({ length: counts.length }, (_, j) => j);
  return {
    estimates: Float64Array.from(classes, (j) => estimate(final, prior, j)),
    distributions: classes.map((j) => {
      const { alpha, beta } = properPrior(prior, j);
      return { alpha: alpha + counts[j]!, beta: beta + timesteps - counts[j]! };
    }),
    ranking: [...classes].sort((a, b) => compareClasses(final, prior, a, b)),
  };
}

/**
 * The class that ranks first, without the rest of the posterior: for loops over many timesteps.
 *
 * @throws UserError as {@link fuse} does, or if there are no classes.
 */
export function bestClass(final: SpikeCounts, prior: HeadPrior | null): number {
  checkPair(final, prior);
  if (final.counts.length === 0) throw new UserError('there are no classes to choose from');
  let best = 0;
  for (let j = 1; j < final.counts.length; j++) {
    if (compareClasses(final, prior, j, best) < 0) best = j;
  }
  return best;
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
 * (alpha_j + M_j) N^, the numerator of eq. (14) without its fraction. The denominator is the same for every
 * class, so this ranks as eq. (14) does; for whole P it is an exact integer, so that equal estimates are
 * equal here too.
 */
export function fusedScore(
  count: number,
  headCount: number,
  headTimesteps: number,
  strength: number,
): number {
  return strength * headCount + headTimesteps * count;
}

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

/**
 * Order of two classes, the better first. Equal estimates: the class with more final spikes, as those were
 * observed and not predicted; then the lower index.
 */
function compareClasses(final: SpikeCounts, prior: HeadPrior | null, a: number, b: number): number {
  const byCount = final.counts[b]! - final.counts[a]!;
  if (!hasPrior(prior)) return byCount || a - b;
  const { counts, timesteps, strength } = prior;
  const scoreA = fusedScore(final.counts[a]!, counts[a]!, timesteps, strength);
  const scoreB = fusedScore(final.counts[b]!, counts[b]!, timesteps, strength);
  return scoreB - scoreA || byCount || a - b;
}

function estimate(final: SpikeCounts, prior: HeadPrior | null, j: number): number {
  if (!hasPrior(prior)) return firingRate(final.counts[j]!, final.timesteps);
  const { counts, timesteps, strength } = prior;
  const score = fusedScore(final.counts[j]!, counts[j]!, timesteps, strength);
  return score / (timesteps * (strength + final.timesteps));
}

function properPrior(prior: HeadPrior | null, j: number): Beta {
  if (!hasPrior(prior)) return { alpha: UNIFORM_SHAPE, beta: UNIFORM_SHAPE };
  const { alpha, beta } = betaPrior(prior.counts[j]!, prior.timesteps, prior.strength);
  return { alpha: Math.max(alpha, UNIFORM_SHAPE), beta: Math.max(beta, UNIFORM_SHAPE) };
}

function hasPrior(prior: HeadPrior | null): prior is HeadPrior {
  return prior !== null && prior.strength > 0 && prior.timesteps > 0;
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
