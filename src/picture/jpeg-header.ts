/**
 * The outside of a JPEG (ITU-T T.81, annex B): walks its markers from SOI to EOI, stepping over entropy-coded data
 * as libjpeg does, so that both see the same frame.
 */
import { hasExifPrefix } from './exif.js';
import { checkDimensions, damaged, type ImageHeader, unsupported } from './format.js';

/** Marker codes (table B.1), the byte after 0xff. */
const START_OF_IMAGE = 0xd8;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;
const APPLICATION_1 = 0xe1;

/**
 * A large frame with very many nearly empty scans keeps a decoder busy for hours: at 8192 x 8192 a scan took 0.1 s.
 * Progressive encoders write about ten.
 */
const MAX_SCANS = 50;

interface Frame {
  readonly width: number;
  readonly height: number;
  /** 8 x 8 blocks of all components. */
  readonly blocks: number;
}

/**
 * @param bytes - a file that starts with SOI and 0xff
 * @throws UserError where a segment is cut short, EOI or the frame is missing, the data cannot hold so many pixels,
 *   the coding process is not read (lossless, hierarchical, arithmetic, 12 bits, CMYK), or there are too many pixels
 */
export function readJpegHeader(bytes: Uint8Array): ImageHeader {
  let frame: Frame | undefined;
  let exif: Uint8Array | undefined;
  let scans = 0;
  let offset = 2;
  for (;;) {
    offset = nextMarker(bytes, offset);
    const marker = bytes[offset + 1]!;
    if (marker === END_OF_IMAGE) break;
    const segment = readSegment(bytes, offset + 2);
    if (marker === START_OF_SCAN && (!frame || ++scans > MAX_SCANS)) throw damaged('jpeg');
    if (marker === APPLICATION_1 && hasExifPrefix(segment, 0)) exif ??= segment;
    if (isStartOfFrame(marker)) {
      if (frame) throw damaged('jpeg');
      frame = readFrame(marker, segment);
    }
    offset += 4 + segment.length;
  }
  // Every block costs at least the one bit of its DC coefficient's Huffman code.
  if (!frame || scans === 0 || frame.blocks > bytes.length * 8) throw damaged('jpeg');
  return { format: 'jpeg', width: frame.width, height: frame.height, exif };
}

/** The offset of the next 0xff that starts a marker, past entropy-coded data, fill bytes and restart markers. */
function nextMarker(bytes: Uint8Array, from: number): number {
  let offset = bytes.indexOf(0xff, from);
  while (offset !== -1 && offset + 1 < bytes.length) {
    const code = bytes[offset + 1]!;
    if (code === START_OF_IMAGE) break;
    const standsAlone = code <= 0x01 || (code >= 0xd0 && code <= 0xd7);
    if (code !== 0xff && !standsAlone) return offset;
    offset = bytes.indexOf(0xff, offset + (standsAlone ? 2 : 1));
  }
  throw damaged('jpeg');
}

/** The payload of a segment whose two bytes of length start at an offset. */
function readSegment(bytes: Uint8Array, offset: number): Uint8Array {
  if (offset + 2 > bytes.length) throw damaged('jpeg');
  const length = (bytes[offset]! << 8) | bytes[offset + 1]!;
  if (length < 2 || offset + length > bytes.length) throw damaged('jpeg');
  return bytes.subarray(offset + 2, offset + length);
}

/** SOF0 to SOF15 without DHT (c4), JPG (c8) and DAC (cc), which share their range. */
function isStartOfFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function readFrame(marker: number, segment: Uint8Array): Frame {
  const components = segment[5] ?? 0;
  if (segment.length < 6 || segment.length < 6 + components * 3) throw damaged('jpeg');
  if (marker > 0xc2 || segment[0] !== 8) {
    const kind = 'lossless, hierarchical, arithmetic-coded or of more than 8 bits';
    throw unsupported('jpeg', kind, 'save it as a baseline or progressive JPEG');
  }
  if (components === 4) throw unsupported('jpeg', 'CMYK', 'convert it to RGB first');
  if (components !== 1 && components !== 3) throw damaged('jpeg');
  const height = (segment[1]! << 8) | segment[2]!;
  const width = (segment[3]! << 8) | segment[4]!;
  checkDimensions('jpeg', width, height);
  return { width, height, blocks: countBlocks(width, height, segment.subarray(6, 6 + components * 3)) };
}

/** Blocks of all components (A.1.1, A.2.4); `specification` has three bytes a component, the second its sampling. */
function countBlocks(width: number, height: number, specification: Uint8Array): number {
  const sampling: { readonly x: number; readonly y: number }[] = [];
  for (let index = 1; index < specification.length; index += 3) {
    sampling.push({ x: specification[index]! >> 4, y: specification[index]! & 15 });
  }
  if (sampling.some(({ x, y }) => x < 1 || x > 4 || y < 1 || y > 4)) throw damaged('jpeg');
  const maxX = Math.max(...sampling.map(({ x }) => x));
  const maxY = Math.max(...sampling.map(({ y }) => y));
  return sampling.reduce(
    (sum, { x, y }) => sum + Math.ceil((width * x) / maxX / 8) * Math.ceil((height * y) / maxY / 8),
    0,
  );
}
