/**
 * From inflated bytes to pixels: gathers scanlines, undoes their filters, and writes opaque 8-bit RGB into the picture,
 * whether its rows come in order or in the seven passes of Adam7 (https://www.w3.org/TR/png-3/#8Interlace).
 */
import { failDamaged } from './chunks';
import { pictureAddress, scratchAddress } from './room';

/** First column, first row, step between columns, step between rows of each pass; the last is a plain picture. */
const PASSES = memory.data<u8>([
  0, 0, 8, 8, 4, 0, 8, 8, 0, 4, 4, 8, 2, 0, 4, 4, 0, 2, 2, 4, 1, 0, 2, 2, 0, 1, 1, 2, 0, 0, 1, 1,
]);
const PLAIN: i32 = 7;

/** u8 [256][4]: palette, red, green, blue, alpha. */
const PALETTE = memory.data(1024, 4);

let picture: usize = 0;
let width: i32 = 0;
let height: i32 = 0;
let colourType: u32 = 0;
let depth: u32 = 0;
let samples: u32 = 0;
/** Bytes between a byte and the one to its left that filters refer to. */
let filterDistance: i32 = 0;

let pass: i32 = 0;
let lastPass: i32 = 0;
let passWidth: i32 = 0;
let row: i32 = 0;
let rowStep: i32 = 0;
let line: usize = 0;
let previous: usize = 0;
/** Bytes of a scanline with its filter type, and how many of them are there. */
let lineBytes: i32 = 0;
let filled: i32 = 0;

/** Red, green and blue of the colour that is fully transparent, or more than any sample. */
let transparentRed: u32 = 0x10000;
let transparentGreen: u32 = 0x10000;
let transparentBlue: u32 = 0x10000;

export function beginScanlines(
  pictureWidth: i32,
  pictureHeight: i32,
  type: u32,
  bitDepth: u32,
  samplesPerPixel: u32,
  interlaced: bool,
): void {
  picture = pictureAddress();
  width = pictureWidth;
  height = pictureHeight;
  colourType = type;
  depth = bitDepth;
  samples = samplesPerPixel;
  filterDistance = max(1, <i32>((bitDepth * samplesPerPixel) >> 3));
  for (let index = 0; index < 256; index++) store<u32>(PALETTE + (<usize>index << 2), 0xff000000);
  pass = interlaced ? 0 : PLAIN;
  lastPass = interlaced ? PLAIN - 1 : PLAIN;
  beginPass();
}

export function setPaletteColour(index: u32, red: u32, green: u32, blue: u32): void {
  const entry = PALETTE + (<usize>index << 2);
  store<u8>(entry, red);
  store<u8>(entry, green, 1);
  store<u8>(entry, blue, 2);
}

export function setPaletteAlpha(index: u32, alpha: u32): void {
  store<u8>(PALETTE + (<usize>index << 2), alpha, 3);
}

export function setTransparent(red: u32, green: u32, blue: u32): void {
  transparentRed = red;
  transparentGreen = green;
  transparentBlue = blue;
}

/** Whether all pixels are there. */
export function isComplete(): bool {
  return pass > lastPass;
}

/** Takes the next inflated byte of a picture that is not complete. */
export function scanlineByte(byte: u32): void {
  store<u8>(line + filled++, byte);
  if (filled == lineBytes) endLine();
}

/** Begins the pass, or the first behind it that has pixels. */
function beginPass(): void {
  for (; pass <= lastPass; pass++) {
    const firstColumn = <i32>passEntry(0);
    row = passEntry(1);
    const columnStep = <i32>passEntry(2);
    rowStep = passEntry(3);
    passWidth = (width - firstColumn + columnStep - 1) / columnStep;
    if (passWidth <= 0 || row >= height) continue;
    lineBytes = 1 + <i32>((<u64>passWidth * (depth * samples) + 7) >> 3);
    line = scratchAddress();
    previous = line + <usize>((lineBytes + 15) & ~15);
    memory.fill(previous, 0, lineBytes);
    filled = 0;
    return;
  }
}

