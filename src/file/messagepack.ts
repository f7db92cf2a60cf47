/**
 * MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md) for headers from outside. msgpackr packs
 * and unpacks; before it sees foreign bytes, a walk over them refuses everything that a header never holds:
 * extensions (of which msgpackr knows records, regular expressions, references and more), binary data, 64-bit
 * integers, float32, keys that are no text, keys twice, deep nesting, lengths that the bytes do not justify.
 */
import { Packr } from 'msgpackr/pack';
import { UserError } from '../errors.js';
import { shown } from '../untrusted/field.js';

/** A header nests about six levels; a decoder that recurses is safe far beyond this. */
const MAXIMUM_DEPTH = 16;

/** A value takes more memory than its byte in the file; this bounds the sum. */
const MAXIMUM_VALUES = 1 << 18;

/** Packs plain data (numbers, text, booleans, null, lists, maps) deterministically. */
export function encode(value: unknown): Uint8Array {
  return new Uint8Array(codec().pack(value));
}

/**
 * Unpacks plain data from bytes that are not trusted.
 *
 * @throws UserError when the bytes are not one complete value of the plain kinds.
 */
export function decode(bytes: Uint8Array, document: string): unknown {
  const end = new Walk(bytes, document).value(0, 0);
  if (end !== bytes.length) throw damaged(document, `its header has ${bytes.length - end} bytes too many`);
  // a view of its own: msgpackr leaves a property on the array that it is given
  return codec().unpack(bytes.subarray());
}

function codec(): Packr {
  return new Packr({ useRecords: false, variableMapSize: true, moreTypes: false });
}

function damaged(document: string, what: string): UserError {
  return new UserError(`${document} is invalid: ${what}`);
}

/** fixstr, str8, str16, str32. */
function isText(type: number): boolean {
  return (type >= 0xa0 && type <= 0xbf) || (type >= 0xd9 && type <= 0xdb);
}

/** Walks once over the bytes of a value, without building it. */
class Walk {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #document: string;
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #values = 0;
  #lastText = '';

  constructor(bytes: Uint8Array, document: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#document = document;
  }

  /** Checks the value at `position` and returns where it ends. */
  value(position: number, depth: number): number {
    if (depth > MAXIMUM_DEPTH)
      throw damaged(this.#document, `its header nests more than ${MAXIMUM_DEPTH} levels`);
    if (++this.#values > MAXIMUM_VALUES) {
      throw damaged(this.#document, `its header holds more than ${MAXIMUM_VALUES} values`);
    }
    const type = this.#unsigned(position, 1);
    const next = position + 1;
    if (type <= 0x7f || type >= 0xe0) return next; // fixint
    if (type <= 0x8f) return this.#map(next, type & 15, depth);
    if (type <= 0x9f) return this.#list(next, type & 15, depth);
    if (type <= 0xbf) return this.#text(next, type & 31);
    switch (type) {
      case 0xc0: // nil, false, true
      case 0xc2:
      case 0xc3:
        return next;
      case 0xcc: // uint8, int8
      case 0xd0:
        return this.#skip(next, 1);
      case 0xcd: // uint16, int16
      case 0xd1:
        return this.#skip(next, 2);
      case 0xce: // uint32, int32
      case 0xd2:
        return this.#skip(next, 4);
      case 0xcb: // float64
        return this.#skip(next, 8);
      case 0xd9: // str8, str16, str32
      case 0xda:
      case 0xdb: {
        const size = 1 << (type - 0xd9);
        return this.#text(next + size, this.#unsigned(next, size));
      }
      case 0xdc: // array16, array32
      case 0xdd: {
        const size = 2 << (type - 0xdc);
        return this.#list(next + size, this.#unsigned(next, size), depth);
      }
      case 0xde: // map16, map32
      case 0xdf: {
        const size = 2 << (type - 0xde);
        return this.#map(next + size, this.#unsigned(next, size), depth);
      }
    }
    throw damaged(
      this.#document,
      `its header uses MessagePack type 0x${type.toString(16)}, which no model has`,
    );
  }

  #list(position: number, count: number, depth: number): number {
    let end = this.#reserve(position, count);
    for (let i = 0; i < count; i++) end = this.value(end, depth + 1);
    return end;
  }

  #map(position: number, count: number, depth: number): number {
    let end = this.#reserve(position, 2 * count);
    const keys = new Set<string>();
    for (let i = 0; i < count; i++) {
      if (!isText(this.#unsigned(end, 1))) {
        throw damaged(this.#document, 'its header has a map with a key that is not text');
      }
      end = this.value(end, depth + 1);
      const key = this.#lastText;
      if (key === '__proto__') throw damaged(this.#document, 'its header has a key "__proto__"');
      if (keys.has(key))
        throw damaged(this.#document, `its header has the key ${shown(key)} twice in one map`);
      keys.add(key);
      end = this.value(end, depth + 1);
    }
    return end;
  }

  #text(position: number, length: number): number {
    const end = this.#skip(position, length);
    try {
      this.#lastText = this.#utf8.decode(this.#bytes.subarray(position, end));
    } catch {
      throw damaged(this.#document, 'its header has text that is not UTF-8');
    }
    return end;
  }

  #unsigned(position: number, size: number): number {
    this.#skip(position, size);
    if (size === 1) return this.#view.getUint8(position);
    return size === 2 ? this.#view.getUint16(position) : this.#view.getUint32(position);
  }

  #skip(position: number, length: number): number {
    this.#reserve(position, length);
    return position + length;
  }

  /** Checks that `length` more bytes can follow; each element of a list or map takes at least one. */
  #reserve(position: number, length: number): number {
    if (length > this.#bytes.length - position)
      throw damaged(this.#document, 'its header ends within a value');
    return position;
  }
}
