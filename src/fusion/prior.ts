/**
 * The prior that an internal prediction gives: one Beta distribution a class, whose mean is the internal
 * firing rate and whose strength is one number P, eq. (15) to (18).
 */
import * as portable from '../../portable/posterior.js';
import { UserError } from '../errors.js';
import type { Beta } from './beta.js';

/** What a head has said so far: spikes per class over the timesteps it has run, both weighted or neither (evidence.ts). */
export interface SpikeCounts {
  /** M_j, one per class, each at most `timesteps`. */
  readonly counts: ArrayLike<number>;
  /** N. */
  readonly timesteps: number;
}

/** Maximum-likelihood firing rate M / N, eq. (10). Before the first timestep it is 0: nothing has fired. */
export const firingRate: (count: number, timesteps: number) => number = portable.firingRate;

/**
 * Beta prior of one class: alpha = P mu, beta = P (1 - mu), eq. (17) and (18). A head that never fired, or
 * always, gives alpha or beta = 0, the point mass that the equations then stand for.
 *
 * @param count - spikes of the internal head for the class, M^_j.
 * @param timesteps - timesteps over which they were counted, N^ >= 1.
 * @param strength - P > 0 of eq. (16).
 */
export function betaPrior(count: number, timesteps: number, strength: number): Beta {
  return {
    alpha: portable.priorShape(count, timesteps, strength),
    beta: portable.priorShape(timesteps - count, timesteps, strength),
  };
}

/** Throws a UserError unless P can be a strength: finite and not negative. */
export function checkStrength(strength: number): void {
  if (!(strength >= 0 && Number.isFinite(strength))) {
    throw new UserError(`prior strength P must be a number from 0 upwards, not ${strength}`);
  }
}

/** Throws a UserError unless every count is from 0 to the number of timesteps. */
export function checkCounts({ counts, timesteps }: SpikeCounts): void {
  if (!(timesteps >= 0 && Number.isFinite(timesteps))) {
    throw new UserError(`the number of timesteps must be a number from 0 upwards, not ${timesteps}`);
  }
  for (let j = 0; j < counts.length; j++) {
    const count = counts[j]!;
    if (!(count >= 0 && count <= timesteps)) {
      throw new UserError(`class ${j} has ${count} spikes, which ${timesteps} timesteps cannot give`);
    }
  }
}
