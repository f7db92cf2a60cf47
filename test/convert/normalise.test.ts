/** Weight normalisation: every activation is divided by its population's lambda, every logit by its head's. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Lambdas } from '../../src/convert/calibrate.js';
import { foldBatchNormalisation } from '../../src/convert/fold.js';
import { normaliseWeights } from '../../src/convert/normalise.js';
import type { Network } from '../../src/graph/network.js';
import { uniform } from '../generate.js';
import { forward } from '../reference/forward.js';
import { largest, largestDifference } from '../support/compare.js';
import { arbitraryTrainedRun, buildTrained } from '../support/trained.js';

/** Lambdas between 0.05 and 20, evenly on a logarithmic scale. */
function randomLambdas({ populations, heads }: Network, seed: number): Lambdas {
  const random = uniform(seed);
  const lambda = () => 0.05 * 400 ** random();
  return { layers: populations.map(lambda), heads: heads.map(lambda) };
}

describe('normaliseWeights', () => {
  it('divides the activations of a random network by lambda', () => {
    fc.assert(
      fc.property(arbitraryTrainedRun(), fc.integer(), ([trained, input], seed) => {
        const network = foldBatchNormalisation(trained);
        const lambdas = randomLambdas(network, seed);
        const original = forward(network, input);
        const normalised = forward(normaliseWeights(network, lambdas), input);
        original.populations.forEach((values, index) => {
          const expected = values.map((value) => value / lambdas.layers[index]!);
          const error = largestDifference(normalised.populations[index]!, expected);
          expect(error, `population ${index}`).toBeLessThanOrEqual(1e-5 * Math.max(0.1, largest(expected)));
        });
        original.logits.forEach((values, head) => {
          const expected = values.map((value) => value / lambdas.heads[head]!);
          const error = largestDifference(normalised.logits[head]!, expected);
          expect(error, `head ${head}`).toBeLessThanOrEqual(1e-5 * Math.max(0.1, largest(expected)));
        });
      }),
      { numRuns: 60 },
    );
  });

  it('gives each path of a block its own ratio, and the image none', () => {
    const network = foldBatchNormalisation(
      buildTrained({
        seed: 4,
        input: { channels: 1, height: 2, width: 2 },
        stem: { channels: 2, kernel: 1, stride: 1 },
        unpadded: false,
        blocks: [{ channels: 2, stride: 1, kernel: 1, head: true }],
        classes: 2,
        propagation: 'synchronous',
      }),
    );
    const { populations, heads } = normaliseWeights(network, { layers: [2, 4, 8], heads: [16, 32] });
    const ratios = populations.map(({ synapses }, index) =>
      synapses.map(({ weights }, path) => {
        return weights[0]! / network.populations[index]!.synapses[path]!.weights[0]!;
      }),
    );
    expect(populations[2]!.synapses[1]!.weights).toEqual(Float64Array.of(2 / 8, 2 / 8));
    expect(ratios).toEqual([[1 / 2], [2 / 4], [4 / 8, 2 / 8]]);
    expect(populations.map(({ lambda }) => lambda)).toEqual([2, 4, 8]);
    expect(populations.map(({ bias }, index) => network.populations[index]!.bias[1]! / bias[1]!)).toEqual([
      2, 4, 8,
    ]);
    expect(heads.map(({ lambda }) => lambda)).toEqual([16, 32]);
    expect(heads.map(({ weights }, index) => weights[0]! / network.heads[index]!.weights[0]!)).toEqual([
      8 / 16,
      8 / 32,
    ]);
    expect(heads.map(({ bias }, index) => bias[0]! / network.heads[index]!.bias[0]!)).toEqual([
      1 / 16,
      1 / 32,
    ]);
  });
});
