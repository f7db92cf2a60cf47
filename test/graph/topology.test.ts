/** What must hold between the fields of a model; writing a model checks it as reading one does. */
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { writeModel } from '../../src/file/file.js';
import { squareWindow } from '../../src/graph/extents.js';
import type {
  Convolution,
  Shape,
  SpikingNetwork,
  SpikingPopulation,
  SpikingSynapses,
} from '../../src/graph/network.js';

function convolution(source: number, weights: number, kernel = 1): Convolution<Int8Array> {
  const window = squareWindow(kernel, 1, (kernel - 1) / 2);
  return { kind: 'convolution', source, ...window, groups: 1, weights: new Int8Array(weights) };
}

function depthwise(source: number, weights: number, kernel = 1): SpikingSynapses {
  const window = squareWindow(kernel, 1, (kernel - 1) / 2);
  return { kind: 'depthwise', source, ...window, weights: new Int8Array(weights) };
}

function dense(source: number, weights: number): SpikingSynapses {
  return { kind: 'dense', source, weights: new Int8Array(weights) };
}

function perChannel(source: number, channels: number): SpikingSynapses {
  return { kind: 'per-channel', source, weights: new Int32Array(channels) };
}

function population(name: string, shape: Shape, ...synapses: SpikingSynapses[]): SpikingPopulation {
  const bias = new Int32Array(shape.channels);
  return { name, shape, synapses, bias, threshold: bias.slice().fill(1), lambda: 1 };
}

/** One final head behind the last of these populations. */
function networkOf(input: Shape, populations: SpikingPopulation[], classes = 1): SpikingNetwork {
  const bias = new Int32Array(classes);
  const weights = new Int8Array(populations[populations.length - 1]!.shape.channels * classes);
  const head = {
    population: populations.length - 1,
    weights,
    bias,
    threshold: bias.slice().fill(1),
  };
  return {
    name: 'test',
    input,
    normalisation: { mean: Array(input.channels).fill(0), deviation: Array(input.channels).fill(1) },
    inputFractionBits: 7,
    labels: Array.from({ length: classes }, (_, index) => `class ${index}`),
    populations,
    heads: [{ ...head, name: 'final', lambda: 1, priorStrength: 0 }],
    defaults: {
      coding: 'rate',
      digits: 4,
      readout: 'spikes',
      timesteps: 1,
      initialPotential: 0,
      propagation: 'pipelined',
      forgetting: 0,
      head: null,
    },
    provenance: {},
  };
}

const shape = (channels: number, height: number, width: number): Shape => ({ channels, height, width });
const grey = shape(1, 2, 3);
const stem = population('stem', shape(2, 2, 3), convolution(-1, 2));

