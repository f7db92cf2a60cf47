/** The order of a run: only what its heads need, sources before their users, each head as soon as it can. */
import { describe, expect, it } from 'vitest';
import { orderOf, orderUpTo } from '../../src/engine/order.js';
import { Simulation } from '../../src/engine/simulation.js';
import { UserError } from '../../src/errors.js';
import { IMAGE, type SpikingNetwork } from '../../src/graph/network.js';
import { kernelModule } from '../../src/host/node/kernels.js';
import { randomGraph } from '../reference/random-graph.js';
import { randomInput } from '../support/equal-run.js';

/** A network of which only the joints matter: the sources of every population, and what every head reads. */
function jointed(sources: readonly (readonly number[])[], heads: readonly number[]): SpikingNetwork {
  const network = randomGraph(1, sources.length);
  const populations = network.populations.map((population, index) => ({
    ...population,
    synapses: sources[index]!.map((source) => ({
      kind: 'per-channel' as const,
      source,
      weights: new Int32Array(1),
    })),
  }));
  return {
    ...network,
    populations,
    heads: heads.map((population, index) => ({ ...network.heads[0]!, name: `${index}`, population })),
  };
}

const short = (order: readonly { kind: string; index: number }[]) =>
  order.map(({ kind, index }) => `${kind[0]}${index}`).join(' ');

/** 0 feeds 1 and 2; 3 has 1 and 2; 4 has the image alone; 5 has 2 and 4; nobody reads 6. */
const graph = jointed([[IMAGE], [0], [0], [1, 2], [IMAGE], [2, 4], [5]], [3, 5, 1, 3]);

describe('orderOf', () => {
  it('takes what a head needs, through all paths, and nothing else', () => {
    expect(short(orderOf(graph, [0]))).toBe('p0 p1 p2 p3 h0');
    expect(short(orderOf(graph, [1]))).toBe('p0 p2 p4 p5 h1');
    expect(short(orderOf(graph, [2]))).toBe('p0 p1 h2');
  });

  it('puts every head right behind its population, several in the order in which they are asked', () => {
    expect(short(orderOf(graph, [0, 1, 2, 3]))).toBe('p0 p1 h2 p2 p3 h0 h3 p4 p5 h1');
    expect(short(orderOf(graph, [3, 0]))).toBe('p0 p1 p2 p3 h3 h0');
    expect(short(orderOf(graph, [1, 1]))).toBe('p0 p2 p4 p5 h1');
  });

  it('refuses heads that are not there, and none', () => {
    for (const heads of [[4], [-1], [0.5], []]) expect(() => orderOf(graph, heads)).toThrow(UserError);
  });

  it('has sources before their users, on random graphs', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const network = randomGraph(seed, 9);
      for (const heads of [[0], [1], [1, 0]]) {
        const seen = new Set<number>([IMAGE]);
        const asked: number[] = [];
        const order = orderOf(network, heads);
        for (const { kind, index } of order) {
          if (kind === 'head') {
            expect(seen).toContain(network.heads[index]!.population);
            asked.push(index);
          } else {
            for (const { source } of network.populations[index]!.synapses) expect(seen).toContain(source);
            seen.add(index);
          }
        }
        expect(asked.sort()).toEqual([...heads].sort());
        // Whatever is there feeds something that is there, or a head.
        const read = new Set(heads.map((head) => network.heads[head]!.population));
        for (const index of seen) {
          if (index === IMAGE) continue;
          for (const { source } of network.populations[index]!.synapses) read.add(source);
        }
        for (const index of seen) if (index !== IMAGE) expect(read).toContain(index);
      }
    }
  });
});

describe('orderUpTo', () => {
  it('takes a population and all that feed it, no heads', () => {
    expect(short(orderUpTo(graph, 5))).toBe('p0 p2 p4 p5');
    expect(short(orderUpTo(graph, 4))).toBe('p4');
    expect(short(orderUpTo(graph, 6))).toBe('p0 p2 p4 p5 p6');
  });
});

describe('a population that no head of a run needs', () => {
  it('is not computed, in either coding', async () => {
    // In this graph the early head reads population 3, which the final one does not need.
    const network = randomGraph(40);
    expect(short(orderOf(network, [0]))).not.toBe(short(orderOf(network, [1])));
    const needed = new Set(
      orderOf(network, [1]).flatMap(({ kind, index }) => (kind === 'head' ? [] : [index])),
    );
    const spare = [...network.populations.keys()].filter((index) => !needed.has(index));
    expect(spare.length).toBeGreaterThan(0);
    const simulation = await Simulation.create(await kernelModule(), network);
    const run = (seed: number, heads: readonly number[], coding: 'rate' | 'radix') => {
      const options = {
        heads,
        propagation: 'synchronous',
        initialPotential: 0.5,
        coding,
        digits: 4,
      } as const;
      simulation.start(randomInput(network, seed), options);
      if (coding === 'rate') simulation.advance(4);
      else simulation.advanceTo(heads.at(-1)!);
      return network.populations.map((_, index) =>
        [1, 2, 3, 4].map((step) => [
          simulation.layerSpikeMap(index, step),
          simulation.layerOperations(index, step),
        ]),
      );
    };
    const all =
      simulation.network.heads[0]!.population < simulation.network.heads[1]!.population ? [0, 1] : [1, 0];
    for (const coding of ['rate', 'radix'] as const) {
      const before = run(1, all, coding);
      const after = run(2, [1], coding);
      expect(simulation.activePopulations).toEqual([...needed]);
      for (const index of spare) expect(after[index]).toEqual(before[index]);
      expect(
        [...needed].some((index) => JSON.stringify(after[index]) !== JSON.stringify(before[index])),
      ).toBe(true);
    }
  });
});
