/** Integers stand for the normalised network, to half a unit in every weight. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Lambdas } from '../../src/convert/calibrate.js';
import { foldBatchNormalisation } from '../../src/convert/fold.js';
import { type NormalisedNetwork, normaliseWeights } from '../../src/convert/normalise.js';
import { quantiseHeads, quantisePopulations } from '../../src/convert/quantise.js';
import { exactTimestepLimit } from '../../src/engine/range.js';
import { writeModel } from '../../src/file/file.js';
import { SINGLE } from '../../src/graph/extents.js';
import type { Network, SpikingPopulation } from '../../src/graph/network.js';
import { IMAGE } from '../../src/graph/network.js';
import { largest } from '../support/compare.js';
import { quantised } from '../support/quantised.js';
import { arbitraryTrained } from '../support/trained.js';

const FRACTION_BITS = 7;
/** Rounding of the quotient itself. */
const HALF = 0.5 + 1e-9;

const lambdasOf = ({ populations, heads }: Network): Lambdas => ({
  layers: populations.map((_, index) => 0.5 + index / 3),
  heads: heads.map((_, index) => 2 + index),
});

const normalisedOf = (network: Network): NormalisedNetwork =>
  normaliseWeights(foldBatchNormalisation(network), lambdasOf(network));

/** Every integer is the real value in units of 1 / threshold, divided by what one unit of the source counts as. */
function expectRounded(
  integers: ArrayLike<number>,
  values: ArrayLike<number>,
  threshold: Int32Array,
  scale: number,
): void {
  let worst = 0;
  for (let index = 0; index < values.length; index++) {
    const unit = threshold[index % threshold.length]! / scale;
    worst = Math.max(worst, Math.abs(integers[index]! - values[index]! * unit));
  }
  expect(worst).toBeLessThanOrEqual(HALF);
}

