/**
 * Resizing: exact against integer arithmetic where an axis shrinks, and the properties that any resize should have.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { fromRgba, type PixelImage } from '../../src/picture/pixel-image.js';
import { resizeImage } from '../../src/picture/resize.js';

const side = fc.integer({ min: 1, max: 24 });

function image(width: number, height: number): fc.Arbitrary<PixelImage> {
  const length = width * height * 3;
  return fc
    .uint8Array({ minLength: length, maxLength: length })
    .map((values) => ({ width, height, pixels: new Uint8ClampedArray(values) }));
}

/** Square images, so that nothing is cropped, and a square size to reach. */
const squares = fc
  .tuple(side, side)
  .chain(([from, to]) => fc.tuple(image(from, from), fc.constant({ width: to, height: to })));

function mirror({ width, height, pixels }: PixelImage): PixelImage {
  const mirrored = new Uint8ClampedArray(pixels.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + width - 1 - x) * 3;
      mirrored.set(pixels.subarray(from, from + 3), (y * width + x) * 3);
    }
  }
  return { width, height, pixels: mirrored };
}

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}

/** Area averaging in integers: repeat every pixel `to` times, then sum blocks of `from`; halves round up. */
function shrinkExactly({ width: from, pixels }: PixelImage, to: number): number[] {
  const result: number[] = [];
  for (let index = 0; index < to * to * 3; index++) {
    const [y, x, channel] = [Math.floor(index / 3 / to), Math.floor(index / 3) % to, index % 3];
    let sum = 0;
    for (let row = y * from; row < (y + 1) * from; row++) {
      for (let column = x * from; column < (x + 1) * from; column++) {
        sum += pixels[(Math.floor(row / to) * from + Math.floor(column / to)) * 3 + channel]!;
      }
    }
    result.push(Math.floor((2 * sum + from * from) / (2 * from * from)));
  }
  return result;
}

describe('resizeImage', () => {
  it('returns an image that has the size already', () => {
    const original = fc.sample(image(5, 7), 1)[0]!;
    expect(resizeImage(original, { width: 5, height: 7 })).toBe(original);
  });

  it('averages areas exactly where it shrinks', () => {
    fc.assert(
      fc.property(squares, ([original, { width }]) => {
        fc.pre(original.width > width);
        expect(Array.from(resizeImage(original, { width, height: width }).pixels)).toEqual(
          shrinkExactly(original, width),
        );
      }),
    );
  });

  it('keeps the mean within rounding where it shrinks', () => {
    fc.assert(
      fc.property(squares, ([original, size]) => {
        fc.pre(original.width > size.width);
        const resized = resizeImage(original, size);
        expect(Math.abs(mean(resized.pixels) - mean(original.pixels))).toBeLessThanOrEqual(0.5 + 1e-9);
      }),
    );
  });

  it('keeps a constant image constant, whatever the sizes and the crop', () => {
    fc.assert(
      fc.property(side, side, side, side, fc.nat(255), (fromX, fromY, width, height, value) => {
        const pixels = new Uint8ClampedArray(fromX * fromY * 3).fill(value);
        const resized = resizeImage({ width: fromX, height: fromY, pixels }, { width, height });
        expect([resized.width, resized.height]).toEqual([width, height]);
        expect(resized.pixels).toEqual(new Uint8ClampedArray(width * height * 3).fill(value));
      }),
    );
  });

  it('gives mirrored output for mirrored input', () => {
    fc.assert(
      fc.property(squares, ([original, size]) => {
        expect(resizeImage(mirror(original), size)).toEqual(mirror(resizeImage(original, size)));
      }),
    );
  });

  it('crops the centre to the aspect of the target', () => {
    const wide = fc.sample(image(12, 4), 1)[0]!;
    const centre = resizeImage(wide, { width: 4, height: 4 });
    for (let y = 0; y < 4; y++) {
      const row = wide.pixels.subarray((y * 12 + 4) * 3, (y * 12 + 8) * 3);
      expect(centre.pixels.subarray(y * 12, y * 12 + 12)).toEqual(row);
    }
    const tall = { width: 4, height: 12, pixels: wide.pixels };
    expect(resizeImage(tall, { width: 4, height: 4 }).pixels).toEqual(wide.pixels.subarray(48, 96));
  });

  it('interpolates where it grows: between two values, monotonically, with both at the ends', () => {
    const pixels = new Uint8ClampedArray([40, 0, 255, 200, 0, 255, 40, 0, 255, 200, 0, 255]);
    const grown = resizeImage({ width: 2, height: 2, pixels }, { width: 16, height: 16 });
    const row = Array.from({ length: 16 }, (_, x) => grown.pixels[x * 3]!);
    expect(row[4]).toBeLessThan(row[11]!);
    expect(row[4]! + row[11]!).toBe(240);
    expect(row.slice(4, 12)).toEqual(row.slice(4, 12).sort((a, b) => a - b));
    expect(Array.from(grown.pixels).filter((_, index) => index % 3 === 1)).toEqual(Array(256).fill(0));
  });

  it('takes one pixel, one row and one column', () => {
    const dot = { width: 1, height: 1, pixels: new Uint8ClampedArray([1, 2, 3]) };
    expect(Array.from(resizeImage(dot, { width: 2, height: 1 }).pixels)).toEqual([1, 2, 3, 1, 2, 3]);
    const line = { width: 5, height: 1, pixels: Uint8ClampedArray.from({ length: 15 }, (_, i) => i) };
    expect(Array.from(resizeImage(line, { width: 2, height: 2 }).pixels).slice(0, 3)).toEqual([6, 7, 8]);
    const column = { ...line, width: 1, height: 5 };
    expect(Array.from(resizeImage(column, { width: 2, height: 2 }).pixels).slice(0, 3)).toEqual([6, 7, 8]);
  });

  it('refuses sizes that make no sense', () => {
    const pixels = new Uint8ClampedArray(12);
    const square = { width: 2, height: 2, pixels };
    for (const width of [0, -1, 1.5, Number.NaN]) {
      expect(() => resizeImage(square, { width, height: 2 })).toThrow(UserError);
      expect(() => resizeImage({ width, height: 2, pixels }, { width: 2, height: 2 })).toThrow(UserError);
    }
    expect(() => resizeImage({ width: 2, height: 3, pixels }, { width: 2, height: 2 })).toThrow(/not RGB/);
  });
});

describe('fromRgba', () => {
  it('composites over white, rounded to the nearest', () => {
    fc.assert(
      fc.property(fc.nat(255), fc.nat(255), (value, alpha) => {
        const data = new Uint8ClampedArray([value, 0, 255, alpha]);
        const { pixels } = fromRgba({ width: 1, height: 1, data });
        const over = (colour: number) => Math.round(colour * (alpha / 255) + 255 * (1 - alpha / 255));
        expect(Array.from(pixels)).toEqual([over(value), over(0), 255]);
      }),
    );
  });

  it('refuses an array of another length', () => {
    expect(() => fromRgba({ width: 2, height: 2, data: new Uint8ClampedArray(12) })).toThrow(/not RGBA/);
  });
});
