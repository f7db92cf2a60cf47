/** Finds and compiles the kernels in Node; elsewhere the host fetches `snnwasm/snnwasm.wasm` its own way. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { UserError } from '../errors.js';

let compiled: Promise<WebAssembly.Module> | undefined;

/**
 * The compiled kernels; compiled once a process.
 *
 * @throws UserError if the package was not built, or the host lacks WebAssembly SIMD
 */
export function kernelModule(): Promise<WebAssembly.Module> {
  compiled ??= compileKernels();
  return compiled;
}

async function compileKernels(): Promise<WebAssembly.Module> {
  // The package's own name resolves to the built file from src/ and from dist/ alike.
  const path = createRequire(import.meta.url).resolve('snnwasm/snnwasm.wasm');
  const bytes = await readFile(path).catch(() => {
    throw new UserError(`${path} is missing: run "npm run build" first`);
  });
  if (!WebAssembly.validate(bytes)) {
    throw new UserError('this Node does not run WebAssembly SIMD: use Node 20 or newer');
  }
  return WebAssembly.compile(bytes);
}
