/** Archives: members arrive whole under their names, and nothing else does, whatever the archive tries. */
import { createHash } from 'node:crypto';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { archiveFault, unpackArchive } from '../../../lab/data/archive.js';
import type { Member } from '../../../lab/data/source.js';
import { readTar } from '../../../lab/data/tar.js';
import { UserError } from '../../../src/errors.js';
import { paxRecord, type TarEntry, tar, tarball } from '../../support/tarball.js';
import { expectUserError, namesIn, temporaryFolder } from '../../support/temporary-folder.js';

const DATA = Uint8Array.from({ length: 3000 }, (_, index) => (index * 31) % 251);
const NAMES = Buffer.from('apple\nbee\r\n\ncup');
const MEMBERS: readonly Member[] = [
  { name: 'test.bin', bytes: 3000 },
  { name: 'names.txt', lines: 3 },
];
const HONEST: readonly TarEntry[] = [
  { path: 'set/', type: '5' },
  { path: 'set/names.txt', content: NAMES },
  { path: 'set/notes.txt', content: Buffer.alloc(700, 'x') },
  { path: 'set/test.bin', content: DATA },
];

const names: TarEntry = { path: 'set/names.txt', content: NAMES };

/** Unpacks an archive that lies beside the folder it is unpacked in. */
async function unpack(bytes: Uint8Array, members = MEMBERS): Promise<string> {
  const [folder, elsewhere] = [await temporaryFolder(), await temporaryFolder()];
  await writeFile(join(elsewhere, 'a.tar.gz'), bytes);
  try {
    await unpackArchive(join(elsewhere, 'a.tar.gz'), folder, members);
  } catch (error) {
    expect(await namesIn(folder)).toEqual([]);
    throw error;
  }
  return folder;
}

