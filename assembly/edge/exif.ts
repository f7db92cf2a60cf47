/**
 * The orientation in a PNG's eXIf chunk, as src/picture/exif.ts reads it: the first 16 KiB of the block are kept, which
 * is where the directory with the orientation lies in practice.
 */

const CAPACITY: u32 = 16384;
const BLOCK = memory.data(16384);
const ORIENTATION_TAG: u32 = 0x0112;
const TYPE_SHORT: u32 = 3;
const ENTRY_BYTES: u32 = 12;

let length: u32 = 0;
let hasBlock = false;
let littleEndian = false;
/** Where the TIFF file inside the block begins. */
let start: u32 = 0;

/** Whether a block was read; only the first counts. */
export function exifHasBlock(): bool {
  return hasBlock;
}

/** Takes the next byte of the block. */
export function exifByte(byte: u32): void {
  hasBlock = true;
  if (length < CAPACITY) store<u8>(BLOCK + length++, byte);
}

/** 1 to 8; 1 where there is none or the block makes no sense. */
export function orientation(): u32 {
  // "Exif\0\0", which some writers put before the TIFF file.
  const hasPrefix = length >= 6 && load<u32>(BLOCK) == 0x66697845 && load<u16>(BLOCK, 4) == 0;
  start = hasPrefix ? 6 : 0;
  if (length < start + 8) return 1;
  const byteOrder = load<u16>(BLOCK + start);
  if (byteOrder != 0x4949 && byteOrder != 0x4d4d) return 1;
  littleEndian = byteOrder == 0x4949;
  return half(2) == 42 ? findOrientation(word(4)) : 1;
}

function findOrientation(directory: u32): u32 {
  const end = length - start;
  if (directory > end || directory + 2 > end) return 1;
  const entries = half(directory);
  for (let index: u32 = 0; index < entries; index++) {
    const entry = directory + 2 + index * ENTRY_BYTES;
    if (entry + ENTRY_BYTES > end) return 1;
    if (half(entry) != ORIENTATION_TAG) continue;
    const value = half(entry + 8);
    const isSingle = half(entry + 2) == TYPE_SHORT && word(entry + 4) == 1;
    return isSingle && value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

function half(offset: u32): u32 {
  const value = load<u16>(BLOCK + start + offset);
  return littleEndian ? <u32>value : <u32>bswap<u16>(value);
}

function word(offset: u32): u32 {
  const value = load<u32>(BLOCK + start + offset);
  return littleEndian ? value : bswap<u32>(value);
}
