/** Variants of a labelled picture. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { occluded } from '../../src/fit/pictures.js';
import type { PixelImage } from '../../src/picture/pixel-image.js';
import { uniformNumbers } from '../../src/random.js';

/** Every pixel its own colour, none of them grey. */
function picture(width: number, height: number): PixelImage {
  const pixels = Uint8ClampedArray.from({ length: 3 * width * height }, (_, index) => 1 + (index % 97));
  return { width, height, pixels };
}

const GREY = [200, 201, 202];

function isGrey({ pixels }: PixelImage, pixel: number): boolean {
  return GREY.every((value, channel) => pixels[3 * pixel + channel] === value);
}

describe('an occluded picture', () => {
  it('has one grey square of at most the largest side, and nothing else changed', () => {
    const sides = new Set<number>();
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 8 }), (seed, largest) => {
        const image = picture(9, 7);
        const covered = occluded(image, largest, GREY, uniformNumbers(seed));
        const grey = Array.from({ length: 63 }, (_, pixel) => pixel).filter((pixel) =>
          isGrey(covered, pixel),
        );
        const side = Math.sqrt(grey.length);
        expect(Number.isInteger(side) && side <= Math.min(largest, 7)).toBe(true);
        sides.add(side);
        const first = grey[0] ?? 0;
        const square = Array.from(
          { length: grey.length },
          (_, index) => first + 9 * Math.floor(index / side) + (index % side),
        );
        expect(grey).toEqual(square);
        const kept = Array.from({ length: 63 }, (_, pixel) => pixel).filter(
          (pixel) => !isGrey(covered, pixel),
        );
        for (const pixel of kept) {
          expect([...covered.pixels.subarray(3 * pixel, 3 * pixel + 3)]).toEqual([
            ...image.pixels.subarray(3 * pixel, 3 * pixel + 3),
          ]);
        }
        expect(image).toEqual(picture(9, 7));
      }),
      { numRuns: 300 },
    );
    expect([...sides].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});
