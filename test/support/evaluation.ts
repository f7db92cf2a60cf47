/** A folder with a tiny model for 100 classes and CIFAR-100 files of random records, for `snnwasm eval`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeModel } from '../../src/file/file.js';
import { buildNetwork } from '../generate.js';
import { randomRecords } from './records.js';
import { temporaryFolder } from './temporary-folder.js';

const IMAGES = 60;

/** Holds tiny.snn with two internal heads, and data/ with 50 training and 60 test records. */
export async function evaluationFolder(): Promise<string> {
  const folder = await temporaryFolder();
  const network = buildNetwork({
    seed: 3,
    input: { channels: 3, height: 32, width: 32 },
    stem: { channels: 8, kernel: 3, stride: 2 },
    unpadded: false,
    blocks: [
      { channels: 8, stride: 2, kernel: 3, head: true },
      { channels: 8, stride: 1, kernel: 3, head: true },
    ],
    classes: 100,
    propagation: 'synchronous',
  });
  await writeFile(join(folder, 'tiny.snn'), writeModel(network));
  await mkdir(join(folder, 'data'));
  await writeFile(join(folder, 'data', 'train.bin'), randomRecords(50, 100, 1));
  await writeFile(join(folder, 'data', 'test.bin'), randomRecords(IMAGES, 100, 2));
  return folder;
}
