/** docs/recompute.py, another program, gets the same curves out of an evaluation's raw counts. */
import { spawnSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Journal } from '../../lab/evaluation/journal.js';
import type { Curve, Results } from '../../lab/evaluation/results.js';
import { readModel } from '../../src/file/file.js';
import { shapeOf } from '../../src/fit/observer.js';
import { encodeRecord, type ImageRecord, newRecord, type RecordShape } from '../../src/fit/record.js';
import { rowsUpTo } from '../../src/fit/rows.js';
import { uniformNumbers } from '../../src/random.js';
import { snnwasm } from '../support/cli.js';
import { evaluationFolder } from '../support/evaluation.js';

const SCRIPT = fileURLToPath(new URL('../../docs/recompute.py', import.meta.url));
const PYTHON = process.env.SNNWASM_PYTHON ?? 'python3';
const hasNumpy = spawnSync(PYTHON, ['-c', 'import numpy']).status === 0;
/** Past the 64th there are gaps between rows. */
const TIMESTEPS = 90;

const recompute = (folder: string) => spawnSync(PYTHON, [SCRIPT, folder], { encoding: 'utf8' });

/**
 * A record of spikes that no network fired: other classes early on, the image's own more and more with time. The tiny
 * model's own spikes hardly depend on the image, and all ways to count them come to the same.
 */
function madeUp(shape: RecordShape, rows: readonly number[], random: () => number): ImageRecord {
  const record = newRecord(shape, Math.floor(random() * shape.classes));
  const misled = Math.floor(random() * shape.classes);
  record.annChoices.fill(record.label);
  for (let head = 0; head < shape.heads; head++) {
    rows.forEach((row, index) => {
      const timesteps = row - (rows[index - 1] ?? 0);
      const rates = new Map([
        [misled, 0.5],
        [record.label, (0.9 * row) / TIMESTEPS],
      ]);
      for (let label = 0; label < shape.classes; label++) {
        const at = (head * shape.rows + index) * shape.classes + label;
        for (let timestep = 0; timestep < timesteps; timestep++)
          record.outputs[at]! += random() < (rates.get(label) ?? 0.25) ? 1 : 0;
      }
    });
  }
  record.spikes.forEach((_, index) => {
    record.spikes[index] = Math.floor(random() * 1000);
    record.operations[index] = Math.floor(random() * 100_000);
  });
  return record;
}

/** Puts made-up records in the place of those in a journal, from which the same command goes on. */
async function makeUp(path: string, shape: RecordShape, images: number): Promise<void> {
  const bytes = await readFile(path);
  const key = bytes.subarray(0, bytes.indexOf('\n')).toString();
  await rm(path);
  const journal = await Journal.open(path, key);
  const random = uniformNumbers(images);
  for (let image = 0; image < images; image++) {
    const record = encodeRecord(madeUp(shape, rowsUpTo(TIMESTEPS), random));
    await journal.append(image, deflateRawSync(record));
  }
  await journal.close();
}

describe.skipIf(!hasNumpy && process.env.SNNWASM_PYTHON === undefined)('another program', () => {
  it('finds the curves in the raw counts, and tells where one is wrong', async () => {
    const folder = await evaluationFolder();
    const words = ['eval', 'tiny.snn', '--data', 'data', '--timesteps', String(TIMESTEPS), '--out', 'out'];
    const evaluate = () => snnwasm([...words, '--fit-images', '30', '--forgetting', '7'], folder);
    expect((await evaluate()).code).toBe(0);
    const network = readModel(await readFile(join(folder, 'tiny.snn')));
    const shape = shapeOf(network, { heads: [0, 1, 2], rows: rowsUpTo(TIMESTEPS) });
    await makeUp(join(folder, 'out', 'journal.bin'), shape, 60);
    await makeUp(join(folder, 'out', 'fit.bin'), shape, 30);
    expect((await evaluate()).code).toBe(0);

    const path = join(folder, 'out', 'results.json');
    const results = JSON.parse(await readFile(path, 'utf8')) as Results;
    const [plain, forgetting] = results.curves.filter(({ kind }) => kind === 'final') as [Curve, Curve];
    expect([plain.forgetting, forgetting.forgetting]).toEqual([0, 7]);
    expect(plain.correct.filter((count, row) => count !== forgetting.correct[row]).length).toBeGreaterThan(
      10,
    );

    const same = recompute(join(folder, 'out'));
    expect(same.stderr).toBe('');
    expect(same.stdout).toMatch(/\n18 curves, 0 different\n$/);
    expect(same.status).toBe(0);

    const curves = results.curves.map((curve) => {
      const correct = curve.correct.map((count, row) => (row === 7 ? count + 1 : count));
      return curve.forgetting === 7 && curve.head === '2' && curve.rule === 'area'
        ? { ...curve, correct }
        : curve;
    });
    await writeFile(path, JSON.stringify({ ...results, curves }));
    const wrong = recompute(join(folder, 'out'));
    expect(wrong.stdout).toMatch(/^DIFFERENT {2}fused 2 area, k = 7$/m);
    expect(wrong.stdout).toMatch(/\n18 curves, 1 different\n$/);
    expect(wrong.status).toBe(1);
  }, 60_000);
});
