/** Timestep limits: within them no membrane leaves int32, whatever the spikes; beyond them a run is refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactTimestepLimit, quickTimestepLimit, radixIsExact } from '../../src/engine/range.js';
import { Simulation } from '../../src/engine/simulation.js';
import { UserError } from '../../src/errors.js';
import { writeModel } from '../../src/file/file.js';
import { SINGLE } from '../../src/graph/extents.js';
import type { RunDefaults, SpikingNetwork } from '../../src/graph/network.js';
import { IMAGE } from '../../src/graph/network.js';
import { kernelModule } from '../../src/host/node/kernels.js';
import { arbitraryNetwork, uniform } from '../generate.js';
import { simulate } from '../reference/simulator.js';
import { expectEqualRadixRun } from '../support/equal-run.js';

const module = await kernelModule();

const DEFAULTS: RunDefaults = {
  coding: 'rate',
  digits: 4,
  readout: 'spikes',
  timesteps: 1,
  initialPotential: 1,
  propagation: 'synchronous',
  forgetting: 0,
  head: null,
};

/** Biases so large that the limit is a few timesteps; half of them negative, so that membranes move either way. */
function narrow(network: SpikingNetwork, seed: number, largest: number): SpikingNetwork {
  const random = uniform(seed);
  const populations = network.populations.map((population) => ({
    ...population,
    bias: population.bias.map(() => Math.round((2 * random() - 1) * largest)),
  }));
  return { ...network, populations };
}

/** Black and white pixels alone, as the network receives them. */
function extremeInput({ input, normalisation, inputFractionBits }: SpikingNetwork, seed: number): Int16Array {
  const random = uniform(seed);
  return Int16Array.from({ length: input.channels * input.height * input.width }, (_, index) => {
    const channel = index % input.channels;
    const pixel = Math.round(random());
    const value = (pixel - normalisation.mean[channel]!) / normalisation.deviation[channel]!;
    return Math.round(value * 2 ** inputFractionBits);
  });
}

/** One neuron that an image of one pixel feeds. */
function single(bias: number, weight: number, threshold: number): SpikingNetwork {
  return {
    name: 'single',
    input: { channels: 1, height: 1, width: 1 },
    normalisation: { mean: [0], deviation: [1] },
    inputFractionBits: 10,
    labels: ['only'],
    populations: [
      {
        name: 'stem',
        shape: { channels: 1, height: 1, width: 1 },
        synapses: [
          { kind: 'convolution', source: IMAGE, ...SINGLE, groups: 1, weights: Int8Array.of(weight) },
        ],
        bias: Int32Array.of(bias),
        threshold: Int32Array.of(threshold),
        lambda: 1,
      },
    ],
    heads: [],
    defaults: DEFAULTS,
    provenance: {},
  };
}

