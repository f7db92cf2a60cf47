/**
 * CIFAR-100 for tests that need real images: the binary version, found through SNNWASM_CIFAR100 or beside the
 * repository. It is not part of the repository; tests that need it skip, and say so, where it is missing.
 */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import { UserError } from '../../src/errors.js';

export type Split = 'train' | 'test';

export interface Cifar100Record {
  /** Fine label, 0 to 99. */
  readonly label: number;
  /** `[channel][y][x]`, 3 x 32 x 32, red, green, blue. */
  readonly pixels: Uint8Array;
}

const PIXELS = 3 * 32 * 32;
/** One coarse label, one fine label, the pixels. */
const RECORD = 2 + PIXELS;
const RECORDS: Record<Split, number> = { train: 50_000, test: 10_000 };
const CLASSES = 100;

const beside = fileURLToPath(new URL('../../../shared/cifar-100-binary', import.meta.url));

/** The folder that holds train.bin and test.bin, or null. */
export function cifar100Folder(): string | null {
  const folder = process.env.SNNWASM_CIFAR100 ?? beside;
  return existsSync(join(folder, 'train.bin')) && existsSync(join(folder, 'test.bin')) ? folder : null;
}

/**
 * Reads `count` records from record `first` on.
 *
 * @throws UserError if the data set is missing, a file has the wrong size, the range leaves it, or a label is
 *   no class.
 */
export function readRecords(split: Split, first: number, count: number): Cifar100Record[] {
  const folder = cifar100Folder();
  if (folder === null) throw new UserError('CIFAR-100 is not there: set SNNWASM_CIFAR100 to its folder');
  const path = join(folder, `${split}.bin`);
  const { size } = statSync(path);
  if (size !== RECORDS[split] * RECORD) {
    throw new UserError(`${split}.bin has ${size} bytes instead of ${RECORDS[split] * RECORD}`);
  }
  if (!(Number.isInteger(first) && Number.isInteger(count) && first >= 0 && count >= 0)) {
    throw new UserError(`records are counted in whole numbers from 0, not ${first} and ${count}`);
  }
  if (first + count > RECORDS[split]) {
    throw new UserError(`${split}.bin ends at record ${RECORDS[split]}, before ${first + count}`);
  }
  const bytes = readBytes(path, first * RECORD, count * RECORD);
  return Array.from({ length: count }, (_, i) => parseRecord(bytes, i, `${split} record ${first + i}`));
}

/** A `describe` that runs only where the data set is there; otherwise its name says what is missing. */
export function describeWithCifar100(name: string, define: () => void): void {
  if (cifar100Folder() !== null) describe(name, define);
  else describe.skip(`${name} (skipped: CIFAR-100 not found, set SNNWASM_CIFAR100 to its folder)`, define);
}

function parseRecord(bytes: Uint8Array, index: number, place: string): Cifar100Record {
  const start = index * RECORD;
  const label = bytes[start + 1]!;
  if (label >= CLASSES) throw new UserError(`${place} has the label ${label}`);
  return { label, pixels: bytes.subarray(start + 2, start + RECORD) };
}

function readBytes(path: string, position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const file = openSync(path, 'r');
  try {
    for (let done = 0; done < length; ) {
      const read = readSync(file, bytes, done, length - done, position + done);
      if (read === 0) throw new UserError(`${path} ends too early`);
      done += read;
    }
  } finally {
    closeSync(file);
  }
  return bytes;
}
