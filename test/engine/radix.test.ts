/** Radix coding: the kernels equal the reference, and a run that stops at a head and goes on equals one that does not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { radixIsExact } from '../../src/engine/range.js';
import { Simulation } from '../../src/engine/simulation.js';
import { UserError } from '../../src/errors.js';
import { MAXIMUM_DIGITS } from '../../src/graph/bounds.js';
import type { SpikingNetwork } from '../../src/graph/network.js';
import { kernelModule } from '../../src/host/node/kernels.js';
import { arbitraryNetwork } from '../generate.js';
import { simulateRadix } from '../reference/radix.js';
import { randomGraph } from '../reference/random-graph.js';
import { expectEqualRadixRun, randomInput } from '../support/equal-run.js';
import { inputOf, picture, rgb } from '../support/rgb.js';

const module = await kernelModule();
const FINAL = rgb.heads.length - 1;
const input = inputOf(rgb, picture(rgb, 1));

/** Indices of all heads, in the order of the populations that they read. */
const headsInOrder = ({ heads }: SpikingNetwork): number[] =>
  [...heads.keys()].sort((a, b) => heads[a]!.population - heads[b]!.population);

describe('the kernels equal the reference in radix coding', () => {
  it('on random graphs of every kind of synapses, stopping at every head', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const network = randomGraph(seed);
      const simulation = await Simulation.create(module, network);
      for (const digits of [1, 3, 4, 8]) {
        expectEqualRadixRun(simulation, network, randomInput(network, seed), digits, headsInOrder(network));
      }
    }
  }, 120_000);

  it('on random residual networks, whatever the digits', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryNetwork({ channels: 70 }),
        fc.integer(),
        fc.integer({ min: 1, max: MAXIMUM_DIGITS }),
        async (network, seed, digits) => {
          // Others are refused, which is tested below.
          fc.pre(radixIsExact(network, digits));
          const simulation = await Simulation.create(module, network);
          expectEqualRadixRun(simulation, network, randomInput(network, seed), digits, headsInOrder(network));
        },
      ),
      { numRuns: 40 },
    );
  }, 120_000);

  it('after a run in rate coding, and the other way round', async () => {
    const simulation = await Simulation.create(module, rgb);
    const rate = { heads: [FINAL], propagation: 'pipelined', initialPotential: 0.5 } as const;
    const spikesOf = () => {
      simulation.start(input, rate);
      simulation.advance(8);
      return [1, 2, 3, 4, 5, 6, 7, 8].map((timestep) => simulation.layerSpikeMap(0, timestep));
    };
    const before = spikesOf();
    expectEqualRadixRun(simulation, rgb, input, 4, [0, 1, FINAL]);
    expect(spikesOf()).toEqual(before);
    expectEqualRadixRun(simulation, rgb, input, 3, [FINAL]);
  });

  it('of the populations alone, up to any of them', async () => {
    const network = randomGraph(3);
    const simulation = await Simulation.create(module, network);
    const image = randomInput(network, 3);
    const reference = simulateRadix(network, image, 4);
    for (const population of network.populations.keys()) {
      simulation.runUpTo(population, image, 4);
      expect(simulation.activePopulations).toContain(population);
      expect(Math.max(...simulation.activePopulations)).toBe(population);
      for (const index of simulation.activePopulations) {
        expect(simulation.numbers(index)).toEqual(reference.populations[index]!.numbers);
      }
    }
  });
});

