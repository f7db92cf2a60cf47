/** `snnwasm data cifar100` from end to end, on a small data set from a server on this machine. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { dataCommand } from '../../../lab/commands/data.js';
import { installData } from '../../../lab/data/install.js';
import { missingMembers } from '../../../lab/data/member.js';
import { type ArchiveSource, CIFAR100_SOURCE } from '../../../lab/data/source.js';
import { cifar100Folder } from '../../support/cifar100.js';
import { serve, serveWhole, startServer } from '../../support/file-server.js';
import { tarball } from '../../support/tarball.js';
import { expectUserError, namesIn, temporaryFolder } from '../../support/temporary-folder.js';

/** Noise, which gzip cannot make smaller, so that a download has a middle to break off in. */
const DATA = Uint8Array.from({ length: 60_000 }, (_, index) => Math.imul(index + 1, 0x9e3779b1) >>> 24);
const ARCHIVE = tarball([
  { path: 'set/', type: '5' },
  { path: 'set/train.bin', content: DATA },
  { path: 'set/test.bin', content: DATA.subarray(0, 2000) },
  { path: 'set/fine_label_names.txt', content: Buffer.from('apple\nbee\n') },
]);
const NAMES = ['fine_label_names.txt', 'test.bin', 'train.bin'];

function sourceAt(url: string, archive: Uint8Array = ARCHIVE): ArchiveSource {
  return {
    url,
    bytes: archive.length,
    md5: createHash('md5').update(archive).digest('hex'),
    members: [
      { name: 'train.bin', bytes: DATA.length },
      { name: 'test.bin', bytes: 2000 },
      { name: 'fine_label_names.txt', lines: 2 },
    ],
  };
}

/** Runs the command as a person would; gives what it prints. */
async function run(source: ArchiveSource, ...words: string[]): Promise<string> {
  let printed = '';
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    await dataCommand(source).parseAsync(['cifar100', ...words], { from: 'user' });
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
  }
  return printed;
}

