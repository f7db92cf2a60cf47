/** What the registry says of each kind of synapses, against every synapse visited one by one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outputExtent, sizeOf, sourceShape, squareWindow } from '../../src/graph/extents.js';
import { IMAGE, type Shape, type SpikingSynapses, type Window } from '../../src/graph/network.js';
import { windowFanOut } from '../../src/graph/synapses/fan-out.js';
import { fanOutOf, kindOf, SYNAPSES_KINDS, synapsesOf } from '../../src/graph/synapses/index.js';
import { kindsIn, randomGraph } from '../reference/random-graph.js';
import { arrivals } from '../reference/synapses.js';

/** Every set of synapses of random graphs, with the shapes that it joins. */
function* allSynapses(seeds: number): Generator<[SpikingSynapses, Shape, Shape]> {
  for (let seed = 1; seed <= seeds; seed++) {
    const network = randomGraph(seed, 4);
    for (const { shape, synapses } of network.populations) {
      for (const one of synapses) yield [one, sourceShape(network, one.source), shape];
    }
  }
}

describe('random graphs', () => {
  it('have every kind of synapses, from the image and from populations', () => {
    const kinds = new Set<string>();
    const ofImage = new Set<string>();
    for (let seed = 1; seed <= 60; seed++) {
      const network = randomGraph(seed, 4);
      for (const kind of kindsIn(network)) kinds.add(kind);
      for (const { synapses } of network.populations) {
        for (const { kind, source } of synapses) if (source === IMAGE) ofImage.add(kind);
      }
    }
    expect([...kinds].sort()).toEqual([...SYNAPSES_KINDS].sort());
    expect([...ofImage].sort()).toEqual(
      SYNAPSES_KINDS.filter((kind) => kindOf(kind).weightType === 'int8').sort(),
    );
  });
});

describe('the fan-out of a neuron', () => {
  it('is the number of synapses that leave it, with weights of 0 and without', () => {
    for (const [synapses, source, target] of allSynapses(60)) {
      const existing = new Uint32Array(sizeOf(source));
      const every = new Uint32Array(sizeOf(source));
      arrivals(synapses, source, target, (from, _, weight) => {
        every[from]! += 1;
        if (weight !== 0) existing[from]! += 1;
      });
      const { table, rowClass, columnClass, columnClasses } = fanOutOf(synapses, source, target);
      const entry = (neuron: number, channel: number) => {
        const pixel = Math.floor(neuron / source.channels);
        const row = rowClass[Math.floor(pixel / source.width)]!;
        const column = columnClass[pixel % source.width]!;
        return table[(row * columnClasses + column) * (source.channels + 1) + channel]!;
      };
      expect(existing.map((_, neuron) => entry(neuron, neuron % source.channels))).toEqual(existing);
      expect(every.map((_, neuron) => entry(neuron, source.channels))).toEqual(every);
      const sum = (counts: Uint32Array) => counts.reduce((total, count) => total + count, 0);
      expect(synapsesOf(synapses, source, target)).toEqual({ existing: sum(existing), every: sum(every) });
    }
  });

  it('knows borders and strides along a row', () => {
    const along = (extent: number, window: Window): number[] => {
      const source = { channels: 1, height: 1, width: extent };
      const row = {
        ...window,
        kernel: { ...window.kernel, height: 1 },
        padding: { ...window.padding, top: 0, bottom: 0 },
      };
      const taps = window.kernel.width;
      const tap = { existing: new Uint32Array(taps).fill(1), every: 1 };
      const { table, columnClass } = windowFanOut(row, source, outputExtent(source, row), tap);
      return [...columnClass].map((one) => table[2 * one]!);
    };
    expect(along(5, squareWindow(3, 1, 1))).toEqual([2, 3, 3, 3, 2]);
    expect(along(5, squareWindow(3, 2, 1))).toEqual([1, 2, 1, 2, 1]);
    expect(along(5, squareWindow(1, 2, 0))).toEqual([1, 0, 1, 0, 1]);
    expect(along(4, squareWindow(3, 1, 0))).toEqual([1, 2, 2, 1]);
    expect(along(2, squareWindow(5, 1, 2))).toEqual([2, 2]);
    // Places 0, 1 and 2 look at 0 and 2, 1 and 3, 2 and 4.
    const dilated = { ...squareWindow(2, 1, 0), dilation: { height: 1, width: 2 } };
    expect(along(5, dilated)).toEqual([1, 1, 2, 1, 1]);
  });
});

describe('the extent that a window leaves', () => {
  it('counts strides, padding and dilation along each axis', () => {
    const of = (height: number, width: number, window: Window) =>
      Object.values(outputExtent({ height, width }, window));
    expect(of(32, 5, squareWindow(3, 2, 1))).toEqual([16, 3]);
    expect(of(2, 3, squareWindow(3, 1, 0))).toEqual([0, 1]);
    const uneven: Window = {
      kernel: { height: 3, width: 2 },
      stride: { height: 1, width: 3 },
      padding: { top: 1, left: 0, bottom: 0, right: 2 },
      dilation: { height: 2, width: 4 },
    };
    // 5 + 1 rows hold one window of 5 rows at 2 places; 9 + 2 columns one of 5 at places 0, 3 and 6.
    expect(of(5, 9, uneven)).toEqual([2, 3]);
  });

  it('is the number of places at which the whole window lies on the padded source', () => {
    const axis = fc.record({
      extent: fc.integer({ min: 1, max: 12 }),
      kernel: fc.integer({ min: 1, max: 5 }),
      stride: fc.integer({ min: 1, max: 4 }),
      dilation: fc.integer({ min: 1, max: 3 }),
      before: fc.integer({ min: 0, max: 4 }),
      after: fc.integer({ min: 0, max: 4 }),
    });
    fc.assert(
      fc.property(axis, ({ extent, kernel, stride, dilation, before, after }) => {
        const padded = extent + before + after;
        let places = 0;
        while (places * stride + (kernel - 1) * dilation < padded) places++;
        const both = (value: number) => ({ height: value, width: value });
        const window: Window = {
          kernel: both(kernel),
          stride: both(stride),
          dilation: both(dilation),
          padding: { top: before, left: before, bottom: after, right: after },
        };
        fc.pre(places > 0);
        expect(outputExtent(both(extent), window)).toEqual(both(places));
      }),
    );
  });
});
