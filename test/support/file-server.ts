/** A web server on this machine that behaves as a test wants it to. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface FileServer {
  readonly url: string;
  /** The Range header of every request so far; undefined where it had none. */
  readonly ranges: (string | undefined)[];
}

/** Starts a server that is stopped when the test ends. */
export async function startServer(answer: RequestListener): Promise<FileServer> {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/data/archive.tar.gz`, ranges };
}

/** Sends a file as a good server does: the part that is asked for, or all of it. */
export function serve(file: Uint8Array): RequestListener {
  return (request, response) => {
    const from = firstByte(request);
    if (from === 0) {
      response.writeHead(200, { 'content-length': file.length, 'accept-ranges': 'bytes' });
      response.end(file);
    } else if (from >= file.length) {
      response.writeHead(416, { 'content-range': `bytes */${file.length}` }).end();
    } else {
      sendPart(response, file, from);
    }
  };
}

export function sendPart(response: ServerResponse, file: Uint8Array, from: number): void {
  response.writeHead(206, {
    'content-length': file.length - from,
    'content-range': `bytes ${from}-${file.length - 1}/${file.length}`,
  });
  response.end(file.subarray(from));
}

/** Sends all, whatever part is asked for. */
export function serveWhole(file: Uint8Array): RequestListener {
  return (_request, response) => {
    response.writeHead(200, { 'content-length': file.length }).end(file);
  };
}

function firstByte(request: IncomingMessage): number {
  return Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
}
