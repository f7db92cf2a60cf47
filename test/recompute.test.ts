/** docs/recompute.py, another program, gets the same curves out of an evaluation's raw counts. */
import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { snnwasm } from './support/cli.js';
import { evaluationFolder } from './support/evaluation.js';

const SCRIPT = fileURLToPath(new URL('../docs/recompute.py', import.meta.url));
const PYTHON = process.env.SNNWASM_PYTHON ?? 'python3';
const hasNumpy = spawnSync(PYTHON, ['-c', 'import numpy']).status === 0;

const recompute = (folder: string) => spawnSync(PYTHON, [SCRIPT, folder], { encoding: 'utf8' });

describe.skipIf(!hasNumpy && process.env.SNNWASM_PYTHON === undefined)('another program', () => {
  it('finds the curves in the raw counts, and tells where one is wrong', async () => {
    const folder = await evaluationFolder();
    // Past timestep 64 there are gaps between the rows, in which spikes share a weight.
    const words = [
      'eval',
      'tiny.snn',
      '--data',
      'data',
      '--timesteps',
      '90',
      '--fit-images',
      '30',
      '--out',
      'out',
    ];
    const run = await snnwasm([...words, '--forgetting', '7'], folder);
    expect(run.code).toBe(0);
    const same = recompute(join(folder, 'out'));
    expect(same.stderr).toBe('');
    expect(same.stdout).toMatch(/\n18 curves, 0 different\n$/);
    expect(same.status).toBe(0);

    const path = join(folder, 'out', 'results.json');
    const results = JSON.parse(await readFile(path, 'utf8'));
    const last = results.curves.findLast((curve: { kind: string }) => curve.kind === 'fused');
    expect(last.forgetting).toBe(7);
    last.correct[7] += 1;
    await writeFile(path, JSON.stringify(results));
    const wrong = recompute(join(folder, 'out'));
    expect(wrong.stdout).toMatch(/\n18 curves, 1 different\n$/);
    expect(wrong.stdout).toMatch(/^DIFFERENT {2}fused 2 area, k = 7$/m);
    expect(wrong.status).toBe(1);
  }, 60_000);
});
