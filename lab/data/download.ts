/** Downloads one file of a known size, and goes on where an earlier download stopped. */

import { open, stat } from 'node:fs/promises';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import { UserError } from '../../src/errors.js';
import { explained } from '../../src/host/node/system-error.js';
import type { StreamOptions } from './archive.js';
import { bodyOf, request } from './http.js';

/** A server that is silent for longer is taken for dead. */
const IDLE_MILLISECONDS = 60_000;

export interface DownloadOptions extends StreamOptions {
  /** The server may be silent for so long; 60 seconds unless told. */
  readonly idleMilliseconds?: number;
}

interface Transfer {
  readonly response: IncomingMessage;
  /** Offset of the response's first byte. */
  readonly from: number;
}

/**
 * Downloads into `path` until it has the right size. What is there already is taken for the beginning, and only the
 * rest is asked for; a server that cannot do that sends everything. What has come is kept when the download breaks
 * off. Whether the bytes are the right ones, the caller has to check.
 *
 * @throws UserError if the server has no such file or one of another size, the connection breaks, or the file cannot
 *   be written
 */
export async function download(
  source: { readonly url: string; readonly bytes: number },
  path: string,
  options: DownloadOptions = {},
): Promise<void> {
  const present = await sizeOf(path);
  if (present === source.bytes) return;
  const { response, from } = await begin(source, present > source.bytes ? 0 : present, options);
  try {
    await explained(`write ${path}`, () => receive(source, path, { response, from }, options));
  } finally {
    response.destroy();
  }
}

/** Bytes in a file, or 0 where there is none. */
async function sizeOf(path: string): Promise<number> {
  return await explained(`read ${path}`, async () => {
    try {
      const status = await stat(path);
      if (!status.isFile()) throw new UserError(`${path} is no regular file`);
      return status.size;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
      throw error;
    }
  });
}

/** Asks for the rest of the file, and for all of it if the server will not send just that. */
async function begin(
  { url, bytes }: { readonly url: string; readonly bytes: number },
  present: number,
  { idleMilliseconds = IDLE_MILLISECONDS, signal }: DownloadOptions,
): Promise<Transfer> {
  const settings = { idleMilliseconds, signal };
  let response = await request(url, { ...settings, from: present });
  if (present > 0 && response.statusCode === 206) {
    if (response.headers['content-range'] === `bytes ${present}-${bytes - 1}/${bytes}`) {
      return { response, from: present };
    }
  }
  if (present > 0 && (response.statusCode === 206 || response.statusCode === 416)) {
    response.destroy();
    response = await request(url, { ...settings, from: 0 });
  }
  const { statusCode, headers } = response;
  const offered = headers['content-length'];
  if (statusCode === 200 && (offered === undefined || Number(offered) === bytes))
    return { response, from: 0 };
  response.destroy();
  throw new UserError(
    statusCode === 200
      ? `cannot download ${url}: the server has a file of ${Number(offered)} bytes there, where ${bytes} are right`
      : `cannot download ${url}: the server answers ${statusCode} (${STATUS_CODES[statusCode ?? 0] ?? 'unknown'})`,
  );
}

async function receive(
  { url, bytes }: { readonly url: string; readonly bytes: number },
  path: string,
  { response, from }: Transfer,
  { onBytes }: DownloadOptions,
): Promise<void> {
  let done = from;
  const file = await open(path, from > 0 ? 'a' : 'w');
  try {
    for await (const chunk of bodyOf(response, url)) {
      if (done + chunk.length > bytes) {
        await file.truncate(0);
        throw new UserError(
          `cannot download ${url}: the server sends more than the ${bytes} bytes that are right`,
        );
      }
      await file.writeFile(chunk);
      done += chunk.length;
      onBytes?.(done, bytes);
    }
  } finally {
    await file.close();
  }
  if (done < bytes) {
    throw new UserError(
      `the download of ${url} ended after ${done} of ${bytes} bytes: the same command goes on where it stopped`,
    );
  }
}
