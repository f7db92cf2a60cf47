/** The command of a bundle, under Node's WASI, prints what `snnwasm run --json` prints, and refuses in one line. */
import { readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { writeModel } from '../../src/file/file.js';
import type { SpikingNetwork } from '../../src/graph/network.js';
import { loadModelFile, paperModelPath, shippedModelPath } from '../../src/host/node/models.js';
import { snnwasm } from '../support/cli.js';
import { bundled, EdgeCommand, smallNetwork } from '../support/edge.js';
import { picture, rgb } from '../support/rgb.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** The JSON of the command, and that of `snnwasm run --json` for the same picture. */
type Json = Record<string, unknown>;

function withForgetting(network: SpikingNetwork, forgetting: number): SpikingNetwork {
  return { ...network, defaults: { ...network.defaults, forgetting } };
}

function expectSameJson(actual: unknown, expected: unknown, path = ''): void {
  if (typeof expected === 'number' && typeof actual === 'number') {
    // Where time passes and where the picture came from, they may differ.
    if (!path.endsWith('milliseconds')) expect(actual, path).toBe(expected);
    else expect(actual).toBeGreaterThanOrEqual(0);
  } else if (typeof expected === 'object' && expected !== null) {
    expect(Object.keys(actual as Json), path).toEqual(Object.keys(expected));
    for (const [key, value] of Object.entries(expected)) {
      if (key !== 'file') expectSameJson((actual as Json)[key], value, `${path}.${key}`);
    }
  } else {
    expect(actual, path).toBe(expected);
  }
}

describe('the command', async () => {
  const examples = join(import.meta.dirname, '../../examples');
  const shipped = new EdgeCommand(await bundled(await loadModelFile(paperModelPath()), 'command'));
  const radix = new EdgeCommand(await bundled(await loadModelFile(shippedModelPath()), 'command'));
  const small = new EdgeCommand(await bundled(rgb, 'command'));
  const unusual: SpikingNetwork = {
    ...withForgetting(smallNetwork(4, 4, 1), 2),
    labels: ['a "quoted" \\ label', 'größer', '猫'],
  };
  const unusualCommand = new EdgeCommand(await bundled(unusual, 'command'));
  afterAll(() => {
    for (const command of [shipped, radix, small, unusualCommand]) command.dispose();
  });

  const cases = [
    ['sunflower.png'],
    ['cloud.png', '--top', '100', '--timesteps', '20'],
    ['orange.png', '--head', 'none'],
    ['plate.png', '--head', '5', '--prior-strength', '20', '--propagation', 'pipelined'],
    ['road.png', '--initial-potential=0', '--timesteps=33', '--top=1000'],
    ['sea.png', '--prior-strength', '0.1e2'],
    ['skyscraper.png', '--timesteps', '1', '--prior-strength', '0'],
    ['sunflower.png', '--forgetting', '3', '--timesteps', '40', '--top', '100'],
    ['cloud.png', '--forgetting=16', '--head', 'none'],
    ['orange.png', '--forgetting', '0'],
  ];

  it.each(['sunflower.png', 'cloud.png', 'orange.png'])(
    'prints what snnwasm run --json prints in radix coding: %s',
    async (file) => {
      const path = join(examples, file);
      const { code, stdout, stderr } = radix.run(await readFile(path), ['--top', '100']);
      expect(stderr).toBe('');
      expect(code).toBe(0);
      const host = await snnwasm(['run', path, '--json', '--top', '100']);
      expectSameJson(JSON.parse(stdout), JSON.parse(host.stdout));
      expect(JSON.parse(stdout)).toMatchObject([
        { coding: 'radix', digits: 3, readout: 'membrane', timesteps: 7 },
      ]);
    },
  );

  it.each(cases.map((words) => [words.join(' '), words] as const))(
    'prints what snnwasm run --json prints: %s',
    async (_, words) => {
      const [file, ...options] = words;
      const path = join(examples, file!);
      const { code, stdout, stderr } = shipped.run(await readFile(path), options);
      expect(stderr).toBe('');
      expect(code).toBe(0);
      const host = await snnwasm(['run', path, '--json', '--model', paperModelPath(), ...options]);
      expectSameJson(JSON.parse(stdout), JSON.parse(host.stdout));
      expect(stdout).toMatch(/^\[\n {2}\{\n {4}"file": "-",\n {4}"predictions": \[\n {6}\{\n/);
    },
  );

  it('writes labels of any letters, and of quotation marks, and forgets as the model says', async () => {
    const folder = await temporaryFolder();
    const model = join(folder, 'unusual.snn');
    writeFileSync(model, writeModel(unusual));
    const file = join(examples, 'sea.png');
    const { stdout } = unusualCommand.run(readFileSync(file));
    expect(JSON.parse(stdout)[0].forgetting).toBe(2);
    const host = await snnwasm(['run', file, '--json', '--model', model]);
    expectSameJson(JSON.parse(stdout), JSON.parse(host.stdout));
  });

  it('helps', () => {
    const { code, stdout, stderr } = small.run(new Uint8Array(0), ['--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('--timesteps N           timesteps to simulate, 1 to 65535 (default 64)');
    expect(stdout).toContain(
      '--head NAME             internal head whose prediction is the prior: 1, 2, none',
    );
    expect(stdout).toContain(
      '--forgetting K          timestep t counts as t^K, 0 to 16; 0: all alike (default 0)',
    );
    const { stdout: other } = unusualCommand.run(new Uint8Array(0), ['--help']);
    expect(other).toContain('0: all alike (default 2)');
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThan(110);
  });

  it.each([
    [['--timesteps', '0'], /the value of --timesteps must be a whole number from 1 to 65535, not 0/],
    [['--timesteps', '65536'], /from 1 to 65535, not 65536/],
    [['--timesteps', '99999999999999999999'], /from 1 to 65535/],
    [['--timesteps', '1.5'], /not 1\.5/],
    [['--timesteps', ''], /must be a whole number/],
    [['--timesteps'], /the option --timesteps needs a value/],
    [['--top=0'], /the value of --top=0 must be a whole number from 1 to 1000/],
    [['--head', '3'], /the model has no internal head "3": choose 1, 2, or none/],
    [['--head', 'final'], /no internal head "final"/],
    [['--head', '\u001b[31m'], /no internal head "\?\[31m"/],
    [['--head', 'x'.repeat(500)], /no internal head "x{64}\.\.\."/],
    [
      ['--prior-strength', '-1'],
      /the value of --prior-strength must be a number of at most 15 digits, not -1/,
    ],
    [['--prior-strength', '1000001'], /a prior strength is a number from 0 to 1000000, not 1000001/],
    [['--prior-strength', '1e'], /must be a number/],
    [['--prior-strength', '.'], /must be a number/],
    [['--prior-strength', '1e99'], /must be a number/],
    [['--prior-strength', '0.1234567890123456'], /at most 15 digits/],
    [['--initial-potential', '1.01'], /an initial potential is a number from 0 to 1, not 1\.01/],
    [['--forgetting', '17'], /the value of --forgetting must be a whole number from 0 to 16, not 17/],
    [['--forgetting', '-1'], /the value of --forgetting must be a whole number from 0 to 16, not -1/],
    [['--forgetting', '1.5'], /from 0 to 16, not 1\.5/],
    [['--forgetting='], /must be a whole number from 0 to 16, not/],
    [['--forgetting', 'two'], /from 0 to 16, not two/],
    [['--forgetting', '4294967296'], /from 0 to 16, not 4294967296/],
    [['--forgetting'], /the option --forgetting needs a value/],
    [['--propagation', 'sideways'], /a propagation is synchronous or pipelined, not sideways/],
    [['--trace'], /there is no option --trace: see --help/],
    [['picture.png'], /there is no option picture\.png: see --help/],
    [Array.from({ length: 100 }, () => '--top'), /too many arguments/],
    [['x'.repeat(5000)], /too many arguments/],
  ])('refuses %j', (words, message) => {
    const { code, stdout, stderr } = small.run(picture(rgb, 1).pixels as unknown as Uint8Array, words);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^snnwasm: [^\n]+\n$/);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });

  it('reads decimal numbers to the last bit', () => {
    const text = fc.oneof(
      fc.integer({ min: 0, max: 999_999 }).map(String),
      fc
        .tuple(fc.integer({ min: 0, max: 99_999 }), fc.integer({ min: 0, max: 99_999 }))
        .map(([a, b]) => `${a}.${b}`),
      fc
        .tuple(fc.integer({ min: 0, max: 9_999_999 }), fc.integer({ min: 2, max: 12 }))
        .map(([a, e]) => `${a}e-${e}`),
    );
    const property = fc.property(text, (number) => {
      const words = ['--timesteps', '1', '--prior-strength', number];
      const { stdout } = small.run(picture(rgb, 1).pixels as unknown as Uint8Array, words);
      expect(JSON.parse(stdout)[0].priorStrength).toBe(Number(number));
    });
    fc.assert(property, { numRuns: 50 });
  });
});