describe('a model', () => {
  it('is written when all holds', () => {
    const skip = { kind: 'per-channel', source: 0, weights: new Int32Array(2) } as const;
    const second = population('second', stem.shape, skip, convolution(0, 36, 3));
    expect(() => writeModel(networkOf(grey, [stem, second]))).not.toThrow();
    const widest = shape(64, 1, 1023);
    const both = population('a', stem.shape, convolution(-1, 2), convolution(-1, 18, 3));
    expect(() => writeModel(networkOf(grey, [both]))).not.toThrow();
    const other = population('other', shape(5, 1, 1), dense(-1, 30), dense(0, 60));
    expect(() => writeModel(networkOf(grey, [stem, other]))).not.toThrow();
    const own = population('own', stem.shape, depthwise(0, 2 * 15 * 15, 15), {
      ...convolution(0, 2),
      groups: 2,
    });
    expect(() => writeModel(networkOf(grey, [stem, own]))).not.toThrow();
    const network = networkOf(shape(1, 1, 1023), [population('a', widest, convolution(-1, 64))]);
    expect(() => writeModel(network)).not.toThrow();
  });

  it.each<[string, SpikingNetwork, RegExp]>([
    [
      'a row of more than 65535 neurons',
      networkOf(shape(1, 1, 1024), [population('a', shape(64, 1, 1024), convolution(-1, 64))]),
      /populations\[0\].shape must have width x channels of at most 65535, but has 1024 x 64/,
    ],
    [
      'a feature map of another width',
      networkOf(grey, [population('a', shape(2, 2, 4), convolution(-1, 2))]),
      /must give a feature map of its population's 2 x 4, but gives 2 x 3/,
    ],
    [
      'a feature map of another height',
      networkOf(grey, [population('a', shape(2, 3, 3), convolution(-1, 2))]),
      /must give a feature map of its population's 3 x 3, but gives 2 x 3/,
    ],
    [
      'a window of more than 65536 neurons',
      networkOf(grey, [
        population('a', shape(292, 2, 3), convolution(-1, 292)),
        population('b', shape(1, 2, 3), convolution(0, 292 * 225, 15)),
      ]),
      /populations\[1\].synapses\[0\] must have taps x channels of at most 65536, but has 225 x 292/,
    ],
    ...[shape(3, 2, 3), shape(2, 3, 3), shape(2, 2, 4)].map((other): [string, SpikingNetwork, RegExp] => [
      `a skip to ${Object.values(other).join(' x ')}`,
      networkOf(grey, [stem, population('second', other, perChannel(0, other.channels))]),
      other.channels === 3
        ? /populations\[1\].synapses\[0\] must join populations of as many channels, but joins 2 to 3$/
        : /populations\[1\].synapses\[0\] must join populations of equal shape$/,
    ]),
    [
      'a skip of the image',
      networkOf(grey, [population('a', grey, perChannel(-1, 1))]),
      /populations\[0\].synapses\[0\] must not read the image: per-channel synapses have no int8 weights$/,
    ],
    [
      'groups that do not divide the channels',
      networkOf(grey, [stem, population('b', shape(3, 2, 3), { ...convolution(0, 3), groups: 2 })]),
      /populations\[1\].synapses\[0\].groups must be a divisor of 2 and of 3 channels, but is 2$/,
    ],
    [
      'a depthwise convolution to other channels',
      networkOf(grey, [stem, population('b', shape(4, 2, 3), depthwise(0, 4))]),
      /populations\[1\].synapses\[0\] must join populations of as many channels, but joins 2 to 4$/,
    ],
    [
      'a depthwise window of more than 256 taps',
      networkOf(grey, [stem, population('b', stem.shape, depthwise(0, 2 * 17 * 17, 17))]),
      /populations\[1\].synapses\[0\] must have at most 256 taps, but has 289$/,
    ],
    [
      'dense synapses to a feature map',
      networkOf(grey, [stem, population('b', shape(5, 1, 2), dense(0, 2 * 6 * 5))]),
      /populations\[1\].synapses\[0\] must feed a population of 1 x 1 pixel, but feeds 1 x 2$/,
    ],
    [
      'dense synapses from more than 65536 neurons',
      networkOf(shape(1, 300, 219), [population('a', shape(1, 1, 1), dense(-1, 300 * 219))]),
      /populations\[0\].synapses\[0\] must have taps x channels of at most 65536, but has 65700 x 1$/,
    ],
    [
      'too many neurons',
      networkOf(shape(1, 1024, 1023), [population('a', shape(16, 1024, 1023), convolution(-1, 16))]),
      /must have at most 16777216 neurons with the image, but has 17808384/,
    ],
    [
      'too many synapses',
      networkOf(shape(1, 255, 1023), [population('a', shape(60, 255, 1023), convolution(-1, 60))], 1200),
      /must have at most 17179869184 synapses, but has 18797931900/,
    ],
    [
      'too large a bias',
      networkOf(grey, [{ ...stem, bias: Int32Array.of(0, 2 ** 30 + 1) }]),
      /populations\[0\].bias must hold values from -1073741824 to 1073741824, but \[1\] is 1073741825/,
    ],
    [
      'too negative a bias',
      networkOf(grey, [{ ...stem, bias: Int32Array.of(-(2 ** 30) - 1, 0) }]),
      /populations\[0\].bias must hold values from .*, but \[0\] is -1073741825/,
    ],
    [
      'too large a threshold',
      networkOf(grey, [{ ...stem, threshold: Int32Array.of(1, 2 ** 30 + 1) }]),
      /populations\[0\].threshold must hold values from 1 to 1073741824, but \[1\] is 1073741825/,
    ],
  ])('is refused with %s', (_, network, message) => {
    expect(() => writeModel(network)).toThrow(UserError);
    expect(() => writeModel(network)).toThrow(message);
  });
});
