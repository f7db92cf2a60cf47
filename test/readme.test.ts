/** Every command and every program in the README does what it says: they are taken from the text and run. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocks, README } from './support/readme.js';

const root = resolve(import.meta.dirname, '..');
const cli = join(root, 'dist/bin/snnwasm.js');
const exec = promisify(execFile);

const lines = (fence: string) => blocks(fence).flatMap((block) => block.trim().split('\n'));
const commands = (fence: string) =>
  lines(fence).flatMap((line) =>
    [...line.matchAll(/npx snnwasm ([^&]+)/g)].map((match) => match[1]!.trim().split(/\s+/)),
  );

describe('README', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'snnwasm-readme-'));
    for (const name of ['examples', 'weights']) await symlink(join(root, name), join(folder, name));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('starts with the two commands, and CI runs the second', async () => {
    expect(lines('sh').slice(0, 2)).toEqual(['npm ci && npx snnwasm run examples/sunflower.png', 'npm test']);
    expect(await readFile(join(root, '.ci/run'), 'utf8')).toMatch(/^npm ci.*\nnpm test$/m);
  });

  it.each(commands('sh').map((words) => [words.join(' '), words] as const))(
    'runs: snnwasm %s',
    async (_, words) => {
      const { stdout } = await exec(process.execPath, [cli, ...words], { cwd: folder, maxBuffer: 2 ** 26 });
      expect(stdout.length).toBeGreaterThan(100);
      if (words.includes('--json')) JSON.parse(stdout);
    },
  );

  it.each(commands('sh long').map((words) => [words.join(' '), words] as const))(
    'names options that exist: snnwasm %s',
    async (_, words) => {
      const { stdout } = await exec(process.execPath, [cli, words[0]!, '--help']);
      for (const option of words.filter((word) => word.startsWith('-'))) expect(stdout).toContain(option);
    },
  );

  it('says the class that the picture shows', async () => {
    const { stdout } = await exec(process.execPath, [cli, 'run', 'examples/sunflower.png'], { cwd: folder });
    expect(stdout.split('\n')[2]).toMatch(/^ {2}sunflower /);
  });

  it.each([
    ['prints a class and its energy', /^sunflower \d+\.\d+\n$/],
    [
      'watches the answer form',
      /^4 \w+ 0\.\d+ \d+\.\d+\n(\d+ [^\n]+\n)*\d+ orange 0\.9[5-9]\d* \S+\nsure after \d+ timesteps\n$/,
    ],
  ])('has a program that %s', async (title, expected) => {
    const program = blocks('js')[title.startsWith('prints') ? 0 : 1]!;
    const words = ['--input-type=module', '--eval', program];
    expect((await exec(process.execPath, words, { cwd: root })).stdout).toMatch(expected);
  });

  it('has no other kinds of code than those that are run, here or in test/package/', () => {
    const fences = [...README.matchAll(/^```(.*)\n[\s\S]*?^```$/gm)].map((match) => match[1]);
    expect(new Set(fences)).toEqual(new Set(['sh', 'sh long', 'js', 'js vite', 'js page', 'js convert']));
    expect(blocks('js').length).toBe(2);
  });

  it('links to files that exist', async () => {
    const targets = [...README.matchAll(/\]\(([^)#]+)\)/g)].map((match) => match[1]!);
    const local = targets.filter((target) => !target.startsWith('http'));
    expect(local.length).toBeGreaterThan(5);
    await Promise.all(local.map((target) => readFile(join(root, target))));
  });
});