describe('timestep limits', () => {
  it('that are quick are never above the exact ones', () => {
    fc.assert(
      fc.property(arbitraryNetwork(), (network) => {
        const quick = quickTimestepLimit(network);
        expect(quick).toBeGreaterThan(0);
        expect(quick).toBeLessThanOrEqual(exactTimestepLimit(network));
      }),
      { numRuns: 50 },
    );
  });

  it('keep every membrane within int32', () => {
    fc.assert(
      fc.property(
        arbitraryNetwork({ channels: 6, extent: 4 }),
        fc.integer(),
        fc.integer({ min: 24, max: 30 }),
        (network, seed, bits) => {
          const narrowed = narrow(network, seed, 2 ** bits);
          const timesteps = Math.min(exactTimestepLimit(narrowed), 200);
          // the reference simulator throws where a membrane leaves int32
          for (const propagation of ['synchronous', 'pipelined'] as const) {
            simulate(narrowed, extremeInput(narrowed, seed), { timesteps, propagation, initialPotential: 1 });
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are the first timestep at which one could leave it', () => {
    // V rises from the threshold by bias + weight * 1024 - threshold at every timestep
    const network = single(2 ** 20, 127, 1);
    const limit = exactTimestepLimit(network);
    expect(limit).toBe(Math.floor((2 ** 31 - 2) / (2 ** 20 + 127 * 1024)));
    const run = (timesteps: number) =>
      simulate(network, Int16Array.of(1024), { timesteps, propagation: 'synchronous', initialPotential: 1 });
    expect(() => run(limit)).not.toThrow();
    expect(() => run(limit + 1)).toThrow(/leaves int32/);
    expect(quickTimestepLimit(network)).toBe(Math.floor((2 ** 31 - 2) / (2 ** 20 + 128 * 1024)));
    expect(exactTimestepLimit(single(0, 0, 5))).toBe(2 ** 31 - 1 - 5);
    expect(exactTimestepLimit(single(-(2 ** 30), 0, 2 ** 30))).toBe(0);
  });
});

describe('radix coding', () => {
  const LARGEST = 2 ** 31 - 1;

  it('is exact up to the last number that 31 bits hold', () => {
    // 2^digits - 1 times 1024 * weight + bias, and half a threshold.
    const bias = Math.floor((LARGEST - 50) / 15) - 127 * 1024;
    expect(radixIsExact(single(bias, 127, 100), 4)).toBe(true);
    expect(radixIsExact(single(bias, 127, 102 + 2 * 15), 4)).toBe(false);
    expect(radixIsExact(single(bias + 1, 127, 100), 4)).toBe(false);
    expect(radixIsExact(single(-bias, 127, 100), 4)).toBe(true);
    expect(radixIsExact(single(-bias - 1, 127, 100), 4)).toBe(false);
    expect(radixIsExact(single(bias, 127, 100), 5)).toBe(false);
    // A threshold for each unit of the largest digit.
    expect(radixIsExact(single(0, 0, 2 ** 24 - 1), 8)).toBe(true);
    expect(radixIsExact(single(0, 0, 2 ** 24), 8)).toBe(false);
    expect(radixIsExact(single(0, 0, 2 ** 24), 7)).toBe(true);
  });

  it('equals the reference wherever it is exact, for whatever pixels', async () => {
    let exact = 0;
    let inexact = 0;
    await fc.assert(
      fc.asyncProperty(
        arbitraryNetwork({ channels: 6, extent: 4 }),
        fc.integer(),
        fc.integer({ min: 20, max: 30 }),
        fc.integer({ min: 1, max: 8 }),
        async (network, seed, bits, digits) => {
          const narrowed = narrow(network, seed, 2 ** bits);
          const simulation = await Simulation.create(module, narrowed);
          const input = extremeInput(narrowed, seed);
          if (radixIsExact(narrowed, digits)) {
            exact++;
            const heads = [narrowed.heads.length - 1];
            expectEqualRadixRun(simulation, narrowed, input, digits, heads);
          } else {
            inexact++;
            expect(() => simulation.checkDigits(digits)).toThrow(UserError);
          }
        },
      ),
      { numRuns: 100 },
    );
    expect(Math.min(exact, inexact)).toBeGreaterThan(10);
  });
});

/** A stem of 1x1 weights that fires everywhere at every timestep, and a final head behind it. */
function wide(channels: number, height: number, width: number, classes: number): SpikingNetwork {
  return {
    name: 'wide',
    input: { channels: 1, height, width },
    normalisation: { mean: [0], deviation: [1] },
    inputFractionBits: 0,
    labels: Array.from({ length: classes }, (_, index) => `class ${index}`),
    populations: [
      {
        name: 'stem',
        shape: { channels, height, width },
        synapses: [
          {
            kind: 'convolution',
            source: IMAGE,
            ...SINGLE,
            groups: 1,
            weights: new Int8Array(channels).fill(1),
          },
        ],
        bias: new Int32Array(channels).fill(1),
        threshold: new Int32Array(channels).fill(1),
        lambda: 1,
      },
    ],
    heads: [
      {
        name: 'final',
        population: 0,
        weights: Int8Array.from({ length: channels * classes }, (_, index) => (index % 2 === 0 ? 127 : -128)),
        bias: new Int32Array(classes),
        threshold: new Int32Array(classes).fill(1000),
        lambda: 1,
        priorStrength: 0,
      },
    ],
    defaults: DEFAULTS,
    provenance: {},
  };
}

describe('counters of the kernels', () => {
  it('hold what the largest head may pool', async () => {
    const network = wide(1, 217, 151, 2);
    expect(217 * 151).toBe(32767);
    expect(() => writeModel(network)).not.toThrow();
    const simulation = await Simulation.create(module, network);
    const options = { heads: [0], propagation: 'synchronous', initialPotential: 1 } as const;
    const input = new Int16Array(32767).fill(1);
    simulation.start(input, options);
    simulation.advance(2);
    const [head] = simulate(network, input, { ...options, timesteps: 2, heads: ['final'] }).heads;
    for (const timestep of [1, 2]) {
      expect(simulation.layerSpikes(0, timestep)).toBe(32767);
      expect(new Uint8Array(simulation.fired(0, timestep))).toEqual(head!.spikeBits[timestep - 1]);
      expect(simulation.headOperations(0, timestep)).toBe(head!.synapticOperations[timestep - 1]);
      expect(simulation.headAllOperations(0, timestep)).toBe(head!.allOperations[timestep - 1]);
    }
    expect([...head!.counts]).toEqual([2, 0]);
  });

  it('are not asked for more: a model file cannot hold such a head or population', () => {
    expect(() => writeModel(wide(1, 128, 256, 2))).toThrow(
      /populations must have at most 32767 pixels where a head reads one, but "final" reads 128 x 256$/,
    );
    expect(() => writeModel(wide(500, 255, 128, 300))).toThrow(
      /must have at most 4294967295 synapses each, but "final" has 4896000000$/,
    );
  });
});

describe('a simulation', () => {
  it('runs exactly up to the exact limit and refuses to go further', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryNetwork({ channels: 6, extent: 4 }),
        fc.integer(),
        fc.integer({ min: 26, max: 29 }),
        async (network, seed, bits) => {
          const narrowed = narrow(network, seed, 2 ** bits);
          const limit = exactTimestepLimit(narrowed);
          fc.pre(limit > 0);
          const heads = [narrowed.heads.length - 1];
          const options = { heads, propagation: 'synchronous', initialPotential: 1 } as const;
          const input = extremeInput(narrowed, seed);
          const simulation = await Simulation.create(module, narrowed);
          simulation.start(input, options);
          const { populations } = simulate(narrowed, input, {
            ...options,
            timesteps: limit,
            heads: ['final'],
          });
          while (simulation.timestep < limit) {
            const before = simulation.timestep;
            simulation.advance(limit - before);
            for (let timestep = before + 1; timestep <= simulation.timestep; timestep++) {
              populations.forEach(({ spikes }, index) => {
                expect(simulation.layerSpikes(index, timestep)).toBe(spikes[timestep - 1]);
              });
            }
          }
          const message = `this model is exact for at most ${limit} timesteps: ask for no more`;
          expect(() => simulation.advance(1)).toThrow(new UserError(message));
          expect(simulation.timestep).toBe(limit);
          expect(() => simulation.checkTimesteps(limit)).not.toThrow();
          expect(() => simulation.checkTimesteps(limit + 1)).toThrow(UserError);
        },
      ),
      { numRuns: 25 },
    );
  });
});
