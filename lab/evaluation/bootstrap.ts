/**
 * 95 % bootstrap intervals over images (Efron's percentile method). For a fraction of images the resampled fraction is
 * binomial, so its percentiles need no resampling; everything else is resampled with a fixed seed.
 */
import { betaCumulative } from '../../src/fusion/beta.js';
import type { Estimate } from './results.js';

const LOW = 0.025;
const HIGH = 0.975;
/** Resamples behind every interval that needs them. */
export const RESAMPLES = 1000;

/** A fraction with the 2.5 and 97.5 % points of Binomial(total, correct / total) / total. */
export function fraction(correct: number, total: number): Estimate {
  const value = correct / total;
  return {
    value,
    low: binomialQuantile(total, value, LOW) / total,
    high: binomialQuantile(total, value, HIGH) / total,
  };
}

/** The smallest k with P(X <= k) >= p, by bisection on the incomplete beta function. */
function binomialQuantile(total: number, rate: number, p: number): number {
  let low = 0;
  let high = total;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (binomialCumulative(middle, total, rate) >= p) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** P(X <= k) = 1 - I_rate(k + 1, total - k). */
function binomialCumulative(k: number, total: number, rate: number): number {
  if (k >= total) return 1;
  if (rate === 0 || rate === 1) return rate === 0 ? 1 : 0;
  return 1 - betaCumulative({ alpha: k + 1, beta: total - k }, rate);
}

/**
 * How often each image is drawn in one resample with replacement.
 *
 * @param random - uniform numbers in [0, 1)
 */
export function resample(images: number, random: () => number): Uint16Array {
  const weights = new Uint16Array(images);
  for (let draw = 0; draw < images; draw++) weights[Math.floor(random() * images)]!++;
  return weights;
}

/**
 * The estimate of a statistic: its value on the images themselves, and the percentiles of its resampled values. Null
 * stands for "not reached": as an energy it counts as larger than any other, so an interval can be open above.
 *
 * @returns null if the value is null or more than 2.5 % of the resamples are
 */
export function percentileInterval(
  value: number | null,
  resampled: readonly (number | null)[],
): Estimate | null {
  const known = resampled.filter((candidate) => candidate !== null).sort((a, b) => a - b);
  if (value === null || known.length < HIGH * resampled.length) return null;
  return {
    value,
    low: known[Math.floor(LOW * (resampled.length - 1))]!,
    high: known[Math.min(known.length - 1, Math.ceil(HIGH * (resampled.length - 1)))]!,
  };
}
