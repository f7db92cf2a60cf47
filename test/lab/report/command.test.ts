/** `snnwasm report`, as a process of its own. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeReport } from '../../../lab/report/report.js';
import { expectFailure, snnwasm } from '../../support/cli.js';
import { syntheticResults } from '../../support/results.js';
import { namesIn, temporaryFolder } from '../../support/temporary-folder.js';

const FILES = [
  'curves.csv',
  'figure4.svg',
  'figure5.svg',
  'layers.csv',
  'rates.svg',
  'saving-by-depth.svg',
  'summary.md',
  'targets.csv',
];

const RESULTS = syntheticResults({ rows: [1, 16, 64, 256], heads: 2 });

/** A new folder with a results.json in it. */
async function folderWith(results: unknown): Promise<{ folder: string; path: string }> {
  const folder = await temporaryFolder();
  const path = join(folder, 'results.json');
  await writeFile(path, JSON.stringify(results));
  return { folder, path };
}

describe('snnwasm report', () => {
  it('writes the same files as the library, into a new folder', async () => {
    const { folder, path } = await folderWith(RESULTS);
    const out = join(folder, 'deep', 'report');
    const { code, stdout, stderr } = await snnwasm(['report', path, '--out', out]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(await namesIn(out)).toEqual(FILES);
    expect(stdout.trim().split('\n').sort()).toEqual(FILES.map((name) => join(out, name)));
    for (const [name, content] of await writeReport(RESULTS)) {
      expect(await readFile(join(out, name), 'utf8')).toBe(content);
    }
  });

  it('writes one figure more where there is forgetting', async () => {
    const { folder, path } = await folderWith(
      syntheticResults({ rows: [1, 16, 64, 256], heads: 2, forgetting: 3 }),
    );
    const out = join(folder, 'report');
    expect((await snnwasm(['report', path, '--out', out])).code).toBe(0);
    expect(await namesIn(out)).toEqual([...FILES, 'figure4-forgetting.svg'].sort());
  });

  it('writes beside the results where nothing else is said', async () => {
    const { folder, path } = await folderWith(RESULTS);
    expect((await snnwasm(['report', path])).code).toBe(0);
    expect(await namesIn(folder)).toEqual([...FILES, 'results.json'].sort());
  });

  it('says in one line what is wrong, and writes nothing', async () => {
    const { folder, path } = await folderWith({ ...RESULTS, rows: [4, 1, 16, 64] });
    expectFailure(await snnwasm(['report', path]), /results\.json is invalid: rows must rise$/m);
    expectFailure(await snnwasm(['report', join(folder, 'none.json')]), /there is no such file/);
    expect(await namesIn(folder)).toEqual(['results.json']);
  });

  it('says so where the folder is a file', async () => {
    const { path } = await folderWith(RESULTS);
    expectFailure(await snnwasm(['report', path, '--out', path]), /^snnwasm: cannot make the folder /);
  });
});
