/**
 * The outside of a PNG (https://www.w3.org/TR/png-3/): walks its chunks from IHDR to IEND without inflating anything.
 */
import { checkDimensions, damaged, type ImageHeader } from './format.js';

const SIGNATURE_BYTES = 8;
/** Length, type and CRC around a chunk's data. */
const CHUNK_OVERHEAD = 12;

/** Chunk types as big-endian numbers. */
const IHDR = 0x49484452;
const IDAT = 0x49444154;
const IEND = 0x49454e44;
const EXIF = 0x65584966;

/** Samples per pixel of each colour type (table 8): grey, RGB, palette, grey + alpha, RGB + alpha. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** Deflate's densest code is two bits for a match of 258 bytes. */
const MAX_DEFLATE_RATIO = 1032;

/**
 * @param bytes - a file that starts with the PNG signature
 * @throws UserError where a chunk is missing or cut short, where the compressed data cannot hold so many pixels, or
 *   where there are too many
 */
export function readPngHeader(bytes: Uint8Array): ImageHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { width, height, bitsPerPixel } = readImageHeader(view);
  let compressedBytes = 0;
  let exif: Uint8Array | undefined;
  let offset = SIGNATURE_BYTES;
  for (;;) {
    if (offset + CHUNK_OVERHEAD > bytes.length) throw damaged('png');
    const length = view.getUint32(offset);
    const type = view.getUint32(offset + 4);
    const end = offset + CHUNK_OVERHEAD + length;
    if (end > bytes.length) throw damaged('png');
    if (type === IEND) break;
    if (type === IDAT) compressedBytes += length;
    if (type === EXIF) exif ??= bytes.subarray(offset + 8, offset + 8 + length);
    offset = end;
  }
  if ((width * height * bitsPerPixel) / 8 > compressedBytes * MAX_DEFLATE_RATIO) throw damaged('png');
  return { format: 'png', width, height, exif };
}

function readImageHeader(view: DataView): { width: number; height: number; bitsPerPixel: number } {
  if (view.byteLength < SIGNATURE_BYTES + CHUNK_OVERHEAD + 13) throw damaged('png');
  if (view.getUint32(8) !== 13 || view.getUint32(12) !== IHDR) throw damaged('png');
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  const bitDepth = view.getUint8(24);
  const samples = SAMPLES[view.getUint8(25)];
  if (samples === undefined || ![1, 2, 4, 8, 16].includes(bitDepth)) throw damaged('png');
  checkDimensions('png', width, height);
  return { width, height, bitsPerPixel: samples * bitDepth };
}
