/**
 * The same bundle in other runtimes gives what the host gives: wasmtime from Python, wasmtime from C, Node's own WASI as
 * a process. And the commands that the texts show work.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SpikingNetwork } from '../../src/graph/network.js';
import { nodeCodecs } from '../../src/host/node/codecs.js';
import { kernelModule } from '../../src/host/node/kernels.js';
import { paperModelPath } from '../../src/host/node/models.js';
import { decodeImage } from '../../src/picture/decode.js';
import { resizeImage } from '../../src/picture/resize.js';
import { answerOf } from '../../src/run/answer.js';
import { Classifier } from '../../src/run/run.js';
import { CLI, snnwasm } from '../support/cli.js';
import { bundleFolder } from '../support/edge.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import {
  describeWithCompiler,
  describeWithWasmtime,
  EXAMPLES,
  LIBRARY,
  PYTHON,
  ROOT,
  runProgram,
} from '../support/wasmtime.js';

const LONG = 400_000;

let folder: string;
let network: SpikingNetwork;
let library: string;
let command: string;

beforeAll(async () => {
  ({ folder, network, library, command } = await bundleFolder());
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const example = (name: string) => join(ROOT, 'examples', name);

/** A picture as the library takes it, in a file. */
async function rgbFile(name: string): Promise<string> {
  const image = await decodeImage(readFileSync(example(name)), nodeCodecs);
  const path = join(folder, `${name}.rgb`);
  writeFileSync(path, resizeImage(image, network.input).pixels);
  return path;
}

/** The lines that both example hosts print. */
async function expectedLines(name: string, timesteps: number): Promise<string[]> {
  const classifier = await Classifier.create(await kernelModule(), network);
  const run = classifier.start(await decodeImage(readFileSync(example(name)), nodeCodecs));
  run.advance(timesteps);
  const { predictions, spikes, synapticOperations, energyMillijoules } = answerOf(network, run, 5);
  return [
    ...predictions.map(
      ({ label, rate, interval: [lower, upper] }) =>
        `${label}: ${rate.toFixed(3)} [${lower.toFixed(3)}, ${upper.toFixed(3)}]`,
    ),
    `${timesteps} timesteps, ${spikes} spikes, ${synapticOperations} synaptic operations, ${energyMillijoules.toFixed(3)} mJ`,
  ];
}

/** What a command printed, without what may differ from the host. */
function comparable(json: string): unknown {
  return (JSON.parse(json) as Record<string, unknown>[]).map(({ file, milliseconds, ...rest }) => rest);
}

async function expectHostJson(stdout: string, name: string): Promise<void> {
  const host = await snnwasm([
    'run',
    example(name),
    '--json',
    '--model',
    paperModelPath(),
    '--timesteps',
    '20',
  ]);
  const round = (value: unknown) =>
    JSON.parse(JSON.stringify(value), (_, item) =>
      typeof item === 'number' ? Number(item.toPrecision(9)) : item,
    );
  expect(round(comparable(stdout))).toEqual(round(comparable(host.stdout)));
}

describe('examples/edge/node.mjs', () => {
  const run = (words: readonly string[], input: Uint8Array) =>
    runProgram(process.execPath, ['--no-warnings', join(EXAMPLES, 'node.mjs'), ...words], input);

  it('prints what snnwasm run --json prints', async () => {
    const { code, stdout, stderr } = run([command, '--timesteps', '20'], readFileSync(example('sea.png')));
    expect([code, stderr]).toEqual([0, '']);
    await expectHostJson(stdout, 'sea.png');
  });

  it('fails in one line', () => {
    const file = readFileSync(example('sea.png')).subarray(0, 5000);
    expect(run([command], file)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'snnwasm: the PNG is truncated or damaged: fetch or export it again\n',
    });
    expect(run([], file)).toMatchObject({ code: 1, stdout: '' });
  });
});

describeWithCompiler('the commands in the texts', () => {
  /** Blocks that begin with this fence, one after the other, as one script. */
  const script = (file: string, fence: string) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)]
      .filter((match) => match[1] === fence)
      .map((match) => match[2]!)
      .filter((block) => block.includes('wasm'))
      .join('');
  const runScript = (text: string, cwd: string) => {
    const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', text], { cwd });
    return { code: status, stdout: String(stdout), stderr: String(stderr) };
  };
  /** A folder as a clone's, for its reader: links to what the commands need. */
  const clone = async () => {
    const place = await temporaryFolder();
    for (const name of ['examples', 'weights']) symlinkSync(join(ROOT, name), join(place, name));
    symlinkSync(dirname(dirname(PYTHON)), join(place, 'venv'));
    return place;
  };
  const here = (text: string) =>
    text.replaceAll('npx snnwasm', `"${process.execPath}" "${CLI}"`).replace(/^python3 -m venv .*\n/m, '');

  it(
    'of examples/edge/README.md work, one after the other',
    async () => {
      const text = script('examples/edge/README.md', 'sh');
      expect(text.split('\n').length).toBeGreaterThan(10);
      const { code, stdout, stderr } = runScript(here(text), await clone());
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout.match(/^sunflower: 0\.\d{3} /gm)).toHaveLength(2);
      expect(stdout).toMatch(/^blocks\.7: \d+ spikes$/m);
      expect(stdout.match(/"label": "sunflower"/g)).toHaveLength(2);
    },
    LONG,
  );

  it(
    "of README.md's section work",
    async () => {
      const text = readFileSync(join(ROOT, 'README.md'), 'utf8').split('## On an edge device')[1]!;
      const block = /^```sh\n([\s\S]*?)^```$/m.exec(text)![1]!;
      const { code, stdout } = runScript(here(block), await clone());
      expect(code).toBe(0);
      expect(stdout).toContain('"label": "sunflower"');
    },
    LONG,
  );
});

