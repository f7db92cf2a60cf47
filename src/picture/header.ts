/**
 * Tells what an image file is from its first bytes (never from its name) and reads its dimensions, so that a file
 * that claims too many pixels, or is cut short, is refused before a decoder allocates anything.
 */
import { UserError } from '../errors.js';
import type { ImageFormat, ImageHeader } from './format.js';
import { readJpegHeader } from './jpeg-header.js';
import { readPngHeader } from './png-header.js';
import { readWebpHeader } from './webp-header.js';

/** The bytes that a file of each format starts with; WebP's four bytes of length in between are skipped. */
const SIGNATURES: readonly (readonly [ImageFormat, readonly (readonly [number, readonly number[]])[]])[] = [
  ['png', [[0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]]]],
  ['jpeg', [[0, [0xff, 0xd8, 0xff]]]],
  [
    'webp',
    [
      [0, [0x52, 0x49, 0x46, 0x46]],
      [8, [0x57, 0x45, 0x42, 0x50]],
    ],
  ],
];

const READERS: Readonly<Record<ImageFormat, (bytes: Uint8Array) => ImageHeader>> = {
  png: readPngHeader,
  jpeg: readJpegHeader,
  webp: readWebpHeader,
};

/**
 * Reads format, dimensions and EXIF block, and checks that the file's parts are all there.
 *
 * @throws UserError where the file is no PNG, JPEG or WebP, is cut short or contradicts itself, is of a kind that is
 *   not read (CMYK, animation, ...), or has more pixels than `MAX_PIXELS`
 */
export function readHeader(bytes: Uint8Array): ImageHeader {
  for (const [format, parts] of SIGNATURES) {
    const matches = parts.every(([offset, part]) =>
      part.every((byte, index) => bytes[offset + index] === byte),
    );
    if (matches) return READERS[format](bytes);
  }
  throw new UserError(
    bytes.length === 0
      ? 'the image is empty: 0 bytes'
      : 'not a PNG, JPEG or WebP image: convert it to one of these',
  );
}
