/** `snnwasm report RESULTS`: draws the figures and tables of an evaluation again. */
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { readFileChecked, writeFileAtomic } from '../host/node/files.js';
import { explained } from '../host/node/system-error.js';
import { readResults } from '../report/read.js';
import { writeReport } from '../report/report.js';

/** Three thousand rows of fifty curves have some 60 MB. */
const LARGEST_RESULTS = 2 ** 28;

interface ReportFlags {
  readonly out?: string;
}

export function reportCommand(): Command {
  return new Command('report')
    .description('draw the figures and tables of an evaluation again')
    .argument('<results>', 'results.json, as written by snnwasm eval')
    .option('--out <folder>', 'where the files go (default: beside the results)')
    .action(report);
}

async function report(path: string, flags: ReportFlags): Promise<void> {
  const results = readResults(await readFileChecked(path, LARGEST_RESULTS), path);
  const folder = flags.out ?? dirname(path);
  await explained(`make the folder ${folder}`, () => mkdir(folder, { recursive: true }));
  for (const [name, content] of await writeReport(results)) {
    const file = join(folder, name);
    await writeFileAtomic(file, new TextEncoder().encode(content));
    process.stdout.write(`${file}\n`);
  }
}
