/**
 * CIFAR-100 in its official binary version (Krizhevsky 2009): records of 3,074 bytes, a coarse label, a fine label,
 * then 32x32 pixels as a red, a green and a blue plane.
 */
import { UserError } from '../errors.js';
import type { LabelledImage, LabelledImages } from './labelled-images.js';

/** Width and height of every picture. */
export const EXTENT = 32;
const PIXELS = EXTENT * EXTENT;
const RECORD_BYTES = 2 + 3 * PIXELS;

/** Random access to the records of one file. */
export class Cifar100 implements LabelledImages {
  readonly #bytes: Uint8Array;
  readonly #largestLabel: number;

  /** @throws UserError if the file is not a whole number of records, or holds a label above 99 */
  constructor(bytes: Uint8Array, name: string) {
    if (bytes.length === 0 || bytes.length % RECORD_BYTES !== 0) {
      throw new UserError(
        `${name} is not a CIFAR-100 file: ${bytes.length} bytes are no whole number of records of ${RECORD_BYTES} bytes`,
      );
    }
    let largest = 0;
    for (let start = 1; start < bytes.length; start += RECORD_BYTES)
      largest = Math.max(largest, bytes[start]!);
    if (largest > 99) throw new UserError(`${name} is not a CIFAR-100 file: it has the label ${largest}`);
    this.#bytes = bytes;
    this.#largestLabel = largest;
  }

  /** The file itself. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Records in the file. */
  get length(): number {
    return this.#bytes.length / RECORD_BYTES;
  }

  /** The largest label of all records. */
  get largestLabel(): number {
    return this.#largestLabel;
  }

  /** One record's label and picture. */
  image(index: number): LabelledImage {
    const start = index * RECORD_BYTES;
    const planes = this.#bytes.subarray(start + 2, start + RECORD_BYTES);
    const pixels = new Uint8ClampedArray(3 * PIXELS);
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      for (let channel = 0; channel < 3; channel++)
        pixels[3 * pixel + channel] = planes[channel * PIXELS + pixel]!;
    }
    return { label: this.#bytes[start + 1]!, image: { width: EXTENT, height: EXTENT, pixels } };
  }
}
