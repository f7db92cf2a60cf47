/** The comparison of hosts finds what differs: the test of the package in a browser rests on it. */
import { describe, expect, it } from 'vitest';
import {
  EXTENT,
  firstDifference,
  hashOf,
  type ImageTrace,
  PICTURES,
  pictures,
} from './support/determinism.js';

const traces: ImageTrace[] = [0, 1, 2].map((image) => ({
  layers: [
    [10 + image, 100],
    [20, 200],
  ],
  heads: { final: [1, 2, 3], 7: [4, 5, 6] },
}));

/** The traces with one of them changed. */
function changed(image: number, change: Partial<ImageTrace>): ImageTrace[] {
  return traces.map((trace, index) => (index === image ? { ...trace, ...change } : trace));
}

describe('traces', () => {
  it('that are equal have equal hashes, in whatever order their heads are', () => {
    const reversed = traces.map(({ layers, heads }) => ({
      heads: Object.fromEntries(Object.entries(heads).reverse()),
      layers,
    }));
    expect(firstDifference(traces, reversed)).toBeNull();
    expect(new Set(traces.map(hashOf)).size).toBe(3);
  });

  it.each<[string, ImageTrace[]]>([
    [
      'image 1, layer 1: spikes, synaptic operations 20,201 instead of 20,200',
      changed(1, {
        layers: [
          [11, 100],
          [20, 201],
        ],
      }),
    ],
    [
      'image 2, head final, class 1: 3 spikes instead of 2',
      changed(2, { heads: { final: [1, 3, 3], 7: [4, 5, 6] } }),
    ],
    ['image 0, head 7, class 0: undefined spikes instead of 4', changed(0, { heads: { final: [1, 2, 3] } })],
    ['image 0: other layers or heads', changed(0, { heads: { ...traces[0]!.heads, 5: [1] } })],
    ['2 images instead of 3', traces.slice(1)],
  ])('that differ are told apart: %s', (message, found) => {
    expect(firstDifference(traces, found)).toBe(message);
  });
});

it('there are a hundred different pictures', () => {
  const { bytes } = pictures();
  const size = 3 * EXTENT * EXTENT;
  expect(bytes.length).toBe(PICTURES * size);
  const each = Array.from({ length: PICTURES }, (_, index) => {
    return String(bytes.subarray(index * size, (index + 1) * size));
  });
  expect(new Set(each).size).toBe(PICTURES);
});
