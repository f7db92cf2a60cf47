/** `snnwasm convert` as a person meets it: from a checkpoint to a model file, and what happens when it is stopped. */
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convertNetwork } from '../../src/convert/convert.js';
import { readModel, writeModel } from '../../src/file/file.js';
import { Cifar100 } from '../../src/fit/cifar100.js';
import { kernelModule } from '../../src/host/node/kernels.js';
import { expectFailure, finished, snnwasm, start } from '../support/cli.js';
import { randomRecords } from '../support/records.js';
import { namesIn } from '../support/temporary-folder.js';
import { tiny, tinyCheckpoint } from '../support/tiny.js';

const SAMPLES = 1200;
const records = randomRecords(SAMPLES + 30, 10, 1);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let folder = '';
const at = (...names: string[]) => join(folder, ...names);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snnwasm-convert-'));
  await writeFile(at('tiny.safetensors'), tinyCheckpoint);
  await writeFile(at('train.bin'), records);
  await writeFile(at('notes.txt'), 'neither the one nor the other\n');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** The words of a conversion; later options win. */
const words = (output: string, ...more: string[]): string[] => [
  ...['convert', 'tiny.safetensors', '--calibration', 'train.bin', '--output', output],
  ...['--samples', '40', '--prior-samples', '10', '--timesteps', '16', ...more],
];

describe('snnwasm convert', () => {
  it('writes the model that the library makes, and nothing else', async () => {
    await mkdir(at('out'));
    const { code, stdout, stderr } = await snnwasm(words('out/small.snn'), folder);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toBe('calibrating: 40/40\nfitting the prior strengths: 10/10\n');
    expect(await namesIn(at('out'))).toEqual(['small.snn']);
    const expected = await convertNetwork(await kernelModule(), tiny, new Cifar100(records, 'train.bin'), {
      name: 'small',
      samples: 40,
      percentile: 99.9,
      priorSamples: 10,
      seed: 1,
      inputFractionBits: 7,
      timesteps: 16,
      initialPotential: 0.5,
      coding: 'rate',
      digits: 4,
      propagation: 'synchronous',
      provenance: {
        checkpoint: 'tiny.safetensors',
        checkpointSha256: sha256(tinyCheckpoint),
        calibrationSha256: sha256(records),
      },
    });
    expect(new Uint8Array(await readFile(at('out', 'small.snn')))).toEqual(writeModel(expected));
  });

  it('takes every option to the model', async () => {
    await writeFile(
      at('labels.txt'),
      Array.from({ length: 10 }, (_, index) => `thing ${index}\r\n`).join(''),
    );
    const options =
      '--name mine --percentile 99 --seed 7 --input-bits 5 --timesteps 20 --propagation pipelined';
    const more = '--initial-potential 0 --labels labels.txt --prior-samples 0 --heads 1=2';
    const { code } = await snnwasm(words('options.snn', ...options.split(' '), ...more.split(' ')), folder);
    expect(code).toBe(0);
    const model = readModel(new Uint8Array(await readFile(at('options.snn'))));
    expect(model).toMatchObject({
      name: 'mine',
      inputFractionBits: 5,
      defaults: { timesteps: 20, propagation: 'pipelined', initialPotential: 0, head: null },
      provenance: { calibrationPercentile: 99, calibrationSeed: 7, calibrationImages: 40, priorImages: 0 },
    });
    expect(model.labels).toEqual(Array.from({ length: 10 }, (_, index) => `thing ${index}`));
    // Block 2 ends with population 4.
    expect(model.heads.map(({ name, population }) => [name, population])).toEqual([
      ['1', 4],
      ['final', 4],
    ]);
  });
});

describe('a conversion that is killed', async () => {
  const long = (output: string) => words(output, '--name', 'x', '--samples', String(SAMPLES));

  /** Kills a conversion once it has kept more than its empty beginning. */
  async function interrupt(output: string): Promise<void> {
    const child = start(long(output), folder);
    const end = finished(child);
    const partial = at(`${output}.partial`);
    while (child.exitCode === null && !(existsSync(partial) && statSync(partial).size > 2000))
      await setTimeout(2);
    child.kill('SIGKILL');
    expect((await end).code, 'it had ended before it could be killed').toBeNull();
    expect(existsSync(at(output))).toBe(false);
  }

  it('goes on where it stopped, to the same bytes', async () => {
    const whole = await snnwasm(long('whole.snn'), folder);
    expect(whole.code).toBe(0);
    await interrupt('cut.snn');
    const { code, stderr } = await snnwasm(long('cut.snn'), folder);
    expect(code).toBe(0);
    const [, images] = /^going on from (\d+) of 1200 images, as cut.snn.partial says\n/.exec(stderr)!;
    expect(Number(images)).toBeGreaterThanOrEqual(250);
    expect(await readFile(at('cut.snn'))).toEqual(await readFile(at('whole.snn')));
    expect(existsSync(at('cut.snn.partial'))).toBe(false);
  });

  it('starts again where its state is damaged', async () => {
    await interrupt('bad.snn');
    const text = await readFile(at('bad.snn.partial'), 'utf8');
    await writeFile(at('bad.snn.partial'), text.replace(/"zeros":/, '"zeros":1'));
    const { code, stderr } = await snnwasm(long('bad.snn'), folder);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^starting from the first image: bad.snn.partial is damaged/);
    expect(await readFile(at('bad.snn'))).toEqual(await readFile(at('whole.snn')));
  });
});

describe('what cannot be converted', () => {
  const good = 'tiny.safetensors --calibration train.bin -o model.snn --samples 40'.split(' ');
  const replaced = (index: number, word: string) =>
    good.map((value, place) => (place === index ? word : value));

  it.each<[string, string[], RegExp]>([
    [
      'a checkpoint that is missing',
      replaced(0, 'none'),
      /^snnwasm: cannot read none: there is no such file or/,
    ],
    [
      'a checkpoint that is text',
      replaced(0, 'notes.txt'),
      /notes.txt is (truncated, or )?no .safetensors file/,
    ],
    ['a data file as the checkpoint', replaced(0, 'train.bin'), /train.bin is no .safetensors file/],
    [
      'a checkpoint as the data file',
      replaced(2, 'tiny.safetensors'),
      /is not a CIFAR-100 file: \d+ bytes are no/,
    ],
    [
      'too few pictures',
      [...good, '--samples', '9999'],
      /asks for 10122 .* images, but the file holds 1230$/m,
    ],
    ['a place that is none', [...good, '--heads', 'z'], /'z' is invalid. Write it as in a=2,b=4/],
    ['a name that cannot be written', [...good, '--name', 'a\nb'], /name must be printable text/],
    ['no output', good.slice(0, 3), /required option '-o, --output <file>' not specified/],
    ['an output in no folder', replaced(4, 'no/where.snn'), /cannot write no\/where.snn: there is no such/],
  ])('%s: one line, and no file is left', async (_, rest, message) => {
    const before = await namesIn(folder);
    expectFailure(await snnwasm(['convert', ...rest], folder), message);
    expect(await namesIn(folder)).toEqual(before);
  });
});
