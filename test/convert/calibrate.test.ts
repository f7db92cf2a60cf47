/** Lambdas are quantiles of real activations, and an interrupted calibration goes on as if nothing had happened. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Calibration } from '../../src/convert/calibrate.js';
import { readCalibrationState } from '../../src/convert/calibration-state.js';
import { foldBatchNormalisation } from '../../src/convert/fold.js';
import { TrainedPass } from '../../src/engine/trained.js';
import { UserError } from '../../src/errors.js';
import type { Network } from '../../src/graph/network.js';
import { kernelModule } from '../../src/host/node/kernels.js';
import { forward } from '../reference/forward.js';
import { buildTrained, trainedInput } from '../support/trained.js';

const network = foldBatchNormalisation(
  buildTrained({
    seed: 11,
    input: { channels: 3, height: 6, width: 5 },
    stem: { channels: 5, kernel: 3, stride: 1 },
    unpadded: false,
    blocks: [
      { channels: 5, stride: 1, kernel: 3, head: true },
      { channels: 7, stride: 2, kernel: 3, head: false },
    ],
    classes: 4,
    propagation: 'synchronous',
  }),
);
const inputs = Array.from({ length: 12 }, (_, index) => trainedInput(network, index));
const dense = await TrainedPass.create(await kernelModule(), network);

function calibrationOf(images: readonly Float32Array[]): Calibration {
  const calibration = new Calibration(dense);
  for (const image of images) calibration.add(image);
  return calibration;
}

describe('Calibration', () => {
  it('takes the quantile of what the layers and heads give, over all images', () => {
    const runs = inputs.map((input) => forward(network, input));
    const quantile = (values: number[]): number => {
      const sorted = values.map((value) => Math.max(value, 0)).sort((a, b) => a - b);
      return sorted[Math.ceil(0.9 * sorted.length) - 1]!;
    };
    const lambdas = calibrationOf(inputs).lambdas(0.9);
    network.populations.forEach((_, layer) => {
      const exact = quantile(runs.flatMap(({ populations }) => [...populations[layer]!]));
      expect(Math.abs(lambdas.layers[layer]! / exact - 1), `layer ${layer}`).toBeLessThan(1.1e-3);
    });
    network.heads.forEach((_, head) => {
      const exact = quantile(runs.flatMap(({ logits }) => [...logits[head]!]));
      expect(Math.abs(lambdas.heads[head]! / exact - 1), `head ${head}`).toBeLessThan(1.1e-3);
    });
  });

  it('goes on from a state that went through JSON', () => {
    const first = calibrationOf(inputs.slice(0, 5));
    const text = JSON.stringify(first.state());
    const state = readCalibrationState(JSON.parse(text), network, inputs.length, 'the state');
    const resumed = new Calibration(dense, state);
    expect(resumed.images).toBe(5);
    for (const input of inputs.slice(5)) resumed.add(input);
    const whole = calibrationOf(inputs);
    expect(resumed.state()).toEqual(whole.state());
    expect(resumed.lambdas(0.999)).toEqual(whole.lambdas(0.999));
  });

  it('names what is silent, or what overflows', async () => {
    const silent = (name: string): Network => ({
      ...network,
      populations: network.populations.map((population) => {
        if (population.name !== name) return population;
        const synapses = population.synapses.filter(({ kind }) => kind === 'convolution').slice(0, 1);
        return { ...population, synapses, bias: population.bias.map(() => -1e9) };
      }),
    });
    const lambdasOf = async (changed: Network) => {
      const calibration = new Calibration(await TrainedPass.create(await kernelModule(), changed));
      calibration.add(inputs[0]!);
      return calibration.lambdas(0.999);
    };
    await expect(lambdasOf(silent('blocks.1'))).rejects.toThrow(
      new UserError('blocks.1 is silent on the calibration images: use more of them or a higher percentile'),
    );
    const heads = network.heads.map((head) => ({ ...head, bias: head.bias.map(() => -1e9) }));
    await expect(lambdasOf({ ...network, heads })).rejects.toThrow(/^head 1 is silent on the calibration/);
    const populations = network.populations.map((one) => ({ ...one, bias: one.bias.map(() => 3e38) }));
    await expect(lambdasOf({ ...network, populations })).rejects.toThrow(
      / overflows on the calibration images/,
    );
  });
});

describe('readCalibrationState', () => {
  const state = calibrationOf(inputs.slice(0, 3)).state();
  const read = (value: unknown) => readCalibrationState(value, network, 12, 'the state');

  it('reads what a calibration wrote, at any time', () => {
    expect(read(state)).toEqual(state);
    const empty = new Calibration(dense).state();
    expect(read(empty)).toEqual(empty);
    expect(empty.images).toBe(0);
  });

  it.each<[string, unknown, RegExp]>([
    ['no map', null, /it must be a map, but is null/],
    ['a field too many', { ...state, more: 1 }, /has an unknown field "more"/],
    ['no layers', { images: 3, heads: state.heads }, /lacks the field "layers"/],
    [
      'more images than the calibration has',
      { ...state, images: 13 },
      /images must be an integer from 0 to 12/,
    ],
    ['half an image', { ...state, images: 2.5 }, /images must be an integer/],
    ['another number of images', { ...state, images: 2 }, /layers\[0\].* 300/],
    [
      'a layer too few',
      { ...state, layers: state.layers.slice(1) },
      /layers must have 5 elements, but has 4/,
    ],
    ['a head too many', { ...state, heads: [...state.heads, state.heads[0]] }, /heads must have 2 elements/],
    ['a list for a histogram', { ...state, heads: [[], []] }, /heads\[0\] must be a map/],
    ['negative zeros', withHistogram({ zeros: -1 }), /heads\[0\].zeros must be an integer from 0 to 12/],
    ['text for bins', withHistogram({ bins: 'abc' }), /bins must be a list of whole numbers/],
    ['a bin that is no number', withHistogram({ bins: [null] }), /bins must be a list of whole numbers/],
    ['a bin that is too large', withHistogram({ bins: [1 << 18] }), /bins must be bins below 262144 in/],
    ['a bin that is negative', withHistogram({ bins: [-1] }), /bins must be bins below 262144 in rising/],
    ['a bin twice', withHistogram({ bins: [7, 7] }), /bins must be bins below 262144 in rising/],
    ['a count too few', withHistogram({ bins: [1, 2], counts: [1] }), /must be 2 counts from 1/],
    ['a count of 0', withHistogram({ bins: [1], counts: [0] }), /must be 1 counts from 1/],
    [
      'too small a sum',
      withHistogram({ zeros: 1, bins: [1], counts: [10] }),
      /must count 12 .*, but counts 11/,
    ],
    ['too large a sum', withHistogram({ zeros: 0, bins: [1], counts: [1e15] }), /must count 12 activations/],
  ])('refuses %s', (_, value, message) => {
    expect(() => read(value)).toThrow(UserError);
    expect(() => read(value)).toThrow(message);
  });

  it('throws nothing but UserErrors, whatever JSON it is given', () => {
    const arbitraryHistogram = fc.record(
      { zeros: fc.integer({ min: -1, max: 11 }), bins: fc.jsonValue(), counts: fc.jsonValue() },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), arbitraryHistogram.map(withHistogram)), (value) => {
        try {
          read(value);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
          return;
        }
        throw new Error(`it was believed: ${JSON.stringify(value)}`);
      }),
      { numRuns: 300 },
    );
  });

  /** The state with parts of the first head's histogram replaced. */
  function withHistogram(parts: Record<string, unknown>): unknown {
    return { ...state, heads: [{ ...state.heads[0], ...parts }, state.heads[1]] };
  }
});
