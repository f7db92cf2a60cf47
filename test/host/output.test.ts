/** What may be written over, seen before the work; nothing else is touched. */
import { execFileSync } from 'node:child_process';
import { chmod, link, lstat, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { writeFileAtomic } from '../../src/host/node/files.js';
import { checkOutput } from '../../src/host/node/output.js';
import { expectUserError, namesIn, temporaryFolder } from '../support/temporary-folder.js';

const bytes = Uint8Array.of(1, 2, 3);
let folder = '';
const at = (...names: string[]) => join(folder, ...names);

beforeEach(async () => {
  folder = await temporaryFolder();
  await writeFile(at('input'), 'what is read');
});

describe('an output', () => {
  it('may be new, or a file that is none of the inputs', async () => {
    expect(await checkOutput(at('new'), [at('input')])).toEqual({ path: at('new'), mode: null });
    await writeFile(at('old'), 'old');
    expect((await checkOutput(at('old'), [at('input'), at('missing')])).path).toBe(at('old'));
    expect(await namesIn(folder)).toEqual(['input', 'old']);
  });

  it.skipIf(process.platform === 'win32')('is none of the inputs, also by another name', async () => {
    await link(at('input'), at('hard'));
    await symlink('input', at('soft'));
    for (const name of ['input', 'hard', 'soft', '../x/../input']) {
      const path = name === '../x/../input' ? `${folder}/./input` : at(name);
      await expectUserError(
        checkOutput(path, [at('input')]),
        /^cannot write .*: it is what is read, .*input;/,
      );
    }
    expect(await readFile(at('input'), 'utf8')).toBe('what is read');
  });

  it('is no folder, and in no folder that is missing', async () => {
    await mkdir(at('folder'));
    await expectUserError(checkOutput(at('folder')), /^cannot write .*folder: it is a folder$/);
    await expectUserError(checkOutput(at('none', 'a')), /there is no such file or folder$/);
    await expectUserError(checkOutput(at('input', 'a')), /a part of the path is no folder$/);
  });

  it.skipIf(process.platform === 'win32')('is no pipe and no device', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    await expectUserError(checkOutput(at('pipe')), /it is no regular file, choose another name$/);
    await expectUserError(checkOutput('/dev/null'), /^cannot write \/dev\/null: it is no regular file/);
    await expectUserError(writeFileAtomic(at('pipe'), bytes), /it is no regular file/);
    expect((await lstat(at('pipe'))).isFIFO()).toBe(true);
  });

  it.skipIf(process.platform === 'win32')('that is a link is written where the link leads', async () => {
    await mkdir(at('elsewhere'));
    await writeFile(at('elsewhere', 'real'), 'old');
    await symlink(join('elsewhere', 'real'), at('soft'));
    await writeFileAtomic(at('soft'), bytes);
    expect((await lstat(at('soft'))).isSymbolicLink()).toBe(true);
    expect(new Uint8Array(await readFile(at('elsewhere', 'real')))).toEqual(bytes);
    await symlink('nowhere', at('dangling'));
    await expectUserError(checkOutput(at('dangling')), /it is a symbolic link that leads nowhere$/);
    await symlink('loop', at('loop'));
    await expectUserError(checkOutput(at('loop')), /it is a symbolic link to itself$/);
    expect(await namesIn(folder)).toEqual(['dangling', 'elsewhere', 'input', 'loop', 'soft']);
  });

  it.skipIf(process.platform === 'win32')('keeps the permissions that it has', async () => {
    for (const mode of [0o600, 0o640, 0o444]) {
      await writeFile(at('old'), 'old').catch(() => {});
      await chmod(at('old'), mode);
      await writeFileAtomic(at('old'), bytes);
      expect((await stat(at('old'))).mode & 0o777).toBe(mode);
      await chmod(at('old'), 0o600);
    }
  });
});
