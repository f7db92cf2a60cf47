/** What commands write and where: nothing that they read is lost, no name steers the terminal, no stream ends in a trace. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, lstat, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { escaped } from '../../src/cli/terminal.js';
import { writeModel } from '../../src/file/file.js';
import { CLI, expectFailure, snnwasm } from '../support/cli.js';
import { randomRecords } from '../support/records.js';
import { rgb } from '../support/rgb.js';
import { namesIn, temporaryFolder } from '../support/temporary-folder.js';
import { tinyCheckpoint } from '../support/tiny.js';

const unix = process.platform !== 'win32';
const model = writeModel(rgb);
let folder = '';
const at = (...names: string[]) => join(folder, ...names);

beforeEach(async () => {
  folder = await temporaryFolder();
  await writeFile(at('m.snn'), model);
  await writeFile(at('own.safetensors'), tinyCheckpoint);
  await writeFile(at('train.bin'), randomRecords(60, 10, 1));
  const grey = { create: { width: 8, height: 8, channels: 3 as const, background: '#888' } };
  await sharp(grey).png().toFile(at('a.png'));
});

/** What a line of the shell has said. */
function shell(line: string): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const script = line.replace('snnwasm', `"${process.execPath}" "${CLI}"`);
    execFile('bash', ['-c', script], { cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

describe('an output that names an input', () => {
  it.each([
    ['the checkpoint', 'own.safetensors'],
    ['the images', 'train.bin'],
    ['the checkpoint through a link', 'link'],
  ])('of convert: %s', async (_, output) => {
    await symlink('own.safetensors', at('link'));
    const words = ['convert', 'own.safetensors', '--calibration', 'train.bin', '-o', output];
    expectFailure(await snnwasm(words, folder), /^snnwasm: cannot write \S+: it is what is read, /);
    expect(new Uint8Array(await readFile(at('own.safetensors')))).toEqual(tinyCheckpoint);
    expect(await namesIn(folder)).toEqual(['a.png', 'link', 'm.snn', 'own.safetensors', 'train.bin']);
  });

  it('of bundle and of inspect', async () => {
    await symlink('m.snn', at('link'));
    for (const output of ['m.snn', 'link']) {
      for (const words of [
        ['bundle', 'm.snn', '-o', output],
        ['inspect', 'm.snn', '--tensors', output],
      ]) {
        expectFailure(
          await snnwasm(words, folder),
          /^snnwasm: cannot write \S+: it is what is read, m\.snn;/,
        );
      }
    }
    expect(new Uint8Array(await readFile(at('m.snn')))).toEqual(model);
  });
});

describe.skipIf(!unix)('an output that is no file', () => {
  it('is refused before the work', async () => {
    expect((await shell('mkfifo pipe')).code).toBe(0);
    for (const output of ['pipe', '/dev/null', '.']) {
      const words = ['convert', 'own.safetensors', '--calibration', 'train.bin', '-o', output];
      expectFailure(
        await snnwasm(words, folder),
        /^snnwasm: cannot write \S+: it is (no regular file|a folder)/,
      );
      expectFailure(
        await snnwasm(['bundle', 'm.snn', '-o', output], folder),
        /^snnwasm: cannot write \S+: it is/,
      );
    }
    expect((await lstat(at('pipe'))).isFIFO()).toBe(true);
    expect((await lstat('/dev/null')).isCharacterDevice()).toBe(true);
    expect(existsSync(at('pipe.partial'))).toBe(false);
  });
});

describe.skipIf(!existsSync('/dev/full'))('a stream that cannot be written', () => {
  it.each(['run --model m.snn --json a.png', 'run --model m.snn a.png', 'inspect m.snn'])(
    'ends in one line: %s',
    async (words) => {
      const { code, stderr } = await shell(`snnwasm ${words} > /dev/full`);
      expect(stderr).toBe('snnwasm: cannot write the output: the disk is full\n');
      expect(code).toBe(1);
    },
  );

  it('ends quietly where there is nobody to tell', async () => {
    const { code, stdout, stderr } = await shell('snnwasm run --model m.snn missing.png 2> /dev/full');
    expect([code, stdout, stderr]).toEqual([1, '', '']);
    const closed = await shell('snnwasm run --model m.snn missing.png 2>&- >&-');
    expect([closed.code, closed.stdout, closed.stderr]).toEqual([1, '', '']);
  });
});

describe('names of files', () => {
  it('are shown with their control characters written out', () => {
    expect(escaped('a\x1b[31mb\nc\u009b\u202ed é 猫')).toBe('a\\x1b[31mb\\x0ac\\x9b\\u202ed é 猫');
  });

  it.skipIf(!unix)('never steer the terminal', async () => {
    const name = 'p\x1b]0;x\x07\n.png';
    await copyFile(at('a.png'), at(name));
    const found = await snnwasm(['run', '--model', 'm.snn', name, `none${name}`], folder);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(found.stdout + found.stderr).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/);
    expect(found.stdout.split('\n')[0]).toBe('p\\x1b]0;x\\x07\\x0a.png');
    expect(found.stderr).toMatch(/^snnwasm: cannot read nonep\\x1b\]0;x\\x07\\x0a\.png: [^\n]*\n$/);
  });
});
