/** Writes .safetensors files (safetensors.ts says what they are). */
import { UserError } from '../errors.js';
import { BYTES } from './dtype.js';

/** The element types that are written, and the arrays that hold them. */
interface Arrays {
  F32: Float32Array;
  I32: Int32Array;
  I8: Int8Array;
  U8: Uint8Array;
}

/** A tensor to write: `data` holds the values in row-major order of `shape`. */
export interface NamedTensor {
  readonly name: string;
  readonly dtype: keyof Arrays;
  readonly shape: readonly number[];
  readonly data: Arrays[keyof Arrays];
}

const CONSTRUCTORS = { F32: Float32Array, I32: Int32Array, I8: Int8Array, U8: Uint8Array } as const;

/**
 * Writes tensors and metadata. Equal content gives equal bytes, in whatever order it is given: tensors are sorted
 * by the size of their elements, largest first (so that each is aligned), and then by name; metadata by key.
 *
 * @throws UserError when a name comes twice or is `__metadata__`, or an array does not fit its type and shape.
 */
export function writeSafetensors(
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const sorted = [...tensors].sort((a, b) => BYTES[b.dtype] - BYTES[a.dtype] || compare(a.name, b.name));
  checkTensors(sorted);
  const header = encodeHeader(sorted, metadata);
  const length = sorted.reduce((sum, { data }) => sum + data.byteLength, 0);
  const bytes = new Uint8Array(8 + header.length + length);
  new DataView(bytes.buffer).setUint32(0, header.length, true);
  bytes.set(header, 8);
  let position = 8 + header.length;
  for (const { data } of sorted) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return bytes;
}

/** The JSON header, padded with spaces to a multiple of 8 so that the data after it is aligned. */
function encodeHeader(
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const entries: string[] = [];
  const keys = Object.keys(metadata).sort(compare);
  if (keys.length > 0) {
    const pairs = keys.map((key) => member(key, metadata[key]));
    entries.push(`"__metadata__":{${pairs.join(',')}}`);
  }
  let offset = 0;
  for (const { name, dtype, shape, data } of tensors) {
    entries.push(member(name, { dtype, shape, data_offsets: [offset, offset + data.byteLength] }));
    offset += data.byteLength;
  }
  const text = new TextEncoder().encode(`{${entries.join(',')}}`);
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20);
  padded.set(text);
  return padded;
}

/** Written by hand, because an object would move keys that look like numbers to the front. */
function member(key: string, value: unknown): string {
  return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
}

function checkTensors(tensors: readonly NamedTensor[]): void {
  const names = new Set(['__metadata__']);
  for (const { name, dtype, shape, data } of tensors) {
    const quoted = JSON.stringify(name);
    if (names.has(name))
      throw new UserError(`the name ${quoted} cannot be given to a tensor, or comes twice`);
    names.add(name);
    const count = shape.reduce((product, extent) => product * extent, 1);
    if (!(data instanceof CONSTRUCTORS[dtype]) || data.length !== count) {
      throw new UserError(`the tensor ${quoted} must hold ${shape.join(' x ') || 'one'} values of ${dtype}`);
    }
  }
}

/** By UTF-16 unit, the same in every locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
