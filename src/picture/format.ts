/**
 * What the readers of the three image formats share: what they find out before anything is decoded, how large an
 * image may be, and how they refuse a file.
 */
import { UserError } from '../errors.js';

/** The formats that are read, told apart by their content. */
export type ImageFormat = 'png' | 'jpeg' | 'webp';

/** What a file says of itself before it is decoded. */
export interface ImageHeader {
  readonly format: ImageFormat;
  /** As stored: the EXIF orientation is not applied yet. */
  readonly width: number;
  readonly height: number;
  /** The EXIF block, where there is one. */
  readonly exif: Uint8Array | undefined;
}

/** The formats' names as people write them. */
export const FORMAT_NAMES: Readonly<Record<ImageFormat, string>> = { png: 'PNG', jpeg: 'JPEG', webp: 'WebP' };

/**
 * The largest image that is decoded: 8192 x 8192, which lets a 64-megapixel camera through. Decoding that many took
 * 760 MB for a PNG or WebP and 1150 MB for a progressive JPEG, whose coefficients wait until its last scan.
 */
export const MAX_PIXELS = 8192 * 8192;

/** The error for a file that ends early or contradicts itself; `cause` is what a decoder threw, for debugging. */
export function damaged(format: ImageFormat, cause?: unknown): UserError {
  return new UserError(`the ${FORMAT_NAMES[format]} is truncated or damaged: fetch or export it again`, {
    cause,
  });
}

/** The error for a file that is sound but of a kind that is not read. */
export function unsupported(format: ImageFormat, kind: string, remedy: string): UserError {
  return new UserError(`the ${FORMAT_NAMES[format]} is ${kind}, which is not read: ${remedy}`);
}

/**
 * Refuses dimensions that no image has or that would need too much memory.
 *
 * @throws UserError where a side is 0 or there are more than {@link MAX_PIXELS} pixels
 */
export function checkDimensions(format: ImageFormat, width: number, height: number): void {
  if (width === 0 || height === 0) throw damaged(format);
  if (width * height > MAX_PIXELS) {
    throw new UserError(
      `the ${FORMAT_NAMES[format]} has ${width} x ${height} pixels, more than the ${MAX_PIXELS} (64 Mi) that are ` +
        'decoded: scale it down first',
    );
  }
}
