/** Downloads with progress. */
import { UserError } from '../../../src/index.js';
import type { AssetFile } from '../protocol.js';

/**
 * The whole of a file, whose size is known from the page's build: Content-Length may count compressed bytes.
 *
 * @throws UserError where the server does not have it or the connection breaks
 */
export async function download(
  { url, bytes: expected }: AssetFile,
  onProgress?: (loaded: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const what = url.split('/').pop()!;
  try {
    const response = await fetch(url);
    if (!response.ok || response.body === null) throw new Error(`the server answers ${response.status}`);
    const bytes = new Uint8Array(expected);
    let loaded = 0;
    for (const reader = response.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      if (loaded + value.length > expected) throw new Error('the server sends more than it should');
      bytes.set(value, loaded);
      loaded += value.length;
      onProgress?.(loaded);
    }
    if (loaded < expected) throw new Error(`the connection ended after ${loaded} of ${expected} bytes`);
    return bytes;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`${what} cannot be downloaded (${reason}): reload the page to try again`, { cause });
  }
}
