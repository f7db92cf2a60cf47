/** What Node gives: it reads files, and fetches addresses. */
import { fileURLToPath, pathToFileURL } from 'node:url';
import { UserError } from '../../errors.js';
import type { Host } from '../host.js';
import { fetchBytes, type TransferOptions } from '../transfer.js';
import { nodeCodecs } from './codecs.js';
import { readFileChecked } from './files.js';
import { kernelModule } from './kernels.js';
import { LARGEST_MODEL, shippedModelPath } from './models.js';

/** The process that this runs in. */
export const nodeHost: Host = {
  kernels: kernelModule,
  codecs: nodeCodecs,
  get shipped() {
    return pathToFileURL(shippedModelPath());
  },
  async read(source, options) {
    const file = source instanceof URL ? source.protocol === 'file:' : !/^(https?|data|blob):/i.test(source);
    if (!file) {
      return { bytes: await fetchBytes(source, 'the model', options), name: `the model ${String(source)}` };
    }
    const path = pathOf(source);
    return { bytes: await readWithProgress(path, options), name: path };
  },
};

function pathOf(source: string | URL): string {
  if (typeof source === 'string' && !/^file:/i.test(source)) return source;
  try {
    return fileURLToPath(source);
  } catch (cause) {
    throw new UserError(`${String(source)} names no file on this machine`, { cause });
  }
}

async function readWithProgress(path: string, options: TransferOptions): Promise<Uint8Array> {
  const bytes = await readFileChecked(path, LARGEST_MODEL);
  options.signal?.throwIfAborted();
  options.onProgress?.(bytes.length, bytes.length);
  return bytes;
}
