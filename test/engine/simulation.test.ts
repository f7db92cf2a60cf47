/** Simulations: what is not asked for is not computed, and nothing of one image is left in the next. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CALL_TIMESTEPS, planMemory } from '../../src/engine/plan.js';
import { Simulation, type SimulationOptions } from '../../src/engine/simulation.js';
import { MemoryViews } from '../../src/engine/views.js';
import { UserError } from '../../src/errors.js';
import type { SpikingNetwork } from '../../src/graph/network.js';
import { kernelModule } from '../../src/host/node/kernels.js';
import { arbitraryNetwork, uniform } from '../generate.js';
import { size } from '../reference/simulator.js';
import { inputOf, picture, rgb } from '../support/rgb.js';

const module = await kernelModule();
const simulation = await Simulation.create(module, rgb);
const input = inputOf(rgb, picture(rgb, 1));
const FINAL = rgb.heads.length - 1;
const options = { heads: [FINAL], propagation: 'synchronous', initialPotential: 0.5 } as const;

/** All that a simulation says of every timestep, advanced in steps of `pieces`, again and again. */
function record(
  which: Simulation,
  image: Int16Array,
  chosen: SimulationOptions,
  timesteps: number,
  pieces: readonly number[] = [Infinity],
) {
  which.start(image, chosen);
  const rows: unknown[] = [];
  for (let turn = 0; which.timestep < timesteps; turn++) {
    const first = which.timestep + 1;
    which.advance(Math.min(pieces[turn % pieces.length]!, timesteps - which.timestep));
    for (let timestep = first; timestep <= which.timestep; timestep++) {
      const layers = which.activePopulations;
      rows.push({
        spikes: layers.map((layer) => which.layerSpikes(layer, timestep)),
        operations: layers.map((layer) => which.layerOperations(layer, timestep)),
        allOperations: layers.map((layer) => which.layerAllOperations(layer, timestep)),
        maps: layers.map((layer) => which.layerSpikeMap(layer, timestep)),
        fired: chosen.heads.map((head) => [...which.fired(head, timestep)]),
        headSpikes: chosen.heads.map((head) => which.headSpikes(head, timestep)),
        headOperations: chosen.heads.map((head) => which.headOperations(head, timestep)),
        headAllOperations: chosen.heads.map((head) => which.headAllOperations(head, timestep)),
      });
    }
  }
  return rows;
}

function randomInput(network: SpikingNetwork, seed: number): Int16Array {
  const random = uniform(seed);
  return Int16Array.from({ length: size(network.input) }, () => Math.floor((random() - 0.5) * 1200));
}

