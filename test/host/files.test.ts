/** Files on disk: clear words for what is wrong with a path, and nothing left behind by a failed write. */
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { listImages, readFileChecked, writeFileAtomic } from '../../src/host/node/files.js';

let folder = '';
const at = (...names: string[]) => join(folder, ...names);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snnwasm-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function expectUserError(action: Promise<unknown>, message: RegExp): Promise<void> {
  const error = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).message).toMatch(message);
  expect((error as UserError).message).not.toMatch(/\n/);
}

describe('readFileChecked', () => {
  it('reads a file up to the limit into a buffer of its own', async () => {
    await writeFile(at('a'), Uint8Array.of(1, 2, 3));
    const bytes = await readFileChecked(at('a'), 3);
    expect([...bytes]).toEqual([1, 2, 3]);
    expect(bytes.constructor).toBe(Uint8Array);
    expect([bytes.byteOffset, bytes.buffer.byteLength]).toEqual([0, 3]);
  });

  it('says what is wrong with a path', async () => {
    await writeFile(at('empty'), '');
    await writeFile(at('large'), 'four');
    await symlink(at('loop'), at('loop'));
    await expectUserError(
      readFileChecked(at('none'), 9),
      /^cannot read .*none: there is no such file or folder$/,
    );
    await expectUserError(readFileChecked(at('large', 'x'), 9), /a part of the path is no folder/);
    await expectUserError(readFileChecked(folder, 9), /is a folder, where a file is needed/);
    await expectUserError(readFileChecked(at('empty'), 9), /is empty$/);
    await expectUserError(
      readFileChecked(at('large'), 3),
      /is too large: it has 4 bytes, where 3 is the limit/,
    );
    await expectUserError(readFileChecked(at('loop'), 3), /symbolic link to itself/);
    await expectUserError(readFileChecked(at('a\0b'), 3), /^cannot read/);
  });

  it.skipIf(process.platform === 'win32')('does not wait for a pipe or read a device', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    await expectUserError(readFileChecked(at('pipe'), 9), /is no regular file/);
    await expectUserError(readFileChecked('/dev/zero', 9), /is no regular file/);
  });

  it.skipIf(process.getuid === undefined || process.getuid() === 0)(
    'says that permission is denied',
    async () => {
      await writeFile(at('secret'), 'a');
      await chmod(at('secret'), 0);
      await expectUserError(readFileChecked(at('secret'), 9), /permission is denied/);
    },
  );
});

describe('writeFileAtomic', () => {
  it('writes a file and replaces one, and leaves nothing else', async () => {
    await writeFileAtomic(at('a'), Uint8Array.of(1, 2));
    expect([...(await readFile(at('a')))]).toEqual([1, 2]);
    await writeFileAtomic(at('a'), Uint8Array.of(3).subarray(0, 1));
    expect([...(await readFile(at('a')))]).toEqual([3]);
    expect(await readdir(folder)).toEqual(['a']);
  });

  it('leaves what was there when it fails', async () => {
    await mkdir(at('taken'));
    await expectUserError(
      writeFileAtomic(at('taken'), Uint8Array.of(1)),
      /^cannot write .*taken: it is a folder/,
    );
    await expectUserError(
      writeFileAtomic(at('none', 'a'), Uint8Array.of(1)),
      /there is no such file or folder/,
    );
    await expectUserError(writeFileAtomic(at('x'.repeat(300)), Uint8Array.of(1)), /the path is too long/);
    expect(await readdir(folder)).toEqual(['taken']);
    expect(await readdir(at('taken'))).toEqual([]);
  });

  it('lets one of several writers win', async () => {
    const writers = Array.from({ length: 8 }, (_, i) =>
      writeFileAtomic(at('a'), new Uint8Array(5000).fill(i)),
    );
    await Promise.all(writers);
    const bytes = await readFile(at('a'));
    expect(bytes.length).toBe(5000);
    expect(new Set(bytes).size).toBe(1);
    expect(await readdir(folder)).toEqual(['a']);
  });
});

describe('listImages', () => {
  it('takes files as they are and finds images in folders, sorted', async () => {
    await mkdir(at('photos', 'deeper.png'), { recursive: true });
    for (const name of ['b.png', 'a.JPG', 'c.webp', 'd.jpeg', 'notes.txt', '.hidden.png', 'png']) {
      await writeFile(at('photos', name), 'x');
    }
    await writeFile(at('photos', 'deeper.png', 'e.png'), 'x');
    await writeFile(at('any.name'), 'x');
    expect(await listImages([at('any.name'), at('photos'), at('photos', 'notes.txt')])).toEqual([
      at('any.name'),
      at('photos', 'a.JPG'),
      at('photos', 'b.png'),
      at('photos', 'c.webp'),
      at('photos', 'd.jpeg'),
      at('photos', 'notes.txt'),
    ]);
    expect(await listImages([])).toEqual([]);
  });

  it('refuses a path that is missing and a folder without images', async () => {
    await mkdir(at('empty'));
    await expectUserError(listImages([at('none')]), /^cannot read .*none: there is no such file or folder$/);
    await expectUserError(listImages([at('empty')]), /holds no image \(\.png, \.jpg, \.jpeg, \.webp\)/);
  });
});
