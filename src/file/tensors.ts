/**
 * The data section of a model file: little-endian tensors, each at a multiple of 16 bytes, in the order in
 * which the header names them and with nothing between them but zeros up to the next multiple of 16.
 *
 * An int8 tensor with many zeros is stored sparsely, where that is smaller: its reference then says how many values are
 * not 0, and its bytes are a bit for every place (least significant first, 1 where a value follows) and the values.
 */
import { UserError } from '../errors.js';
import type { Field } from '../untrusted/field.js';

/** Of every tensor, so that a view on it can be read by vector instructions. */
export const ALIGNMENT = 16;

/** Where a tensor is, in the header's place for it. */
export interface TensorReference {
  /** int8 or int32. */
  readonly dtype: 'I8' | 'I32';
  readonly shape: readonly number[];
  /** In bytes, from the start of the data section. */
  readonly offset: number;
  /** Values that are not 0, where they alone are stored. */
  readonly nonzero?: number;
}

/** `position` rounded up to the next multiple of {@link ALIGNMENT}. */
export function aligned(position: number): number {
  return Math.ceil(position / ALIGNMENT) * ALIGNMENT;
}

/** Lays out tensors one after the other. */
export class TensorWriter {
  readonly #tensors: { offset: number; data: Int8Array | Int32Array | Uint8Array }[] = [];
  /** Bytes of the data section so far. */
  length = 0;

  /**
   * Appends a tensor and returns the reference to it.
   *
   * @param path - what an error message calls the tensor
   * @throws UserError when it is no int8 or int32 array, or has not as many values as its shape says
   */
  add(path: string, data: Int8Array | Int32Array, shape: readonly number[]): TensorReference {
    if (!(data instanceof Int8Array || data instanceof Int32Array)) {
      throw new UserError(`the network is invalid: ${path} must be an Int8Array or Int32Array`);
    }
    if (data.length !== product(shape)) {
      throw new UserError(
        `the network is invalid: ${path} must have ${shape.join(' x ')} values, but has ${data.length}`,
      );
    }
    const offset = this.length;
    const sparse = data instanceof Int8Array ? sparseBytes(data) : null;
    const stored = sparse ?? data;
    this.#tensors.push({ offset, data: stored });
    this.length = aligned(offset + stored.byteLength);
    const reference = { dtype: data instanceof Int8Array ? 'I8' : 'I32', shape, offset } as const;
    return sparse === null ? reference : { ...reference, nonzero: sparse.length - bitmapBytes(data.length) };
  }

  /** Writes the tensors into a data section of {@link length} zeros. */
  writeTo(section: Uint8Array): void {
    for (const { offset, data } of this.#tensors) {
      section.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    }
  }
}

/** Gives out views on a data section, in the order of the tensors, and believes no reference. */
export class TensorReader {
  readonly #section: Uint8Array;
  #position = 0;

  /** @param section - the data section; its offset in its buffer must be a multiple of {@link ALIGNMENT}. */
  constructor(section: Uint8Array) {
    this.#section = section;
  }

  /** The int8 tensor that `field` refers to, which must have this shape: a view, or a copy where it is stored sparsely. */
  int8(field: Field, shape: readonly number[]): Int8Array {
    const count = product(shape);
    const nonzero = field.optional('nonzero')?.integer(0, count);
    if (nonzero === undefined) {
      return new Int8Array(this.#section.buffer, this.#take(field, 'I8', shape, count), count);
    }
    const size = bitmapBytes(count) + nonzero;
    const start = this.#take(field, 'I8', shape, size, ['nonzero']);
    return fromSparse(field, new Uint8Array(this.#section.buffer, start, size), count);
  }

  /** A view on the int32 tensor that `field` refers to, which must have this shape. */
  int32(field: Field, shape: readonly number[]): Int32Array {
    const count = product(shape);
    return new Int32Array(this.#section.buffer, this.#take(field, 'I32', shape, 4 * count), count);
  }

  /** Checks that no bytes follow the last tensor. */
  finish(header: Field): void {
    const surplus = this.#section.length - this.#position;
    if (surplus !== 0) header.complain(`names tensors that leave ${surplus} bytes of the file unused`);
  }

  #take(
    field: Field,
    dtype: string,
    shape: readonly number[],
    size: number,
    more: readonly 'nonzero'[] = [],
  ): number {
    // Before what a type may have beside it.
    field.member('dtype').choice(dtype);
    const reference = field.fields('dtype', 'shape', 'offset', ...more);
    const stated = reference.shape.list(shape.length, shape.length);
    stated.forEach((extent, axis) => {
      extent.integer(shape[axis]!, shape[axis]!);
    });
    const offset = reference.offset.integer(0, Number.MAX_SAFE_INTEGER);
    if (offset !== this.#position) {
      reference.offset.refuse(`${this.#position}, where the tensor before it ends`);
    }
    if (size > this.#section.length - offset) {
      field.complain(
        `needs ${size} bytes, but the file has ${this.#section.length - offset} from its offset on`,
      );
    }
    this.#position = aligned(offset + size);
    return this.#section.byteOffset + offset;
  }
}

function product(shape: readonly number[]): number {
  return shape.reduce((size, extent) => size * extent, 1);
}

function bitmapBytes(count: number): number {
  return Math.ceil(count / 8);
}

/** Bits and values, or null where the tensor as it is takes no more. */
function sparseBytes(data: Int8Array): Uint8Array | null {
  let nonzero = 0;
  for (const value of data) if (value !== 0) nonzero++;
  const first = bitmapBytes(data.length);
  if (first + nonzero >= data.length) return null;
  const bytes = new Uint8Array(first + nonzero);
  let next = first;
  data.forEach((value, place) => {
    if (value === 0) return;
    bytes[place >> 3]! |= 1 << (place & 7);
    bytes[next++] = value;
  });
  return bytes;
}

function fromSparse(field: Field, bytes: Uint8Array, count: number): Int8Array {
  const values = new Int8Array(count);
  const first = bitmapBytes(count);
  let next = first;
  for (let index = 0; index < first; index++) {
    for (let bits = bytes[index]!; bits !== 0; bits &= bits - 1) {
      const place = index * 8 + 31 - Math.clz32(bits & -bits);
      if (place >= count || next >= bytes.length || bytes[next] === 0) {
        field.complain('is stored sparsely, but its places and its values do not fit each other');
      }
      values[place] = bytes[next++]!;
    }
  }
  if (next !== bytes.length) field.complain('is stored sparsely, but has more values than places');
  return values;
}
