/** All that a simulation does with one input, in short: for comparing runs, not for reading. */
import { createHash, type Hash } from 'node:crypto';
import type { Simulation } from '../../src/engine/simulation.js';

/** Digest of every spike of every layer and head at every timestep, and of the synaptic operations. */
export function spikesOf(simulation: Simulation, input: Int16Array, timesteps: number): string {
  const recorder = new SpikeRecorder(simulation, input);
  while (simulation.timestep < timesteps) recorder.advance(timesteps - simulation.timestep);
  return recorder.digest();
}

/** The same for a run that goes on bit by bit. */
export class SpikeRecorder {
  readonly #simulation: Simulation;
  readonly #hash: Hash = createHash('sha256');

  constructor(simulation: Simulation, input: Int16Array) {
    this.#simulation = simulation;
    const heads = simulation.network.heads.map((_, head) => head);
    simulation.start(input, { heads, propagation: 'synchronous', initialPotential: 0.5 });
  }

  advance(timesteps: number): void {
    const simulation = this.#simulation;
    const first = simulation.timestep + 1;
    simulation.advance(timesteps);
    for (let timestep = first; timestep <= simulation.timestep; timestep++) {
      for (const population of simulation.activePopulations) {
        this.#hash.update(simulation.layerSpikeMap(population, timestep));
        this.#hash.update(`${simulation.layerSpikes(population, timestep)} `);
        this.#hash.update(`${simulation.layerOperations(population, timestep)} `);
        this.#hash.update(`${simulation.layerAllOperations(population, timestep)} `);
      }
      simulation.network.heads.forEach((_, head) => {
        this.#hash.update(new Uint8Array(simulation.fired(head, timestep)));
        this.#hash.update(`${simulation.headSpikes(head, timestep)} `);
        this.#hash.update(`${simulation.headOperations(head, timestep)} `);
        this.#hash.update(`${simulation.headAllOperations(head, timestep)} `);
      });
    }
  }

  digest(): string {
    return this.#hash.digest('hex');
  }
}
