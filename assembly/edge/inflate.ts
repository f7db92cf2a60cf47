/**
 * Inflates a zlib stream (RFC 1950) of deflated data (RFC 1951), from the IDAT chunks to the scanlines, through a
 * window of 32 KiB: memory does not depend on how large the stream or the picture is.
 *
 * A Huffman code is kept as the number of its codes of each length, and its symbols in the order of their codes. A
 * code is then decoded bit by bit: among the codes of one length, which are consecutive numbers, the first is known.
 *
 *     counts   u16 [16]      codes of each length
 *     symbols  u16 [...]     in the order of their codes
 */
import { dataByte, failDamaged } from './chunks';
import { WINDOW_BYTES, windowAddress } from './room';
import { isComplete, scanlineByte } from './scanlines';

const LONGEST_CODE: i32 = 15;
const LITERAL_CODES: i32 = 288;
const MAX_LITERALS: i32 = 286;
const MAX_DISTANCES: i32 = 30;
const END_OF_BLOCK: i32 = 256;

const LITERAL_COUNTS = memory.data(32, 2);
const LITERAL_SYMBOLS = memory.data(576, 2);
const DISTANCE_COUNTS = memory.data(32, 2);
const DISTANCE_SYMBOLS = memory.data(64, 2);
/** u8: lengths of the codes of a block. */
const LENGTHS = memory.data(320);
/** u16 [16]: where the symbols of each length go. */
const OFFSETS = memory.data(32, 2);

const LENGTH_BASE = memory.data<u16>([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
]);
const LENGTH_BITS = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
]);
const DISTANCE_BASE = memory.data<u16>([
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12289, 16385, 24577,
]);
const DISTANCE_BITS = memory.data<u8>([
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
]);
/** The order in which a block gives the lengths of the code for code lengths. */
const LENGTH_ORDER = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

let window: usize = 0;
let held: u32 = 0;
let heldBits: u32 = 0;
/** Bytes put out, at most 2^31: only those of the window are ever asked for. */
let written: u32 = 0;
/** Whether there is more than the picture needs. */
let hasSurplus = false;
let adlerA: u32 = 1;
let adlerB: u32 = 0;

/**
 * Inflates the stream and checks its Adler-32. Where it holds more than the picture, the rest is left unread, as the
 * host leaves it, so that it cannot keep the decoder busy.
 */
export function inflate(): void {
  window = windowAddress();
  const method = bits(8);
  const flags = bits(8);
  const isZlib = (method & 15) == 8 && method >> 4 <= 7 && ((method << 8) | flags) % 31 == 0;
  if (!isZlib || flags & 32) failDamaged();
  let last: u32 = 0;
  while (!last && !hasSurplus) {
    last = bits(1);
    const kind = bits(2);
    if (kind == 0) copyStored();
    else if (kind == 1) inflateFixed();
    else if (kind == 2) inflateDynamic();
    else failDamaged();
  }
  if (hasSurplus) return;
  toByteBoundary();
  const high = (bits(8) << 8) | bits(8);
  const low = (bits(8) << 8) | bits(8);
  if (high != adlerB || low != adlerA) failDamaged();
}

/** The next `count` bits, at most 16, the first the lowest. */
function bits(count: u32): u32 {
  while (heldBits < count) {
    held |= dataByte() << heldBits;
    heldBits += 8;
  }
  const value = held & ((1 << count) - 1);
  held >>= count;
  heldBits -= count;
  return value;
}

function toByteBoundary(): void {
  // Bytes are fetched only when a bit of them is needed, so less than one is held.
  held = 0;
  heldBits = 0;
}

/** Puts out one byte. */
function put(byte: u32): void {
  if (isComplete()) {
    hasSurplus = true;
    return;
  }
  store<u8>(window + (written & (WINDOW_BYTES - 1)), byte);
  written++;
  adlerA += byte;
  if (adlerA >= 65521) adlerA -= 65521;
  adlerB += adlerA;
  if (adlerB >= 65521) adlerB -= 65521;
  scanlineByte(byte);
}

function copyStored(): void {
  toByteBoundary();
  const length = bits(16);
  if (bits(16) != (~length & 0xffff)) failDamaged();
  for (let index: u32 = 0; index < length && !hasSurplus; index++) put(bits(8));
}

function inflateFixed(): void {
  for (let symbol = 0; symbol < LITERAL_CODES; symbol++) {
    store<u8>(LENGTHS + symbol, symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8);
  }
  buildCode(LITERAL_COUNTS, LITERAL_SYMBOLS, LENGTHS, LITERAL_CODES);
  memory.fill(LENGTHS, 5, MAX_DISTANCES);
  buildCode(DISTANCE_COUNTS, DISTANCE_SYMBOLS, LENGTHS, MAX_DISTANCES);
  inflateCodes();
}

