/**
 * The chunks of a PNG (https://www.w3.org/TR/png-3/#5DataRep), read in order from standard input: length, type, data,
 * CRC. Every CRC is checked, so that no damage goes unseen.
 */
import { nextByte } from './stream';
import { failWith } from './wasi';

/** Chunk types as big-endian numbers. */
export const IHDR: u32 = 0x49484452;
export const PLTE: u32 = 0x504c5445;
export const IDAT: u32 = 0x49444154;
export const IEND: u32 = 0x49454e44;
export const TRNS: u32 = 0x74524e53;
export const EXIF: u32 = 0x65584966;

/** u32 [256]: CRCs of single bytes; built at the first use. */
const CRC_TABLE = memory.data(1024, 4);

let type: u32 = 0;
let remaining: u32 = 0;
let crc: u32 = 0;

/** Fails as the host does where a PNG ends early or contradicts itself. */
export function failDamaged(): void {
  failWith('the PNG is truncated or damaged: fetch or export it again');
}

/** Reads the next chunk's length and type, and returns the type. */
export function beginChunk(): u32 {
  if (load<u32>(CRC_TABLE, 4) == 0) buildTable();
  remaining = word();
  if (remaining > 0x7fffffff) failDamaged();
  crc = 0xffffffff;
  type = 0;
  for (let index = 0; index < 4; index++) type = (type << 8) | counted();
  return type;
}

/** Bytes of the chunk's data not yet read. */
export function chunkRemaining(): u32 {
  return remaining;
}

/** The next byte of the chunk's data. */
export function chunkByte(): u32 {
  if (remaining == 0) failDamaged();
  remaining--;
  return counted();
}

/** Passes over the rest of the chunk's data, and checks the CRC. */
export function endChunk(): void {
  for (; remaining > 0; remaining--) counted();
  if (word() != ~crc) failDamaged();
}

/** The next byte of compressed data, which goes on from one IDAT chunk to the next. */
export function dataByte(): u32 {
  while (remaining == 0) {
    endChunk();
    if (beginChunk() != IDAT) failDamaged();
  }
  return chunkByte();
}

/** A byte that counts for the CRC. */
function counted(): u32 {
  const byte = plain();
  crc = load<u32>(CRC_TABLE + (<usize>((crc ^ byte) & 0xff) << 2)) ^ (crc >> 8);
  return byte;
}

function plain(): u32 {
  const byte = nextByte();
  if (byte < 0) failDamaged();
  return byte;
}

function word(): u32 {
  let value: u32 = 0;
  for (let index = 0; index < 4; index++) value = (value << 8) | plain();
  return value;
}

function buildTable(): void {
  for (let byte: u32 = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >> 1) : value >> 1;
    store<u32>(CRC_TABLE + (<usize>byte << 2), value);
  }
}
