/** From standard input to the network's input buffer: a PNG, or raw RGB of exactly the network's size. */
import { CONFIG, CONFIG_HEIGHT, CONFIG_INPUT, CONFIG_WIDTH } from './layout';
import { decodePng } from './png';
import { resizePicture } from './resize';
import { beginsWith, isEmpty, nextByte } from './stream';
import { say, sayNumber } from './text';
import { fail, failWith } from './wasi';

const PNG_SIGNATURE: u64 = 0x0a1a0a0d474e5089;

/** Fills CONFIG_INPUT; fails where standard input is neither. */
export function readPicture(): void {
  if (beginsWith(PNG_SIGNATURE)) {
    decodePng();
    resizePicture();
    return;
  }
  if (isEmpty()) failWith('the image is empty: give a PNG or raw RGB on standard input');
  readRaw();
}

function readRaw(): void {
  const input = load<usize>(CONFIG, CONFIG_INPUT);
  const bytes = load<i32>(CONFIG, CONFIG_WIDTH) * load<i32>(CONFIG, CONFIG_HEIGHT) * 3;
  for (let index = 0; index <= bytes; index++) {
    const byte = nextByte();
    if (byte < 0 && index == bytes) return;
    if (byte < 0 || index == bytes) failRaw(bytes);
    store<u8>(input + index, byte);
  }
}

function failRaw(bytes: i32): void {
  say('standard input is neither a PNG nor raw RGB of exactly ');
  sayNumber(<f64>bytes);
  say(' bytes (');
  sayNumber(<f64>load<i32>(CONFIG, CONFIG_WIDTH));
  say(' x ');
  sayNumber(<f64>load<i32>(CONFIG, CONFIG_HEIGHT));
  say(' pixels): convert it to PNG');
  fail();
}
