/**
 * Small networks whose spikes are forced: every neuron of the first layer has its own constant current, so that it
 * fires at a chosen rate. Behind it stand the synapses that are measured, into neurons that never fire.
 *
 *   image [y][x][C] --1x1, identity matrix--> source [y][x][C] --synapses--> target --1x1, one pixel--> tail, head
 *
 * The tail keeps the obligatory head away from the measured layer: it is a single neuron that reads one pixel.
 */

import { outputExtent, sizeOf, squareWindow } from '../../src/graph/extents.js';
import {
  IMAGE,
  type RunDefaults,
  type Shape,
  type SpikingNetwork,
  type SpikingPopulation,
  type SpikingSynapses,
} from '../../src/graph/network.js';
import { uniformNumbers } from '../../src/random.js';

/** Binary digits of a threshold of the source: a current of 2^14 fires at every timestep. */
const THRESHOLD_BITS = 14;
/** A threshold that no measured run reaches. */
const NEVER = 2 ** 30;

/** What is measured; `channels` are those of the target, where it has others than the source. */
export type ForcedSynapses =
  | {
      readonly kind: 'convolution';
      readonly channels: number;
      readonly kernel: number;
      readonly stride: number;
    }
  | { readonly kind: 'depthwise'; readonly kernel: number; readonly stride: number }
  | { readonly kind: 'dense'; readonly channels: number }
  | { readonly kind: 'per-channel' };

export interface ForcedNetworkOptions {
  readonly synapses?: ForcedSynapses;
  /** A head of this many classes on the source instead of the tail. */
  readonly classes?: number;
}

/** How generated networks run unless they are asked otherwise. */
export const RATE_CODING: RunDefaults = {
  coding: 'rate',
  readout: 'spikes',
  digits: 4,
  timesteps: 64,
  initialPotential: 0.5,
  propagation: 'synchronous',
  forgetting: 0,
  head: null,
};

/** Builds the network. Its input has the shape of the source. */
export function forcedNetwork(source: Shape, options: ForcedNetworkOptions = {}): SpikingNetwork {
  const { synapses, classes } = options;
  const populations = [sourcePopulation(source)];
  if (synapses !== undefined) populations.push(targetPopulation(source, synapses));
  if (classes === undefined)
    populations.push(tailPopulation(populations.length - 1, populations.at(-1)!.shape));
  const last = populations.length - 1;
  const { channels } = populations[last]!.shape;
  const count = classes ?? 1;
  return {
    name: 'forced spikes',
    input: source,
    normalisation: { mean: [0], deviation: [1] },
    inputFractionBits: THRESHOLD_BITS,
    labels: Array.from({ length: count }, (_, index) => `class ${index}`),
    populations,
    heads: [
      {
        name: 'final',
        population: last,
        weights: randomWeights(channels * count),
        bias: new Int32Array(count),
        threshold: new Int32Array(count).fill(NEVER),
        lambda: 1,
        priorStrength: 0,
      },
    ],
    defaults: RATE_CODING,
    provenance: {},
  };
}

/**
 * Currents with which the source's neurons fire at this mean rate; each neuron's own rate is uniform between nothing
 * and twice as much, so that spikes of neighbours do not coincide.
 *
 * @param rate - spikes per neuron and timestep, 0 to 0.5
 */
export function forcedInput(source: Shape, rate: number, seed = 1): Int16Array {
  const random = uniformNumbers(seed);
  return Int16Array.from({ length: sizeOf(source) }, () =>
    Math.round(random() * 2 * rate * 2 ** THRESHOLD_BITS),
  );
}

/** Currents with which every neuron of the source fires at its own rate, `[y][x][channel]`, each 0 to 1. */
export function inputOfRates(rates: Float64Array): Int16Array {
  return Int16Array.from(rates, (rate) => Math.round(rate * 2 ** THRESHOLD_BITS));
}

function sourcePopulation(shape: Shape): SpikingPopulation {
  const { channels } = shape;
  const weights = new Int8Array(channels * channels);
  for (let channel = 0; channel < channels; channel++) weights[channel * (channels + 1)] = 1;
  return population('source', shape, 2 ** THRESHOLD_BITS, {
    kind: 'convolution',
    source: IMAGE,
    ...squareWindow(1),
    groups: 1,
    weights,
  });
}

function targetPopulation(source: Shape, synapses: ForcedSynapses): SpikingPopulation {
  const { channels } = source;
  switch (synapses.kind) {
    case 'per-channel': {
      const weights = new Int32Array(channels).fill(100);
      return population('target', source, NEVER, { kind: 'per-channel', source: 0, weights });
    }
    case 'dense': {
      const weights = randomWeights(sizeOf(source) * synapses.channels);
      const shape = { channels: synapses.channels, height: 1, width: 1 };
      return population('target', shape, NEVER, { kind: 'dense', source: 0, weights });
    }
    case 'depthwise': {
      const window = windowOf(synapses);
      const weights = randomWeights(synapses.kernel ** 2 * channels);
      const shape = { channels, ...outputExtent(source, window) };
      return population('target', shape, NEVER, { kind: 'depthwise', source: 0, ...window, weights });
    }
    case 'convolution': {
      const window = windowOf(synapses);
      const weights = randomWeights(synapses.kernel ** 2 * channels * synapses.channels);
      const shape = { channels: synapses.channels, ...outputExtent(source, window) };
      return population('target', shape, NEVER, {
        kind: 'convolution',
        source: 0,
        ...window,
        groups: 1,
        weights,
      });
    }
  }
}

/** A window that keeps the extent of its source, but for the stride. */
function windowOf({ kernel, stride }: { readonly kernel: number; readonly stride: number }) {
  return squareWindow(kernel, stride, (kernel - 1) / 2);
}

function tailPopulation(source: number, { channels, height, width }: Shape): SpikingPopulation {
  return population('tail', { channels: 1, height: 1, width: 1 }, NEVER, {
    kind: 'convolution',
    source,
    ...squareWindow(1, Math.max(height, width)),
    groups: 1,
    weights: randomWeights(channels),
  });
}

function population(
  name: string,
  shape: Shape,
  threshold: number,
  synapses: SpikingSynapses,
): SpikingPopulation {
  return {
    name,
    shape,
    synapses: [synapses],
    bias: new Int32Array(shape.channels),
    threshold: new Int32Array(shape.channels).fill(threshold),
    lambda: 1,
  };
}

function randomWeights(count: number): Int8Array {
  const random = uniformNumbers(count);
  return Int8Array.from({ length: count }, () => Math.floor(random() * 255) - 127);
}
