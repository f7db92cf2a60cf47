/**
 * The EXIF reader, on blocks made by hand.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readOrientation } from '../../src/picture/exif.js';

interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  readonly value: number;
}

function block(entries: readonly Entry[], littleEndian: boolean, directory = 8): Uint8Array {
  const view = new DataView(new ArrayBuffer(directory + 2 + entries.length * 12 + 4));
  view.setUint16(0, littleEndian ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, littleEndian);
  view.setUint32(4, directory, littleEndian);
  view.setUint16(directory, entries.length, littleEndian);
  for (const [index, { tag, type, count, value }] of entries.entries()) {
    const offset = directory + 2 + index * 12;
    view.setUint16(offset, tag, littleEndian);
    view.setUint16(offset + 2, type, littleEndian);
    view.setUint32(offset + 4, count, littleEndian);
    view.setUint16(offset + 8, value, littleEndian);
  }
  return new Uint8Array(view.buffer);
}

const orientation = (value: number): Entry => ({ tag: 274, type: 3, count: 1, value });
const make: Entry = { tag: 271, type: 2, count: 4, value: 5 };

it('finds the tag in both byte orders, among others, anywhere, with and without a prefix', () => {
  for (const littleEndian of [true, false]) {
    for (let value = 1; value <= 8; value++) {
      const bytes = block([make, orientation(value)], littleEndian, 20);
      expect(readOrientation(bytes)).toBe(value);
      expect(readOrientation(Buffer.concat([Buffer.from('Exif\0\0'), bytes]))).toBe(value);
    }
  }
});

it('takes an image without a valid tag as upright', () => {
  expect(readOrientation(block([make], true))).toBe(1);
  expect(readOrientation(block([orientation(0)], true))).toBe(1);
  expect(readOrientation(block([orientation(9)], true))).toBe(1);
  expect(readOrientation(block([{ ...orientation(6), type: 4 }], true))).toBe(1);
  expect(readOrientation(block([{ ...orientation(6), count: 2 }], true))).toBe(1);
});

it('stays inside the block', () => {
  const bytes = block([make, orientation(6)], false);
  for (let length = 0; length < bytes.length - 4; length++) {
    expect(readOrientation(bytes.subarray(0, length))).toBe(1);
  }
  const astray = Uint8Array.from(bytes);
  astray.set([0xff, 0xff, 0xff, 0xff], 4);
  expect(readOrientation(astray)).toBe(1);
});

it('never throws', () => {
  const start = fc.constantFrom([], [0x49, 0x49, 42, 0, 8, 0, 0, 0], [0x4d, 0x4d, 0, 42, 0, 0, 0, 8]);
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 64 }), (head, rest) => {
      const value = readOrientation(Uint8Array.from([...head, ...rest]));
      expect(value).toBeGreaterThanOrEqual(1);
      expect(value).toBeLessThanOrEqual(8);
    }),
  );
});
