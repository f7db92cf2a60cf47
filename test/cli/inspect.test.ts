/** `snnwasm inspect` as a person meets it: what is in a model file, in words, as JSON and as tensors. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeModel } from '../../src/file/file.js';
import { readSafetensors } from '../../src/file/safetensors.js';
import { describeModel } from '../../src/graph/describe.js';
import { expectFailure, snnwasm } from '../support/cli.js';
import { rgb } from '../support/rgb.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snnwasm-inspect-'));
  await writeFile(join(folder, 'rgb.snn'), writeModel(rgb));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('describes a model in words', async () => {
  const { code, stdout, stderr } = await snnwasm(['inspect', 'rgb.snn'], folder);
  expect([code, stderr]).toEqual([0, '']);
  const { neurons, synapses } = describeModel(rgb);
  const count = (value: number) => value.toLocaleString('en-US');
  expect(stdout).toMatch(/^rgb: 9x8x3 -> 10 classes\n/);
  expect(stdout).toContain(`${count(neurons)} neurons, ${count(synapses)} synapses\n`);
  expect(stdout).toContain(
    'runs by default: 64 timesteps, synchronous, membranes start at 0.5 of the threshold, prior from head 2\n',
  );
  for (const { name, lambda } of [...rgb.populations, ...rgb.heads]) {
    const line = stdout.split('\n').find((candidate) => candidate.startsWith(`${name} `));
    expect(line, name).toMatch(new RegExp(` ${lambda.toFixed(3)}$`));
  }
  expect(stdout).toMatch(/\ngenerator: test\nseed: 5\nscales: 0.2, rate\n$/);
});

it('says how early timesteps are forgotten, where they are', async () => {
  await writeFile(
    join(folder, 'forgetting.snn'),
    writeModel({ ...rgb, defaults: { ...rgb.defaults, forgetting: 2 } }),
  );
  const { stdout } = await snnwasm(['inspect', 'forgetting.snn'], folder);
  expect(stdout).toContain(' of the threshold, prior from head 2, timestep t counts as t^2\n');
});

it('describes it as JSON, all of it', async () => {
  const { code, stdout } = await snnwasm(['inspect', '--json', 'rgb.snn'], folder);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual(describeModel(rgb));
});

it("writes its tensors in PyTorch's order", async () => {
  const { code } = await snnwasm(['inspect', 'rgb.snn', '--tensors', 'rgb.safetensors'], folder);
  expect(code).toBe(0);
  const { tensors, metadata } = readSafetensors(
    new Uint8Array(await readFile(join(folder, 'rgb.safetensors'))),
  );
  expect(metadata).toEqual({ model: 'rgb', inputFractionBits: '8' });
  const shapes = Object.fromEntries(
    [...tensors].map(([name, { shape, dtype }]) => [name, [dtype, ...shape]]),
  );
  expect(shapes).toMatchObject({
    'populations.stem.synapses.0.weight': ['I8', 16, 3, 3, 3],
    'populations.stem.threshold': ['I32', 16],
    'populations.blocks.0.synapses.1.weight': ['I32', 16],
    'populations.blocks.1.synapses.1.weight': ['I8', 24, 16, 1, 1],
    'populations.blocks.2.conv1.bias': ['I32', 24],
    'heads.2.weight': ['I8', 10, 24],
    'heads.final.threshold': ['I32', 10],
  });
  expect(tensors.size).toBe(7 * 2 + 7 + 3 + 3 * 3);
  const values = tensors.get('populations.stem.synapses.0.weight')!.toFloat32();
  const { weights } = rgb.populations[0]!.synapses[0]!;
  // output 5, input 2, row 1, column 0
  expect(values[((5 * 3 + 2) * 3 + 1) * 3]).toBe(weights[((1 * 3 + 0) * 3 + 2) * 16 + 5]);
  const head = tensors.get('heads.final.weight')!.toFloat32();
  expect(head[4 * 24 + 7]).toBe(rgb.heads[2]!.weights[7 * 10 + 4]);
});

it('says in one line what is wrong', async () => {
  expectFailure(await snnwasm(['inspect', 'none.snn'], folder), /^snnwasm: cannot read none.snn: /);
  expectFailure(
    await snnwasm(['inspect', 'rgb.snn', '--tensors', 'no/where'], folder),
    /^snnwasm: cannot write no\/where: there is no such file or folder\n$/,
  );
});
