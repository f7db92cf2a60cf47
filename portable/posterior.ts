/**
 * Bayesian fusion: the final prediction's spike counts, seen in the light of an internal prediction, eqs. (13) to (18).
 * Without a prior everything falls back to the firing rates of eq. (10).
 *
 * Two things are kept apart. *Rates* rank the classes and are exactly eq. (14) or (10). *Shapes*, of the distributions,
 * say how far the rates can be trusted; there, eqs. (17) and (18) would give a head that never fired a point mass that no
 * observation can move, so both prior shapes count at least 1, as in the uniform Beta(1, 1).
 */
import { betaQuantile } from './beta.ts';
import { rankClasses } from './ranking.ts';

/** The smallest shape a prior has in the distributions. */
const UNIFORM_SHAPE: f64 = 1;

/** Maximum-likelihood firing rate M / N, eq. (10). Before the first timestep it is 0: nothing has fired. */
export function firingRate(count: f64, time: f64): f64 {
  return time === 0 ? 0 : count / time;
}

/** alpha = P mu of eq. (17); with the timesteps without a spike in place of the spikes, beta of eq. (18). */
export function priorShape(count: f64, time: f64, strength: f64): f64 {
  return (strength * count) / time;
}

/**
 * (alpha_j + M_j) N^, the numerator of eq. (14) without its fraction. The denominator is the same for every class, so
 * this ranks as eq. (14) does; for whole P it is an exact integer, so that equal estimates are equal here too.
 */
export function fusedScore(count: f64, headCount: f64, headTime: f64, strength: f64): f64 {
  return strength * headCount + headTime * count;
}

/** Whether an internal prediction is a prior: a head with no timesteps yet has no rate and counts as none. */
export function isPrior(headTime: f64, strength: f64): bool {
  return strength > 0 && headTime > 0;
}

/** The scores by which {@link ranking.rankClasses} orders the classes. */
export function computeScores(
  counts: Doubles,
  headCounts: Doubles,
  headTime: f64,
  strength: f64,
  classes: i32,
  scores: Doubles,
): void {
  const hasPrior = isPrior(headTime, strength);
  for (let index: i32 = 0; index < classes; index++) {
    const count = counts[index]!;
    scores[index] = hasPrior ? fusedScore(count, headCounts[index]!, headTime, strength) : count;
  }
}

/**
 * Fuses the final prediction with an internal one.
 *
 * @param counts - `[class]`, M_j of the final prediction
 * @param time - N, over which they were counted
 * @param headCounts - `[class]`, of the internal one; any where `strength` is 0
 * @param headTime - N^, likewise
 * @param strength - P of eq. (16), or 0 for the final prediction alone
 * @param rates - `[class]`, is written: eq. (14), or eq. (10) without a prior
 * @param shapes - `[class][2]`, is written: alpha and beta of eq. (13), at least 1
 * @param ranking - `[class]`, is written: the classes, the best first
 */
export function computePosterior(
  counts: Doubles,
  time: f64,
  headCounts: Doubles,
  headTime: f64,
  strength: f64,
  classes: i32,
  rates: Doubles,
  shapes: Doubles,
  ranking: Indices,
): void {
  const hasPrior = isPrior(headTime, strength);
  computeScores(counts, headCounts, headTime, strength, classes, rates);
  rankClasses(rates, counts, classes, ranking);
  for (let index: i32 = 0; index < classes; index++) {
    const count = counts[index]!;
    let alpha = UNIFORM_SHAPE;
    let beta = UNIFORM_SHAPE;
    if (hasPrior) {
      const headCount = headCounts[index]!;
      alpha = Math.max(UNIFORM_SHAPE, priorShape(headCount, headTime, strength));
      beta = Math.max(UNIFORM_SHAPE, priorShape(headTime - headCount, headTime, strength));
      rates[index] = rates[index]! / (headTime * (strength + time));
    } else {
      rates[index] = firingRate(count, time);
    }
    shapes[2 * index] = alpha + count;
    shapes[2 * index + 1] = beta + time - count;
  }
}

/** Lower end of an equal-tailed interval that leaves out `tail` on either side, widened to hold the rate itself. */
export function lowerEnd(alpha: f64, beta: f64, tail: f64, rate: f64): f64 {
  return Math.min(betaQuantile(alpha, beta, tail), rate);
}

/** Its upper end. */
export function upperEnd(alpha: f64, beta: f64, tail: f64, rate: f64): f64 {
  return Math.max(betaQuantile(alpha, beta, 1 - tail), rate);
}
