/** A web site on this machine: folders under addresses, with the headers that a careful server sends. */
import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, sep } from 'node:path';

/** Nothing but the site's own files, no inline script, no evaluation of text; WebAssembly alone is let in. */
export const STRICT_POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'";

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

export interface Site {
  readonly url: string;
  /** Paths asked for so far. */
  readonly requests: string[];
  close(): void;
}

/**
 * Starts a site.
 *
 * @param answers - paths that are answered in another way than with a file
 * @param below - the path under which the folder appears
 */
export async function startSite(
  folder: string,
  policy: string | null,
  answers: Readonly<Record<string, (response: ServerResponse) => void>> = {},
  below = '/',
): Promise<Site> {
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://site').pathname);
    requests.push(path);
    if (policy !== null) response.setHeader('content-security-policy', policy);
    const answer = answers[path];
    if (answer) return answer(response);
    if (!path.startsWith(below)) return void response.writeHead(404).end();
    return sendFile(
      response,
      folder,
      `${path.slice(below.length - 1)}${path.endsWith('/') ? 'index.html' : ''}`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${below}`, requests, close };
}

async function sendFile(response: ServerResponse, folder: string, path: string): Promise<void> {
  const file = normalize(join(folder, path));
  if (!file.startsWith(folder + sep)) return void response.writeHead(403).end();
  try {
    const bytes = await readFile(file);
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, 'content-length': bytes.length }).end(bytes);
  } catch {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
  }
}
