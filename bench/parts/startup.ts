/** Start-up: how long a user waits for one picture's answer, from a cold process, and for what. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Measurement, Part } from '../measure/result.js';
import { timeRow } from '../measure/rows.js';
import { REPOSITORY } from '../peers/paths.js';
import { SHELL } from '../shell.js';
import type { Workplace } from './workplace.js';

const PICTURE = join(REPOSITORY, 'examples/sunflower.png');
const MAIN = join(REPOSITORY, 'dist/bin/snnwasm.js');
const STAGES = fileURLToPath(new URL('../startup/stages.mjs', import.meta.url));
const exec = promisify(execFile);

interface Stages {
  /** Milliseconds since the epoch at which the first line of the script ran, and the last. */
  readonly began: number;
  readonly ended: number;
  readonly stages: Readonly<Record<string, number>>;
}

export async function measureStartup({ settings }: Workplace): Promise<Part> {
  const commands: Record<string, () => Promise<void>> = {
    'npx snnwasm run': () => command('npx', ['snnwasm', 'run', PICTURE]),
    'node dist/bin/snnwasm.js run': () => command(process.execPath, [MAIN, 'run', PICTURE]),
    'node --eval 0': () => command(process.execPath, ['--eval', '0']),
  };
  const samples = new Map<string, number[]>();
  const add = (name: string, value: number) => samples.set(name, [...(samples.get(name) ?? []), value]);
  // The first round only brings the files into the system's cache.
  for (let round = 0; round <= settings.processes; round++) {
    for (const [name, run] of Object.entries(commands)) {
      const start = performance.now();
      await run();
      if (round > 0) add(name, performance.now() - start);
    }
    const parts = await stagesOf();
    if (round > 0) for (const [name, value] of Object.entries(parts)) add(name, value);
  }
  return {
    name: 'startup',
    title: 'Start-up: one picture in a new process',
    notes: [
      "files are in the system's cache; the steps below the commands are timed inside a process of their own",
    ],
    rows: [...samples].map(([name, values]): Measurement => timeRow(name, 'process', values)),
    reference: 'node dist/bin/snnwasm.js run',
    skipped: [],
  };
}

async function command(file: string, args: readonly string[]): Promise<void> {
  await exec(file, args, { cwd: REPOSITORY, env: SHELL });
}

/** The steps of one run, with Node's own start before and its end after them. */
async function stagesOf(): Promise<Record<string, number>> {
  const spawned = performance.timeOrigin + performance.now();
  const { stdout } = await exec(process.execPath, [STAGES, PICTURE], { cwd: REPOSITORY });
  const done = performance.timeOrigin + performance.now();
  const { began, ended, stages } = JSON.parse(stdout) as Stages;
  const named = Object.entries(stages).map(([name, value]) => [`  ${name}`, value] as const);
  return { '  Node starts': began - spawned, ...Object.fromEntries(named), '  Node ends': done - ended };
}
