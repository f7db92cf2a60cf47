/** Downloads: what has come stays, the rest is asked for, and whatever goes wrong is one clear line. */
import { once } from 'node:events';
import { open, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { download } from '../../../lab/data/download.js';
import { sendPart, serve, serveWhole, startServer } from '../../support/file-server.js';
import { expectUserError, namesIn, temporaryFolder } from '../../support/temporary-folder.js';

const FILE = Uint8Array.from({ length: 200_000 }, (_, index) => (index * index * 7) % 253);
const BYTES = FILE.length;

/** The path of a partial download of `present` bytes, or of none. */
async function partOf(present?: Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(), 'archive.part');
  if (present !== undefined) await writeFile(path, present);
  return path;
}

async function expectWhole(path: string): Promise<void> {
  expect(Buffer.compare(await readFile(path), FILE)).toBe(0);
}

describe('download', () => {
  it('gets a file and reports every byte once', async () => {
    const { url, ranges } = await startServer(serve(FILE));
    const path = await partOf();
    const seen: number[] = [];
    await download({ url, bytes: BYTES }, path, {
      onBytes: (done, total) => {
        expect(total).toBe(BYTES);
        seen.push(done);
      },
    });
    await expectWhole(path);
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(BYTES);
    expect(ranges).toEqual([undefined]);
  });

  it('asks only for the rest', async () => {
    const { url, ranges } = await startServer(serve(FILE));
    const path = await partOf(FILE.subarray(0, 70_001));
    const seen: number[] = [];
    await download({ url, bytes: BYTES }, path, { onBytes: (done) => seen.push(done) });
    await expectWhole(path);
    expect(ranges).toEqual(['bytes=70001-']);
    expect(seen[0]).toBeGreaterThan(70_001);
  });

  it('asks for nothing when all is there', async () => {
    const path = await partOf(FILE);
    await download({ url: 'http://127.0.0.1:1/', bytes: BYTES }, path);
    await expectWhole(path);
  });

  it('starts again where the server sends everything', async () => {
    const { url, ranges } = await startServer(serveWhole(FILE));
    const path = await partOf(Buffer.alloc(1000, 9));
    await download({ url, bytes: BYTES }, path);
    await expectWhole(path);
    expect(ranges).toEqual(['bytes=1000-']);
  });

  it('starts again where the server sends another part or refuses to send one', async () => {
    for (const answer of ['another part', 'another size', 'refusal']) {
      const { url, ranges } = await startServer((request, response) => {
        if (request.headers.range === undefined) serve(FILE)(request, response);
        else if (answer === 'another part') sendPart(response, FILE, 10);
        else if (answer === 'another size') sendPart(response, Buffer.concat([FILE, FILE]), 1000);
        else response.writeHead(416).end();
      });
      const path = await partOf(Buffer.alloc(1000, 9));
      await download({ url, bytes: BYTES }, path);
      await expectWhole(path);
      expect(ranges).toEqual(['bytes=1000-', undefined]);
    }
  });

  it('starts again where more is there than there should be', async () => {
    const { url, ranges } = await startServer(serve(FILE));
    const path = await partOf(Buffer.alloc(BYTES + 1));
    await download({ url, bytes: BYTES }, path);
    await expectWhole(path);
    expect(ranges).toEqual([undefined]);
  });

  it('keeps the bytes as they are where the server calls their gzip an encoding', async () => {
    const file = gzipSync(FILE);
    const { url } = await startServer((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'x-gzip', 'content-length': file.length }).end(file);
    });
    const path = await partOf();
    await download({ url, bytes: file.length }, path);
    expect(Buffer.compare(await readFile(path), file)).toBe(0);
  });

  it('keeps what has come when the connection breaks, and goes on from there', async () => {
    let whole = false;
    const { url, ranges } = await startServer((request, response) => {
      if (whole) return serve(FILE)(request, response);
      response.writeHead(200, { 'content-length': BYTES });
      response.write(FILE.subarray(0, 90_000), () => setTimeout(() => response.destroy(), 20));
    });
    const path = await partOf();
    await expectUserError(
      download({ url, bytes: BYTES }, path),
      /^the download of http:.* broke off \(aborted\): the same command goes on where it stopped$/,
    );
    expect(Buffer.compare(await readFile(path), FILE.subarray(0, 90_000))).toBe(0);
    whole = true;
    await download({ url, bytes: BYTES }, path);
    await expectWhole(path);
    expect(ranges).toEqual([undefined, 'bytes=90000-']);
  });

  it('says so when the file ends early', async () => {
    const { url } = await startServer((_request, response) => {
      response.write(FILE.subarray(0, 1234), () => response.end());
    });
    const path = await partOf();
    await expectUserError(download({ url, bytes: BYTES }, path), /ended after 1234 of 200000 bytes/);
    expect(await readFile(path)).toHaveLength(1234);
  });

  it('does not wait for a server that has gone silent', async () => {
    const { url } = await startServer((_request, response) => {
      response.writeHead(200, { 'content-length': BYTES });
      response.write(FILE.subarray(0, 500));
    });
    const silent = await startServer(() => undefined);
    const options = { idleMilliseconds: 100 };
    const path = await partOf();
    await expectUserError(download({ url, bytes: BYTES }, path, options), /nothing came from the server/);
    expect(await readFile(path)).toHaveLength(500);
    await expectUserError(
      download({ url: silent.url, bytes: BYTES }, path, options),
      /cannot download .*: nothing came from the server/,
    );
  });

  it('refuses a file of another size, and one without end', async () => {
    const { url } = await startServer(serve(FILE));
    const path = await partOf();
    await expectUserError(
      download({ url, bytes: BYTES + 1 }, path),
      /has a file of 200000 bytes there, where 200001 are right/,
    );
    const endless = await startServer((_request, response) => {
      const more = (): boolean => response.destroyed || response.write(FILE, () => more());
      more();
    });
    await expectUserError(
      download({ url: endless.url, bytes: 300_000 }, path),
      /sends more than the 300000 bytes/,
    );
    expect(await readFile(path)).toHaveLength(0);
  });

  it('says what the server answers', async () => {
    for (const [status, words] of [
      [404, '404 \\(Not Found\\)'],
      [503, '503 \\(Service Unavailable\\)'],
      [799, '799 \\(unknown\\)'],
    ] as const) {
      const { url } = await startServer((_request, response) => response.writeHead(status).end('sorry'));
      const path = await partOf();
      const line = new RegExp(`^cannot download http://127\\S+: the server answers ${words}$`);
      await expectUserError(download({ url, bytes: BYTES }, path), line);
      expect(await namesIn(join(path, '..'))).toEqual([]);
    }
  });

  it('says why there is no connection', async () => {
    const path = await partOf();
    const refused = 'http://127.0.0.1:1/archive';
    await expectUserError(download({ url: refused, bytes: 1 }, path), /: connection refused$/);
    const unknown = 'http://archive.invalid/archive';
    await expectUserError(
      download({ url: unknown, bytes: 1 }, path),
      /: the server's name cannot be looked up$/,
    );
  });

  it('says what is wrong with a server that speaks no HTTP', async () => {
    const server = createServer((socket) => socket.end('\x1b[2J nonsense\r\n\r\n')).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expectUserError(
      download({ url: `http://127.0.0.1:${port}/`, bytes: 1 }, await partOf()),
      /Parse Error/,
    );
  });

  it('follows redirects, but not in circles and not to another kind of address', async () => {
    const { url: target } = await startServer(serve(FILE));
    const first = await startServer((_request, response) =>
      response.writeHead(302, { location: target }).end(),
    );
    const path = await partOf(FILE.subarray(0, 100));
    await download({ url: first.url, bytes: BYTES }, path);
    await expectWhole(path);
    const circle = await startServer((_request, response) =>
      response.writeHead(301, { location: '/' }).end(),
    );
    await expectUserError(download({ url: circle.url, bytes: 1 }, await partOf()), /redirects too often/);
    expect(circle.ranges).toHaveLength(6);
    for (const location of ['file:///etc/passwd', 'http://:x:/']) {
      const odd = await startServer((_request, response) => response.writeHead(302, { location }).end());
      await expectUserError(download({ url: odd.url, bytes: 1 }, await partOf()), /the server redirects to /);
    }
  });

  it('says that the disk is full and keeps what was written', async () => {
    const { url } = await startServer(serve(FILE));
    const path = await partOf(FILE.subarray(0, 50));
    const handle = await open(path);
    const full = vi
      .spyOn(Object.getPrototypeOf(handle) as typeof handle, 'writeFile')
      .mockRejectedValue(Object.assign(new Error('ENOSPC'), { errno: -28, syscall: 'write' }));
    await handle.close();
    try {
      await expectUserError(download({ url, bytes: BYTES }, path), /^cannot write .*: the disk is full$/);
    } finally {
      full.mockRestore();
    }
    expect(await readFile(path)).toHaveLength(50);
  });

  it('says what is wrong with the path', async () => {
    const { url } = await startServer(serve(FILE));
    const folder = await temporaryFolder();
    await expectUserError(download({ url, bytes: BYTES }, folder), /is no regular file$/);
    const nowhere = join(folder, 'nowhere', 'file');
    await expectUserError(
      download({ url, bytes: BYTES }, nowhere),
      /^cannot write .*: there is no such file or folder$/,
    );
  });
});
