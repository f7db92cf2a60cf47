/** What differs between hosts: where bytes come from. */
import { UserError } from '../errors.js';
import type { CodecSource } from '../picture/codec.js';
import type { TransferOptions } from './transfer.js';

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
