/** The one line that the command says before it fails: gathered here, so that it goes out in one piece. */

const MAX_MESSAGE: i32 = 480;
const MESSAGE = memory.data(MAX_MESSAGE + 1);
let length: i32 = 0;

/** Appends ASCII text; what does not fit is left out. */
export function say(text: string): void {
  if (length == 0) append('snnwasm: ');
  append(text);
}

function append(text: string): void {
  for (let index = 0; index < text.length; index++) put(text.charCodeAt(index));
}

/** Appends a text from memory that ends in a zero byte, at most 64 bytes of it, what is not printable ASCII as `?`. */
export function sayText(address: usize): void {
  for (let index: usize = 0; index < 64; index++) {
    const byte = load<u8>(address + index);
    if (byte == 0) return;
    put(byte < 0x20 || byte > 0x7e ? 0x3f : byte);
  }
  append('...');
}

/** Appends a whole number, not negative. */
export function sayNumber(value: f64): void {
  let divisor: f64 = 1;
  while (divisor * 10 <= value) divisor *= 10;
  for (; divisor >= 1; divisor /= 10) {
    const digit = floor(value / divisor);
    put(0x30 + <i32>digit);
    value -= digit * divisor;
  }
}

/** Appends the line's end. */
export function endLine(): void {
  store<u8>(MESSAGE + length++, 0x0a);
}

export function messageAddress(): usize {
  return MESSAGE;
}

export function messageLength(): i32 {
  return length;
}

function put(byte: i32): void {
  if (length < MAX_MESSAGE) store<u8>(MESSAGE + length++, byte);
}
