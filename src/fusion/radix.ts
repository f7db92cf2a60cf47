/**
 * What output neurons say in radix coding. They have accumulated A over all phases, and N = 2^digits - 1 timesteps is what
 * the digits stand for: M of eq. (10) is A in thresholds, clamped to [0, N], or rounded to the number that a neuron
 * within the network would send.
 */
import type { Readout } from '../graph/network.js';
import type { SpikeCounts } from './prior.js';

/** M_j of every class and N. */
export function radixCounts(
  accumulated: BigInt64Array,
  threshold: Int32Array,
  digits: number,
  readout: Readout,
): SpikeCounts {
  const timesteps = 2 ** digits - 1;
  const counts = Float64Array.from(threshold, (limit, label) => {
    const exact = Number(accumulated[label]!) / limit;
    const said = readout === 'membrane' ? exact : Math.floor(exact + 0.5);
    return Math.max(0, Math.min(timesteps, said));
  });
  return { counts, timesteps };
}
