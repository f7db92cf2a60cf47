/** The element types of .safetensors, and their values as float32. */
import { UserError } from '../errors.js';

/** Bytes of an element of each type. */
export const BYTES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
} as const;

export type Dtype = keyof typeof BYTES;

/** Whether a value names a type of {@link BYTES}. */
export function isDtype(value: unknown): value is Dtype {
  return typeof value === 'string' && Object.hasOwn(BYTES, value);
}

/** One element at a byte offset. */
type Reader = (view: DataView, offset: number) => number;

const READERS: Partial<Record<Dtype, Reader>> = {
  F64: (view, offset) => view.getFloat64(offset, true),
  I64: (view, offset) => Number(view.getBigInt64(offset, true)),
  I32: (view, offset) => view.getInt32(offset, true),
  I16: (view, offset) => view.getInt16(offset, true),
  I8: (view, offset) => view.getInt8(offset),
  U8: (view, offset) => view.getUint8(offset),
};

/**
 * The values of a tensor as float32, rounded to nearest where they have more digits.
 *
 * @param bytes - little-endian elements, at any alignment
 * @param name - of the tensor, for the message
 * @throws UserError for a type without a reading here: 8-bit floats, unsigned integers above 8 bits, booleans.
 */
export function toFloat32(bytes: Uint8Array, dtype: Dtype, name: string): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.length / BYTES[dtype];
  if (dtype === 'F32') return fromFloat32(view, count);
  if (dtype === 'F16') return fromFloat16(view, count);
  if (dtype === 'BF16') return fromBfloat16(view, count);
  const read = READERS[dtype];
  if (read === undefined) {
    throw new UserError(
      `the tensor ${JSON.stringify(name)} has type ${dtype}: save the checkpoint in float32`,
    );
  }
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = read(view, i * BYTES[dtype]);
  return values;
}

// The types of real checkpoints have loops of their own: through READERS a ResNet-18 takes 2.5 times as long.

function fromFloat32(view: DataView, count: number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = view.getFloat32(4 * i, true);
  return values;
}

function fromFloat16(view: DataView, count: number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = halfValue(view.getUint16(2 * i, true));
  return values;
}

/** bfloat16 is the upper half of a float32. */
function fromBfloat16(view: DataView, count: number): Float32Array {
  const bits = new Uint32Array(count);
  for (let i = 0; i < count; i++) bits[i] = view.getUint16(2 * i, true) << 16;
  return new Float32Array(bits.buffer);
}

/** IEEE 754 binary16: sign, 5 bits of exponent (bias 15), 10 bits of fraction. */
function halfValue(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * HALF_SCALE[exponent]!;
}

/** What one unit of the fraction is worth, by exponent. */
const HALF_SCALE = Float64Array.from({ length: 0x1f }, (_, exponent) => 2 ** (exponent - 25));