describe('quantisePopulations and quantiseHeads', () => {
  it('round every weight, bias and skip to half a unit', () => {
    fc.assert(
      fc.property(arbitraryTrained(), (trained) => {
        const normalised = normalisedOf(trained);
        quantisePopulations(normalised, FRACTION_BITS).forEach((population, index) => {
          const { synapses, bias } = normalised.populations[index]!;
          expectRounded(population.bias, bias, population.threshold, 1);
          synapses.forEach((one, path) => {
            const scale = one.source === IMAGE ? 2 ** FRACTION_BITS : 1;
            const { weights } = population.synapses[path]!;
            expect(weights.length).toBe(one.weights.length);
            expectRounded(weights, one.weights, population.threshold, scale);
          });
        });
        quantiseHeads(normalised).forEach((head, index) => {
          const { weights, bias, population } = normalised.heads[index]!;
          const { height, width } = normalised.populations[population]!.shape;
          expectRounded(head.weights, weights, head.threshold, height * width);
          expectRounded(head.bias, bias, head.threshold, 1);
        });
      }),
      { numRuns: 40 },
    );
  });

  it('give the largest weight of every channel 127 units', () => {
    fc.assert(
      fc.property(arbitraryTrained(), (trained) => {
        const normalised = normalisedOf(trained);
        quantisePopulations(normalised, FRACTION_BITS).forEach((population, index) => {
          const { synapses, shape } = normalised.populations[index]!;
          const integers = population.synapses.map((one) => (one.kind === 'convolution' ? one.weights : []));
          const reals = synapses.map((one) => (one.kind === 'convolution' ? one.weights : []));
          const scale = synapses[0]!.source === IMAGE ? 2 ** FRACTION_BITS : 1;
          // channels whose bias and skip are far larger than their weights have a coarser unit
          const drift = population.synapses.reduce(
            (sum, { kind, weights }) => (kind === 'per-channel' ? sum.map((v, c) => v + weights[c]!) : sum),
            population.bias.map(Math.abs),
          );
          const bounded = [...drift].map((value) => value > 0.99 * 2 ** 19);
          const range = (lists: readonly ArrayLike<number>[]) =>
            byChannel(lists, shape.channels).filter((_, channel) => !bounded[channel]);
          expectFullRange(range(integers), range(reals), scale);
        });
        quantiseHeads(normalised).forEach((head, index) => {
          const { weights, bias, population } = normalised.heads[index]!;
          const { height, width } = normalised.populations[population]!.shape;
          expectFullRange(
            byChannel([head.weights], bias.length),
            byChannel([weights], bias.length),
            height * width,
          );
        });
      }),
      { numRuns: 40 },
    );
  });

  it('keep a channel without weights, or with tiny ones, within bounds and able to run', () => {
    fc.assert(
      fc.property(
        arbitraryTrained(),
        fc.constantFrom(0, 1e-30, 1e-12, 1e-6),
        fc.constantFrom(0, 0.3, -2, 1e4, -1e12),
        fc.integer({ min: 0, max: 12 }),
        (trained, factor, bias, fractionBits) => {
          const network = faded(foldBatchNormalisation(trained), factor, bias);
          const spiking = quantised(network, lambdasOf(network), fractionBits);
          expect(() => writeModel(spiking)).not.toThrow();
          // the other channels of the analog layer, whose weights are as large as ever, have limits of their own
          const [stem, ...others] = spiking.populations;
          const populations = fractionBits <= 7 ? [firstChannel(stem!), ...others] : others;
          expect(exactTimestepLimit({ ...spiking, populations })).toBeGreaterThan(3000);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keep the threshold of a class without weights within int32 on a large feature map', () => {
    const shape = { channels: 1, height: 100, width: 100 };
    const network: Network = {
      input: shape,
      normalisation: { mean: [0.5], deviation: [0.5] },
      labels: ['dead', 'alive'],
      populations: [
        {
          name: 'stem',
          shape,
          bias: Float32Array.of(0),
          synapses: [
            { kind: 'convolution', source: IMAGE, ...SINGLE, groups: 1, weights: Float32Array.of(1) },
          ],
        },
      ],
      heads: [
        { name: 'final', population: 0, weights: Float32Array.of(0, 1), bias: Float32Array.of(0.5, 0) },
      ],
    };
    const { heads } = quantised(network, { layers: [1], heads: [1] }, FRACTION_BITS);
    expect([...heads[0]!.threshold]).toEqual([2 ** 30, 127e4]);
    expect([...heads[0]!.bias]).toEqual([2 ** 29, 0]);
    expect([...heads[0]!.weights]).toEqual([0, 127]);
  });
});

/** The weights of each channel, from all synapses of a population. */
function byChannel(lists: readonly ArrayLike<number>[], channels: number): number[][] {
  const result = Array.from({ length: channels }, (): number[] => []);
  for (const list of lists) {
    for (let index = 0; index < list.length; index++) result[index % channels]!.push(list[index]!);
  }
  return result;
}

/**
 * The largest integer is 127 less what rounding the threshold down by less than 1 costs, which is less than half a
 * unit but for weights of half a threshold and more.
 */
function expectFullRange(integers: readonly number[][], reals: readonly number[][], scale: number): void {
  reals.forEach((weights, channel) => {
    // a channel of weights that nearly vanish has its finest unit, 2^-20
    if (largest(weights) < 127 / 2 ** 20) return;
    const real = largest(weights) / scale;
    const integer = largest(integers[channel]!);
    expect(integer).toBeLessThanOrEqual(127);
    expect(integer).toBeGreaterThanOrEqual(Math.round(127 - real - 1e-6));
    if (real < 0.49) expect(integer).toBe(127);
  });
}

/** The first channel of a population that a single convolution feeds. */
function firstChannel(population: SpikingPopulation): SpikingPopulation {
  const [only] = population.synapses;
  if (only?.kind !== 'convolution') throw new TypeError('a convolution feeds the stem');
  const { channels } = population.shape;
  return {
    ...population,
    shape: { ...population.shape, channels: 1 },
    synapses: [{ ...only, weights: only.weights.filter((_, index) => index % channels === 0) }],
    bias: population.bias.slice(0, 1),
    threshold: population.threshold.slice(0, 1),
  };
}

/** Multiplies the weights into the first channel of every population and the first class of every head, and sets its bias. */
function faded(network: Network, factor: number, bias: number): Network {
  const fade = (weights: Float32Array, channels: number) =>
    weights.map((weight, index) => (index % channels === 0 ? weight * factor : weight));
  const replace = (values: Float32Array) => values.map((value, index) => (index === 0 ? bias : value));
  return {
    ...network,
    populations: network.populations.map((population) => ({
      ...population,
      bias: replace(population.bias),
      synapses: population.synapses.map((one) =>
        one.kind === 'convolution' ? { ...one, weights: fade(one.weights, population.shape.channels) } : one,
      ),
    })),
    heads: network.heads.map((head) => ({
      ...head,
      weights: fade(head.weights, head.bias.length),
      bias: replace(head.bias),
    })),
  };
}
