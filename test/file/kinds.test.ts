/** Headers of model files with every kind of synapses that were made to mislead, and tensors that are stored sparsely. */
import { isDeepStrictEqual } from 'node:util';
import { unpack } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { readModel, writeModel } from '../../src/file/file.js';
import { squareWindow } from '../../src/graph/extents.js';
import {
  IMAGE,
  type SpikingNetwork,
  type SpikingPopulation,
  type SpikingSynapses,
} from '../../src/graph/network.js';
import { uniform } from '../generate.js';
import { randomGraph } from '../reference/random-graph.js';
import {
  expectRefusal,
  forge,
  forgeData,
  forgeField,
  small,
  smallData,
  smallHeader,
} from '../support/small-model.js';

/** Weights from 1 to 100, none of them 0. */
const full = (length: number) => Int8Array.from({ length }, (_, index) => 1 + (index % 100));

function population(
  name: string,
  extent: number,
  channels: number,
  ...synapses: SpikingSynapses[]
): SpikingPopulation {
  const bias = new Int32Array(channels);
  const shape = { channels, height: extent, width: extent };
  return { name, shape, synapses, bias, threshold: bias.slice().fill(9), lambda: 1 };
}

/** Every kind once: grouped and dilated from the image, depthwise, in groups, dense with a gain beside it. */
const various: SpikingNetwork = {
  ...small,
  input: { channels: 2, height: 6, width: 6 },
  normalisation: { mean: [0, 0], deviation: [1, 1] },
  populations: [
    population('grouped', 6, 4, {
      kind: 'convolution',
      source: IMAGE,
      ...squareWindow(3, 1, 2),
      dilation: { height: 2, width: 2 },
      groups: 2,
      weights: full(9 * 1 * 4),
    }),
    population('depthwise', 3, 4, {
      kind: 'depthwise',
      source: 0,
      ...squareWindow(3, 2, 1),
      weights: full(9 * 4),
    }),
    population('pointwise', 3, 6, {
      kind: 'convolution',
      source: 1,
      ...squareWindow(1),
      groups: 2,
      weights: full(2 * 6),
    }),
    population(
      'dense',
      1,
      5,
      { kind: 'dense', source: 2, weights: full(54 * 5) },
      { kind: 'dense', source: IMAGE, weights: full(72 * 5) },
    ),
    population('gain', 1, 5, { kind: 'per-channel', source: 3, weights: Int32Array.of(1, 2, 3, 4, 5) }),
  ],
  heads: small.heads.map((head, index) => ({
    ...head,
    population: index === 0 ? 2 : 4,
    weights: full((index === 0 ? 6 : 5) * small.labels.length),
  })),
};
const file = writeModel(various);

const grouped = 'populations[0].synapses[0]';
const depthwise = 'populations[1].synapses[0]';
const pointwise = 'populations[2].synapses[0]';
const dense = 'populations[3].synapses[0]';
const gain = 'populations[4].synapses[0]';

