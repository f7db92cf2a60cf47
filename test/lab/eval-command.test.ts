/** `snnwasm eval` as a process: results that follow from their own counts, and that no interruption changes. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readResults } from '../../lab/report/read.js';
import { expectFailure, finished, snnwasm, start } from '../support/cli.js';
import { evaluationFolder } from '../support/evaluation.js';
import { namesIn } from '../support/temporary-folder.js';

const words = (out: string, ...more: string[]) => [
  'eval',
  'tiny.snn',
  '--data',
  'data',
  '--timesteps',
  '40',
  '--fit-images',
  '30',
  '--out',
  out,
  ...more,
];

const sizeOf = (path: string) =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

/** Starts an evaluation and kills it once its journal has grown by so many bytes. */
async function killedAfter(folder: string, out: string, growth: number): Promise<void> {
  const journal = join(folder, out, 'journal.bin');
  const before = await sizeOf(journal);
  const child = start(words(out), folder);
  const end = finished(child);
  while (child.exitCode === null && (await sizeOf(journal)) < before + growth) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  child.kill('SIGKILL');
  expect((await end).code).toBeNull();
}

describe('snnwasm eval', () => {
  it('gives the same bytes for any number of workers, and after SIGKILL', async () => {
    const folder = await evaluationFolder();
    const whole = await snnwasm(words('whole', '--workers', '1'), folder);
    expect(whole.stderr).not.toMatch(/Error/);
    expect(whole.code).toBe(0);

    await killedAfter(folder, 'broken', 4000);
    await killedAfter(folder, 'broken', 4000);
    const resumed = await snnwasm(words('broken', '--workers', '3'), folder);
    expect(resumed.code).toBe(0);
    // Entries that the killed runs left were not computed again.
    const first = /observing test images: (\d+)/.exec(resumed.stderr);
    expect(first === null || Number(first[1]) > 2).toBe(true);

    const names = (await namesIn(join(folder, 'whole'))).filter((name) => !name.endsWith('.bin'));
    expect(names).toContain('figure4.svg');
    for (const name of names) {
      const [one, other] = await Promise.all(
        ['whole', 'broken'].map((out) => readFile(join(folder, out, name), 'utf8')),
      );
      expect(other === one, name).toBe(true);
    }
  }, 60_000);

  it('reports counts from which its curves follow', async () => {
    const folder = await evaluationFolder();
    const given = ['--heads', '1', '--prior-strength', '5', '--forgetting', '3'];
    await snnwasm(words('out', ...given, '--limit', '20', '--mirror'), folder);
    const results = readResults(await readFile(join(folder, 'out', 'results.json')));
    expect(results.data).toMatchObject({ images: 20, mirrored: true, fitImages: 0 });
    expect(results.curves.map(({ kind, head, rule, forgetting }) => [kind, head, rule, forgetting])).toEqual([
      ['final', null, null, 0],
      ['fused', '1', 'fixed', 0],
      ['truncated', '1', null, 0],
      ['final', null, null, 3],
      ['fused', '1', 'fixed', 3],
      ['truncated', '1', null, 3],
    ]);
    for (const curve of results.curves) {
      curve.accuracy.forEach(({ value }, row) => {
        expect(value).toBeCloseTo(curve.correct[row]! / 20, 12);
        const energy = (curve.synapticOperations[row]! / 20) * 26e-9;
        expect(curve.energyMillijoules['truenorth-sop']![row]).toBeCloseTo(energy, 12);
      });
    }
    const [final, fused, truncated] = results.curves;
    const last = results.rows.length - 1;
    expect(fused!.synapticOperations[last]).toBeGreaterThan(final!.synapticOperations[last]!);
    expect(truncated!.synapticOperations[last]).toBeLessThan(final!.synapticOperations[last]!);
  });

  it('works out k = 0 alone where that is the forgetting given, and fits it otherwise', async () => {
    const folder = await evaluationFolder();
    const resultsIn = async (out: string) => readResults(await readFile(join(folder, out, 'results.json')));
    expect((await snnwasm(words('paper', '--forgetting', '0'), folder)).code).toBe(0);
    const paper = await resultsIn('paper');
    expect(new Set([...paper.curves, ...paper.targets].map(({ forgetting }) => forgetting))).toEqual(
      new Set([0]),
    );
    expect(await namesIn(join(folder, 'paper'))).not.toContain('figure4-forgetting.svg');

    const both = words('both', '--forgetting', '2', '--heads', '1');
    expect((await snnwasm(both, folder)).stdout).toContain(join('both', 'figure4-forgetting.svg'));
    const { curves, data } = await resultsIn('both');
    expect(data.fitImages).toBe(30);
    expect(curves.map(({ kind, rule, forgetting }) => `${kind} ${rule} ${forgetting}`)).toEqual([
      'final null 0',
      ...['energy', 'area', 'evidence', 'schedule'].map((rule) => `fused ${rule} 0`),
      'truncated null 0',
      'final null 2',
      ...['energy', 'area'].map((rule) => `fused ${rule} 2`),
      'truncated null 2',
    ]);
    // The curves of the paper's method do not depend on what stands beside them.
    for (const curve of curves.filter(({ forgetting }) => forgetting === 0)) {
      const same = paper.curves.find(({ kind, head, rule }) => {
        return kind === curve.kind && head === curve.head && rule === curve.rule;
      });
      expect(curve).toEqual(same);
    }
  });

  it('goes on after a torn journal and begins anew for another command', async () => {
    const folder = await evaluationFolder();
    const small = words('out', '--limit', '5', '--prior-strength', '5', '--timesteps', '9');
    await snnwasm(small, folder);
    const journal = join(folder, 'out', 'journal.bin');
    const expected = await readFile(join(folder, 'out', 'results.json'), 'utf8');
    const bytes = await readFile(journal);
    for (const damaged of [
      bytes.subarray(0, bytes.length - 7),
      Buffer.concat([bytes, Buffer.from('rest')]),
    ]) {
      await writeFile(journal, damaged);
      expect((await snnwasm(small, folder)).code).toBe(0);
      expect(await readFile(join(folder, 'out', 'results.json'), 'utf8')).toBe(expected);
    }
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(journal, bytes);
    expect((await snnwasm(small, folder)).code).toBe(0);
    expect(await readFile(join(folder, 'out', 'results.json'), 'utf8')).toBe(expected);

    expect((await snnwasm([...small, '--mirror'], folder)).code).toBe(0);
    expect(await readFile(join(folder, 'out', 'results.json'), 'utf8')).not.toBe(expected);
  });

  it('goes on where only more images are asked for, or other strengths', async () => {
    const folder = await evaluationFolder();
    await snnwasm(words('out', '--limit', '5', '--prior-strength', '5'), folder);
    const before = await sizeOf(join(folder, 'out', 'journal.bin'));
    await snnwasm(words('out', '--limit', '6', '--prior-strength', '7'), folder);
    await snnwasm(words('new', '--limit', '6', '--prior-strength', '7'), folder);
    const [grown, anew] = await Promise.all(
      ['out', 'new'].map((out) => sizeOf(join(folder, out, 'journal.bin'))),
    );
    expect(grown).toBe(anew);
    expect(grown! - before).toBeLessThan(before / 2);
    const [one, other] = await Promise.all(
      ['out', 'new'].map((out) => readFile(join(folder, out, 'results.json'), 'utf8')),
    );
    expect(one).toBe(other);
  });

  it.each([
    ['a folder without data', ['--data', '.'], /holds no test.bin/],
    ['an unknown head', ['--heads', '9'], /no internal head "9"/],
    ['a wrong strength', ['--prior-strength', 'much'], /It must be a number from 0 to .*, or auto/],
    ['a forgetting too large', ['--forgetting', '17'], /It must be a whole number from 0 to 16, or auto/],
    ['half a forgetting', ['--forgetting', '0.5'], /It must be a whole number from 0 to 16, or auto/],
    ['an output that is a file', ['--out', 'tiny.snn'], /tiny.snn/],
  ])('refuses %s in one line', async (_, more, message) => {
    const folder = await evaluationFolder();
    expectFailure(await snnwasm([...words('out'), ...more], folder), message);
  });
});