describe('a run that stops at a head', () => {
  /** Everything that the computed part of a run says. */
  const snapshot = (simulation: Simulation, digits: number) =>
    simulation.computed.map(({ kind, index }) =>
      kind === 'population'
        ? [simulation.numbers(index), simulation.layerOperations(index, digits)]
        : [[...simulation.headMembrane(index)], simulation.headOperations(index, digits)],
    );

  it('has computed what that head needs and no more, and going on equals one go', async () => {
    const simulation = await Simulation.create(module, rgb);
    const options = { heads: [0, 1, FINAL], propagation: 'synchronous', initialPotential: 0 } as const;
    const radix = { ...options, coding: 'radix', digits: 4 } as const;
    simulation.start(input, radix);
    simulation.advanceTo(FINAL);
    const whole = snapshot(simulation, 4);
    expect(simulation.computed.map(({ kind, index }) => `${kind[0]}${index}`)).toEqual([
      'p0',
      'p1',
      'p2',
      'h0',
      'p3',
      'p4',
      'h1',
      'p5',
      'p6',
      'h2',
    ]);

    // The spikes of another image lie where those of this one are still to come.
    simulation.start(inputOf(rgb, picture(rgb, 2)), radix);
    simulation.advanceTo(FINAL);
    const other = snapshot(simulation, 4);
    const behind = simulation.numbers(3);
    simulation.start(input, radix);
    expect([simulation.timestep, simulation.computed]).toEqual([0, []]);
    simulation.advanceTo(0);
    expect(simulation.computed.length).toBe(4);
    expect(snapshot(simulation, 4)).toEqual(whole.slice(0, 4));
    expect(simulation.numbers(3)).toEqual(behind);
    simulation.advanceTo(0);
    expect(simulation.computed.length).toBe(4);
    simulation.advanceTo(1);
    simulation.advanceTo(FINAL);
    expect(snapshot(simulation, 4)).toEqual(whole);
    simulation.advanceTo(0);
    expect(snapshot(simulation, 4)).toEqual(whole);
    expect(other).not.toEqual(whole);
  });

  it('does so on random graphs', async () => {
    for (let seed = 50; seed < 60; seed++) {
      const network = randomGraph(seed);
      const simulation = await Simulation.create(module, network);
      const image = randomInput(network, seed);
      const [first, last] = headsInOrder(network) as [number, number];
      const heads = [first, last];
      const start = () =>
        simulation.start(image, {
          heads,
          propagation: 'synchronous',
          initialPotential: 0,
          coding: 'radix',
          digits: 5,
        });
      start();
      simulation.advanceTo(last);
      const whole = snapshot(simulation, 5);
      start();
      for (const head of heads) simulation.advanceTo(head);
      expect(snapshot(simulation, 5)).toEqual(whole);
    }
  });
});

describe('the two codings', () => {
  it('refuse to advance as the other one does', async () => {
    const simulation = await Simulation.create(module, rgb);
    const options = { heads: [0], propagation: 'synchronous', initialPotential: 0 } as const;
    simulation.start(input, options);
    expect(() => simulation.advanceTo(0)).toThrow('the run is in rate coding, which advances by timesteps');
    simulation.start(input, { ...options, coding: 'radix', digits: 4 });
    expect(() => simulation.advance(1)).toThrow('the run is in radix coding, which advances by heads');
    expect(() => simulation.advanceTo(FINAL)).toThrow(`head ${FINAL} is not selected`);
    expect(() => simulation.layerSpikes(0, 1)).toThrow(RangeError);
    simulation.advanceTo(0);
    expect(() => simulation.layerSpikes(0, 4)).not.toThrow();
    expect(() => simulation.layerSpikes(0, 5)).toThrow(RangeError);
  });

  it('take the digits of the model where nothing is said, and no number that the rings do not hold', async () => {
    const simulation = await Simulation.create(module, rgb);
    const options = { heads: [0], propagation: 'synchronous', initialPotential: 0, coding: 'radix' } as const;
    simulation.start(input, options);
    simulation.advanceTo(0);
    expect(simulation.timestep).toBe(rgb.defaults.digits);
    for (const digits of [0, 9, -1, 2.5, Number.NaN]) {
      expect(() => simulation.start(input, { ...options, digits })).toThrow(
        new RangeError(`a number has 1 to 8 digits, not ${digits}`),
      );
    }
    expect(() => simulation.start(input, { ...options, digits: 8 })).not.toThrow();
  });

  it('are refused where numbers could overflow what a neuron accumulates', async () => {
    const populations = rgb.populations.map((one) => ({
      ...one,
      threshold: one.threshold.map(() => 2 ** 26),
    }));
    const simulation = await Simulation.create(module, { ...rgb, populations });
    const options = { heads: [0], propagation: 'synchronous', initialPotential: 0, coding: 'radix' } as const;
    // 2^26 thresholds for a digit of 2^4 fit 31 bits, for one of 2^5 they do not.
    expect(() => simulation.start(input, { ...options, digits: 5 })).not.toThrow();
    expect(() => simulation.start(input, { ...options, digits: 6 })).toThrow(
      new UserError('this model is not exact for 6 digits: ask for fewer'),
    );
  });
});
