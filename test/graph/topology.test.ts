/** What must hold between the fields of a model; writing a model checks it as reading one does. */
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { writeModel } from '../../src/file/file.js';
import type {
  Shape,
  SpikingSynapses,
  SpikingConvolution,
  SpikingPopulation,
  SpikingNetwork,
} from '../../src/graph/network.js';

function convolution(source: number, weights: number, kernel = 1): SpikingConvolution {
  const padding = (kernel - 1) / 2;
  return { kind: 'convolution', source, kernel, stride: 1, padding, weights: new Int8Array(weights) };
}

function layer(name: string, shape: Shape, ...connections: SpikingSynapses[]): SpikingPopulation {
  const bias = new Int32Array(shape.channels);
  return { name, shape, block: 0, connections, bias, threshold: bias.slice().fill(1), lambda: 1 };
}

/** One final head behind the last of these layers. */
function networkOf(input: Shape, layers: SpikingPopulation[], classes = 1): SpikingNetwork {
  const bias = new Int32Array(classes);
  const weights = new Int8Array(layers[layers.length - 1]!.shape.channels * classes);
  const head = { block: 0, layer: layers.length - 1, weights, bias, threshold: bias.slice().fill(1) };
  return {
    name: 'test',
    input,
    normalisation: { mean: Array(input.channels).fill(0), deviation: Array(input.channels).fill(1) },
    inputFractionBits: 7,
    labels: Array.from({ length: classes }, (_, index) => `class ${index}`),
    layers,
    heads: [{ ...head, name: 'final', lambda: 1, priorStrength: 0 }],
    defaults: { timesteps: 1, initialPotential: 0, propagation: 'pipelined', forgetting: 0, head: null },
    provenance: {},
  };
}

const shape = (channels: number, height: number, width: number): Shape => ({ channels, height, width });
const grey = shape(1, 2, 3);
const stem = layer('stem', shape(2, 2, 3), convolution(-1, 2));

describe('a model', () => {
  it('is written when all holds', () => {
    const identity = { kind: 'identity', source: 0, weights: new Int32Array(2) } as const;
    const second = layer('second', stem.shape, identity, convolution(0, 36, 3));
    expect(() => writeModel(networkOf(grey, [stem, second]))).not.toThrow();
    const widest = shape(64, 1, 1023);
    const network = networkOf(shape(1, 1, 1023), [layer('a', widest, convolution(-1, 64))]);
    expect(() => writeModel(network)).not.toThrow();
  });

  const identity = (source: number, channels: number): SpikingSynapses => {
    return { kind: 'identity', source, weights: new Int32Array(channels) };
  };

  it.each<[string, SpikingNetwork, RegExp]>([
    [
      'a row of more than 65535 neurons',
      networkOf(shape(1, 1, 1024), [layer('a', shape(64, 1, 1024), convolution(-1, 64))]),
      /layers\[0\].shape must have width x channels of at most 65535, but has 1024 x 64/,
    ],
    [
      'a feature map of another width',
      networkOf(grey, [layer('a', shape(2, 2, 4), convolution(-1, 2))]),
      /must give a feature map of its layer's 2 x 4, but gives 2 x 3/,
    ],
    [
      'a feature map of another height',
      networkOf(grey, [layer('a', shape(2, 3, 3), convolution(-1, 2))]),
      /must give a feature map of its layer's 3 x 3, but gives 2 x 3/,
    ],
    [
      'a window of more than 65536 neurons',
      networkOf(grey, [
        layer('a', shape(292, 2, 3), convolution(-1, 292)),
        layer('b', shape(1, 2, 3), convolution(0, 292 * 225, 15)),
      ]),
      /layers\[1\].connections\[0\] must have kernel x kernel x channels of at most 65536, but has 15 x 15 x 292/,
    ],
    ...[shape(3, 2, 3), shape(2, 3, 3), shape(2, 2, 4)].map((other): [string, SpikingNetwork, RegExp] => [
      `an identity to ${Object.values(other).join(' x ')}`,
      networkOf(grey, [stem, layer('second', other, identity(0, other.channels))]),
      /layers\[1\].connections\[0\] must join layers of equal shape/,
    ]),
    [
      'two convolutions of the image',
      networkOf(grey, [layer('a', stem.shape, convolution(-1, 2), convolution(-1, 2))]),
      /layers\[0\].connections must be a single convolution, because this layer reads the image/,
    ],
    [
      'an identity of the image',
      networkOf(grey, [layer('a', grey, identity(-1, 1))]),
      /layers\[0\].connections must be a single convolution/,
    ],
    [
      'too many neurons',
      networkOf(shape(1, 1024, 1023), [layer('a', shape(16, 1024, 1023), convolution(-1, 16))]),
      /must have at most 16777216 neurons with the image, but has 17808384/,
    ],
    [
      'too many synapses',
      networkOf(shape(1, 255, 1023), [layer('a', shape(60, 255, 1023), convolution(-1, 60))], 1200),
      /must have at most 17179869184 synapses, but has 18797931900/,
    ],
    [
      'too large a bias',
      networkOf(grey, [{ ...stem, bias: Int32Array.of(0, 2 ** 30 + 1) }]),
      /layers\[0\].bias must hold values from -1073741824 to 1073741824, but \[1\] is 1073741825/,
    ],
    [
      'too negative a bias',
      networkOf(grey, [{ ...stem, bias: Int32Array.of(-(2 ** 30) - 1, 0) }]),
      /layers\[0\].bias must hold values from .*, but \[0\] is -1073741825/,
    ],
    [
      'too large a threshold',
      networkOf(grey, [{ ...stem, threshold: Int32Array.of(1, 2 ** 30 + 1) }]),
      /layers\[0\].threshold must hold values from 1 to 1073741824, but \[1\] is 1073741825/,
    ],
  ])('is refused with %s', (_, network, message) => {
    expect(() => writeModel(network)).toThrow(UserError);
    expect(() => writeModel(network)).toThrow(message);
  });
});