describe('a file with every kind of synapses', () => {
  it('is read as it was written, its tensors where they are', () => {
    const network = readModel(file);
    expect(network).toEqual(various);
    for (const { synapses } of network.populations) {
      for (const { weights } of synapses) expect(weights.buffer).toBe(file.buffer);
    }
  });

  it.each<[string, unknown, RegExp]>([
    // groups
    [`${grouped}.groups`, 3, /synapses\[0\].groups must be an integer from 1 to 2, but is 3/],
    [`${grouped}.groups`, 1, /weights.shape\[2\] must be an integer from 2 to 2, but is 1/],
    [`${pointwise}.groups`, 4, /groups must be a divisor of 4 and of 6 channels, but is 4/],
    [`${pointwise}.groups`, 1, /weights.shape\[2\] must be an integer from 4 to 4, but is 2/],
    [`${pointwise}.groups`, -2, /groups must be an integer from 1 to 4, but is -2/],
    [`${depthwise}.groups`, 4, /synapses\[0\] has an unknown field "groups"/],
    // windows
    [
      `${depthwise}.kernel.height`,
      2,
      /gives 4 x 3|weights.shape\[0\] must be an integer from 2 to 2, but is 3/,
    ],
    [`${depthwise}.kernel.width`, 9, /must give a feature map of its population's 3 x 3, but gives 3 x 0/],
    [`${depthwise}.stride.height`, 1, /must give a feature map of its population's 3 x 3, but gives 6 x 3/],
    [`${depthwise}.stride.width`, 17, /stride.width must be an integer from 1 to 16, but is 17/],
    [`${depthwise}.padding.top`, 3, /padding.top must be an integer from 0 to 2, but is 3/],
    [`${grouped}.padding.left`, 5, /padding.left must be an integer from 0 to 4, but is 5/],
    [`${grouped}.padding.bottom`, 4, /must give a feature map of its population's 6 x 6, but gives 8 x 6/],
    [`${pointwise}.padding.right`, 1, /padding.right must be an integer from 0 to 0, but is 1/],
    [`${grouped}.dilation.height`, 1, /padding.top must be|must give a feature map .* but gives 8 x 6/],
    [
      `${grouped}.dilation.height`,
      16,
      /must give a feature map of its population's 6 x 6, but gives -22 x 6/,
    ],
    [`${grouped}.dilation.height`, 2 ** 31, /dilation.height must be an integer from 1 to 16/],
    [`${grouped}.dilation.width`, 1e300, /dilation.width must be an integer from 1 to 16/],
    // shapes that a kind does not join
    [
      'populations[1].shape.channels',
      3,
      /synapses\[0\] must join populations of as many channels, but joins 4 to 3/,
    ],
    [
      'populations[3].shape.height',
      2,
      /synapses\[0\] must feed a population of 1 x 1 pixel, but feeds 2 x 1/,
    ],
    [
      'populations[4].shape.channels',
      4,
      /synapses\[0\] must join populations of as many channels, but joins 5 to 4/,
    ],
    ['populations[4].shape.width', 2, /synapses\[0\] must join populations of equal shape/],
    // kinds under another name
    [`${dense}.kind`, 'convolution', /synapses\[0\] lacks the field "kernel"/],
    [`${dense}.kind`, 'per-channel', /must join populations of as many channels, but joins 6 to 5/],
    [`${gain}.kind`, 'dense', /weights.dtype must be "I8", but is "I32"/],
    [
      `${gain}.source`,
      IMAGE,
      /synapses\[0\] must not read the image: per-channel synapses have no int8 weights/,
    ],
    [`${gain}.source`, 4, /source must be an integer from -1 to 3, but is 4/],
    [`${dense}.kernel`, { height: 1, width: 1 }, /synapses\[0\] has an unknown field "kernel"/],
    [`${dense}.weights.shape`, [3, 3, 6, 4], /weights.shape\[3\] must be an integer from 5 to 5, but is 4/],
    [`${dense}.weights.shape`, [54, 5], /weights.shape must have 4 elements, but has 2/],
    [`${dense}.source`, 1, /weights.shape\[2\] must be an integer from 4 to 4, but is 6/],
    [`${depthwise}.source`, IMAGE, /must join populations of as many channels, but joins 2 to 4/],
  ])('is refused: %s = %j', (path, value, message) => {
    expectRefusal(forgeField(path, value, file), message);
  });

  it('is refused where the image is spread over more weight rows than a window has', () => {
    // Every output of the kernels' form has a row for each tap and channel of the image, whatever the file stores.
    const wide = { channels: 4096, height: 5, width: 5 };
    const bias = new Int32Array(4096);
    const synapses = (extent: number): SpikingSynapses => ({
      kind: 'depthwise',
      source: IMAGE,
      ...squareWindow(extent),
      weights: new Int8Array(extent * extent * 4096),
    });
    const network = (extent: number): SpikingNetwork => ({
      ...small,
      input: wide,
      normalisation: { mean: new Array(4096).fill(0), deviation: new Array(4096).fill(1) },
      populations: [
        {
          ...population('a', 6 - extent, 4096, synapses(extent)),
          bias,
          threshold: bias.slice().fill(1),
        },
      ],
      heads: [{ ...small.heads[1]!, population: 0, weights: new Int8Array(4096 * small.labels.length) }],
      defaults: { ...small.defaults, head: null },
    });
    expect(() => writeModel(network(4))).not.toThrow();
    expect(() => writeModel(network(5))).toThrow(
      new UserError(
        'the network is invalid: populations[0].synapses[0] must have taps x channels of at most 65536, but has 25 x 4096',
      ),
    );
  });

  it('gives a valid network or a UserError with any bytes changed under a right checksum', () => {
    const random = uniform(5);
    let valid = 0;
    for (let run = 0; run < 1500; run++) {
      const header = smallHeader(file);
      for (let change = 0; change <= run % 3; change++) {
        header[Math.floor(random() * header.length)] = Math.floor(random() * 256);
      }
      try {
        const network = readModel(forge(header, smallData(file)));
        expect(isDeepStrictEqual(readModel(writeModel(network)), network)).toBe(true);
        valid++;
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
      }
    }
    expect(valid).toBeGreaterThan(0);
  });
});

interface Reference {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly nonzero?: number;
}

/** The reference to the weights of a file's first synapses. */
function firstReference(bytes: Uint8Array): Reference {
  const { network } = unpack(smallHeader(bytes)) as {
    network: { populations: { synapses: { weights: Reference }[] }[] };
  };
  return network.populations[0]!.synapses[0]!.weights;
}

/** The same with other weights of the first synapses: 36 of them. */
function withWeights(weights: Int8Array): Uint8Array {
  const [first, ...others] = various.populations as [SpikingPopulation, ...SpikingPopulation[]];
  const synapses = [{ ...first.synapses[0]!, weights } as SpikingSynapses];
  return writeModel({ ...various, populations: [{ ...first, synapses }, ...others] });
}

describe('a tensor with many zeros', () => {
  const ones = (...places: number[]) => {
    const weights = new Int8Array(36);
    for (const place of places) weights[place] = place - 100;
    return weights;
  };

  it('is stored as bits and values where that is smaller, and read again', () => {
    for (const places of [[], [0], [35], [7, 8, 15, 16], [...Array(30).keys()]]) {
      const bytes = withWeights(ones(...places));
      expect(firstReference(bytes)).toEqual({
        dtype: 'I8',
        shape: [3, 3, 1, 4],
        offset: 0,
        nonzero: places.length,
      });
      expect(readModel(bytes).populations[0]!.synapses[0]!.weights).toEqual(ones(...places));
      expect(Buffer.compare(writeModel(readModel(bytes)), bytes)).toBe(0);
    }
  });

  it('is stored as it is where that is not', () => {
    // 36 bits take 5 bytes: with 31 values they are no fewer bytes than 36.
    const bytes = withWeights(ones(...Array(31).keys()));
    expect(firstReference(bytes)).toEqual({ dtype: 'I8', shape: [3, 3, 1, 4], offset: 0 });
    expect(readModel(bytes).populations[0]!.synapses[0]!.weights.buffer).toBe(bytes.buffer);
  });

  it('survives in random graphs, a third of whose weights are 0', () => {
    let sparse = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const network = randomGraph(seed);
      const bytes = writeModel(network);
      expect(isDeepStrictEqual(readModel(bytes), network)).toBe(true);
      if (firstReference(bytes).nonzero !== undefined) sparse++;
    }
    expect(sparse).toBeGreaterThan(10);
  });

  describe('is refused', () => {
    const bytes = withWeights(ones(3, 9, 20));
    /** The data section with some bytes changed; bits are 0 to 4, values 5 to 7, zeros 8 to 15. */
    const changed = (...changes: [number, number][]) => {
      const data = smallData(bytes);
      for (const [place, value] of changes) data[place] = value;
      return forgeData(data, bytes);
    };
    const fits = /weights is stored sparsely, but its places and its values do not fit each other/;

    it.each<[string, Uint8Array, RegExp]>([
      ['with a bit too many', changed([0, 0b1001]), fits],
      ['with a bit too few', changed([1, 0]), /is stored sparsely, but has more values than places/],
      ['with a place behind its end', changed([0, 0], [4, 0x80]), fits],
      ['with a value of 0', changed([6, 0]), fits],
      [
        'with fewer values than it says',
        forgeField(`${grouped}.weights.nonzero`, 4, bytes),
        /is stored sparsely, but (has more values than places|its places)/,
      ],
      ['with more values than it says', forgeField(`${grouped}.weights.nonzero`, 2, bytes), fits],
      [
        'with more values than it has places',
        forgeField(`${grouped}.weights.nonzero`, 37, bytes),
        /weights.nonzero must be an integer from 0 to 36, but is 37/,
      ],
      [
        'with half a value',
        forgeField(`${grouped}.weights.nonzero`, 0.5, bytes),
        /weights.nonzero must be an integer from 0 to 36/,
      ],
      [
        'as a tensor that it is not',
        forgeField(`${grouped}.weights.nonzero`, undefined, bytes),
        /bias.offset must be 48, where the tensor before it ends, but is 16/,
      ],
      [
        'with 32 bits a value',
        forgeField('populations[0].bias.nonzero', 0, bytes),
        /populations\[0\].bias has an unknown field "nonzero"/,
      ],
    ])('%s', (_, forged, message) => {
      expectRefusal(forged, message);
    });
  });
});
