/** `snnwasm run` and what all commands share, as a person meets them: a process, its output and its exit code. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Model } from '../../src/app/model.js';
import { CLASSIFY_SETTINGS } from '../../src/app/options.js';
import { writeModel } from '../../src/file/file.js';
import { nodeCodecs } from '../../src/host/node/codecs.js';
import { kernelModule } from '../../src/host/node/kernels.js';
import { decodeImage } from '../../src/picture/decode.js';
import { type Answer, answerOf } from '../../src/run/answer.js';
import { ENERGY_MODELS } from '../../src/run/energy.js';
import { Classifier, type RunOptions } from '../../src/run/run.js';
import type { Setting } from '../../src/settings/setting.js';
import { uniform } from '../generate.js';
import { CLI, expectFailure, snnwasm } from '../support/cli.js';
import { rgb } from '../support/rgb.js';

let folder = '';
const at = (...names: string[]) => join(folder, ...names);
const classifier = await Classifier.create(await kernelModule(), rgb);

/** A picture of random coloured squares. */
async function picture(seed: number, width: number, height: number): Promise<Sharp> {
  const random = uniform(seed);
  const pixels = Uint8Array.from({ length: 3 * 4 * 4 }, () => Math.floor(256 * random()));
  const small = sharp(pixels, { raw: { width: 4, height: 4, channels: 3 } });
  return small.resize(width, height, { kernel: 'nearest' });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snnwasm-cli-'));
  await writeFile(at('rgb.snn'), writeModel(rgb));
  await mkdir(at('photos'));
  await mkdir(at('empty'));
  await (await picture(1, 40, 30)).png().toFile(at('a.png'));
  await (await picture(2, 9, 9)).jpeg().toFile(at('photos', 'c.jpg'));
  await (await picture(3, 64, 64)).webp().toFile(at('photos', 'b.webp'));
  await writeFile(at('photos', 'notes.txt'), 'not a picture');
  await writeFile(at('damaged.png'), (await readFile(at('a.png'))).subarray(0, 90));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...words: string[]) => snnwasm(['run', '--model', 'rgb.snn', ...words], folder);

/** What the library answers for a file. */
async function expected(file: string, options: RunOptions, timesteps: number, top: number): Promise<Answer> {
  const image = await decodeImage(new Uint8Array(await readFile(at(file))), nodeCodecs);
  const one = classifier.start(image, options);
  one.advance(timesteps);
  return answerOf(rgb, one, top);
}

