/** A spiking network's firing rates against the activations of the trained network that it came from. */
import { describe, expect, it } from 'vitest';
import { Calibration } from '../../src/convert/calibrate.js';
import { foldBatchNormalisation } from '../../src/convert/fold.js';
import { normaliseWeights } from '../../src/convert/normalise.js';
import { Simulation } from '../../src/engine/simulation.js';
import { TrainedPass } from '../../src/engine/trained.js';
import { sizeOf } from '../../src/graph/extents.js';
import { kernelModule } from '../../src/host/node/kernels.js';
import { forward } from '../reference/forward.js';
import { largestDifference } from '../support/compare.js';
import { dequantise } from '../support/dequantise.js';
import { quantised } from '../support/quantised.js';
import { buildTrained, trainedInput } from '../support/trained.js';

const FRACTION_BITS = 7;

describe('firing rates approach clip(activation / lambda, 0, 1)', async () => {
  const network = foldBatchNormalisation(
    buildTrained({
      seed: 21,
      input: { channels: 3, height: 8, width: 8 },
      stem: { channels: 12, kernel: 3, stride: 1 },
      unpadded: false,
      blocks: [
        { channels: 12, stride: 1, kernel: 3, head: true },
        { channels: 16, stride: 2, kernel: 3, head: true },
      ],
      classes: 8,
      propagation: 'synchronous',
    }),
  );
  const inputs = Array.from({ length: 8 }, (_, seed) => trainedInput(network, seed));
  const module = await kernelModule();
  const calibration = new Calibration(await TrainedPass.create(module, network));
  for (const input of inputs) calibration.add(input);
  const lambdas = calibration.lambdas(0.95);
  const spiking = quantised(network, lambdas, FRACTION_BITS);
  const simulation = await Simulation.create(module, spiking);
  const integers = Int16Array.from(inputs[0]!, (value) => Math.round(value * 2 ** FRACTION_BITS));
  const rounded = Float64Array.from(integers, (value) => value / 2 ** FRACTION_BITS);

  /** Firing rates of every population and head after so many timesteps. */
  function rates(
    timesteps: number,
    initialPotential: number,
  ): { populations: Float64Array[]; heads: Float64Array[] } {
    const populations = spiking.populations.map(({ shape }) => new Float64Array(sizeOf(shape)));
    const heads = spiking.heads.map(({ bias }) => new Float64Array(bias.length));
    simulation.start(integers, {
      heads: heads.map((_, head) => head),
      propagation: 'synchronous',
      initialPotential,
    });
    for (let timestep = 1; timestep <= timesteps; timestep++) {
      simulation.advance(1);
      populations.forEach((counts, index) => {
        simulation.layerSpikeMap(index, timestep).forEach((fired, neuron) => {
          counts[neuron]! += fired / timesteps;
        });
      });
      heads.forEach((counts, head) => {
        simulation.fired(head, timestep).forEach((fired, index) => {
          counts[index]! += fired / timesteps;
        });
      });
    }
    return { populations, heads };
  }

  const clip = (values: Float64Array) => values.map((value) => Math.min(Math.max(value, 0), 1));

  it.each([0, 0.5, 1])('in the first population to one spike, from a membrane of %d', (initialPotential) => {
    // Its current is constant, so the count is the number of thresholds that the sum of it has passed.
    const [expected] = forward(dequantise(spiking), rounded, 1).populations;
    for (const timesteps of [1, 10, 100, 1000]) {
      const [found] = rates(timesteps, initialPotential).populations;
      expect(largestDifference(found!, expected!)).toBeLessThanOrEqual(1 / timesteps + 1e-9);
    }
  });

  it.each([100, 400, 2000])(
    'in every population and head, of the network that the integers stand for, to 3 spikes in %d timesteps',
    (timesteps) => {
      const expected = forward(dequantise(spiking), rounded, 1);
      const found = rates(timesteps, 0.5);
      expected.populations.forEach((values, index) => {
        expect(Math.max(...values), `population ${index}`).toBeGreaterThan(0.5);
        const error = largestDifference(found.populations[index]!, values);
        expect(error, `population ${index}`).toBeLessThanOrEqual(3 / timesteps);
      });
      expected.logits.forEach((values, head) => {
        const error = largestDifference(found.heads[head]!, clip(values));
        expect(error, `head ${head}`).toBeLessThanOrEqual(3 / timesteps);
      });
    },
  );

  it('in every population and head, of the trained network, to the rounding of the weights', () => {
    const expected = forward(normaliseWeights(network, lambdas), inputs[0]!, 1);
    const found = rates(2000, 0.5);
    expected.populations.forEach((values, index) => {
      const error = largestDifference(found.populations[index]!, values);
      expect(error, `population ${index}`).toBeLessThan(0.02);
    });
    expected.logits.forEach((values, head) => {
      const error = largestDifference(found.heads[head]!, clip(values));
      expect(error, `head ${head}`).toBeLessThan(0.01);
    });
  });

  it('which saturate where activations pass lambda', () => {
    const unclipped = forward(normaliseWeights(network, lambdas), inputs[0]!);
    const found = rates(400, 0.5);
    const saturated = [...unclipped.populations[0]!.keys()].filter(
      (n) => unclipped.populations[0]![n]! > 1.05,
    );
    expect(saturated.length).toBeGreaterThan(3);
    for (const neuron of saturated) expect(found.populations[0]![neuron]).toBeCloseTo(1, 9);
  });
});
