import { FORMAT_NAMES, type ImageFormat } from '../../picture/format.js';
import { compileKernels, type Host } from '../host.js';
import { fetchBytes } from '../transfer.js';
import { DECODERS, KERNELS, SHIPPED_MODEL } from './files.js';

/** Keeps what was made, but not what failed, so that a page can try again. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

function decoder(format: ImageFormat): () => Promise<WebAssembly.Module> {
  return once(async () => {
    const bytes = await fetchBytes(DECODERS[format], `the ${FORMAT_NAMES[format]} decoder`);
    return WebAssembly.compile(new Uint8Array(bytes));
  });
}

const decoders = { png: decoder('png'), jpeg: decoder('jpeg'), webp: decoder('webp') };

/** The page that this runs in, or a worker of it. */
export const browserHost: Host = {
  kernels: once(async () => compileKernels(await fetchBytes(KERNELS, 'snnwasm.wasm'))),
  codecs: (format) => decoders[format](),
  shipped: SHIPPED_MODEL,
  async read(source, options) {
    return { bytes: await fetchBytes(source, 'the model', options), name: `the model ${String(source)}` };
  },
};
