/** CIFAR-100 on disk: the right file of a folder, or a line that says how to get it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fineLabels, openCifar100 } from '../../../lab/data/cifar100.js';
import { expectUserError, temporaryFolder } from '../../support/temporary-folder.js';

const RECORD = 3074;

function records(labels: readonly number[]): Buffer {
  const bytes = Buffer.alloc(labels.length * RECORD);
  labels.forEach((label, index) => {
    bytes.fill(label, index * RECORD + 1, (index + 1) * RECORD);
  });
  return bytes;
}

describe('openCifar100', () => {
  it('opens the split that is asked for', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'train.bin'), records([4, 5]));
    await writeFile(join(folder, 'test.bin'), records([99]));
    const [train, test] = [await openCifar100(folder, 'train'), await openCifar100(folder, 'test')];
    expect([train.length, test.length]).toEqual([2, 1]);
    expect(train.image(1).label).toBe(5);
    expect(test.image(0).image.pixels[3071]).toBe(99);
  });

  it('says how to get what is missing', async () => {
    const folder = await temporaryFolder();
    const line = new RegExp(
      `^${folder} holds no test.bin: get the data set with \`snnwasm data cifar100 -o ${folder}\`$`,
    );
    await expectUserError(openCifar100(folder, 'test'), line);
    await expectUserError(
      openCifar100(join(folder, 'no'), 'train'),
      /no holds no train.bin: get the data set/,
    );
  });

  it('refuses what is no CIFAR-100', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'train.bin'), records([1]).subarray(1));
    await expectUserError(openCifar100(folder, 'train'), /no whole number of records/);
    await writeFile(join(folder, 'train.bin'), records([100]));
    await expectUserError(openCifar100(folder, 'train'), /it has the label 100/);
    await writeFile(join(folder, 'test.bin'), Buffer.alloc(30_740_001));
    await expectUserError(openCifar100(folder, 'test'), /too large/);
    await mkdir(join(folder, 'b', 'train.bin'), { recursive: true });
    await expectUserError(openCifar100(join(folder, 'b'), 'train'), /is a folder/);
  });
});

describe('fineLabels', () => {
  const names = Array.from({ length: 100 }, (_, index) => `class_${index}`);

  it('reads the names in order, whatever ends the lines', async () => {
    const folder = await temporaryFolder();
    for (const text of [names.join('\n'), `${names.join('\r\n')}\r\n\r\n`]) {
      await writeFile(join(folder, 'fine_label_names.txt'), text);
      expect(await fineLabels(folder)).toEqual(names);
    }
  });

  it('refuses another number of names', async () => {
    const folder = await temporaryFolder();
    await expectUserError(fineLabels(folder), /holds no fine_label_names.txt: get the data set with/);
    for (const text of [names.slice(1).join('\n'), `${names.join('\n')}\nanother`]) {
      await writeFile(join(folder, 'fine_label_names.txt'), text);
      await expectUserError(
        fineLabels(folder),
        /is not CIFAR-100's: it has (99|101) lines, where 100 are right/,
      );
    }
    await writeFile(join(folder, 'fine_label_names.txt'), '');
    await expectUserError(fineLabels(folder), /it has 0 lines/);
    await writeFile(join(folder, 'fine_label_names.txt'), Buffer.alloc(70_000));
    await expectUserError(fineLabels(folder), /70000 bytes, too many for a list of names/);
  });
});
