/** A small model file, and forgeries of it whose lengths and checksums are right. */
import { unpack } from 'msgpackr';
import { expect } from 'vitest';
import { UserError } from '../../src/errors.js';
import { checksum } from '../../src/file/checksum.js';
import { readModel, writeModel } from '../../src/file/file.js';
import { encode } from '../../src/file/messagepack.js';
import { aligned } from '../../src/file/tensors.js';
import { buildNetwork } from '../generate.js';

const PREAMBLE = 20;

/** Two blocks, a skip, a projection and two heads: 3.1 kB. */
export const small = buildNetwork({
  seed: 1,
  input: { channels: 1, height: 4, width: 3 },
  stem: { channels: 3, kernel: 3, stride: 1 },
  unpadded: false,
  blocks: [
    { channels: 3, stride: 1, kernel: 3, head: true },
    { channels: 4, stride: 2, kernel: 1, head: false },
  ],
  classes: 2,
  propagation: 'synchronous',
});

/** {@link small} as a model file. */
export const smallFile = writeModel(small);

/** The data section of a file, to be changed. */
export function smallData(file = smallFile): Uint8Array {
  return file.slice(aligned(PREAMBLE + headerLength(file)));
}

/** A file with this header and data, all lengths and checksums before the header being right. */
export function forge(header: Uint8Array, data = smallData()): Uint8Array {
  const bytes = new Uint8Array(aligned(PREAMBLE + header.length) + data.length);
  bytes.set(smallFile.subarray(0, 12));
  const view = new DataView(bytes.buffer);
  view.setUint32(12, header.length, true);
  view.setUint32(16, checksum(header), true);
  bytes.set(header, PREAMBLE);
  bytes.set(data, bytes.length - data.length);
  return bytes;
}

/** A file with another data section, whose length and checksum the header knows. */
export function forgeData(data: Uint8Array, file = smallFile): Uint8Array {
  const header = unpack(smallHeader(file)) as Record<string, unknown>;
  return forge(encode({ ...header, data: { length: data.length, checksum: checksum(data) } }), data);
}

function headerLength(file: Uint8Array): number {
  return new DataView(file.buffer).getUint32(12, true);
}

/** The MessagePack header of a file, to be changed. */
export function smallHeader(file = smallFile): Uint8Array {
  return file.slice(PREAMBLE, PREAMBLE + headerLength(file));
}

/** A file with the value at a path of its header replaced, or removed where the value is undefined. */
export function forgeField(path: string, value: unknown, file = smallFile): Uint8Array {
  const header = unpack(smallHeader(file)) as Record<string, unknown>;
  const steps = path.split(/[.[\]]+/).filter((step) => step !== '');
  const last = steps.pop()!;
  let place = (path.startsWith('data.') ? header : header.network) as Record<string, unknown>;
  for (const step of steps) place = place[step] as Record<string, unknown>;
  if (value === undefined) delete place[last];
  else place[last] = value;
  return forge(encode(header), smallData(file));
}

/** Reading the bytes must end in a UserError of one short line. */
export function expectRefusal(bytes: Uint8Array, message: RegExp): void {
  let caught: unknown;
  try {
    readModel(bytes);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(UserError);
  expect((caught as UserError).message).toMatch(message);
  expect((caught as UserError).message).not.toMatch(/[\n\r]/);
  expect((caught as UserError).message.length).toBeLessThan(300);
}
