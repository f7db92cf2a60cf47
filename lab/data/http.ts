/** One GET request whose answer is a stream of the bytes on the server, exactly as they are there. */
import { type IncomingMessage, get as insecureGet } from 'node:http';
import { get as secureGet } from 'node:https';
import { UserError } from '../../src/errors.js';
import { printable, reasonOf } from '../../src/host/node/system-error.js';

const MOST_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export interface RequestOptions {
  /** Offset of the first byte that is asked for. */
  readonly from: number;
  /** The server may be silent for so long. */
  readonly idleMilliseconds: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks for a file, and follows redirects. Node's `fetch` will not do: it inflates what a server marks as
 * `Content-Encoding: gzip`, as some do with archives, and the archive's checksum and offsets are lost.
 *
 * @throws UserError if the server cannot be reached or redirects in circles or to an insecure address
 */
export async function request(address: string, options: RequestOptions): Promise<IncomingMessage> {
  let url = new URL(address);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await requestOnce(url, options);
    const { location } = response.headers;
    if (location === undefined || !REDIRECTS.has(response.statusCode ?? 0)) return response;
    response.destroy();
    url = redirected(url, location);
  }
  throw new UserError(`cannot download ${address}: the server redirects too often`);
}

/**
 * The body of a response.
 *
 * @throws UserError if the connection breaks
 */
export async function* bodyOf(response: IncomingMessage, address: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response) yield chunk as Uint8Array;
  } catch (error) {
    throw new UserError(
      `the download of ${address} broke off (${reasonOf(error)}): the same command goes on where it stopped`,
      { cause: error },
    );
  }
}

function requestOnce(url: URL, { from, idleMilliseconds, signal }: RequestOptions): Promise<IncomingMessage> {
  const headers = {
    'user-agent': 'snnwasm',
    'accept-encoding': 'identity',
    ...(from > 0 && { range: `bytes=${from}-` }),
  };
  const settings = { headers, timeout: idleMilliseconds, ...(signal && { signal }) };
  return new Promise((resolve, reject) => {
    let response: IncomingMessage | undefined;
    const get = url.protocol === 'https:' ? secureGet : insecureGet;
    const sent = get(url, settings, (message) => {
      response = message;
      resolve(message);
    });
    sent.on('timeout', () => {
      const seconds = Math.round(idleMilliseconds / 1000);
      (response ?? sent).destroy(new Error(`nothing came from the server for ${seconds} s`));
    });
    sent.on('error', (error) => {
      reject(new UserError(`cannot download ${url.href}: ${reasonOf(error)}`, { cause: error }));
    });
  });
}

function redirected(from: URL, location: string): URL {
  const to = URL.canParse(location, from) ? new URL(location, from) : null;
  if (to !== null && (to.protocol === 'https:' || to.protocol === from.protocol)) return to;
  throw new UserError(`cannot download ${from.href}: the server redirects to ${printable(location)}`);
}
