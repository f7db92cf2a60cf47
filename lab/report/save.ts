/** Writes reports to disk. */
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readFileChecked, writeFileAtomic } from '../../src/host/node/files.js';
import { explained } from '../../src/host/node/system-error.js';
import type { Results } from '../evaluation/results.js';
import { readResults } from './read.js';
import { canDraw } from './render.js';
import { writeReport } from './report.js';

/** Three thousand rows of fifty curves have some 60 MB. */
const LARGEST_RESULTS = 2 ** 28;

/**
 * Writes the report of a results.json.
 *
 * @param out - the folder; default: the one that the results lie in
 * @throws UserError if the results cannot be read or are not sound, or the folder cannot be written
 */
export async function reportAgain(path: string, out?: string): Promise<void> {
  const results = readResults(await readFileChecked(path, LARGEST_RESULTS), path);
  const folder = out ?? dirname(path);
  await explained(`make the folder ${folder}`, () => mkdir(folder, { recursive: true }));
  await saveReport(folder, results);
}

/**
 * Writes a report into a folder and prints what it has written, and where figures are missing how to get them.
 *
 * @param more - names and contents of files to write after it
 * @throws UserError if the folder cannot be written
 */
export async function saveReport(
  folder: string,
  results: Results,
  more: readonly (readonly [string, string])[] = [],
): Promise<void> {
  const drawn = await canDraw();
  for (const [name, content] of [...(await writeReport(results, drawn ? 'svg' : 'vg.json')), ...more]) {
    const file = join(folder, name);
    await writeFileAtomic(file, new TextEncoder().encode(content));
    process.stdout.write(`${file}\n`);
  }
  if (drawn) return;
  process.stderr.write(
    'figures are not drawn, but written as Vega specifications: to draw them, "npm install vega@6" and report again\n',
  );
}
