/** `loadModel`, for any host: what differs between hosts is where bytes come from, and a host says that. */
import { UserError } from '../errors.js';
import type { CodecSource } from '../image/codec.js';
import { readModel } from '../file/file.js';
import { bytesIn } from './bytes.js';
import { Model } from './model.js';
import { readResponse, type TransferOptions } from './transfer.js';

/** Where a model comes from: an address or a path, the bytes of a .snn file, or the answer of a server. */
export type ModelSource = string | URL | ArrayBuffer | Uint8Array | Response;

/** The kernels: compiled, or the bytes of `snnwasm.wasm`. */
export type KernelSource = WebAssembly.Module | ArrayBuffer | Uint8Array;

/** How a model is loaded. */
export interface LoadOptions extends TransferOptions {
  /** The kernels, for pages that keep `snnwasm.wasm` elsewhere; default: the file of this package. */
  readonly kernels?: KernelSource | undefined;
  /** Where compiled image decoders come from; default: the files of this package. */
  readonly codecs?: CodecSource | undefined;
}

/** What a host gives. */
export interface Host {
  /** The kernels of this package, compiled; once for all models. */
  kernels(): Promise<WebAssembly.Module>;
  readonly codecs: CodecSource;
  /** The model that ships. */
  readonly shipped: URL;
  /** Reads a model by its address or path. */
  read(source: string | URL, options: TransferOptions): Promise<{ bytes: Uint8Array; name: string }>;
}

/** Loads a model. `snnwasm` exports one for the host that it runs on. */
export type ModelLoader = (source?: ModelSource, options?: LoadOptions) => Promise<Model>;

/** `loadModel` of a host. */
export function modelLoader(host: Host): ModelLoader {
  return async (source = host.shipped, options = {}) => {
    options.signal?.throwIfAborted();
    const [module, { bytes, name }] = await Promise.all([
      kernelsOf(options.kernels, host),
      bytesOf(source, options, host),
    ]);
    return Model.create(module, readModel(bytes, name), options.codecs ?? host.codecs);
  };
}

/**
 * The kernels of a caller, or else the host's.
 *
 * @throws UserError if the bytes are no WebAssembly that this host runs, or the module is another
 */
export async function kernelsOf(
  source: KernelSource | undefined,
  host: Pick<Host, 'kernels'>,
): Promise<WebAssembly.Module> {
  if (source === undefined) return host.kernels();
  const bytes = bytesIn(source);
  const module = bytes === null ? (source as WebAssembly.Module) : await compileKernels(bytes);
  if (['memory', 'reset', 'present', 'advance'].every((name) => exportsOf(module).has(name))) return module;
  throw new UserError('the kernels are something else: give the snnwasm.wasm of this package');
}

function exportsOf(module: WebAssembly.Module): Set<string> {
  if (!(module instanceof WebAssembly.Module)) return new Set();
  return new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
}

/**
 * Compiles kernels.
 *
 * @throws UserError if the host does not run them
 */
export async function compileKernels(bytes: Uint8Array): Promise<WebAssembly.Module> {
  const copy = new Uint8Array(bytes);
  if (WebAssembly.validate(copy)) return WebAssembly.compile(copy);
  throw new UserError(
    'the kernels are damaged, or this host does not run WebAssembly SIMD: that takes Node 20, or a browser since 2023',
  );
}

async function bytesOf(
  source: ModelSource,
  options: LoadOptions,
  host: Host,
): Promise<{ bytes: Uint8Array; name: string }> {
  const name = 'the model';
  const bytes = bytesIn(source);
  if (bytes !== null) return { bytes, name };
  if (typeof source === 'string' || source instanceof URL) return host.read(source, options);
  if (typeof source === 'object' && source !== null && 'bodyUsed' in source) {
    return { bytes: await readResponse(source as Response, name, options), name };
  }
  throw new UserError(
    'a model is loaded from an address, a path, a URL, a Response, or the bytes of a .snn file in an ArrayBuffer or Uint8Array',
  );
}