describe('unpackArchive', () => {
  it('writes the members and nothing else', async () => {
    const folder = await unpack(tarball(HONEST));
    expect(await namesIn(folder)).toEqual(['names.txt', 'test.bin']);
    expect(await readFile(join(folder, 'test.bin'))).toEqual(Buffer.from(DATA));
    expect(await readFile(join(folder, 'names.txt'))).toEqual(NAMES);
  });

  it('finds members at the top, behind ./ and behind pax headers, and not deeper', async () => {
    const folder = await unpack(
      tarball([
        { path: 'a/b/test.bin', content: DATA.subarray(0, 5) },
        { path: 'PaxHeader/test.bin', type: 'x', content: paxRecord('mtime', '1.5') },
        { path: 'test.bin', content: DATA },
        { path: './set/names.txt', content: NAMES },
      ]),
    );
    expect(await readFile(join(folder, 'test.bin'))).toEqual(Buffer.from(DATA));
  });

  it('takes paths and sizes from pax and GNU headers, and the folder from the prefix of ustar', async () => {
    const described = await unpack(
      tarball([
        { path: 'pax_global_header', type: 'g', content: paxRecord('comment', 'made by hand') },
        { path: '././@LongLink', type: 'L', content: Buffer.from('set/test.bin\0') },
        { path: 'set/cut', content: DATA },
        {
          path: 'PaxHeader/x',
          type: 'x',
          content: Buffer.concat([paxRecord('path', 'names.txt'), paxRecord('size', String(NAMES.length))]),
        },
        { path: 'x', content: NAMES, sizeField: Buffer.from('00000000000\0') },
      ]),
    );
    expect(await namesIn(described)).toEqual(['names.txt', 'test.bin']);
    expect(await readFile(join(described, 'names.txt'))).toEqual(NAMES);
    const deep = tarball([{ path: 'test.bin', prefix: 'a/b', content: DATA }, names]);
    await expectUserError(unpack(deep), /holds no test.bin/);
    const flat = await unpack(tarball([{ path: 'test.bin', prefix: 'a', content: DATA }, names]));
    expect(await readFile(join(flat, 'test.bin'))).toEqual(Buffer.from(DATA));
  });

  it('needs no mark at the end of an archive, but whole entries', async () => {
    const whole = tar(HONEST).subarray(0, -1024);
    expect(await namesIn(await unpack(gzipSync(whole)))).toEqual(['names.txt', 'test.bin']);
    await expectUserError(unpack(gzipSync(whole.subarray(0, -1))), /damaged: Truncated/);
    await expectUserError(
      unpack(gzipSync(Buffer.concat([whole, whole.subarray(0, 200)]))),
      /damaged: Truncated/,
    );
  });

  it('reports the compressed bytes that it has read, up to all of them', async () => {
    const folder = await temporaryFolder();
    const archive = join(folder, 'a.tar.gz');
    const bytes = tarball(HONEST);
    await writeFile(archive, bytes);
    const seen: [number, number][] = [];
    await unpackArchive(archive, folder, MEMBERS, { onBytes: (done, total) => seen.push([done, total]) });
    expect(seen.at(-1)).toEqual([bytes.length, bytes.length]);
  });

  const file = { path: 'set/test.bin', content: DATA };
  const base256 = (size: bigint): Uint8Array => {
    const field = Buffer.alloc(12, size < 0n ? 0xff : 0);
    field.writeBigInt64BE(size, 4);
    field[0] = size < 0n ? 0xff : 0x80;
    return field;
  };
  it.each<[string, readonly TarEntry[], RegExp]>([
    ['a path with ..', [{ path: '../../test.bin', content: DATA }, names], /refused: the path .* leads out/],
    [
      '.. behind a folder',
      [{ path: 'set/../../x', content: DATA }, file, names],
      /refused: the path .* leads out/,
    ],
    [
      'an absolute path',
      [{ path: '/etc/passwd', content: DATA }, file, names],
      /refused: the path .* leads out/,
    ],
    ['a drive', [{ path: 'C:\\test.bin', content: DATA }, file, names], /refused: the path .* leads out/],
    ['backslashes', [{ path: '..\\test.bin', content: DATA }, file, names], /refused: the path .* leads out/],
    [
      '.. in a pax header',
      [{ path: 'p', type: 'x', content: paxRecord('path', '../test.bin') }, file, names],
      /refused: the path .* leads out/,
    ],
    [
      'a symbolic link',
      [{ path: 'set/test.bin', type: '2', link: '/etc/passwd' }, names],
      /of the type SymbolicLink/,
    ],
    ['a hard link', [{ path: 'set/x', type: '1', link: 'set/test.bin' }, file, names], /of the type Link/],
    ['a device', [{ path: 'set/test.bin', type: '3' }, names], /of the type CharacterDevice/],
    ['a pipe', [{ path: 'set/test.bin', type: '6' }, names], /of the type FIFO/],
    [
      'control characters',
      [{ path: '../\x1b[2J\nok', content: DATA }, names],
      /the path \.\.\/\?\[2J\?ok in it/,
    ],
    [
      'a member of another size',
      [{ path: 'set/test.bin', content: DATA.subarray(1) }, names],
      /2999 bytes, where 3000/,
    ],
    ['a member twice', [file, names, { path: 'test.bin', content: DATA }], /holds test.bin twice/],
    ['a missing member', [names], /holds no test.bin/],
    ['a folder for a member', [{ path: 'set/test.bin/', type: '5' }, names], /holds no test.bin/],
    [
      'too few names',
      [file, { path: 'names.txt', content: Buffer.from('a\nb\n') }],
      /names.txt .* 2 lines, where 3/,
    ],
    [
      'an endless text',
      [file, { path: 'names.txt', content: Buffer.alloc(70_000, 'a\n') }],
      /70000 bytes, where 65536/,
    ],
    ['a size of 8 GB', [file, names, { path: 'huge', size: 8 * 2 ** 30 - 1 }], /damaged: .*Truncated/],
    [
      'a size beyond octal',
      [{ path: 'test.bin', sizeField: base256(2n ** 52n) }, names],
      /4503599627370496 bytes, where/,
    ],
    ['a negative size', [{ path: 'huge', sizeField: base256(-512n) }, file, names], /damaged/],
    [
      'an endless pax size',
      [{ path: 'p', type: 'x', content: paxRecord('size', '1e300') }, file, names],
      /refused: test.bin/,
    ],
    [
      'a pax size that is none',
      [{ path: 'p', type: 'x', content: paxRecord('size', '-5') }, file, names],
      /damaged: a header in it cannot be read/,
    ],
    [
      'a pax header that is no list',
      [{ path: 'p', type: 'x', content: Buffer.from('9 path=a') }, file, names],
      /damaged: a header in it cannot be read/,
    ],
    [
      'one path for all files',
      [{ path: 'p', type: 'g', content: paxRecord('path', 'test.bin') }, file, names],
      /damaged: a header in it cannot be read/,
    ],
    [
      'a huge pax header',
      [{ path: 'p', type: 'x', content: Buffer.alloc(70_000, 'x') }, file, names],
      /refused: a header in it has 70000 bytes/,
    ],
    [
      '.. in the prefix',
      [{ path: 'test.bin', prefix: '..', content: DATA }, names],
      /refused: the path \.\.\/test.bin in it leads out/,
    ],
    ['a type that nobody knows', [{ path: 'x', type: 'V' }, file, names], /of the type V/],
    [
      'a shorter content',
      [names, { path: 'test.bin', content: DATA.subarray(0, 100), size: 3000 }],
      /damaged: .*Truncated/,
    ],
  ])('refuses %s', async (_what, entries, message) => {
    await expectUserError(unpack(tarball(entries)), message);
  });

  const honest = tar(HONEST);
  const broken = Buffer.from(honest);
  broken[512 + 3]! ^= 0xff;
  it.each<[string, Uint8Array, RegExp]>([
    ['an empty file', new Uint8Array(), /cannot unpack .*unexpected end of file/],
    ['what is no gzip', Buffer.from('<html>not found</html>'), /cannot unpack .*incorrect header check/],
    ['gzip cut short', tarball(HONEST).subarray(0, -300), /cannot unpack .*unexpected end of file/],
    ['gzip of another thing', gzipSync(Buffer.alloc(4000, 'text')), /damaged/],
    ['gzip of a few bytes', gzipSync('abc'), /damaged: it is no tar archive/],
    ['gzip in gzip', gzipSync(tarball(HONEST)), /compressed twice/],
    ['a header with a wrong checksum', gzipSync(broken), /damaged: .*checksum failure/],
    [
      'endless gzip',
      gzipSync(Buffer.alloc(2 ** 24 + 80_000), { level: 1 }),
      /refused: unpacked, it has more than/,
    ],
    [
      'endless gzip behind the members',
      gzipSync(Buffer.concat([honest, Buffer.alloc(2 ** 24 + 80_000, 1)]), { level: 1 }),
      /refused: unpacked, it has more than/,
    ],
  ])('refuses %s', async (_what, bytes, message) => {
    await expectUserError(unpack(bytes), message);
  });

  it('leaves what was there before when it fails', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'test.bin'), 'before');
    await writeFile(join(folder, 'a.tar.gz'), tarball([file]));
    await expectUserError(unpackArchive(join(folder, 'a.tar.gz'), folder, MEMBERS), /holds no names.txt/);
    expect(await readFile(join(folder, 'test.bin'), 'utf8')).toBe('before');
    expect(await namesIn(folder)).toEqual(['a.tar.gz', 'test.bin']);
  });

  it('says that the disk is full, or that there is no folder, and leaves nothing', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'a.tar.gz'), tarball(HONEST));
    const handle = await open(join(folder, 'a.tar.gz'));
    const full = vi
      .spyOn(Object.getPrototypeOf(handle) as typeof handle, 'writeFile')
      .mockRejectedValue(Object.assign(new Error('ENOSPC'), { errno: -28, syscall: 'write' }));
    await handle.close();
    try {
      await expectUserError(unpackArchive(join(folder, 'a.tar.gz'), folder, MEMBERS), /the disk is full/);
    } finally {
      full.mockRestore();
    }
    expect(await namesIn(folder)).toEqual(['a.tar.gz']);
    const nowhere = join(folder, 'nowhere');
    await expectUserError(
      unpackArchive(join(folder, 'a.tar.gz'), nowhere, MEMBERS),
      /no such file or folder/,
    );
    await expectUserError(unpackArchive(join(folder, 'no.gz'), folder, MEMBERS), /no such file or folder/);
  });

  it('is right or refused, whatever bytes of the tar are changed, and leaves nothing half-written', async () => {
    const offset = fc.oneof(fc.nat(honest.length - 1), fc.nat(511), fc.integer({ min: 124, max: 160 }));
    const changes = fc.array(fc.tuple(offset, fc.nat(255)), { minLength: 1, maxLength: 4 });
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(changes, async (places) => {
        const bytes = Buffer.from(honest);
        for (const [place, byte] of places) bytes[place] = byte;
        try {
          const folder = await unpack(gzipSync(bytes, { level: 1 }));
          expect(await namesIn(folder)).toEqual(['names.txt', 'test.bin']);
          expect(await readFile(join(folder, 'test.bin'))).toHaveLength(3000);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
          refused++;
        }
      }),
      { numRuns: 150, seed: 1 },
    );
    expect(refused).toBeGreaterThan(20);
  });
});

