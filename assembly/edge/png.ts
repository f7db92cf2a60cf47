/**
 * Decodes a PNG (https://www.w3.org/TR/png-3/) of any colour type, bit depth and interlacing into the picture memory,
 * as opaque 8-bit RGB: what src/picture/ makes of it on the host; nothing of the file is believed, and memory is fixed.
 *
 * Not in portable/: the host has codecs compiled from C and Rust for PNG, JPEG and WebP. They bring an allocator of their
 * own, while the command is one file for a device, whose only input is a stream: it needs a reader of pictures inside, and
 * a PNG keeps every pixel. The flavour `library` holds none of this, since whoever calls it has pixels.
 */
import {
  beginChunk,
  chunkByte,
  chunkRemaining,
  endChunk,
  EXIF,
  failDamaged,
  IDAT,
  IEND,
  IHDR,
  PLTE,
  TRNS,
} from './chunks';
import { exifByte, exifHasBlock } from './exif';
import { inflate } from './inflate';
import { checkRoom } from './room';
import { beginScanlines, isComplete, setPaletteAlpha, setPaletteColour, setTransparent } from './scanlines';
import { nextByte } from './stream';

const SIGNATURE_BYTES: i32 = 8;


let pictureWidth: i32 = 0;
let pictureHeight: i32 = 0;
let depth: u32 = 0;
let colourType: u32 = 0;
let colours: u32 = 0;
let hasTransparency = false;

/** Decodes standard input, which begins with the PNG signature; fails where it is damaged or too large. */
export function decodePng(): void {
  for (let index = 0; index < SIGNATURE_BYTES; index++) nextByte();
  readHeader();
  let hasPicture = false;
  for (;;) {
    const type = beginChunk();
    if (type == IEND) break;
    if (type == PLTE && !hasPicture) readPalette();
    else if (type == TRNS && !hasPicture) readTransparency();
    else if (type == EXIF && !exifHasBlock()) readExif();
    else if (type == IDAT && !hasPicture) {
      if (colourType == 3 && colours == 0) failDamaged();
      inflate();
      if (!isComplete()) failDamaged();
      hasPicture = true;
    }
    endChunk();
  }
  endChunk();
  if (!hasPicture) failDamaged();
}

/** As stored: the orientation is not applied. */
export function storedWidth(): i32 {
  return pictureWidth;
}

export function storedHeight(): i32 {
  return pictureHeight;
}

function readHeader(): void {
  if (beginChunk() != IHDR || chunkRemaining() != 13) failDamaged();
  const width = word();
  const height = word();
  depth = chunkByte();
  colourType = chunkByte();
  const compression = chunkByte();
  const filtering = chunkByte();
  const interlacing = chunkByte();
  endChunk();
  if (width == 0 || height == 0 || !isDepth() || compression != 0 || filtering != 0 || interlacing > 1) failDamaged();
  checkRoom(width, height, samples() * depth);
  pictureWidth = width;
  pictureHeight = height;
  beginScanlines(width, height, colourType, depth, samples(), interlacing != 0);
}

/** Whether the colour type may have this bit depth (table 11.1). */
function isDepth(): bool {
  if (depth == 8) return colourType == 0 || colourType == 2 || colourType == 3 || colourType == 4 || colourType == 6;
  if (depth == 16) return colourType == 0 || colourType == 2 || colourType == 4 || colourType == 6;
  return (depth == 1 || depth == 2 || depth == 4) && (colourType == 0 || colourType == 3);
}

/** Samples of a pixel. */
function samples(): u32 {
  return colourType == 2 ? 3 : colourType == 4 ? 2 : colourType == 6 ? 4 : 1;
}

function readPalette(): void {
  const bytes = chunkRemaining();
  if (bytes % 3 != 0 || bytes == 0 || bytes > 768 || colours != 0) failDamaged();
  colours = bytes / 3;
  for (let index: u32 = 0; index < colours; index++) {
    const red = chunkByte();
    const green = chunkByte();
    setPaletteColour(index, red, green, chunkByte());
  }
}

function readTransparency(): void {
  if (hasTransparency || colourType > 3) failDamaged();
  hasTransparency = true;
  if (colourType == 3) {
    if (colours == 0 || chunkRemaining() > 256) failDamaged();
    for (let index: u32 = 0; chunkRemaining() > 0; index++) setPaletteAlpha(index, chunkByte());
  } else if (colourType == 0) {
    if (chunkRemaining() != 2) failDamaged();
    const grey = half();
    setTransparent(grey, grey, grey);
  } else {
    if (chunkRemaining() != 6) failDamaged();
    const red = half();
    const green = half();
    setTransparent(red, green, half());
  }
}

function readExif(): void {
  while (chunkRemaining() > 0) exifByte(chunkByte());
}

function half(): u32 {
  const high = chunkByte() << 8;
  return high | chunkByte();
}

function word(): u32 {
  const high = half() << 16;
  return high | half();
}
