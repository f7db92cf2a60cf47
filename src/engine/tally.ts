/** The one loop over a simulation's timesteps, and the one place that sums what it says of each of them. */
import { sizeOf } from '../graph/extents.js';
import type { Simulation } from './simulation.js';

/**
 * Advances a simulation, call by call, and visits every timestep while the simulation still answers for it. Ends
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
  /** The same if weights of 0 were synapses too. */
  synapticOperationsWithZeros: number;
  /** Neurons brought up to date, each once a timestep, in radix coding once a phase. */
  neuronUpdates: number;
}

/** Those of a head, and the spikes of each of its classes. */
export interface HeadEvents extends Events {
  /** Index of the head among those of the network. */
  readonly head: number;
  readonly counts: Uint32Array;
}

const NOTHING: Readonly<Events> = {
  spikes: 0,
  synapticOperations: 0,
  synapticOperationsWithZeros: 0,
  neuronUpdates: 0,
};

/** What a simulation has done in the timesteps that were added. */
export class Tally {
  /** By population of the network; nothing happens in those that the simulation does not compute. */
  readonly populations: readonly Events[];
  /** In the order in which the heads were given. */
  readonly heads: readonly HeadEvents[];
  readonly #simulation: Simulation;
  /** Neurons of every population. */
  readonly #neurons: readonly number[];

  /**
   * @param simulation - started, so that it is known which populations it computes
   * @param heads - indices of heads that it computes
   */
  constructor(simulation: Simulation, heads: readonly number[]) {
    const classes = simulation.network.labels.length;
    this.#simulation = simulation;
    this.#neurons = simulation.network.populations.map(({ shape }) => sizeOf(shape));
    this.populations = simulation.network.populations.map(() => ({ ...NOTHING }));
    this.heads = heads.map((head) => ({
      head,
      ...NOTHING,
      counts: new Uint32Array(classes),
    }));
  }

  /** Adds a timestep (in radix coding: a phase) of the last call. Allocates nothing, since it runs at every one. */
  add(timestep: number): void {
    for (const population of this.#simulation.activePopulations) {
      const events = this.populations[population]!;
      events.spikes += this.#simulation.layerSpikes(population, timestep);
      events.synapticOperations += this.#simulation.layerOperations(population, timestep);
      events.synapticOperationsWithZeros += this.#simulation.layerAllOperations(population, timestep);
      events.neuronUpdates += this.#neurons[population]!;
    }
    for (const events of this.heads) {
      events.spikes += this.#simulation.headSpikes(events.head, timestep);
      events.synapticOperations += this.#simulation.headOperations(events.head, timestep);
      events.synapticOperationsWithZeros += this.#simulation.headAllOperations(events.head, timestep);
      events.neuronUpdates += events.counts.length;
      this.#simulation.addFired(events.head, timestep, events.counts);
    }
  }

  /** Populations and heads together. */
  total(): Events {
    const sum = { ...NOTHING };
    for (const events of [...this.populations, ...this.heads]) {
      sum.spikes += events.spikes;
      sum.synapticOperations += events.synapticOperations;
      sum.synapticOperationsWithZeros += events.synapticOperationsWithZeros;
      sum.neuronUpdates += events.neuronUpdates;
    }
    return sum;
  }

  /** Forgets all that was added. */
  clear(): void {
    for (const events of [...this.populations, ...this.heads]) {
      events.spikes = 0;
      events.synapticOperations = 0;
      events.synapticOperationsWithZeros = 0;
      events.neuronUpdates = 0;
    }
    for (const { counts } of this.heads) counts.fill(0);
  }
}