describe('snnwasm run', () => {
  it('answers in words', async () => {
    const { code, stdout, stderr } = await run('a.png');
    expect([code, stderr]).toEqual([0, '']);
    const { predictions } = await expected('a.png', {}, 64, 5);
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('a.png');
    predictions.forEach(({ label, rate }, index) => {
      expect(lines[2 + index]).toContain(`  ${label}  `);
      expect(lines[2 + index]).toContain(`  ${rate.toFixed(3)}  [`);
    });
    expect(lines[2]).toMatch(/ % sure that it fires fastest$/);
    expect(stdout).toMatch(/\n {2}64 timesteps, internal head 2 as the prior, strength 20\n/);
    expect(stdout).toMatch(/ spikes, .* synaptic operations\n/);
    expect(stdout).toMatch(/\d+ ms\n$/);
  });

  it('answers in JSON, in the order of the arguments and of the files in a folder', async () => {
    const { code, stdout, stderr } = await run('--json', 'photos', 'a.png', 'photos/b.webp');
    expect([code, stderr]).toEqual([0, '']);
    const results = JSON.parse(stdout) as Record<string, unknown>[];
    const files = ['photos/b.webp', 'photos/c.jpg', 'a.png', 'photos/b.webp'];
    expect(results.map(({ file }) => file)).toEqual(files);
    for (const { file, milliseconds, ...answer } of results) {
      expect(answer).toEqual(await expected(String(file), {}, 64, 5));
      expect(milliseconds).toBeGreaterThan(0);
    }
    expect(Object.keys(results[0]!)).toEqual([
      'file',
      'predictions',
      'coding',
      'digits',
      'readout',
      'timesteps',
      'spikes',
      'synapticOperations',
      'energyMillijoules',
      'annEnergyMillijoules',
      'head',
      'priorStrength',
      'forgetting',
      'milliseconds',
    ]);
    const [best] = results[0]!.predictions as Record<string, unknown>[];
    expect(Object.keys(best!)).toEqual(['label', 'index', 'rate', 'interval', 'probability']);
  });

  it('takes every option to the run', async () => {
    const words = '--json --timesteps 12 --head 1 --prior-strength 2.5 --propagation pipelined --top 2';
    const { stdout } = await run(
      ...words.split(' '),
      '--initial-potential',
      '0.25',
      '--forgetting',
      '3',
      'a.png',
    );
    const [{ file, milliseconds, ...answer }] = JSON.parse(stdout) as [Record<string, unknown>];
    const options = {
      head: '1',
      priorStrength: 2.5,
      propagation: 'pipelined',
      initialPotential: 0.25,
      forgetting: 3,
    } as const;
    expect(answer).toEqual(await expected('a.png', options, 12, 2));
    expect([file, typeof milliseconds]).toEqual(['a.png', 'number']);
  });

  it('takes head none for the final prediction alone', async () => {
    const { stdout } = await run('--json', '--head', 'none', 'a.png');
    const [answer] = JSON.parse(stdout) as [Record<string, unknown>];
    expect(answer).toMatchObject({ ...(await expected('a.png', { head: null }, 64, 5)) });
    expect(answer).toMatchObject({ head: null, priorStrength: 0 });
  });

  it('stops when it is sure, not before its minimum, and counts by another energy model', async () => {
    const words = [
      '--json',
      '--stop-when-sure',
      '0.6',
      '--minimum-timesteps',
      '9',
      '--energy-model',
      'loihi-updates',
    ];
    const [found] = JSON.parse((await run(...words, 'a.png')).stdout) as [Answer];
    const model = await Model.create(await kernelModule(), rgb, nodeCodecs);
    const picture = new Uint8Array(await readFile(at('a.png')));
    const options = { stopWhenSure: 0.6, minimumTimesteps: 9, energyModel: 'loihi-updates' };
    expect(found).toMatchObject(await model.classify(picture, options));
    expect(found.timesteps).toBeGreaterThanOrEqual(9);
    expect(found.timesteps).toBeLessThan(64);
    const { stdout } = await run('--energy-model', 'horowitz-45nm-int8', 'a.png');
    expect(stdout).toMatch(
      / by horowitz-45nm-int8 \(the network before it spiked: .* at 0.3 pJ a multiply-acc/,
    );
  });

  it('says what has no effect, once, and answers all the same', async () => {
    const { code, stdout, stderr } = await run('--head', 'none', '--prior-strength', '5', 'a.png', 'photos');
    expect(code).toBe(0);
    expect(stderr).toBe('snnwasm: the prior strength has no effect without a head: name one\n');
    expect(stdout).toMatch(/^\na\.png|^a\.png/);
  });

  it('traces the rates of the top classes, to those of the answer', async () => {
    const { stdout } = await run('--json', '--trace', '--top', '3', '--timesteps', '20', 'a.png');
    const [{ trace, predictions }] = JSON.parse(stdout) as [
      {
        trace: { timesteps: number; classes: { label: string; index: number; rates: number[] }[] };
        predictions: { label: string; index: number; rate: number }[];
      },
    ];
    expect(trace.timesteps).toBe(20);
    expect(trace.classes.map(({ rates }) => rates.length)).toEqual([20, 20, 20]);
    expect(trace.classes.map(({ label, index, rates }) => ({ label, index, rate: rates[19] }))).toEqual(
      predictions.map(({ label, index, rate }) => ({ label, index, rate })),
    );
    const first = await expected('a.png', {}, 1, 10);
    const before = (index: number) =>
      first.predictions.find((prediction) => prediction.index === index)!.rate;
    expect(trace.classes.map(({ rates }) => rates[0])).toEqual(
      trace.classes.map(({ index }) => before(index)),
    );
    const words = await run('--trace', '--top', '3', '--timesteps', '20', 'a.png');
    expect(words.stdout).toMatch(/\n {2}class \d {2}[ ▁▂▃▄▅▆▇█]{20}\n/);
  });
});

describe('a file that is no picture', () => {
  const files = ['a.png', 'damaged.png', 'missing.png', 'empty', 'photos/notes.txt', 'photos/c.jpg'];
  const messages = [
    undefined,
    /damaged|truncated/,
    /^cannot read missing.png: there is no such file or folder$/,
    /^empty holds no image/,
    /PNG, JPEG/,
    undefined,
  ];

  it('leaves the others their answers in JSON, and fails in the end', async () => {
    const { code, stdout, stderr } = await run('--json', ...files);
    expect([code, stderr]).toEqual([1, '']);
    const results = JSON.parse(stdout) as { file: string; error?: string }[];
    expect(results.map(({ file }) => file)).toEqual(files);
    results.forEach((result, index) => {
      const message = messages[index];
      if (message === undefined) {
        expect(result.error).toBeUndefined();
      } else {
        expect(Object.keys(result)).toEqual(['file', 'error']);
        expect(result.error).toMatch(message);
        expect(result.error).not.toMatch(/\n/);
      }
    });
  });

  it('leaves the others their answers in words, and one line each on stderr', async () => {
    const { code, stdout, stderr } = await run(...files);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^a\.png\n[\s\S]*\n\nphotos\/c\.jpg\n/);
    const lines = stderr.trimEnd().split('\n');
    expect(lines.length).toBe(4);
    lines.forEach((line, index) => {
      expect(line).toMatch(/^snnwasm: /);
      expect(line.split(files[index + 1]!).length, 'names its file once').toBe(2);
    });
  });
});