function passEntry(column: i32): u8 {
  return load<u8>(PASSES + <usize>(pass * 4 + column));
}

function endLine(): void {
  unfilter();
  convertLine();
  const finished = line;
  line = previous;
  previous = finished;
  filled = 0;
  row += rowStep;
  if (row < height) return;
  pass++;
  beginPass();
}

/** Undoes the scanline's filter in place (https://www.w3.org/TR/png-3/#9Filters). */
function unfilter(): void {
  const filter = load<u8>(line);
  if (filter > 4) failDamaged();
  if (filter == 0) return;
  for (let index = 1; index < lineBytes; index++) {
    const hasLeft = index > filterDistance;
    const left = hasLeft ? <i32>load<u8>(line + index - filterDistance) : 0;
    const up = <i32>load<u8>(previous + index);
    const upLeft = hasLeft ? <i32>load<u8>(previous + index - filterDistance) : 0;
    const prediction =
      filter == 1 ? left : filter == 2 ? up : filter == 3 ? (left + up) >> 1 : paeth(left, up, upLeft);
    store<u8>(line + index, load<u8>(line + index) + <u8>prediction);
  }
}

function paeth(left: i32, up: i32, upLeft: i32): i32 {
  const estimate = left + up - upLeft;
  const toLeft = abs(estimate - left);
  const toUp = abs(estimate - up);
  const toUpLeft = abs(estimate - upLeft);
  if (toLeft <= toUp && toLeft <= toUpLeft) return left;
  return toUp <= toUpLeft ? up : upLeft;
}

/** Writes the scanline's pixels to their places. */
function convertLine(): void {
  const step = <usize>passEntry(2) * 3;
  let target = picture + (<usize>row * width + passEntry(0)) * 3;
  for (let x = 0; x < passWidth; x++, target += step) {
    if (colourType == 3) putPalette(target, sample(x));
    else if (samples < 3) putGrey(target, x);
    else putColour(target, x);
  }
}

function putPalette(target: usize, index: u32): void {
  const entry = PALETTE + (<usize>index << 2);
  put(target, load<u8>(entry), load<u8>(entry, 1), load<u8>(entry, 2), load<u8>(entry, 3));
}

function putGrey(target: usize, x: i32): void {
  const value = sample(x * samples);
  const grey = toByte(value);
  const alpha = samples == 2 ? toByte(sample(x * samples + 1)) : value == transparentRed ? 0 : 255;
  put(target, grey, grey, grey, alpha);
}

function putColour(target: usize, x: i32): void {
  const first = x * samples;
  const red = sample(first);
  const green = sample(first + 1);
  const blue = sample(first + 2);
  const isTransparent = red == transparentRed && green == transparentGreen && blue == transparentBlue;
  const alpha = samples == 4 ? toByte(sample(first + 3)) : isTransparent ? 0 : 255;
  put(target, toByte(red), toByte(green), toByte(blue), alpha);
}

/** A sample of the scanline, as stored. */
function sample(index: i32): u32 {
  const data = line + 1;
  if (depth == 8) return load<u8>(data + index);
  if (depth == 16) return <u32>bswap<u16>(load<u16>(data + (<usize>index << 1)));
  const bit = <u32>index * depth;
  return (<u32>load<u8>(data + (bit >> 3)) >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
}

/** A sample in eight bits: of sixteen the upper eight, of fewer spread over the whole range. */
function toByte(value: u32): u32 {
  if (depth == 8) return value;
  return depth == 16 ? value >> 8 : (value * 255) / ((1 << depth) - 1);
}

/** Writes a pixel, composited over white. */
function put(target: usize, red: u32, green: u32, blue: u32, alpha: u32): void {
  store<u8>(target, overWhite(red, alpha));
  store<u8>(target, overWhite(green, alpha), 1);
  store<u8>(target, overWhite(blue, alpha), 2);
}

function overWhite(value: u32, alpha: u32): u32 {
  return alpha == 255 ? value : (alpha * value + (255 - alpha) * 255 + 127) / 255;
}
