/** The one loop over a simulation's timesteps, and the one place that sums what it says of each of them. */
import type { Simulation } from './simulation.js';

/**
 * Advances a simulation, block by block, and visits every timestep while the simulation still answers for it. Ends
 * early where the visit presents another image.
 *
 * @param last - the timestep to reach; nothing happens where the simulation is there already
 * @throws UserError if so many timesteps could overflow a membrane
 */
export function eachTimestep(simulation: Simulation, last: number, visit: (timestep: number) => void): void {
  const { presented } = simulation;
  while (simulation.timestep < last) {
    const first = simulation.timestep + 1;
    const end = simulation.timestep + simulation.advance(last - simulation.timestep);
    for (let timestep = first; timestep <= end; timestep++) {
      visit(timestep);
      if (simulation.presented !== presented) return;
    }
  }
}

/** Events over some timesteps. */
export interface Events {
  /** Spikes emitted. */
  spikes: number;
  /** Spikes received, each counted once for every synapse over which it came. */
  synapticOperations: number;
}

/** Those of a head, and the spikes of each of its classes. */
export interface HeadEvents extends Events {
  /** Index of the head among those of the network. */
  readonly head: number;
  readonly counts: Uint32Array;
}

/** What a simulation has done in the timesteps that were added. */
export class Tally {
  /** By layer, as far as the simulation computes them. */
  readonly layers: readonly Events[];
  /** In the order in which the heads were given. */
  readonly heads: readonly HeadEvents[];
  readonly #simulation: Simulation;

  /**
   * @param simulation - started, so that it is known which layers it computes
   * @param heads - indices of heads that it computes
   */
  constructor(simulation: Simulation, heads: readonly number[]) {
    const classes = simulation.network.labels.length;
    this.#simulation = simulation;
    this.layers = Array.from({ length: simulation.activeLayers }, () => ({
      spikes: 0,
      synapticOperations: 0,
    }));
    this.heads = heads.map((head) => ({
      head,
      spikes: 0,
      synapticOperations: 0,
      counts: new Uint32Array(classes),
    }));
  }

  /** Adds a timestep of the last block. Allocates nothing, since it runs at every one. */
  add(timestep: number): void {
    for (let layer = 0; layer < this.layers.length; layer++) {
      const events = this.layers[layer]!;
      events.spikes += this.#simulation.layerSpikes(layer, timestep);
      events.synapticOperations += this.#simulation.layerOperations(layer, timestep);
    }
    for (const events of this.heads) {
      events.spikes += this.#simulation.headSpikes(events.head, timestep);
      events.synapticOperations += this.#simulation.headOperations(events.head, timestep);
      this.#simulation.addFired(events.head, timestep, events.counts);
    }
  }

  /** Forgets all that was added. */
  clear(): void {
    for (const events of [...this.layers, ...this.heads]) {
      events.spikes = 0;
      events.synapticOperations = 0;
    }
    for (const { counts } of this.heads) counts.fill(0);
  }
}
