/**
 * What an evaluation keeps of one image: every head's output spikes and every layer's costs between one row and the
 * next. All that is later asked of the image (any head, any prior strength, any timestep) is arithmetic on it.
 *
 * As bytes, little-endian, with R rows, L layers, H heads and K classes:
 *
 *   u8  label, then u8 [H] the class that each head of the trained network itself chooses
 *   u8  [H][R][K]   output spikes since the row before (rows are at most 16 timesteps apart)
 *   u32 [L + H][R]  spikes emitted since the row before, layers first
 *   u32 [L + H][R]  synaptic operations likewise
 */
import { UserError } from '../errors.js';

/** Sizes that all records of an evaluation share. */
export interface RecordShape {
  readonly rows: number;
  readonly layers: number;
  readonly heads: number;
  readonly classes: number;
}

export interface ImageRecord {
  readonly label: number;
  /** The class that each head of the trained network chooses. */
  readonly annChoices: Uint8Array;
  /** `[head][row][class]` */
  readonly outputs: Uint8Array;
  /** `[layer, then head][row]` */
  readonly spikes: Uint32Array;
  readonly operations: Uint32Array;
}

/** An empty record. */
export function newRecord(shape: RecordShape, label: number): ImageRecord {
  const { rows, layers, heads, classes } = shape;
  return {
    label,
    annChoices: new Uint8Array(heads),
    outputs: new Uint8Array(heads * rows * classes),
    spikes: new Uint32Array((layers + heads) * rows),
    operations: new Uint32Array((layers + heads) * rows),
  };
}

/** Bytes of a record. */
export function recordBytes({ rows, layers, heads, classes }: RecordShape): number {
  return 1 + heads + heads * rows * classes + 8 * (layers + heads) * rows;
}

export function encodeRecord(record: ImageRecord): Uint8Array {
  const { annChoices, outputs, spikes, operations } = record;
  const bytes = new Uint8Array(
    1 + annChoices.length + outputs.length + 4 * (spikes.length + operations.length),
  );
  bytes[0] = record.label;
  bytes.set(annChoices, 1);
  bytes.set(outputs, 1 + annChoices.length);
  let position = 1 + annChoices.length + outputs.length;
  const view = new DataView(bytes.buffer);
  for (const values of [spikes, operations]) {
    for (const value of values) {
      view.setUint32(position, value, true);
      position += 4;
    }
  }
  return bytes;
}

/** @throws UserError if the bytes are no record of that shape */
export function decodeRecord(bytes: Uint8Array, shape: RecordShape): ImageRecord {
  if (bytes.length !== recordBytes(shape)) {
    throw new UserError(`a record has ${bytes.length} bytes instead of ${recordBytes(shape)}`);
  }
  const record = newRecord(shape, bytes[0]!);
  const outputsAt = 1 + shape.heads;
  record.annChoices.set(bytes.subarray(1, outputsAt));
  record.outputs.set(bytes.subarray(outputsAt, outputsAt + record.outputs.length));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let position = outputsAt + record.outputs.length;
  for (const values of [record.spikes, record.operations]) {
    for (let index = 0; index < values.length; index++, position += 4)
      values[index] = view.getUint32(position, true);
  }
  return record;
}
