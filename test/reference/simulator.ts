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
  SpikingConvolution,
  SpikingHead,
  SpikingIdentity,
  SpikingLayer,
  SpikingNetwork,
} from '../../src/model/graph.js';
import { IMAGE } from '../../src/model/graph.js';

export interface SimulationOptions {
  readonly timesteps: number;
  readonly propagation: Propagation;
  /** Membrane potential at the start, as a fraction of the threshold. */
  readonly initialPotential: number;
  /** Names of the heads to simulate, default all. Every layer is simulated whatever the heads. */
  readonly heads?: readonly string[] | undefined;
  /** Keep the spike tensors of every layer, one per timestep. */
  readonly recordSpikes?: boolean;
}

export interface LayerRecord {
  readonly name: string;
  /** Spikes emitted, per timestep. */
  readonly spikes: number[];
  /** Synaptic operations received, per timestep: one for every spike and every synapse that it arrives over. */
  readonly synapticOperations: number[];
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
  /** Spikes per class over all timesteps: M_j of eq. (10). */
  readonly counts: Uint32Array;
  readonly membranes: Float64Array;
}

export interface Simulation {
  readonly layers: LayerRecord[];
  readonly heads: HeadRecord[];
}

/**
 * Simulates `network` on one image.
 *
 * @param input - `[y][x][channel]` integers, multiples of 2^-inputFractionBits.
 * @throws UserError if the input does not fit the network, a head is unknown, or a layer's membrane potential
 *   leaves int32.
 */
export function simulate(network: SpikingNetwork, input: Int16Array, options: SimulationOptions): Simulation {
  if (input.length !== size(network.input)) {
    throw new UserError(`the input has ${input.length} values, the network takes ${size(network.input)}`);
  }
  const heads = chosenHeads(network, options.heads);
  const layerRecords = network.layers.map((layer) => startLayer(layer, options.initialPotential));
  const headRecords = heads.map((head) => startHead(head, options.initialPotential));
  let previous: Uint8Array[] = network.layers.map((layer) => new Uint8Array(size(layer.shape)));

  for (let t = 1; t <= options.timesteps; t++) {
    const current: Uint8Array[] = [];
    const seen = options.propagation === 'synchronous' ? current : previous;
    network.layers.forEach((layer, index) => {
      current[index] = stepLayer(network, layer, layerRecords[index]!, input, seen);
      if (options.recordSpikes) layerRecords[index]!.spikeTensors.push(current[index]!);
    });
    heads.forEach((head, index) => {
      const channels = network.layers[head.layer]!.shape.channels;
      stepHead(head, headRecords[index]!, seen[head.layer]!, channels);
    });
    previous = current;
  }
  return { layers: layerRecords, heads: headRecords };
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

function startLayer(layer: SpikingLayer, initialPotential: number): LayerRecord {
  const { channels } = layer.shape;
  const membranes = new Float64Array(size(layer.shape));
  for (let neuron = 0; neuron < membranes.length; neuron++) {
    membranes[neuron] = initialMembrane(layer.threshold[neuron % channels]!, initialPotential);
  }
  return { name: layer.name, spikes: [], synapticOperations: [], spikeTensors: [], membranes };
}

function startHead(head: SpikingHead, initialPotential: number): HeadRecord {
  const membranes = Float64Array.from(head.threshold, (value) => initialMembrane(value, initialPotential));
  const counts = new Uint32Array(head.threshold.length);
  return { name: head.name, spikeBits: [], spikes: [], synapticOperations: [], counts, membranes };
}

/** One timestep of one layer, eq. (5)-(7). Returns its spikes. */
function stepLayer(
  network: SpikingNetwork,
  layer: SpikingLayer,
  record: LayerRecord,
  input: Int16Array,
  seen: readonly Uint8Array[],
): Uint8Array {
  const { membranes } = record;
  const { channels } = layer.shape;
  let operations = 0;
  for (const connection of layer.connections) {
    const fromImage = connection.source === IMAGE;
    // The image arrives as numbers instead of spikes, the same at every timestep: a constant current.
    const values = fromImage ? input : seen[connection.source]!;
    const shape = fromImage ? network.input : network.layers[connection.source]!.shape;
    const arrived =
      connection.kind === 'convolution'
        ? convolve(connection, values, shape, membranes, layer.shape)
        : addIdentity(connection, values, channels, membranes);
    if (!fromImage) operations += arrived;
  }
  for (let neuron = 0; neuron < membranes.length; neuron++) {
    membranes[neuron] = membranes[neuron]! + layer.bias[neuron % channels]!;
    if (membranes[neuron] !== (membranes[neuron]! | 0)) {
      throw new UserError(`layer ${layer.name}: membrane potential ${membranes[neuron]} leaves int32`);
    }
  }
  const spikes = fire(membranes, layer.threshold);
  record.spikes.push(total(spikes));
  record.synapticOperations.push(operations);
  return spikes;
}

/** Adds a convolution of `values` to the membranes; returns the synapses over which a non-zero value arrived. */
function convolve(
  convolution: SpikingConvolution,
  values: Int16Array | Uint8Array,
  from: Shape,
  membranes: Float64Array,
  to: Shape,
): number {
  const { kernel, stride, padding, weights } = convolution;
  let arrived = 0;
  for (let y = 0; y < to.height; y++) {
    for (let x = 0; x < to.width; x++) {
      for (let kernelY = 0; kernelY < kernel; kernelY++) {
        for (let kernelX = 0; kernelX < kernel; kernelX++) {
          const sourceY = y * stride + kernelY - padding;
          const sourceX = x * stride + kernelX - padding;
          if (sourceY < 0 || sourceY >= from.height || sourceX < 0 || sourceX >= from.width) continue;
          for (let source = 0; source < from.channels; source++) {
            const value = values[(sourceY * from.width + sourceX) * from.channels + source]!;
            if (value === 0) continue;
            for (let channel = 0; channel < to.channels; channel++) {
              const tap = kernelY * kernel + kernelX;
              const weight = weights[(tap * from.channels + source) * to.channels + channel]!;
              const neuron = (y * to.width + x) * to.channels + channel;
              membranes[neuron] = membranes[neuron]! + weight * value;
              arrived++;
            }
          }
        }
      }
    }
  }
  return arrived;
}

/** Adds a skip connection to the membranes; returns the synapses over which a non-zero value arrived. */
function addIdentity(
  identity: SpikingIdentity,
  values: Int16Array | Uint8Array,
  channels: number,
  membranes: Float64Array,
): number {
  let arrived = 0;
  for (let neuron = 0; neuron < membranes.length; neuron++) {
    const value = values[neuron]!;
    if (value === 0) continue;
    membranes[neuron] = membranes[neuron]! + identity.weights[neuron % channels]! * value;
    arrived++;
  }
  return arrived;
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
  record.synapticOperations.push(total(source) * classes);
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
