/** Records of the binary version of CIFAR-100, and drawing some of them at random. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { Cifar100 } from '../../src/fit/cifar100.js';
import { drawIndices } from '../../src/fit/labelled-images.js';
import { describeWithCifar100, readRecords } from '../support/cifar100.js';
import { RECORD_BYTES, randomRecords } from '../support/records.js';

describe('Cifar100', () => {
  it('reads the fine label and turns planes into pixels', () => {
    const bytes = new Uint8Array(2 * RECORD_BYTES);
    bytes.set([7, 42], RECORD_BYTES);
    const start = RECORD_BYTES + 2;
    // the pixel in row 3, column 5: red, green, blue
    for (const plane of [0, 1, 2]) bytes[start + plane * 1024 + 3 * 32 + 5] = 200 + plane;
    const images = new Cifar100(bytes, 'test.bin');
    expect(images.length).toBe(2);
    const { label, image } = images.image(1);
    expect([label, image.width, image.height, image.pixels.length]).toEqual([42, 32, 32, 3072]);
    const offset = 3 * (3 * 32 + 5);
    expect([...image.pixels.subarray(offset, offset + 3)]).toEqual([200, 201, 202]);
    expect(image.pixels.filter((value) => value > 0).length).toBe(3);
    expect(images.image(0).label).toBe(0);
  });

  it('knows its largest label', () => {
    const bytes = randomRecords(20, 10, 1);
    const labels = Array.from({ length: 20 }, (_, index) => bytes[index * RECORD_BYTES + 1]!);
    expect(new Cifar100(bytes, 'x').largestLabel).toBe(Math.max(...labels));
  });

  it.each([0, 1, RECORD_BYTES - 1, RECORD_BYTES + 1, 5 * 3073])('refuses %d bytes', (length) => {
    expect(() => new Cifar100(new Uint8Array(length), 'train.bin')).toThrow(
      new UserError(
        `train.bin is not a CIFAR-100 file: ${length} bytes are no whole number of records of 3074 bytes`,
      ),
    );
  });

  it('refuses a label that is no class', () => {
    const bytes = new Uint8Array(3 * RECORD_BYTES);
    bytes[2 * RECORD_BYTES + 1] = 99;
    expect(() => new Cifar100(bytes, 'train.bin')).not.toThrow();
    bytes[2 * RECORD_BYTES + 1] = 100;
    expect(() => new Cifar100(bytes, 'train.bin')).toThrow(
      new UserError('train.bin is not a CIFAR-100 file: it has the label 100'),
    );
  });
});

describeWithCifar100('the real data set', () => {
  it('gives the labels and pixels that are in the file', () => {
    for (const { label, pixels } of readRecords('test', 5000, 20)) {
      const bytes = Uint8Array.of(0, label, ...pixels);
      const { label: found, image } = new Cifar100(bytes, 'test.bin').image(0);
      expect(found).toBe(label);
      const planes = Uint8Array.from(
        pixels,
        (_, index) => image.pixels[3 * (index % 1024) + Math.floor(index / 1024)]!,
      );
      expect(planes).toEqual(pixels);
    }
  });
});

describe('drawIndices', () => {
  it('draws different indices below the length, the same for the same seed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 500 }),
        fc.integer({ min: 0, max: 600 }),
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        (length, count, seed) => {
          const drawn = drawIndices(length, count, seed);
          expect(drawn.length).toBe(Math.min(count, length));
          expect(new Set(drawn).size).toBe(drawn.length);
          expect(drawn.every((index) => index < length)).toBe(true);
          expect(drawIndices(length, count, seed)).toEqual(drawn);
        },
      ),
    );
  });

  it('draws fewer as the beginning of more, so that a calibration stays the same as others are added', () => {
    expect(drawIndices(1000, 300, 7).subarray(0, 100)).toEqual(drawIndices(1000, 100, 7));
  });

  it('draws others with another seed', () => {
    const draws = Array.from({ length: 20 }, (_, seed) => drawIndices(50_000, 10, seed).join());
    expect(new Set(draws).size).toBe(20);
  });

  it('prefers no index', () => {
    const counts = new Uint32Array(10);
    for (let seed = 0; seed < 5000; seed++) {
      for (const index of drawIndices(10, 3, seed)) counts[index]!++;
    }
    // 1500 expected, with a standard deviation of 32
    for (const count of counts) expect(Math.abs(count - 1500)).toBeLessThan(160);
  });
});