describe('advance', () => {
  it('in pieces of any size equals whole calls', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryNetwork({ channels: 20, extent: 6 }),
        fc.integer(),
        fc.array(fc.integer({ min: 1, max: CALL_TIMESTEPS + 3 }), { minLength: 1, maxLength: 5 }),
        fc.constantFrom('synchronous' as const, 'pipelined' as const),
        async (network, seed, pieces, propagation) => {
          const heads = network.heads.map((_, head) => head);
          const chosen = { heads, propagation, initialPotential: 0.5 };
          const one = await Simulation.create(module, network);
          const image = randomInput(network, seed);
          const whole = record(one, image, chosen, 30);
          expect(record(one, image, chosen, 30, pieces)).toEqual(whole);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('computes at most one call and says how much', () => {
    simulation.start(input, options);
    expect([simulation.advance(3), simulation.timestep]).toEqual([3, 3]);
    expect([simulation.advance(1000), simulation.timestep]).toEqual([CALL_TIMESTEPS, 3 + CALL_TIMESTEPS]);
    expect([simulation.advance(0), simulation.timestep]).toEqual([0, 3 + CALL_TIMESTEPS]);
  });
});

describe('start', () => {
  it('leaves nothing of the image before', async () => {
    const chosen = { heads: [0, FINAL], propagation: 'pipelined', initialPotential: 0.3 } as const;
    const other = inputOf(rgb, picture(rgb, 2));
    const fresh = record(await Simulation.create(module, rgb), other, chosen, 20);
    // a longer run, other heads and another propagation before it
    record(simulation, input, { heads: [0, 1, FINAL], propagation: 'synchronous', initialPotential: 1 }, 45);
    expect(record(simulation, other, chosen, 20)).toEqual(fresh);
    // a run that saw only the front of the network before it
    record(simulation, input, { heads: [0], propagation: 'synchronous', initialPotential: 0 }, 5);
    expect(record(simulation, other, chosen, 20)).toEqual(fresh);
    expect(record(simulation, input, chosen, 20)).not.toEqual(fresh);
  });

  it('counts the images', () => {
    const before = simulation.presented;
    simulation.start(input, options);
    simulation.start(input, options);
    expect(simulation.presented).toBe(before + 2);
  });

  it('takes a head twice for once, and heads in any order', () => {
    const rows = record(simulation, input, { ...options, heads: [0, FINAL] }, 12);
    const [first] = record(simulation, input, { ...options, heads: [FINAL, 0, FINAL] }, 12) as {
      fired: number[][];
    }[];
    const [expected] = rows as { fired: number[][] }[];
    expect(first!.fired).toEqual([expected!.fired[1], expected!.fired[0], expected!.fired[1]]);
  });

  it('refuses an input of another size, and heads that are not there', () => {
    const message = `the network takes 9x8x3 values, but got ${input.length - 1}`;
    expect(() => simulation.start(input.subarray(1), options)).toThrow(new UserError(message));
    const none = 'no head is selected, so there is nothing to compute';
    expect(() => simulation.start(input, { ...options, heads: [] })).toThrow(new UserError(none));
    for (const heads of [[FINAL + 1], [-1], [0.5]]) {
      expect(() => simulation.start(input, { ...options, heads })).toThrow(UserError);
    }
  });
});

describe('the counts of a timestep', () => {
  it('are read without a new view, and added up where they are wanted', () => {
    simulation.start(input, options);
    simulation.advance(CALL_TIMESTEPS);
    const classes = rgb.labels.length;
    const counts = new Uint32Array(classes + 3);
    const expected = new Uint32Array(classes + 3);
    for (let timestep = 1; timestep <= CALL_TIMESTEPS; timestep++) {
      const fired = simulation.fired(FINAL, timestep);
      expect(simulation.fired(FINAL, timestep)).toBe(fired);
      fired.forEach((spike, label) => {
        expected[2 + label]! += spike;
      });
      simulation.addFired(FINAL, timestep, counts, 2);
    }
    expect(counts).toEqual(expected);
    expect(counts.some((count) => count > 0)).toBe(true);
    expect(() => simulation.addFired(FINAL, CALL_TIMESTEPS + 1, counts)).toThrow('is not in the last call');
  });

  it('would be read through new views, had the memory grown', () => {
    const layout = planMemory(rgb, 1);
    const memory = new WebAssembly.Memory({ initial: Math.ceil(layout.bytes / 65536) });
    const views = new MemoryViews(memory, rgb, { constants: layout.constants, state: layout.states[0]! });
    expect(views.isStale(memory)).toBe(false);
    memory.grow(1);
    expect(views.isStale(memory)).toBe(true);
  });
});

describe('a simulation of an internal head', () => {
  const head = rgb.heads[0]!;

  it('computes the populations before it and nothing else', () => {
    const whole = record(simulation, input, { ...options, heads: [0, FINAL] }, 20);
    expect(simulation.activePopulations).toEqual([...rgb.populations.keys()]);
    const front = record(simulation, input, { ...options, heads: [0] }, 20);
    expect(simulation.activePopulations).toEqual([...Array(head.population + 1).keys()]);
    const cut = whole.map((row) => {
      const { spikes, operations, allOperations, maps, ...heads } = row as Record<string, unknown[]>;
      const populations = { spikes, operations, allOperations, maps };
      return Object.fromEntries([
        ...Object.entries(populations).map(([key, values]) => [key, values!.slice(0, head.population + 1)]),
        ...Object.entries(heads).map(([key, values]) => [key, values!.slice(0, 1)]),
      ]);
    });
    expect(front).toEqual(cut);
  });

  it('leaves the populations behind it as they were', () => {
    const last = rgb.populations.length - 1;
    simulation.start(input, options);
    simulation.advance(8);
    const before = Array.from({ length: 8 }, (_, index) => simulation.layerSpikeMap(last, index + 1));
    expect(before.some((map) => map.some((spike) => spike === 1))).toBe(true);
    simulation.start(inputOf(rgb, picture(rgb, 9)), { ...options, heads: [0] });
    simulation.advance(8);
    const after = Array.from({ length: 8 }, (_, index) => simulation.layerSpikeMap(last, index + 1));
    expect(after).toEqual(before);
  });
});

describe('reading', () => {
  it('answers for the last call alone', () => {
    simulation.start(input, options);
    expect(() => simulation.layerSpikes(0, 0)).toThrow(RangeError);
    expect(() => simulation.layerSpikes(0, 1)).toThrow(RangeError);
    for (let turn = 0; turn < 3; turn++) simulation.advance(CALL_TIMESTEPS);
    const end = 3 * CALL_TIMESTEPS;
    expect(() => simulation.layerSpikes(0, end)).not.toThrow();
    expect(() => simulation.fired(FINAL, end - CALL_TIMESTEPS + 1)).not.toThrow();
    expect(() => simulation.fired(FINAL, end - CALL_TIMESTEPS)).toThrow('is not in the last call');
    expect(() => simulation.layerSpikeMap(0, end + 1)).toThrow('is not in the last call');
  });

  it('agrees with itself: counters are the sums of maps', () => {
    simulation.start(input, { ...options, heads: [0, FINAL] });
    simulation.advance(CALL_TIMESTEPS);
    const ones = (bytes: Uint8Array) => bytes.reduce((sum, byte) => sum + byte, 0);
    for (let timestep = 1; timestep <= CALL_TIMESTEPS; timestep++) {
      for (let layer = 0; layer < rgb.populations.length; layer++) {
        expect(simulation.layerSpikes(layer, timestep)).toBe(ones(simulation.layerSpikeMap(layer, timestep)));
      }
      expect(simulation.headSpikes(FINAL, timestep)).toBe(ones(simulation.fired(FINAL, timestep)));
    }
  });

  it('says how much memory it takes', () => {
    expect(simulation.memoryBytes % 65536).toBe(0);
    expect(simulation.memoryBytes).toBeLessThan(2 ** 22);
  });
});
