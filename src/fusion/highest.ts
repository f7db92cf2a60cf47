/**
 * How sure the answer is: for every class, the posterior probability that its firing rate is the highest of all. The
 * arithmetic is in portable/highest.ts.
 */
import { computeHighest, GROUP_LENGTH } from '../../portable/highest.js';
import { UserError } from '../errors.js';
import type { Beta } from './beta.js';

/**
 * The probability that each class's rate is the highest, in the order of the classes; they add up to 1.
 * Deterministic, and good to 1e-4 for alpha + beta up to 100,000.
 *
 * @throws UserError if there are no classes, or a shape is not a finite number from 1/2 upwards (those of a
 *   posterior are at least 1; below 1/2 the density has a pole that this quadrature does not see).
 */
export function probabilityHighest(distributions: readonly Beta[]): Float64Array {
  const classes = distributions.length;
  const groups = new Float64Array(classes * GROUP_LENGTH);
  const probabilities = new Float64Array(classes);
  computeHighest(shapesOf(distributions), classes, groups, new Int32Array(classes), probabilities);
  return probabilities;
}

/** `[class][2]`: alpha and beta. */
function shapesOf(distributions: readonly Beta[]): Float64Array {
  if (distributions.length === 0) throw new UserError('there are no classes to compare');
  const shapes = new Float64Array(distributions.length * 2);
  for (const [index, { alpha, beta }] of distributions.entries()) {
    if (!(alpha >= 0.5 && beta >= 0.5 && Number.isFinite(alpha + beta))) {
      throw new UserError(
        `Beta(${alpha}, ${beta}) cannot be compared: both shapes must be finite, at least 1/2`,
      );
    }
    shapes[2 * index] = alpha;
    shapes[2 * index + 1] = beta;
  }
  return shapes;
}
