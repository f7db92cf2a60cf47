/**
 * The Beta distribution, eq. (11) and (12), for callers whose shapes are not checked yet: cumulative distribution,
 * quantiles, credible intervals. The arithmetic is in portable/beta.ts.
 *
 * A shape of 0 is allowed as the limit it stands for: alpha = 0 is a point mass at 0, beta = 0 one at 1.
 */
import * as portable from '../../portable/beta.js';
import { UserError } from '../errors.js';

/** Beta(alpha, beta), shapes finite and not negative, not both 0. */
export interface Beta {
  /** First shape; in a posterior, spikes and what stands for them. */
  readonly alpha: number;
  /** Second shape; in a posterior, timesteps without a spike. */
  readonly beta: number;
}

/** A credible interval of a firing rate. */
export interface Interval {
  /** Its lower end, from 0 upwards. */
  readonly lower: number;
  /** Its upper end, at most 1. */
  readonly upper: number;
}

/** Natural logarithm of the gamma function, for x > 0. */
export const logGamma: (x: number) => number = portable.logGamma;

/** Natural logarithm of the Beta function, eq. (12), for alpha, beta > 0. */
export const logBeta: (alpha: number, beta: number) => number = portable.logBeta;

/** Mean of the distribution: alpha / (alpha + beta). */
export function betaMean(distribution: Beta): number {
  checkShapes(distribution);
  return distribution.alpha / (distribution.alpha + distribution.beta);
}

/**
 * P(rate <= x): the regularised incomplete Beta function.
 *
 * @throws UserError if a shape is negative, not finite, or both are 0.
 */
export function betaCumulative(distribution: Beta, x: number): number {
  checkShapes(distribution);
  const { alpha, beta } = distribution;
  if (alpha === 0) return x < 0 ? 0 : 1;
  if (beta === 0) return x >= 1 ? 1 : 0;
  return portable.betaCumulative(alpha, beta, logBeta(alpha, beta), x);
}

/**
 * The rate below which lies probability `p`, 0 <= p <= 1; 0 where it is too small for a double.
 *
 * @throws UserError for impossible shapes, or p outside [0, 1].
 */
export function betaQuantile(distribution: Beta, p: number): number {
  checkShapes(distribution);
  if (!(p >= 0 && p <= 1)) throw new UserError(`a quantile needs a probability from 0 to 1, not ${p}`);
  const { alpha, beta } = distribution;
  if (alpha === 0 || p === 0) return 0;
  if (beta === 0 || p === 1) return 1;
  return portable.betaQuantile(alpha, beta, p);
}

/**
 * Equal-tailed credible interval that holds `mass` of the probability. A point mass gives an interval of
 * width 0.
 *
 * @throws UserError for impossible shapes, or a mass outside (0, 1).
 */
export function credibleInterval(distribution: Beta, mass = 0.95): Interval {
  if (!(mass > 0 && mass < 1)) throw new UserError(`a credible interval holds between 0 and 1, not ${mass}`);
  const tail = (1 - mass) / 2;
  return { lower: betaQuantile(distribution, tail), upper: betaQuantile(distribution, 1 - tail) };
}

function checkShapes({ alpha, beta }: Beta): void {
  if (!(alpha >= 0 && beta >= 0 && alpha + beta > 0 && Number.isFinite(alpha + beta))) {
    throw new UserError(
      `Beta(${alpha}, ${beta}) is no distribution: shapes must be finite, not negative, not both 0`,
    );
  }
}
