/** A mirrored picture. */
import { describe, expect, it } from 'vitest';
import { mirrored } from '../../../lab/data/mirrored.js';
import type { PixelImage } from '../../../src/picture/pixel-image.js';

/** Every pixel its own colour. */
function picture(width: number, height: number): PixelImage {
  const pixels = Uint8ClampedArray.from({ length: 3 * width * height }, (_, index) => 1 + (index % 97));
  return { width, height, pixels };
}

describe('a mirrored picture', () => {
  it('has left and right exchanged', () => {
    const image = picture(6, 2);
    const turned = mirrored(image);
    expect([...turned.pixels.subarray(0, 3)]).toEqual([...image.pixels.subarray(15, 18)]);
    expect(mirrored(turned)).toEqual(image);
  });
});
