/**
 * Small networks whose spikes are forced: every neuron of the first layer has its own constant current, so that it
 * fires at a chosen rate. Behind it stands the one connection that is measured, into neurons that never fire.
 *
 *   image [y][x][C] --1x1, identity matrix--> source [y][x][C] --connection--> target --1x1, one pixel--> tail, head
 *
 * The tail keeps the obligatory head away from the measured layer: it is a single neuron that reads one pixel.
 */

import { outputExtent, sizeOf } from '../../src/graph/extents.js';
import { IMAGE, type Shape, type SpikingNetwork, type SpikingPopulation, type SpikingSynapses } from '../../src/graph/network.js';
import { uniformNumbers } from '../../src/random.js';

/** Binary digits of a threshold of the source: a current of 2^14 fires at every timestep. */
const THRESHOLD_BITS = 14;
/** A threshold that no measured run reaches. */
const NEVER = 2 ** 30;

/** What is measured: a convolution with as many channels as it has outputs, or an identity. */
export type ForcedConnection =
  | {
      readonly kind: 'convolution';
      readonly channels: number;
      readonly kernel: number;
      readonly stride: number;
    }
  | { readonly kind: 'identity' };

export interface ForcedNetworkOptions {
  readonly connection?: ForcedConnection;
  /** A head of this many classes on the source instead of the tail. */
  readonly classes?: number;
}

/** Builds the network. Its input has the shape of the source. */
export function forcedNetwork(source: Shape, options: ForcedNetworkOptions = {}): SpikingNetwork {
  const { connection, classes } = options;
  const layers = [sourceLayer(source)];
  if (connection !== undefined) layers.push(targetLayer(source, connection));
  if (classes === undefined) layers.push(tailLayer(layers.length - 1, layers.at(-1)!.shape));
  const last = layers.length - 1;
  const { channels } = layers[last]!.shape;
  const count = classes ?? 1;
  return {
    name: 'forced spikes',
    input: source,
    normalisation: { mean: [0], deviation: [1] },
    inputFractionBits: THRESHOLD_BITS,
    labels: Array.from({ length: count }, (_, index) => `class ${index}`),
    layers,
    heads: [
      {
        name: 'final',
        block: 1,
        layer: last,
        weights: randomWeights(channels * count),
        bias: new Int32Array(count),
        threshold: new Int32Array(count).fill(NEVER),
        lambda: 1,
        priorStrength: 0,
      },
    ],
    defaults: { timesteps: 64, initialPotential: 0.5, propagation: 'synchronous', forgetting: 0, head: null },
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

function sourceLayer(shape: Shape): SpikingPopulation {
  const { channels } = shape;
  const weights = new Int8Array(channels * channels);
  for (let channel = 0; channel < channels; channel++) weights[channel * (channels + 1)] = 1;
  return layer('source', shape, 2 ** THRESHOLD_BITS, [
    { kind: 'convolution', source: IMAGE, kernel: 1, stride: 1, padding: 0, weights },
  ]);
}

function targetLayer(source: Shape, connection: ForcedConnection): SpikingPopulation {
  if (connection.kind === 'identity') {
    const weights = new Int32Array(source.channels).fill(100);
    return layer('target', source, NEVER, [{ kind: 'identity', source: 0, weights }]);
  }
  const { channels, kernel, stride } = connection;
  const padding = (kernel - 1) / 2;
  const extent = (size: number) => outputExtent(size, kernel, stride, padding);
  const shape = { channels, height: extent(source.height), width: extent(source.width) };
  const weights = randomWeights(kernel ** 2 * source.channels * channels);
  return layer('target', shape, NEVER, [
    { kind: 'convolution', source: 0, kernel, stride, padding, weights },
  ]);
}

function tailLayer(source: number, { channels, height, width }: Shape): SpikingPopulation {
  const stride = Math.max(height, width);
  return layer('tail', { channels: 1, height: 1, width: 1 }, NEVER, [
    { kind: 'convolution', source, kernel: 1, stride, padding: 0, weights: randomWeights(channels) },
  ]);
}

function layer(
  name: string,
  shape: Shape,
  threshold: number,
  connections: SpikingSynapses[],
): SpikingPopulation {
  return {
    name,
    shape,
    block: name === 'source' ? 0 : 1,
    connections,
    bias: new Int32Array(shape.channels),
    threshold: new Int32Array(shape.channels).fill(threshold),
    lambda: 1,
  };
}

function randomWeights(count: number): Int8Array {
  const random = uniformNumbers(count);
  return Int8Array.from({ length: count }, () => Math.floor(random() * 255) - 127);
}
