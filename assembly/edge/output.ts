/** Standard output, gathered into pieces, and the forms in which JSON has texts and numbers. */
import { dtoa_buffered } from 'util/number';
import { failWith, STANDARD_OUTPUT, write } from './wasi';

const CAPACITY: i32 = 4096;
const BUFFER = memory.data(CAPACITY);
/** UTF-16 digits of one number; the longest has 24 characters. */
const DIGITS = memory.data(64, 8);
let filled: i32 = 0;

/** Writes ASCII text. */
export function print(text: string): void {
  for (let index = 0; index < text.length; index++) printByte(text.charCodeAt(index));
}

/** Writes a text from memory that ends in a zero byte. */
export function printText(address: usize): void {
  for (; load<u8>(address); address++) printByte(load<u8>(address));
}

/** Writes a text from memory as a JSON string; control characters do not occur in a model's texts. */
export function printQuoted(address: usize): void {
  printByte(0x22);
  for (; load<u8>(address); address++) {
    const byte = load<u8>(address);
    if (byte == 0x22 || byte == 0x5c) printByte(0x5c);
    printByte(byte);
  }
  printByte(0x22);
}

/** Writes a finite number so that reading it gives the same double; whole numbers without a point. */
export function printNumber(value: f64): void {
  let length = <usize>dtoa_buffered<f64>(DIGITS, value) << 1;
  const isWhole = length > 4 && load<u32>(DIGITS + length - 4) == 0x0030002e;
  if (isWhole) length -= 4;
  for (let offset: usize = 0; offset < length; offset += 2) printByte(load<u8>(DIGITS + offset));
}

/** Hands over what is left. */
export function flush(): void {
  const ok = write(STANDARD_OUTPUT, BUFFER, filled);
  filled = 0;
  if (!ok) failWith('standard output cannot be written');
}

function printByte(byte: i32): void {
  if (filled == CAPACITY) flush();
  store<u8>(BUFFER + filled++, byte);
}
