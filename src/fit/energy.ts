/** The prior strength by the energy that it takes to reach an accuracy. */
import type { StrengthAccuracy } from './accuracy.js';
import { crossing } from './crossing.js';

export interface EnergyFit {
  readonly strength: number;
  /** At the target, in the unit of the energies given. */
  readonly energy: number;
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
