/** CIFAR-100 on disk, in the folder that `snnwasm data cifar100` makes. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../src/errors.js';
import { Cifar100 } from '../../src/fit/cifar100.js';
import { readFileChecked } from '../../src/host/node/files.js';
import { faultOf, largestSize, readLines } from './member.js';
import { CIFAR100_SOURCE, type Member } from './source.js';

/** The official halves: 50,000 pictures to train with, 10,000 to report with. */
export type Cifar100Split = 'train' | 'test';

/**
 * The pictures and labels of one split.
 *
 * @param folder - holds `train.bin` and `test.bin`; either may be cut short to any number of whole records
 * @throws UserError if the folder does not hold the split, or it cannot be read or is no CIFAR-100 file
 */
export async function openCifar100(folder: string, split: Cifar100Split): Promise<Cifar100> {
  const { path, member } = memberIn(folder, `${split}.bin`);
  return new Cifar100(await readFileChecked(path, largestSize(member)), path);
}

/**
 * The names of the 100 classes, in the order of their labels.
 *
 * @param folder - holds `fine_label_names.txt`, one name a line
 * @throws UserError if the folder does not hold it, it cannot be read or holds another number of names
 */
export async function fineLabels(folder: string): Promise<string[]> {
  const { path, member } = memberIn(folder, 'fine_label_names.txt');
  const fault = await faultOf(path, member);
  if (fault !== null) throw new UserError(`${path} is not CIFAR-100's: ${fault}`);
  return await readLines(path);
}

function memberIn(folder: string, name: string): { path: string; member: Member } {
  const path = join(folder, name);
  const member = CIFAR100_SOURCE.members.find((candidate) => candidate.name === name);
  if (member !== undefined && existsSync(path)) return { path, member };
  throw new UserError(
    `${folder} holds no ${name}: get the data set with \`snnwasm data cifar100 -o ${folder}\``,
  );
}
