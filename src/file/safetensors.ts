/**
 * Reads and writes .safetensors: 8 bytes of header length, a JSON header, raw little-endian tensors. The rules
 * are those of https://github.com/huggingface/safetensors (README, "Format", and `Metadata::validate`).
 */
import { UserError } from '../errors.js';
import { Field } from '../untrusted/field.js';
import { parseJson } from '../untrusted/json.js';
import type { Dtype } from './dtype.js';
import { BYTES, isDtype, toFloat32 } from './dtype.js';

/** The format's own limit. */
const MAXIMUM_HEADER = 100_000_000;
const MAXIMUM_RANK = 64;
/** { name: { shape: [ ] } } */
const MAXIMUM_DEPTH = 3;
const PREAMBLE = 8;

/** A tensor of a checkpoint, still in the bytes of its file. */
export interface CheckpointTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** A view on the file, row-major and little-endian. */
  readonly bytes: Uint8Array;
  /** A new array of the values. @throws UserError when the type has no float32 reading. */
  toFloat32(): Float32Array;
}

/** The content of a .safetensors file. */
export interface Checkpoint {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, CheckpointTensor>;
}

/**
 * Reads a .safetensors file. The tensors are views on `bytes`.
 *
 * @param name - what an error message calls the file
 * @throws UserError when a size, an offset, a type or the header itself breaks a rule of the format.
 */
export function readSafetensors(bytes: Uint8Array, name = 'the checkpoint'): Checkpoint {
  const [header, data] = split(bytes, name);
  const entries = new Field(parseJson(header, MAXIMUM_DEPTH, `the header of ${name}`), '', name).entries();
  const metadata = entries.find(([key]) => key === '__metadata__')?.[1];
  const tensors = entries
    .filter(([key]) => key !== '__metadata__')
    .map(([key, field]) => readTensor(key, field, data))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkTiling(tensors, data.length, name);
  return {
    metadata: metadata === undefined ? {} : readMetadata(metadata),
    tensors: new Map(tensors.map(({ key, tensor }) => [key, tensor])),
  };
}

/** Cuts the file into its header's text and its data. */
function split(bytes: Uint8Array, name: string): [string, Uint8Array] {
  if (bytes.length < PREAMBLE) {
    throw new UserError(`${name} is no .safetensors file: it has ${bytes.length} bytes, fewer than 8`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (length > MAXIMUM_HEADER) {
    throw new UserError(`${name} is no .safetensors file: its header would have ${length} bytes`);
  }
  if (length > bytes.length - PREAMBLE) {
    throw new UserError(
      `${name} is truncated, or no .safetensors file: its header of ${length} bytes does not fit its ${bytes.length}`,
    );
  }
  const header = bytes.subarray(PREAMBLE, PREAMBLE + length);
  if (header[0] !== 0x7b)
    throw new UserError(`${name} is no .safetensors file: its header does not begin with {`);
  return [decodeText(header, name), bytes.subarray(PREAMBLE + length)];
}

function decodeText(header: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header);
  } catch {
    throw new UserError(`${name} is invalid: its header is not UTF-8`);
  }
}

function readMetadata(field: Field): Record<string, string> {
  const entries = field.entries().map(([key, entry]): [string, string] => {
    return [key, typeof entry.value === 'string' ? entry.value : entry.refuse('text')];
  });
  return Object.fromEntries(entries);
}

/** A tensor and where it lies in the data. */
interface Placed {
  readonly key: string;
  readonly begin: number;
  readonly end: number;
  readonly tensor: CheckpointTensor;
}

function readTensor(key: string, field: Field, data: Uint8Array): Placed {
  const fields = field.fields('dtype', 'shape', 'data_offsets');
  const dtype = fields.dtype.value;
  if (!isDtype(dtype)) return fields.dtype.refuse('a type that this reader knows, such as F32 or F16');
  const shape = fields.shape
    .list(0, MAXIMUM_RANK)
    .map((extent) => extent.integer(0, Number.MAX_SAFE_INTEGER));
  const [first, last] = fields.data_offsets.list(2, 2) as [Field, Field];
  const begin = first.integer(0, data.length);
  const end = last.integer(begin, data.length);
  const size = shape.reduce((product, extent) => product * extent, BYTES[dtype]);
  if (size !== end - begin) {
    field.complain(
      `has ${end - begin} bytes, but ${shape.join(' x ') || 'one'} values of ${dtype} need ${size}`,
    );
  }
  const bytes = data.subarray(begin, end);
  return { key, begin, end, tensor: { dtype, shape, bytes, toFloat32: () => toFloat32(bytes, dtype, key) } };
}

/** The tensors must cover the data without a hole and without overlap. */
function checkTiling(tensors: readonly Placed[], length: number, name: string): void {
  let end = 0;
  for (const tensor of tensors) {
    if (tensor.begin !== end) {
      const what = tensor.begin < end ? 'overlaps the tensor before it' : 'leaves a hole before it';
      throw new UserError(`${name} is invalid: ${JSON.stringify(tensor.key)} ${what}`);
    }
    end = tensor.end;
  }
  if (end !== length)
    throw new UserError(`${name} is invalid: no tensor covers its last ${length - end} bytes`);
}
