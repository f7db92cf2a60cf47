/**
 * The input tensor: order, rounding, range, luma.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import type { PixelImage } from '../../src/picture/pixel-image.js';
import { normaliseInput, quantiseInput } from '../../src/picture/tensor.js';

const CIFAR = { mean: [0.5071, 0.4865, 0.4409], deviation: [0.2673, 0.2564, 0.2762] };
const PLAIN = { mean: [0], deviation: [1] };

const images = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }))
  .chain(([width, height]) =>
    fc
      .uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 })
      .map((values): PixelImage => ({ width, height, pixels: new Uint8ClampedArray(values) })),
  );

function grey(value: number): PixelImage {
  return { width: 1, height: 1, pixels: new Uint8ClampedArray([value, value, value]) };
}

it('follows the formula, in the order [y][x][channel]', () => {
  fc.assert(
    fc.property(images, fc.integer({ min: 0, max: 12 }), (image, fractionBits) => {
      const shape = { channels: 3, height: image.height, width: image.width };
      const quantised = quantiseInput(image, shape, CIFAR, fractionBits);
      const normalised = normaliseInput(image, shape, CIFAR);
      expect([quantised.length, normalised.length]).toEqual([image.pixels.length, image.pixels.length]);
      for (const [index, pixel] of image.pixels.entries()) {
        const value = (pixel / 255 - CIFAR.mean[index % 3]!) / CIFAR.deviation[index % 3]!;
        expect(normalised[index]).toBe(Math.fround(value));
        expect(Math.abs(quantised[index]! - value * 2 ** fractionBits)).toBeLessThanOrEqual(0.5);
      }
    }),
  );
});

it('rounds halves away from zero', () => {
  const shape = { channels: 1, height: 1, width: 1 };
  const value = (pixel: number, mean: number, deviation: number, fractionBits: number) =>
    quantiseInput(grey(pixel), shape, { mean: [mean], deviation: [deviation] }, fractionBits)[0];
  expect(value(255, 0, 2, 0)).toBe(1);
  expect(value(0, 1, 2, 0)).toBe(-1);
  expect(value(255, 0, 0.4, 0)).toBe(3);
  expect(value(0, 1, 0.4, 0)).toBe(-3);
  expect(value(255, 0.5 + Number.EPSILON, 1, 0)).toBe(0);
  expect(value(0, 0.49999999999999994, 1, 0)).toBe(0);
  expect(value(255, 0, 1, 14)).toBe(16384);
});

it('gives a grey network the luma of BT.601, and grey itself unchanged', () => {
  const shape = { channels: 1, height: 1, width: 1 };
  const luma = (r: number, g: number, b: number) =>
    normaliseInput({ width: 1, height: 1, pixels: new Uint8ClampedArray([r, g, b]) }, shape, {
      mean: [0],
      deviation: [1 / 255],
    })[0]!;
  expect([luma(255, 0, 0), luma(0, 255, 0), luma(0, 0, 255)]).toEqual([76, 150, 29]);
  for (let value = 0; value < 256; value++) expect(Math.round(luma(value, value, value))).toBe(value);
});

it('refuses what would not fit in 16 bits, whatever the pixels are', () => {
  const shape = { channels: 1, height: 1, width: 1 };
  expect(() => quantiseInput(grey(0), shape, PLAIN, 15)).toThrow(/reaches 32768 at 15 fraction bits/);
  expect(() => quantiseInput(grey(0), shape, { mean: [0], deviation: [1e-5] }, 0)).toThrow(UserError);
  const negative = { mean: [1], deviation: [1] };
  expect(quantiseInput(grey(0), shape, negative, 15)[0]).toBe(-32768);
  expect(() => quantiseInput(grey(255), shape, { mean: [1.001], deviation: [1] }, 15)).toThrow(UserError);
});

it('refuses images, shapes and normalisations that do not fit together', () => {
  const image = grey(7);
  const colour = { channels: 3, height: 1, width: 1 };
  const refusals: readonly (readonly [PixelImage, typeof colour, { mean: number[]; deviation: number[] }])[] =
    [
      [image, { ...colour, width: 2 }, CIFAR],
      [image, { ...colour, channels: 2 }, CIFAR],
      [image, colour, PLAIN],
      [image, colour, { ...CIFAR, deviation: [0.1, 0, 0.1] }],
      [image, colour, { ...CIFAR, mean: [0.1, Number.NaN, 0.1] }],
      [{ ...image, width: 2 }, { ...colour, width: 2 }, CIFAR],
    ];
  for (const [picture, shape, normalisation] of refusals) {
    expect(() => normaliseInput(picture, shape, normalisation)).toThrow(UserError);
    expect(() => quantiseInput(picture, shape, normalisation, 8)).toThrow(UserError);
  }
  for (const fractionBits of [-1, 1.5, 16, Number.NaN]) {
    expect(() => quantiseInput(image, colour, CIFAR, fractionBits)).toThrow(/fraction bits/);
  }
});
