/** Folded networks compute what batch normalisation computes where it stands. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldBatchNormalisation } from '../../src/convert/fold.js';
import { SINGLE } from '../../src/graph/extents.js';
import type { Network, Population, Synapses } from '../../src/graph/network.js';
import { IMAGE } from '../../src/graph/network.js';
import { forward } from '../reference/forward.js';
import { largest, largestDifference } from '../support/compare.js';
import { arbitraryTrained, arbitraryTrainedRun } from '../support/trained.js';

const populationOf = (synapses: readonly Synapses[], bias: readonly number[]): Population => ({
  name: 'population',
  shape: { channels: bias.length, height: 1, width: 1 },
  synapses,
  bias: Float32Array.from(bias),
});

const networkOf = (...populations: readonly Population[]): Network => ({
  input: { channels: 1, height: 1, width: 1 },
  normalisation: { mean: [0], deviation: [1] },
  labels: ['only'],
  populations,
  heads: [],
});

/** A 1x1 convolution from one channel to two; sigma is 2 and 4, gamma / sigma is 3 and -0.5. */
const convolution: Synapses = {
  kind: 'convolution',
  source: IMAGE,
  ...SINGLE,
  groups: 1,
  weights: Float32Array.of(5, 7),
  batchNormalisation: {
    gamma: Float32Array.of(6, -2),
    beta: Float32Array.of(0.5, 0.25),
    mean: Float32Array.of(10, 20),
    variance: Float32Array.of(3, 15),
    epsilon: 1,
  },
};

describe('foldBatchNormalisation', () => {
  it('is w (gamma / sigma) and beta - (gamma / sigma) mu, with epsilon inside the root', () => {
    const [population] = foldBatchNormalisation(networkOf(populationOf([convolution], [0, 0]))).populations;
    const [folded] = population!.synapses as [Synapses];
    expect([...folded.weights]).toEqual([15, -3.5]);
    expect([...population!.bias]).toEqual([0.5 - 30, 0.25 + 10]);
    expect(folded.batchNormalisation).toBeUndefined();
  });

  it('adds the bias of every path to the bias of the population', () => {
    const { batchNormalisation: _, ...plain } = convolution;
    const skip: Synapses = { kind: 'per-channel', source: 0, weights: Float32Array.of(1, 1) };
    const network = networkOf(populationOf([convolution, convolution, plain, skip], [1, 2]));
    const [population] = foldBatchNormalisation(network).populations;
    expect([...population!.bias]).toEqual([1 - 59, 2 + 20.5]);
    expect(population!.synapses[2]).toBe(plain);
    expect(population!.synapses[3]).toBe(skip);
  });

  it('changes no activation and no logit of a random network', () => {
    fc.assert(
      fc.property(arbitraryTrainedRun(), ([network, input]) => {
        const expected = forward(network, input);
        const folded = forward(foldBatchNormalisation(network), input);
        expected.populations.forEach((values, index) => {
          const error = largestDifference(folded.populations[index]!, values);
          expect(error, `population ${index}`).toBeLessThanOrEqual(1e-6 * Math.max(1, largest(values)));
        });
        expected.logits.forEach((values, head) => {
          const error = largestDifference(folded.logits[head]!, values);
          expect(error, `head ${head}`).toBeLessThanOrEqual(1e-6 * Math.max(1, largest(values)));
        });
      }),
      { numRuns: 60 },
    );
  });

  it('leaves its argument alone, and a folded network as it is', () => {
    fc.assert(
      fc.property(arbitraryTrained(), (network) => {
        const before = structuredClone(network);
        const folded = foldBatchNormalisation(network);
        expect(network).toEqual(before);
        expect(foldBatchNormalisation(folded)).toEqual(folded);
      }),
      { numRuns: 20 },
    );
  });
});
