/**
 * What the plain JavaScript baselines have in common: they step the same integer network as the engine, synchronous,
 * and show every population's spikes, so that they can be compared neuron by neuron. They leave the heads out, which is in
 * their favour.
 */
import {
  type Convolution,
  IMAGE,
  type PerChannel,
  type SpikingNetwork,
  type SpikingPopulation,
  type SpikingSynapses,
} from '../../src/graph/network.js';

export interface Baseline {
  /** Computes one timestep of all populations. */
  step(): void;
  /** One byte a neuron, `[y][x][channel]`: the spikes of the last timestep. A copy. */
  spikes(population: number): Uint8Array;
}

/** A convolution of all channels to all. */
export type SpikingConvolution = Convolution<Int8Array>;

/**
 * What the baselines compute: the synapses of residual networks.
 *
 * @throws Error that names any others
 */
export function plainSynapses(synapses: SpikingSynapses): SpikingConvolution | PerChannel<Int32Array> {
  if (synapses.kind === 'per-channel') return synapses;
  if (synapses.kind === 'convolution' && synapses.groups === 1) {
    const { height, width } = synapses.dilation;
    if (height === 1 && width === 1) return synapses;
  }
  throw new Error(`the JavaScript baselines have no ${synapses.kind} synapses of this form`);
}

/** Rounds up to a multiple. */
export const padded = (count: number, multiple: number): number => Math.ceil(count / multiple) * multiple;

/** Membrane potential of every channel at the start. */
export function initialMembrane({ threshold }: SpikingPopulation, initialPotential: number): Int32Array {
  return threshold.map((value) => Math.floor(value * initialPotential + 0.5));
}

/** The constant current of the first population, `[y][x][channel]`; computed once an image, as the engine does. */
export function analogCurrent(network: SpikingNetwork, input: Int16Array): Int32Array {
  const { shape, synapses } = network.populations[0]!;
  const { kernel, stride, padding, weights } = plainSynapses(synapses[0]!) as SpikingConvolution;
  const from = network.input;
  const current = new Int32Array(shape.height * shape.width * shape.channels);
  for (let y = 0; y < shape.height; y++) {
    for (let x = 0; x < shape.width; x++) {
      const out = (y * shape.width + x) * shape.channels;
      for (let tap = 0; tap < kernel.height * kernel.width; tap++) {
        const sourceY = y * stride.height + Math.floor(tap / kernel.width) - padding.top;
        const sourceX = x * stride.width + (tap % kernel.width) - padding.left;
        if (sourceY < 0 || sourceY >= from.height || sourceX < 0 || sourceX >= from.width) continue;
        for (let channel = 0; channel < from.channels; channel++) {
          const value = input[(sourceY * from.width + sourceX) * from.channels + channel]!;
          const row = (tap * from.channels + channel) * shape.channels;
          for (let target = 0; target < shape.channels; target++) {
            current[out + target]! += weights[row + target]! * value;
          }
        }
      }
    }
  }
  return current;
}

/** Width of the border of zeros that lets every convolution of a population's spikes read without a test. */
export function borderOf(network: SpikingNetwork, population: number): number {
  const readers = network.populations.flatMap(({ synapses }) =>
    synapses.flatMap((one) =>
      one.kind === 'convolution' && one.source === population ? Object.values(one.padding) : [],
    ),
  );
  return Math.max(0, ...readers);
}

/** One entry a set of synapses: what `pack` makes of those that are convolutions of spikes, else `otherwise`. */
export function packConvolutions<Packed>(
  { synapses }: SpikingPopulation,
  pack: (weights: Int8Array) => Packed,
  otherwise: Packed,
): Packed[] {
  return synapses.map((one) => {
    const plain = plainSynapses(one);
    return plain.kind === 'convolution' && plain.source !== IMAGE ? pack(plain.weights) : otherwise;
  });
}
