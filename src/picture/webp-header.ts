/**
 * The outside of a WebP (RFC 9649): walks the chunks of its RIFF container and reads the frame's dimensions.
 */
import { checkDimensions, damaged, type ImageHeader, unsupported } from './format.js';

const RIFF_HEADER = 12;
const CHUNK_HEADER = 8;

/** Chunk types as big-endian numbers. */
const VP8 = 0x56503820;
const VP8L = 0x5650384c;
const VP8X = 0x56503858;
const EXIF = 0x45584946;

/** Section 2.7: the bit of the VP8X flags that says "animation". */
const ANIMATION_FLAG = 0x02;

interface Dimensions {
  readonly width: number;
  readonly height: number;
}

/**
 * @param bytes - a file that starts with a RIFF header of type WEBP
 * @throws UserError where a chunk is cut short or the frame is missing, the file is an animation, or it has too many
 *   pixels
 */
export function readWebpHeader(bytes: Uint8Array): ImageHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fileEnd = CHUNK_HEADER + view.getUint32(4, true);
  if (fileEnd > bytes.length) throw damaged('webp');
  let frame: Dimensions | undefined;
  let canvas: Dimensions | undefined;
  let exif: Uint8Array | undefined;
  let offset = RIFF_HEADER;
  while (offset + CHUNK_HEADER <= fileEnd) {
    const type = view.getUint32(offset);
    const length = view.getUint32(offset + 4, true);
    const start = offset + CHUNK_HEADER;
    if (start + length > fileEnd) throw damaged('webp');
    const chunk = new DataView(bytes.buffer, bytes.byteOffset + start, length);
    if (type === VP8) frame ??= readLossyFrame(chunk);
    if (type === VP8L) frame ??= readLosslessFrame(chunk);
    if (type === VP8X) canvas ??= readCanvas(chunk);
    if (type === EXIF) exif ??= bytes.subarray(start, start + length);
    offset = start + length + (length & 1);
  }
  if (!frame) throw damaged('webp');
  if (canvas && (canvas.width !== frame.width || canvas.height !== frame.height)) throw damaged('webp');
  return { format: 'webp', ...frame, exif };
}

/** RFC 6386, section 9.1: three bytes of tag, a start code, then 14 bits a side. */
function readLossyFrame(chunk: DataView): Dimensions {
  if (chunk.byteLength < 10 || chunk.getUint16(3) !== 0x9d01 || chunk.getUint8(5) !== 0x2a)
    throw damaged('webp');
  return checked(chunk.getUint16(6, true) & 0x3fff, chunk.getUint16(8, true) & 0x3fff);
}

/** RFC 9649, section 3.4: a signature byte, then width - 1 and height - 1 in 14 bits each. */
function readLosslessFrame(chunk: DataView): Dimensions {
  if (chunk.byteLength < 5 || chunk.getUint8(0) !== 0x2f) throw damaged('webp');
  const bits = chunk.getUint32(1, true);
  return checked((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
}

/** RFC 9649, section 2.7: flags, then width - 1 and height - 1 in 24 bits each. */
function readCanvas(chunk: DataView): Dimensions {
  if (chunk.byteLength < 10) throw damaged('webp');
  if (chunk.getUint8(0) & ANIMATION_FLAG) throw unsupported('webp', 'animated', 'save one frame of it');
  const width = (chunk.getUint32(4, true) & 0xffffff) + 1;
  const height = (chunk.getUint32(6, true) >>> 8) + 1;
  return checked(width, height);
}

function checked(width: number, height: number): Dimensions {
  checkDimensions('webp', width, height);
  return { width, height };
}
