/** Pictures with their classes, and drawing some of them at random. */
import type { PixelImage } from '../picture/pixel-image.js';
import { uniformNumbers } from '../random.js';

/** A picture and its class. */
export interface LabelledImage {
  /** The fine label, 0 to 99. */
  readonly label: number;
  /** The picture. */
  readonly image: PixelImage;
}

/** Random access to pictures of one size, each with its class. */
export interface LabelledImages {
  /** How many. */
  readonly length: number;
  /** The largest label of all. */
  readonly largestLabel: number;
  /** One picture, by its index from 0. */
  image(index: number): LabelledImage;
}

/**
 * `count` different indices below `length`, drawn at random; the same seed draws the same (Fisher-Yates).
 */
export function drawIndices(length: number, count: number, seed: number): Uint32Array {
  const indices = Uint32Array.from({ length }, (_, index) => index);
  const random = uniformNumbers(seed);
  const drawn = Math.min(count, length);
  for (let index = 0; index < drawn; index++) {
    const other = index + Math.floor(random() * (length - index));
    const swapped = indices[index]!;
    indices[index] = indices[other]!;
    indices[other] = swapped;
  }
  return indices.slice(0, drawn);
}
