/** A labelled picture seen in a mirror, which leaves its label as it is. */
import type { PixelImage } from '../../src/picture/pixel-image.js';

/** The same picture, its left and right exchanged. */
export function mirrored(image: PixelImage): PixelImage {
  const { width, height, pixels } = image;
  const turned = new Uint8ClampedArray(pixels.length);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const x = pixel % width;
    const from = 3 * (pixel - x + (width - 1 - x));
    turned.set(pixels.subarray(from, from + 3), 3 * pixel);
  }
  return { width, height, pixels: turned };
}
