/** Says whether a baseline emits the engine's spikes, neuron by neuron, layer by layer, timestep by timestep. */
import { CALL_TIMESTEPS } from '../../src/engine/plan.js';
import type { Simulation } from '../../src/engine/simulation.js';
import type { Baseline } from './baseline.js';

/**
 * Advances the engine and the baselines together, all of them just started on the same image.
 *
 * @returns the number of spikes that were compared
 * @throws Error that names the first population and timestep at which a baseline differs
 */
export function checkSameSpikes(
  simulation: Simulation,
  baselines: Readonly<Record<string, Baseline>>,
  timesteps: number,
): number {
  let spikes = 0;
  while (simulation.timestep < timesteps) {
    const first = simulation.timestep + 1;
    simulation.advance(Math.min(CALL_TIMESTEPS, timesteps - simulation.timestep));
    for (let timestep = first; timestep <= simulation.timestep; timestep++) {
      for (const baseline of Object.values(baselines)) baseline.step();
      for (const population of simulation.activePopulations) {
        const expected = simulation.layerSpikeMap(population, timestep);
        spikes += simulation.layerSpikes(population, timestep);
        for (const [name, baseline] of Object.entries(baselines)) {
          if (!equal(expected, baseline.spikes(population))) {
            throw new Error(
              `${name} does not compute the engine's spikes: population ${population}, timestep ${timestep}`,
            );
          }
        }
      }
    }
  }
  return spikes;
}

const equal = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((value, index) => value === other[index]);
