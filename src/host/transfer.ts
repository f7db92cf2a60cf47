/** Reads what a web server sends, chunk after chunk: with progress, and with words for what can go wrong. */
import { UserError } from '../errors.js';

/** Told about a transfer under way: the bytes so far, and all there will be, or null where the server does not say. */
export type ProgressListener = (loaded: number, total: number | null) => void;

/** How a transfer is watched and ended. */
export interface TransferOptions {
  /** Called with 0 at the start, and after every chunk. */
  readonly onProgress?: ProgressListener | undefined;
  /** Ends the transfer; its reason is then thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** More is refused, whatever the server sends. */
const LARGEST_TRANSFER = 2 ** 30;

/**
 * Fetches a file.
 *
 * @throws UserError if the server cannot be reached, refuses, sends a web page instead, or breaks off
 */
export async function fetchBytes(
  url: string | URL,
  what: string,
  options: TransferOptions = {},
): Promise<Uint8Array> {
  const { signal } = options;
  let response: Response;
  try {
    response = await fetch(url, signal ? { signal } : {});
  } catch (cause) {
    signal?.throwIfAborted();
    throw new UserError(
      `cannot fetch ${what} from ${String(url)}: the server cannot be reached, or does not allow this page to read it (CORS)`,
      { cause },
    );
  }
  return readResponse(response, what, options);
}

/**
 * The whole body of a response.
 *
 * @param what - names the file in messages, as in "the model"
 * @throws UserError if the response is an error, is a web page, was read before, is too large or ends too early
 */
export async function readResponse(
  response: Response,
  what: string,
  { onProgress, signal }: TransferOptions = {},
): Promise<Uint8Array> {
  const name = response.url === '' ? what : `${what} at ${response.url}`;
  checkResponse(response, name);
  const total = announcedLength(response);
  if ((total ?? 0) > LARGEST_TRANSFER) throw tooLarge(name);
  const chunks: Uint8Array[] = [];
  let loaded = 0;
  onProgress?.(0, total);
  try {
    for await (const chunk of chunksOf(response, signal)) {
      chunks.push(chunk);
      loaded += chunk.length;
      if (loaded > LARGEST_TRANSFER) throw tooLarge(name);
      onProgress?.(loaded, total !== null && loaded <= total ? total : null);
    }
  } catch (cause) {
    signal?.throwIfAborted();
    if (!(cause instanceof TypeError)) throw cause;
    throw new UserError(`${name} broke off after ${loaded}${ofTotal(total)} bytes: load it again`, { cause });
  }
  if (total !== null && loaded < total) {
    throw new UserError(`${name} is truncated: ${loaded}${ofTotal(total)} bytes came: load it again`);
  }
  return joined(chunks, loaded);
}

function checkResponse(response: Response, name: string): void {
  if (response.bodyUsed) throw new UserError(`${name} was read before: a response can be read once`);
  if (!response.ok) {
    const status = `${response.status} ${response.statusText}`.trim();
    throw new UserError(`cannot load ${name}: the server answers ${status}`);
  }
  if (/^text\/html\b/i.test(response.headers.get('content-type') ?? '')) {
    throw new UserError(
      `${name} is a web page: there is no such file, and the server answers with a page of its own instead`,
    );
  }
}

/** Content-Length, unless it is that of a compressed body, of which more comes out. */
function announcedLength({ headers }: Response): number | null {
  const text = headers.get('content-length');
  const compressed = !['identity', null].includes(headers.get('content-encoding'));
  return text !== null && /^\d{1,15}$/.test(text) && !compressed ? Number(text) : null;
}

/** Not every browser can iterate over a stream, so this reads it by hand. */
async function* chunksOf(response: Response, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  const cancel = () => void reader.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await reader.read();
      signal?.throwIfAborted();
      if (done) return;
      yield value;
    }
  } finally {
    signal?.removeEventListener('abort', cancel);
    cancel();
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let position = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, position);
    position += chunk.length;
  }
  return bytes;
}

function ofTotal(total: number | null): string {
  return total === null ? '' : ` of ${total}`;
}

function tooLarge(name: string): UserError {
  return new UserError(`${name} is too large: ${LARGEST_TRANSFER} bytes are the limit`);
}