describe.skipIf(process.platform !== 'linux')('a command whose streams fail', () => {
  it.each([
    ['cannot be written', '> /dev/full', /^snnwasm: standard output cannot be written\n$/],
    ['cannot be read', '< /', /^snnwasm: standard input cannot be read: WASI error \d+\n$/],
  ])('because one %s says so in one line', (_, redirection, message) => {
    const words = ['--no-warnings', join(EXAMPLES, 'node.mjs'), command, '--timesteps', '1'];
    const line = `"${process.execPath}" ${words.map((word) => `"${word}"`).join(' ')} ${redirection}`;
    const { code, stdout, stderr } = runProgram('bash', ['-c', line], readFileSync(example('sea.png')));
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([1, '']);
  });
});

describe('examples/edge/to-rgb.mjs', () => {
  it('writes the pixels that the network sees', async () => {
    const path = join(folder, 'written.rgb');
    const { code } = runProgram(process.execPath, [join(EXAMPLES, 'to-rgb.mjs'), example('road.png'), path]);
    expect(code).toBe(0);
    expect(readFileSync(path)).toEqual(readFileSync(await rgbFile('road.png')));
  });
});

describeWithWasmtime('wasmtime from Python', () => {
  const python = (name: string, words: readonly string[], input?: Uint8Array) =>
    runProgram(PYTHON, [join(EXAMPLES, 'python', name), ...words], input);

  it(
    'answers as the host does',
    async () => {
      for (const name of ['sunflower.png', 'orange.png']) {
        const words = [library, await rgbFile(name), '--timesteps', '24'];
        const { code, stdout, stderr } = python('classify.py', words);
        expect([code, stderr]).toEqual([0, '']);
        expect(stdout.trimEnd().split('\n')).toEqual(await expectedLines(name, 24));
      }
    },
    LONG,
  );

  it('runs the command, whose exit code it passes on', async () => {
    const file = readFileSync(example('plate.png'));
    const { code, stdout, stderr } = python('command.py', [command, '--timesteps', '20'], file);
    expect([code, stderr]).toEqual([0, '']);
    await expectHostJson(stdout, 'plate.png');
    const refused = python('command.py', [command], file.subarray(0, 999));
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toMatch(/^snnwasm: the PNG is truncated or damaged[^\n]*\n$/);
  });

  it('says in one line what it cannot run', async () => {
    const picture = await rgbFile('sea.png');
    for (const [words, message] of [
      [[command, picture], /no bundle of flavour library: it imports/],
      [[picture, picture], /no WebAssembly that this engine runs/],
      [[library, library], /the picture has \d+ bytes, not 3072/],
      [['missing.wasm', picture], /missing\.wasm/],
      [[library, picture, '--timesteps', '-1'], /a value is out of range/],
    ] as const) {
      const { code, stdout, stderr } = python('classify.py', words);
      expect(stderr).toMatch(message);
      expect(stderr).toMatch(/^classify\.py: [^\n]+\n$/);
      expect([code, stdout]).toEqual([1, '']);
    }
  });
});

describeWithCompiler('wasmtime from C', () => {
  let program: string;
  beforeAll(() => {
    program = join(folder, 'classify');
    const flags = ['-std=c11', '-D_POSIX_C_SOURCE=200809L', '-Wall', '-Wextra', '-Werror', '-O2'];
    const link = [`-L${LIBRARY}`, '-l:_libwasmtime.so', `-Wl,-rpath,${LIBRARY}`];
    const words = [...flags, join(EXAMPLES, 'c/classify.c'), '-o', program, ...link];
    const { code, stderr } = runProgram('gcc', words);
    expect([code, stderr]).toEqual([0, '']);
  });

  it(
    'answers as the host does, layer for layer',
    async () => {
      const picture = await rgbFile('cloud.png');
      const { code, stdout, stderr } = runProgram(program, [library, picture, '24', '--layers']);
      expect([code, stderr]).toEqual([0, '']);
      const classifier = await Classifier.create(await kernelModule(), network);
      const run = classifier.start(await decodeImage(readFileSync(example('cloud.png')), nodeCodecs));
      run.advance(24);
      const layers = run.populationActivity();
      expect(stdout.trimEnd().split('\n')).toEqual([
        ...(await expectedLines('cloud.png', 24)),
        ...network.populations.map(({ name }, index) => `${name}: ${layers[index]!.spikes} spikes`),
      ]);
    },
    LONG,
  );

  it('says in one line what it cannot run', async () => {
    const picture = await rgbFile('sea.png');
    for (const [words, message] of [
      [[command, picture], /needs imports, so it is no bundle of flavour library/],
      [[picture, picture], /no WebAssembly that this engine runs/],
      [[library, library], /is not raw RGB of the network's size/],
      [['missing.wasm', picture], /cannot read missing\.wasm/],
      [[library, picture, 'many'], /there is no option many/],
      [[], /usage/],
    ] as const) {
      const { code, stdout, stderr } = runProgram(program, words);
      expect(stderr).toMatch(message);
      expect(stderr).toMatch(/^classify: [^\n]+\n$/);
      expect([code, stdout]).toEqual([1, '']);
    }
  });
});
