/** Brings an image to the network's input size. The arithmetic, and how filters were chosen, is in portable/resize.ts. */
import { resizePixels, resizeScratch } from '../../portable/resize.js';
import { UserError } from '../errors.js';
import type { Shape } from '../graph/network.js';
import { checkPixelImage, type PixelImage } from './pixel-image.js';

/**
 * @param image - of any size, down to 1 x 1
 * @param size - the size to reach, in pixels
 * @returns an image of that size; the same object where it already has it
 * @throws UserError where the image does not hold what its size says, or where the target size is no positive integer
 */
export function resizeImage(image: PixelImage, size: Pick<Shape, 'width' | 'height'>): PixelImage {
  checkPixelImage(image);
  const { width, height } = size;
  if (![width, height].every((side) => Number.isSafeInteger(side) && side > 0)) {
    throw new UserError(`cannot resize an image to ${width} x ${height} pixels`);
  }
  if (image.width === width && image.height === height) return image;
  const pixels = new Uint8ClampedArray(width * height * 3);
  const scratch = new Float64Array(resizeScratch(image.width, image.height));
  const row = image.width * 3;
  resizePixels(image.pixels, 0, 3, row, image.width, image.height, scratch, pixels, width, height);
  return { width, height, pixels };
}
