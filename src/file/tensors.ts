/**
 * The data section of a model file: raw little-endian tensors, each at a multiple of 16 bytes, in the order in
 * which the header names them and with nothing between them but zeros up to the next multiple of 16.
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
}

/** `position` rounded up to the next multiple of {@link ALIGNMENT}. */
export function aligned(position: number): number {
  return Math.ceil(position / ALIGNMENT) * ALIGNMENT;
}

/** Lays out tensors one after the other. */
export class TensorWriter {
  private readonly tensors: { offset: number; data: Int8Array | Int32Array }[] = [];
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
    this.tensors.push({ offset, data });
    this.length = aligned(offset + data.byteLength);
    return { dtype: data instanceof Int8Array ? 'I8' : 'I32', shape, offset };
  }

  /** Writes the tensors into a data section of {@link length} zeros. */
  writeTo(section: Uint8Array): void {
    for (const { offset, data } of this.tensors) {
      section.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    }
  }
}

/** Gives out views on a data section, in the order of the tensors, and believes no reference. */
export class TensorReader {
  private readonly section: Uint8Array;
  private position = 0;

  /** @param section - the data section; its offset in its buffer must be a multiple of {@link ALIGNMENT}. */
  constructor(section: Uint8Array) {
    this.section = section;
  }

  /** A view on the int8 tensor that `field` refers to, which must have this shape. */
  int8(field: Field, shape: readonly number[]): Int8Array {
    const count = product(shape);
    return new Int8Array(this.section.buffer, this.take(field, 'I8', shape, count), count);
  }

  /** A view on the int32 tensor that `field` refers to, which must have this shape. */
  int32(field: Field, shape: readonly number[]): Int32Array {
    const count = product(shape);
    return new Int32Array(this.section.buffer, this.take(field, 'I32', shape, 4 * count), count);
  }

  /** Checks that no bytes follow the last tensor. */
  finish(header: Field): void {
    const surplus = this.section.length - this.position;
    if (surplus !== 0) header.complain(`names tensors that leave ${surplus} bytes of the file unused`);
  }

  private take(field: Field, dtype: string, shape: readonly number[], size: number): number {
    const reference = field.fields('dtype', 'shape', 'offset');
    reference.dtype.choice(dtype);
    const stated = reference.shape.list(shape.length, shape.length);
    stated.forEach((extent, axis) => {
      extent.integer(shape[axis]!, shape[axis]!);
    });
    const offset = reference.offset.integer(0, Number.MAX_SAFE_INTEGER);
    if (offset !== this.position) {
      reference.offset.refuse(`${this.position}, where the tensor before it ends`);
    }
    if (size > this.section.length - offset) {
      field.complain(
        `needs ${size} bytes, but the file has ${this.section.length - offset} from its offset on`,
      );
    }
    this.position = aligned(offset + size);
    return this.section.byteOffset + offset;
  }
}

function product(shape: readonly number[]): number {
  return shape.reduce((size, extent) => size * extent, 1);
}