describe('what no picture can run with is said once', () => {
  it.each<[string, string[], RegExp]>([
    [
      'a head that is not there',
      ['--head', 'x'],
      /^snnwasm: the model has no internal head "x": choose one of 1, 2, or none\n/,
    ],
    [
      'too many timesteps',
      ['--timesteps', '60000'],
      /^snnwasm: this model is exact for at most \d+ timesteps/,
    ],
  ])('%s', async (_, words, message) => {
    expectFailure(await run(...words, 'a.png', 'photos', 'missing.png'), message);
  });
});

describe('wrong options', () => {
  it.each<[string[], RegExp]>([
    [['--timesteps', '0', 'a.png'], /'0' is invalid. It must be a whole number from 1 to 65535/],
    [['--forgetting', '17', 'a.png'], /'17' is invalid. It must be a whole number from 0 to 16/],
    [['--prior-strength', '1e7', 'a.png'], /'1e7' is invalid. It must be a number from 0 to 1000000/],
    [['--initial-potential', '1.01', 'a.png'], /'1.01' is invalid. It must be a number from 0 to 1/],
    [['--propagation', 'fast', 'a.png'], /Allowed choices are synchronous, pipelined/],
    [['--stop-when-sure', '1', 'a.png'], /'1' is invalid. It must be a probability above 0 and below 1/],
    [['--minimum-timesteps', '0', 'a.png'], /'0' is invalid. It must be a whole number from 1 to 65535/],
    [['--energy-model', 'coal', 'a.png'], /Allowed choices are truenorth-sop, .*, loihi-updates\./],
    [['--top', '-1', 'a.png'], /^error: .*--top/],
    [[], /missing required argument 'image'/],
  ])('%j', async (words, message) => {
    expectFailure(await run(...words), message);
  });

  it('that are misspelt, with what was meant', async () => {
    const { code, stdout, stderr } = await run('--timestep', '3', 'a.png');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe("error: unknown option '--timestep'\n(Did you mean --timesteps?)\n");
  });

  it('an unknown command', async () => {
    expectFailure(await snnwasm(['walk']), /unknown command 'walk'/);
  });
});

describe('a model file', () => {
  const flipped = (bytes: Uint8Array, position: number) =>
    bytes.map((byte, index) => (index === position ? byte ^ 1 : byte));

  it.each<[string, (model: Uint8Array) => Uint8Array, RegExp]>([
    ['that is cut', (model) => model.subarray(0, 5000), /is truncated: it needs \d+ bytes, but has 5000/],
    ['with a flipped bit in its header', (model) => flipped(model, 100), /the checksum of its header/],
    [
      'with a flipped bit at its end',
      (model) => flipped(model, model.length - 20),
      /checksum of its tensors/,
    ],
    ['that is a picture', () => Uint8Array.of(0x89, 0x50, 0x4e, 0x47), /is not a snnwasm model file/],
    ['with a header of 4 GB', (model) => model.map((byte, i) => (i >= 12 && i < 16 ? 255 : byte)), /limit/],
  ])('%s', async (_, change, message) => {
    await writeFile(at('bad.snn'), change(writeModel(rgb)));
    const result = await snnwasm(['run', '--model', 'bad.snn', 'a.png', 'a.png'], folder);
    expectFailure(result, message);
    expect(result.stderr).toMatch(/bad\.snn/);
  });

  it('that is missing', async () => {
    expectFailure(
      await snnwasm(['run', '--model', 'none.snn', 'a.png'], folder),
      /^snnwasm: cannot read none.snn: there is no such file or folder\n$/,
    );
  });
});

describe('snnwasm', () => {
  it('says its version and its commands', async () => {
    const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
    for (const word of ['--version', '-V'])
      expect(await snnwasm([word])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    const { code, stdout } = await snnwasm(['--help']);
    expect(code).toBe(0);
    for (const command of ['run', 'convert', 'inspect'])
      expect(stdout).toMatch(new RegExp(`\\n  ${command} `));
  });

  it('explains every option of run', async () => {
    const { code, stdout } = await snnwasm(['run', '--help']);
    expect(code).toBe(0);
    const words = stdout.replace(/\s+/g, ' ');
    for (const { flag, help, otherwise } of Object.values<Setting<unknown>>(CLASSIFY_SETTINGS)) {
      if (flag !== null) expect(words).toContain(`${flag} ${help} (default: ${otherwise})`);
    }
    for (const { name } of ENERGY_MODELS) expect(words).toContain(`"${name}"`);
    for (const option of ['model <', 'trace', 'json']) expect(stdout).toContain(`--${option}`);
  });

  it.skipIf(process.platform === 'win32')('ends quietly when its reader has enough', async () => {
    // more than a pipe holds, so that the writer is still at it
    const words = 'run --model rgb.snn --json --trace --top 10 --timesteps 700 a.png photos';
    const script = `set -o pipefail; "${process.execPath}" "${CLI}" ${words} | head -1`;
    const result = await new Promise((resolve) => {
      execFile('bash', ['-c', script], { cwd: folder }, (error, stdout, stderr) => {
        resolve({ code: error?.code ?? 0, stdout, stderr });
      });
    });
    expect(result).toEqual({ code: 0, stdout: '[\n', stderr: '' });
  });
});