describe('readTar', () => {
  it('gives the same parts however the archive is cut into chunks', async () => {
    const contents = fc.array(fc.uint8Array({ maxLength: 1500 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(contents, fc.array(fc.integer({ min: 1, max: 900 })), async (files, cuts) => {
        const archive = tar(files.map((content, index) => ({ path: `f${index}`, content })));
        const read: { path: string; bytes: Uint8Array[]; ended: boolean }[] = [];
        for await (const part of readTar(inChunks(archive, cuts), archive.length, 'a')) {
          if (part.kind === 'entry') read.push({ path: part.path.join('/'), bytes: [], ended: false });
          else if (part.kind === 'bytes') read.at(-1)!.bytes.push(part.bytes);
          else read.at(-1)!.ended = true;
        }
        expect(read.map(({ path, bytes, ended }) => [path, [...Buffer.concat(bytes)], ended])).toEqual(
          files.map((content, index) => [`f${index}`, [...content], true]),
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('what follows the end mark of an archive', () => {
  it('is counted and dropped, and not collected', async () => {
    const chunks = async function* (): AsyncGenerator<Uint8Array> {
      yield tar(HONEST);
      for (let index = 0; index < 3000; index++) yield Buffer.alloc(16_384, 1);
    };
    const start = performance.now();
    let ends = 0;
    for await (const part of readTar(chunks(), 2 ** 26, 'a')) if (part.kind === 'end') ends++;
    expect(ends).toBe(HONEST.length);
    // Tens of milliseconds; collected and copied for every chunk, 49 MB take many seconds.
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('archiveFault', () => {
  it('knows an archive by its size and MD5', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a');
    await writeFile(path, DATA);
    const md5 = createHash('md5').update(DATA).digest('hex');
    expect(await archiveFault(path, { bytes: 3000, md5 })).toBeNull();
    expect(await archiveFault(path, { bytes: 3001, md5 })).toBe('it has 3000 bytes, where 3001 are right');
    const other = '0'.repeat(32);
    expect(await archiveFault(path, { bytes: 3000, md5: other })).toBe(
      `its MD5 is ${md5}, where ${other} is right`,
    );
    expect(await archiveFault(folder, { bytes: 3000, md5 })).toBe('it is no regular file');
    await expectUserError(archiveFault(join(folder, 'b'), { bytes: 1, md5 }), /no such file or folder/);
  });
});

async function* inChunks(bytes: Uint8Array, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const length of lengths) {
    yield bytes.subarray(start, start + length);
    start += length;
  }
  yield bytes.subarray(start);
}
