/**
 * How the picture memory is divided, and whether a picture fits in it: the window of inflating, the decoded picture,
 * behind it what decoding needs (two scanlines), and in the same place what resizing needs afterwards.
 *
 *     window    u8 [32768]
 *     picture   u8 [y][x][3]
 *     scratch   two scanlines                   while decoding
 *               f64 [3 * width], f64 [taps]     while resizing
 */
import { CONFIG, CONFIG_PICTURE, CONFIG_PICTURE_BYTES } from './layout';
import { say, sayNumber } from './text';
import { fail } from './wasi';

const MIB: f64 = 1048576;
export const WINDOW_BYTES: u32 = 32768;
let scratch: usize = 0;

/** Fails where the picture does not fit. */
export function checkRoom(width: u32, height: u32, bitsPerPixel: u32): void {
  const pictureBytes = aligned(3 * <f64>width * <f64>height);
  const decoding = 2 * aligned(<f64>width * <f64>(bitsPerPixel >> 3 == 0 ? 1 : bitsPerPixel >> 3) + 1);
  // Whichever way the picture is turned, its longer side bounds a row and the taps of an axis.
  const resizing = 32 * <f64>max(width, height) + 64;
  const needed = <f64>WINDOW_BYTES + pictureBytes + max(decoding, resizing);
  const room = <f64>load<u32>(CONFIG, CONFIG_PICTURE_BYTES);
  if (needed > room) failTooLarge(width, height, needed, room);
  scratch = pictureAddress() + <usize>pictureBytes;
}

export function windowAddress(): usize {
  return load<usize>(CONFIG, CONFIG_PICTURE);
}

export function pictureAddress(): usize {
  return windowAddress() + <usize>WINDOW_BYTES;
}

/** Where the scratch begins, a multiple of 16. */
export function scratchAddress(): usize {
  return scratch;
}

function aligned(bytes: f64): f64 {
  return ceil(bytes / 16) * 16;
}

function failTooLarge(width: u32, height: u32, needed: f64, room: f64): void {
  say('the PNG has ');
  sayNumber(<f64>width);
  say(' x ');
  sayNumber(<f64>height);
  say(' pixels, which need ');
  sayNumber(ceil(needed / MIB));
  say(' MiB, more than the ');
  sayNumber(floor(room / MIB));
  say(' MiB of picture memory in this module: scale it down, or bundle with a larger --picture-memory');
  fail();
}