describe('snnwasm data cifar100', () => {
  it('downloads, checks and unpacks, and does nothing the second time', async () => {
    const { url, ranges } = await startServer(serve(ARCHIVE));
    const folder = join(await temporaryFolder(), 'deep', 'data');
    const printed = await run(sourceAt(url), '-o', folder);
    expect(printed).toBe(`wrote train.bin, test.bin, fine_label_names.txt into ${folder}\n`);
    expect(await namesIn(folder)).toEqual(NAMES);
    expect(Buffer.compare(await readFile(join(folder, 'train.bin')), DATA)).toBe(0);
    const again = await run(sourceAt(url), '-o', folder);
    expect(again).toBe(`${folder} holds CIFAR-100 already: nothing to do\n`);
    expect(ranges).toHaveLength(1);
  });

  it('goes on with a download that broke off', async () => {
    const half = Math.floor(ARCHIVE.length / 2);
    let attempts = 0;
    const { url, ranges } = await startServer((request, response) => {
      if (attempts++ > 0) return serve(ARCHIVE)(request, response);
      response.writeHead(200, { 'content-length': ARCHIVE.length });
      response.write(ARCHIVE.subarray(0, half), () => setTimeout(() => response.destroy(), 20));
    });
    const folder = await temporaryFolder();
    await expectUserError(run(sourceAt(url), '-o', folder), /goes on where it stopped/);
    expect(await namesIn(folder)).toEqual(['archive.tar.gz.part']);
    await run(sourceAt(url), '-o', folder);
    expect(await namesIn(folder)).toEqual(NAMES);
    expect(ranges).toEqual([undefined, `bytes=${half}-`]);
  });

  it('removes a download with a wrong checksum, and what it was resumed from', async () => {
    const damaged = Buffer.from(ARCHIVE);
    damaged[5000]! ^= 1;
    const { url } = await startServer(serve(damaged));
    const folder = await temporaryFolder();
    const line =
      /^the download of http:\S+ is damaged and was removed: its MD5 is [0-9a-f]{32}, where [0-9a-f]{32}/;
    await expectUserError(run(sourceAt(url), '-o', folder), line);
    expect(await namesIn(folder)).toEqual([]);
    const good = await startServer(serve(ARCHIVE));
    await writeFile(join(folder, 'archive.tar.gz.part'), 'what another program left here');
    await expectUserError(run(sourceAt(good.url), '-o', folder), line);
    expect(await namesIn(folder)).toEqual([]);
    await run(sourceAt(good.url), '-o', folder);
    expect(await namesIn(folder)).toEqual(NAMES);
  });

  it('takes an archive on disk, leaves it there, and refuses another one', async () => {
    const [folder, elsewhere] = [await temporaryFolder(), await temporaryFolder()];
    const path = join(elsewhere, 'copy');
    await writeFile(path, ARCHIVE);
    const source = sourceAt('http://127.0.0.1:1/archive.tar.gz');
    const nothing = join(folder, 'nothing');
    await expectUserError(run(source, '-o', nothing, '--archive', join(elsewhere, 'no')), /no such file/);
    await run(source, '-o', folder, '--archive', path);
    expect(await namesIn(folder)).toEqual(NAMES);
    const damaged = Buffer.from(ARCHIVE);
    damaged[5000]! ^= 1;
    await writeFile(path, damaged);
    await expectUserError(
      run(source, '-o', nothing, '--archive', path),
      /copy is not the archive at .*: its MD5 is/,
    );
    await truncate(path, 100);
    await expectUserError(
      run(source, '-o', nothing, '--archive', path),
      /: it has 100 bytes, where \d+ are right/,
    );
    expect(await namesIn(elsewhere)).toEqual(['copy']);
    expect(await namesIn(folder)).toEqual(NAMES);
  });

  it('refuses a hostile archive that has the right checksum', async () => {
    const hostile = tarball([{ path: '../train.bin', content: DATA }]);
    const { url } = await startServer(serve(hostile));
    const outer = await temporaryFolder();
    const folder = join(outer, 'data');
    await expectUserError(
      run(sourceAt(url, hostile), '-o', folder),
      /part is refused: the path \.\.\/train\.bin in it/,
    );
    expect(await namesIn(outer)).toEqual(['data']);
    expect(await namesIn(folder)).toEqual(['archive.tar.gz.part']);
  });

  it("overwrites no file of the person's own, and asks no server before it knows that", async () => {
    const { url, ranges } = await startServer(serve(ARCHIVE));
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'test.bin'), 'mine');
    const line = /test\.bin is not the right file: it has 4 bytes, where 2000 are right; remove it or choose/;
    await expectUserError(run(sourceAt(url), '-o', folder), line);
    expect(await readFile(join(folder, 'test.bin'), 'utf8')).toBe('mine');
    await writeFile(join(folder, 'test.bin'), Buffer.alloc(2000));
    await mkdir(join(folder, 'train.bin'));
    await expectUserError(
      run(sourceAt(url), '-o', folder),
      /train\.bin is not the right file: it is no regular file/,
    );
    expect(ranges).toEqual([]);
  });

  it('writes only what is missing', async () => {
    const { url } = await startServer(serve(ARCHIVE));
    const folder = await temporaryFolder();
    const mine = Buffer.alloc(2000, 7);
    await writeFile(join(folder, 'test.bin'), mine);
    expect(await run(sourceAt(url), '-o', folder)).toBe(
      `wrote train.bin, fine_label_names.txt into ${folder}\n`,
    );
    expect(await readFile(join(folder, 'test.bin'))).toEqual(mine);
  });

  it('says what is wrong with the folder', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    const source = sourceAt('http://127.0.0.1:1/archive.tar.gz');
    await expectUserError(
      run(source, '-o', file),
      /a part of the path is no folder|there is a file of that name/,
    );
  });

  it('stops when it is interrupted, keeps the download and can go on', async () => {
    const { url } = await startServer((_request, response) => {
      response.writeHead(200, { 'content-length': ARCHIVE.length });
      response.write(ARCHIVE.subarray(0, 3000));
    });
    const folder = await temporaryFolder();
    const stop = new AbortController();
    const work = installData(sourceAt(url), folder, {
      signal: stop.signal,
      onProgress: () => setTimeout(() => stop.abort(), 5),
    });
    await expectUserError(work, /^interrupted; the same command goes on where it stopped$/);
    expect(await namesIn(folder)).toEqual(['archive.tar.gz.part']);
    const { url: whole } = await startServer(serve(ARCHIVE));
    await installData(sourceAt(whole), folder);
    expect(await namesIn(folder)).toEqual(NAMES);
  });

  it('leaves nothing half-written when it is interrupted while it unpacks', async () => {
    const { url } = await startServer(serveWhole(ARCHIVE));
    const folder = await temporaryFolder();
    const stop = new AbortController();
    const work = installData(sourceAt(url), folder, {
      signal: stop.signal,
      onProgress: (stage) => {
        if (stage === 'unpacking') stop.abort();
      },
    });
    await expectUserError(work, /^interrupted/);
    expect(await namesIn(folder)).toEqual(['archive.tar.gz.part']);
  });

  it('shows how far it is', async () => {
    const { url } = await startServer(serve(ARCHIVE));
    const stages: string[] = [];
    await installData(sourceAt(url), await temporaryFolder(), {
      onProgress: (stage, done, total) => {
        if (done === total) stages.push(stage);
      },
    });
    expect([...new Set(stages)]).toEqual(['downloading', 'unpacking']);
  });

  it('listens to signals only while it works', async () => {
    const before = process.listenerCount('SIGINT');
    const { url } = await startServer(serve(ARCHIVE));
    await run(sourceAt(url), '-o', await temporaryFolder());
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});

describe('the source of CIFAR-100', () => {
  it('has whole records of 3,074 bytes: 50,000 to train with and 10,000 to test with', () => {
    const sizes = CIFAR100_SOURCE.members.map((member) => 'bytes' in member && member.bytes / 3074);
    expect(sizes).toEqual([50_000, 10_000, false, false]);
    expect(CIFAR100_SOURCE.md5).toMatch(/^[0-9a-f]{32}$/);
  });

  const real = cifar100Folder();
  it.skipIf(real === null)('recognises the real files', async () => {
    expect(await missingMembers(CIFAR100_SOURCE.members, real!)).toEqual([]);
  });
});
