/** Serves a folder of files below some path, as a plain web server does. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
};

export interface StaticServer {
  /** Ends in a slash. */
  readonly url: string;
  /** Paths asked for so far, below the server's own. */
  readonly requests: string[];
  close(): void;
}

/** @param path - below which the folder appears, as "/some/where/" */
export async function serveFolder(folder: string, path: string): Promise<StaticServer> {
  const requests: string[] = [];
  const server: Server = createServer(async (request, response) => {
    const asked = new URL(request.url ?? '/', 'http://localhost').pathname;
    const name = asked.startsWith(path) ? normalize(decodeURIComponent(asked.slice(path.length))) : null;
    requests.push(name ?? asked);
    const file =
      name === null || name.startsWith('..') ? null : join(folder, name === '.' ? 'index.html' : name);
    const bytes = file === null ? null : await readFile(file).catch(() => null);
    if (bytes === null) response.writeHead(404).end();
    else
      response
        .writeHead(200, { 'content-type': TYPES[extname(file!)] ?? 'application/octet-stream' })
        .end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    requests,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
