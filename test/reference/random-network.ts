/**
 * Small random spiking networks with everything a residual network has: an analog first layer, strided and
 * unstrided convolutions, identity and 1x1 skip connections, several heads. The same seed gives the same network.
 */

import { squareWindow } from '../../src/graph/extents.js';
import type {
  Shape,
  SpikingHead,
  SpikingNetwork,
  SpikingPopulation,
  SpikingSynapses,
} from '../../src/graph/network.js';
import { IMAGE } from '../../src/graph/network.js';
import { uniformNumbers } from '../../src/random.js';
import { size } from './simulator.js';

export interface RandomNetworkOptions {
  /** Height and width of the image; default 6. */
  readonly extent?: number;
  /** Channels of the stem; later stages double them. Default 3. */
  readonly channels?: number;
  /** Default 5. */
  readonly classes?: number;
}

/** Seeded uniform numbers in [0, 1). */
export const randomNumbers = uniformNumbers;

/** An input tensor for the network, integers between -600 and 600. */
export function randomInput(network: SpikingNetwork, seed: number): Int16Array {
  const random = randomNumbers(seed);
  return Int16Array.from({ length: size(network.input) }, () => between(random, -600, 600));
}

/** A stem, an identity block, a strided block with a 1x1 skip, and a head after each block. */
export function randomNetwork(seed: number, options: RandomNetworkOptions = {}): SpikingNetwork {
  const { extent = 6, channels = 3, classes = 5 } = options;
  const random = randomNumbers(seed);
  const input: Shape = { channels: 2, height: extent, width: extent };
  const narrow: Shape = { channels, height: extent, width: extent };
  const half = Math.ceil(extent / 2);
  const wide: Shape = { channels: channels * 2, height: half, width: half };
  const conv = (source: number, from: Shape, to: Shape, kernel: number, stride: number): SpikingSynapses => ({
    kind: 'convolution',
    source,
    ...squareWindow(kernel, stride, (kernel - 1) / 2),
    groups: 1,
    weights: Int8Array.from({ length: kernel * kernel * from.channels * to.channels }, () =>
      between(random, -60, 127),
    ),
  });
  const identity = (source: number, shape: Shape): SpikingSynapses => ({
    kind: 'per-channel',
    source,
    weights: Int32Array.from({ length: shape.channels }, () => between(random, 50, 400)),
  });
  const population = (name: string, shape: Shape, synapses: SpikingSynapses[]): SpikingPopulation => ({
    name,
    shape,
    synapses,
    bias: Int32Array.from({ length: shape.channels }, () => between(random, -50, 100)),
    threshold: Int32Array.from({ length: shape.channels }, () => between(random, 100, 700)),
    lambda: 1,
  });
  const populations = [
    population('stem', narrow, [conv(IMAGE, input, narrow, 3, 1)]),
    population('block1.first', narrow, [conv(0, narrow, narrow, 3, 1)]),
    population('block1', narrow, [conv(1, narrow, narrow, 3, 1), identity(0, narrow)]),
    population('block2.first', wide, [conv(2, narrow, wide, 3, 2)]),
    population('block2', wide, [conv(3, wide, wide, 3, 1), conv(2, narrow, wide, 1, 2)]),
  ];
  const head = (name: string, index: number): SpikingHead => ({
    name,
    population: index,
    weights: Int8Array.from({ length: populations[index]!.shape.channels * classes }, () =>
      between(random, -90, 127),
    ),
    bias: Int32Array.from({ length: classes }, () => between(random, -100, 300)),
    threshold: Int32Array.from({ length: classes }, () => between(random, 500, 3000)),
    lambda: 1,
    priorStrength: 10,
  });
  return {
    name: `random-${seed}`,
    input,
    normalisation: { mean: [0.5, 0.5], deviation: [0.25, 0.25] },
    inputFractionBits: 8,
    labels: Array.from({ length: classes }, (_, j) => `class ${j}`),
    populations,
    heads: [head('IP1', 2), head('FP', 4)],
    defaults: {
      coding: 'rate',
      digits: 4,
      readout: 'spikes',
      timesteps: 8,
      initialPotential: 0.5,
      propagation: 'synchronous',
      forgetting: 0,
      head: 'IP1',
    },
    provenance: {},
  };
}

function between(random: () => number, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}
