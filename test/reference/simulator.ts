/**
 * The reference simulator: what a spiking network must do, spike for spike, in the plainest loops that say it.
 * The kernels have to equal it exactly. All quantities are integers; they are held as JavaScript numbers, which
 * are exact up to 2^53, so that nothing can wrap unseen.
 *
 * Tensors are `[y][x][channel]`. Timestep t is entry t - 1 of every per-timestep list.
 */
import { UserError } from '../../src/errors.js';
import type {
  Propagation,
  Shape,
  SpikingHead,
  SpikingNetwork,
  SpikingPopulation,
} from '../../src/graph/network.js';
import { IMAGE } from '../../src/graph/network.js';
import { arrivals, type Visit } from './synapses.js';

export interface SimulationOptions {
  readonly timesteps: number;
  readonly propagation: Propagation;
  /** Membrane potential at the start, as a fraction of the threshold. */
  readonly initialPotential: number;
  /** Names of the heads to simulate, default all. Every population is simulated whatever the heads. */
  readonly heads?: readonly string[] | undefined;
  /** Keep the spike tensors of every population, one per timestep. */
  readonly recordSpikes?: boolean;
}

export interface PopulationRecord {
  readonly name: string;
  /** Spikes emitted, per timestep. */
  readonly spikes: number[];
  /** Synaptic operations received, per timestep: one for every spike and every synapse that it arrives over. */
  readonly synapticOperations: number[];
  /** The same if weights of 0 were synapses too. */
  readonly allOperations: number[];
  /** With `recordSpikes`: 0 or 1 per neuron, per timestep; otherwise empty. */
  readonly spikeTensors: Uint8Array[];
  /** Membrane potentials after the last timestep. */
  readonly membranes: Float64Array;
}

export interface HeadRecord {
  readonly name: string;
  /** 0 or 1 per class, per timestep. */
  readonly spikeBits: Uint8Array[];
  /** Spikes of all classes, per timestep. */
  readonly spikes: number[];
  readonly synapticOperations: number[];
  readonly allOperations: number[];
  /** Spikes per class over all timesteps: M_j of eq. (10). */
  readonly counts: Uint32Array;
  readonly membranes: Float64Array;
}

export interface Simulation {
  readonly populations: PopulationRecord[];
  readonly heads: HeadRecord[];
}

/**
 * Simulates `network` on one image.
 *
 * @param input - `[y][x][channel]` integers, multiples of 2^-inputFractionBits.
 * @throws UserError if the input does not fit the network, a head is unknown, or a population's membrane potential
 *   leaves int32.
 */
export function simulate(network: SpikingNetwork, input: Int16Array, options: SimulationOptions): Simulation {
  if (input.length !== size(network.input)) {
    throw new UserError(`the input has ${input.length} values, the network takes ${size(network.input)}`);
  }
  const heads = chosenHeads(network, options.heads);
  const populationRecords = network.populations.map((population) =>
    startPopulation(population, options.initialPotential),
  );
  const headRecords = heads.map((head) => startHead(head, options.initialPotential));
  let previous: Uint8Array[] = network.populations.map(({ shape }) => new Uint8Array(size(shape)));

  for (let t = 1; t <= options.timesteps; t++) {
    const current: Uint8Array[] = [];
    const seen = options.propagation === 'synchronous' ? current : previous;
    network.populations.forEach((population, index) => {
      current[index] = stepPopulation(network, population, populationRecords[index]!, input, seen);
      if (options.recordSpikes) populationRecords[index]!.spikeTensors.push(current[index]!);
    });
    heads.forEach((head, index) => {
      const channels = network.populations[head.population]!.shape.channels;
      stepHead(head, headRecords[index]!, seen[head.population]!, channels);
    });
    previous = current;
  }
  return { populations: populationRecords, heads: headRecords };
}

/** Number of neurons, or of values, in a tensor of this shape. */
export function size(shape: Shape): number {
  return shape.channels * shape.height * shape.width;
}

function chosenHeads(network: SpikingNetwork, names: readonly string[] | undefined): readonly SpikingHead[] {
  if (names === undefined) return network.heads;
  return names.map((name) => {
    const head = network.heads.find((candidate) => candidate.name === name);
    if (head === undefined) throw new UserError(`the network has no head called '${name}'`);
    return head;
  });
}

