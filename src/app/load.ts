/** `loadModel`, for any host: what differs between hosts is where bytes come from, and a host says that. */
import { UserError } from '../errors.js';
import { readModel } from '../file/file.js';
import { compileKernels, type Host } from '../host/host.js';
import { type ProgressListener, readResponse, type TransferOptions } from '../host/transfer.js';
import type { CodecSource } from '../picture/codec.js';
import { given, instance, isFunction, isSignal } from '../settings/kinds.js';
import { readOptions, type Schema } from '../settings/setting.js';
import { bytesIn } from './bytes.js';
import { Model } from './model.js';

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

/** The settings of `loadModel`. */
const LOAD_SETTINGS = {
  kernels: {
    kind: given<KernelSource>('a compiled WebAssembly.Module, or the bytes of snnwasm.wasm'),
    help: 'the kernels',
    otherwise: 'the file of this package',
    flag: null,
  },
  codecs: {
    kind: instance('a function that gives a compiled decoder', isFunction<CodecSource>),
    help: 'gives the compiled image decoders',
    otherwise: 'the files of this package',
    flag: null,
  },
  onProgress: {
    kind: instance('a function', isFunction<ProgressListener>),
    help: 'told about the transfer',
    otherwise: null,
    flag: null,
  },
  signal: {
    kind: instance('an AbortSignal', isSignal),
    help: 'ends the transfer',
    otherwise: null,
    flag: null,
  },
} as const satisfies Schema<LoadOptions>;

/** Loads a model. `snnwasm` exports one for the host that it runs on. */
export type ModelLoader = (source?: ModelSource, options?: LoadOptions) => Promise<Model>;

/** `loadModel` of a host. */
export function modelLoader(host: Host): ModelLoader {
  return async (source = host.shipped, given = {}) => {
    const options = readOptions(LOAD_SETTINGS, given);
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
