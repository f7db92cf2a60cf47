/**
 * Reads and writes the two things that WebAssembly's binary format is made of: numbers in LEB128 and runs of bytes
 * (https://webassembly.github.io/spec/core/binary/values.html). A library would bring the whole instruction set for
 * the sake of these few lines.
 */
import { UserError } from '../errors.js';

/** Walks through bytes of a module; every read is checked. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#position === this.#bytes.length;
  }

  /** @throws UserError at the end */
  byte(): number {
    const byte = this.#bytes[this.#position];
    if (byte === undefined) throw malformed('it ends too early');
    this.#position++;
    return byte;
  }

  /** @throws UserError where fewer are left; the result is a view */
  take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#position) throw malformed('it ends too early');
    const start = this.#position;
    this.#position += length;
    return this.#bytes.subarray(start, this.#position);
  }

  /** An unsigned number of at most 32 bits. */
  unsigned(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (value >= 2 ** 32) break;
      if (byte < 0x80) return value;
    }
    throw malformed('a number has more than 32 bits');
  }

  /** A signed number of at most 32 bits. */
  signed(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte >= 0x80) continue;
      const result = byte & 0x40 ? value - 2 ** (shift + 7) : value;
      if (result >= -(2 ** 31) && result < 2 ** 31) return result;
      break;
    }
    throw malformed('a number has more than 32 bits');
  }

  /** A vector of bytes as text; what is no UTF-8 shows as replacement characters. */
  name(): string {
    return new TextDecoder().decode(this.take(this.unsigned()));
  }
}

/** The shortest LEB128 of an unsigned number below 2^32. */
export function unsignedLeb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return bytes;
}

/** The shortest LEB128 of a signed number of 32 bits. */
export function signedLeb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const isLast = low & 0x40 ? rest === -1 : rest === 0;
    bytes.push(isLast ? low : low | 0x80);
    if (isLast) return bytes;
  }
}

/** The error for bytes that are no WebAssembly module, or none that can be bundled. */
export function malformed(reason: string): UserError {
  return new UserError(`the template module cannot be used: ${reason}; run "npm run build" again`);
}