/** V at t = 0 for one channel or class: round half up. */
function initialMembrane(threshold: number, fraction: number): number {
  return Math.floor(threshold * fraction + 0.5);
}

function startPopulation(
  { name, shape, threshold }: SpikingPopulation,
  initialPotential: number,
): PopulationRecord {
  const membranes = new Float64Array(size(shape));
  for (let neuron = 0; neuron < membranes.length; neuron++) {
    membranes[neuron] = initialMembrane(threshold[neuron % shape.channels]!, initialPotential);
  }
  return { name, spikes: [], synapticOperations: [], allOperations: [], spikeTensors: [], membranes };
}

function startHead(head: SpikingHead, initialPotential: number): HeadRecord {
  const membranes = Float64Array.from(head.threshold, (value) => initialMembrane(value, initialPotential));
  const counts = new Uint32Array(head.threshold.length);
  return {
    name: head.name,
    spikeBits: [],
    spikes: [],
    synapticOperations: [],
    allOperations: [],
    counts,
    membranes,
  };
}

/** One timestep of one population, eq. (5)-(7). Returns its spikes. */
function stepPopulation(
  network: SpikingNetwork,
  population: SpikingPopulation,
  record: PopulationRecord,
  input: Int16Array,
  seen: readonly Uint8Array[],
): Uint8Array {
  const { membranes } = record;
  const { channels } = population.shape;
  let operations = 0;
  let allOperations = 0;
  for (const synapses of population.synapses) {
    const fromImage = synapses.source === IMAGE;
    // The image arrives as numbers instead of spikes, the same at every timestep: a constant current.
    const values = fromImage ? input : seen[synapses.source]!;
    const from = fromImage ? network.input : network.populations[synapses.source]!.shape;
    const receive: Visit = (source, neuron, weight) => {
      membranes[neuron] = membranes[neuron]! + weight * values[source]!;
      if (fromImage) return;
      allOperations++;
      if (weight !== 0) operations++;
    };
    arrivals(synapses, from, population.shape, receive, values);
  }
  for (let neuron = 0; neuron < membranes.length; neuron++) {
    membranes[neuron] = membranes[neuron]! + population.bias[neuron % channels]!;
    if (membranes[neuron] !== (membranes[neuron]! | 0)) {
      throw new UserError(
        `population ${population.name}: membrane potential ${membranes[neuron]} leaves int32`,
      );
    }
  }
  const spikes = fire(membranes, population.threshold);
  record.spikes.push(total(spikes));
  record.synapticOperations.push(operations);
  record.allOperations.push(allOperations);
  return spikes;
}

/** One timestep of a head: pooled spikes through the fully connected layer, then eq. (6) and (7). */
function stepHead(head: SpikingHead, record: HeadRecord, source: Uint8Array, channels: number): void {
  const { membranes } = record;
  const classes = membranes.length;
  const pooled = new Array<number>(channels).fill(0);
  source.forEach((spike, neuron) => {
    pooled[neuron % channels]! += spike;
  });
  for (let j = 0; j < classes; j++) {
    let current = head.bias[j]!;
    for (let channel = 0; channel < channels; channel++) {
      current += pooled[channel]! * head.weights[channel * classes + j]!;
    }
    membranes[j] = membranes[j]! + current;
    if (!Number.isSafeInteger(membranes[j])) {
      throw new UserError(`head ${head.name}: membrane potential ${membranes[j]} is no longer exact`);
    }
  }
  const spikes = fire(membranes, head.threshold);
  spikes.forEach((spike, j) => {
    record.counts[j]! += spike;
  });
  record.spikeBits.push(spikes);
  record.spikes.push(total(spikes));
  let operations = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (let j = 0; j < classes; j++) {
      if (head.weights[channel * classes + j] !== 0) operations += pooled[channel]!;
    }
  }
  record.synapticOperations.push(operations);
  record.allOperations.push(total(source) * classes);
}

/** Eq. (6) and (7): strictly above the threshold, at most one spike a timestep, reset by subtraction. */
function fire(membranes: Float64Array, threshold: Int32Array): Uint8Array {
  const spikes = new Uint8Array(membranes.length);
  for (let neuron = 0; neuron < membranes.length; neuron++) {
    const limit = threshold[neuron % threshold.length]!;
    if (membranes[neuron]! > limit) {
      spikes[neuron] = 1;
      membranes[neuron] = membranes[neuron]! - limit;
    }
  }
  return spikes;
}

function total(values: Uint8Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