function inflateDynamic(): void {
  const literals = <i32>bits(5) + 257;
  const distances = <i32>bits(5) + 1;
  const given = <i32>bits(4) + 4;
  if (literals > MAX_LITERALS || distances > MAX_DISTANCES) failDamaged();
  memory.fill(LENGTHS, 0, 19);
  for (let index = 0; index < given; index++) store<u8>(LENGTHS + load<u8>(LENGTH_ORDER + index), bits(3));
  if (buildCode(LITERAL_COUNTS, LITERAL_SYMBOLS, LENGTHS, 19) != 0) failDamaged();
  readLengths(literals + distances);
  if (load<u8>(LENGTHS, END_OF_BLOCK) == 0) failDamaged();
  checkCode(LITERAL_COUNTS, buildCode(LITERAL_COUNTS, LITERAL_SYMBOLS, LENGTHS, literals), literals);
  checkCode(DISTANCE_COUNTS, buildCode(DISTANCE_COUNTS, DISTANCE_SYMBOLS, LENGTHS + literals, distances), distances);
  inflateCodes();
}

/** Reads the lengths of all codes of a block, which are themselves coded and run-length encoded. */
function readLengths(count: i32): void {
  for (let index = 0; index < count; ) {
    const symbol = decode(LITERAL_COUNTS, LITERAL_SYMBOLS);
    if (symbol < 16) {
      store<u8>(LENGTHS + index++, symbol);
      continue;
    }
    if (symbol == 16 && index == 0) failDamaged();
    const length = symbol == 16 ? <i32>load<u8>(LENGTHS + index - 1) : 0;
    const repeat = <i32>(symbol == 16 ? 3 + bits(2) : symbol == 17 ? 3 + bits(3) : 11 + bits(7));
    if (index + repeat > count) failDamaged();
    memory.fill(LENGTHS + index, <u8>length, repeat);
    index += repeat;
  }
}

/** An incomplete code is allowed only where it has a single code, of one bit, or none. */
function checkCode(counts: usize, left: i32, symbols: i32): void {
  if (left == 0) return;
  const unused = <i32>load<u16>(counts);
  if (unused + <i32>load<u16>(counts, 2) != symbols || unused < symbols - 1) failDamaged();
}

/** Builds a code from the lengths of its symbols; returns how many codes of the longest length stay unused. */
function buildCode(counts: usize, symbols: usize, lengths: usize, count: i32): i32 {
  memory.fill(counts, 0, 32);
  for (let symbol = 0; symbol < count; symbol++) {
    const slot = counts + (<usize>load<u8>(lengths + symbol) << 1);
    store<u16>(slot, load<u16>(slot) + 1);
  }
  let left: i32 = 1;
  let offset: u32 = 0;
  for (let length = 1; length <= LONGEST_CODE; length++) {
    const slot = <usize>length << 1;
    store<u16>(OFFSETS + slot, offset);
    offset += load<u16>(counts + slot);
    left = (left << 1) - <i32>load<u16>(counts + slot);
    if (left < 0) failDamaged();
  }
  for (let symbol = 0; symbol < count; symbol++) {
    const length = load<u8>(lengths + symbol);
    if (length == 0) continue;
    const slot = OFFSETS + (<usize>length << 1);
    store<u16>(symbols + (<usize>load<u16>(slot) << 1), symbol);
    store<u16>(slot, load<u16>(slot) + 1);
  }
  return left;
}

/** The next symbol of a code. */
function decode(counts: usize, symbols: usize): i32 {
  let code: i32 = 0;
  let first: i32 = 0;
  let index: i32 = 0;
  for (let length = 1; length <= LONGEST_CODE; length++) {
    code |= bits(1);
    const count = <i32>load<u16>(counts + (<usize>length << 1));
    if (code - first < count) return load<u16>(symbols + (<usize>(index + code - first) << 1));
    index += count;
    first = (first + count) << 1;
    code <<= 1;
  }
  failDamaged();
  return 0;
}

function inflateCodes(): void {
  while (!hasSurplus) {
    const symbol = decode(LITERAL_COUNTS, LITERAL_SYMBOLS);
    if (symbol < END_OF_BLOCK) {
      put(symbol);
      continue;
    }
    if (symbol == END_OF_BLOCK) return;
    const row = symbol - 257;
    if (row >= 29) failDamaged();
    const length = <u32>load<u16>(LENGTH_BASE + (<usize>row << 1)) + bits(load<u8>(LENGTH_BITS + row));
    const column = decode(DISTANCE_COUNTS, DISTANCE_SYMBOLS);
    const distance =
      <u32>load<u16>(DISTANCE_BASE + (<usize>column << 1)) + bits(load<u8>(DISTANCE_BITS + column));
    if (distance > written) failDamaged();
    for (let left = length; left > 0; left--) put(load<u8>(window + ((written - distance) & (WINDOW_BYTES - 1))));
  }
}
