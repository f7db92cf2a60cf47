/** Finds and compiles the kernels in Node; elsewhere the host fetches `snnwasm/snnwasm.wasm` its own way. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { canShareMemory } from '../../engine/wasm.js';
import { UserError } from '../../errors.js';

let compiled: Promise<WebAssembly.Module> | undefined;
let compiledShared: Promise<WebAssembly.Module | null> | undefined;

/**
 * The compiled kernels; compiled once a process.
 *
 * @throws UserError if the package was not built, or the host lacks WebAssembly SIMD
 */
export function kernelModule(): Promise<WebAssembly.Module> {
  compiled ??= compileKernels();
  return compiled;
}

/**
 * The same kernels for threads that share one memory; compiled once a process.
 *
 * @returns null where this Node has no shared memory
 * @throws UserError if the package was not built
 */
export function sharedKernelModule(): Promise<WebAssembly.Module | null> {
  compiledShared ??= compileSharedKernels();
  return compiledShared;
}

async function compileKernels(): Promise<WebAssembly.Module> {
  const bytes = await readBuilt('snnwasm/snnwasm.wasm');
  if (!WebAssembly.validate(bytes)) {
    throw new UserError('this Node does not run WebAssembly SIMD: use Node 20 or newer');
  }
  return WebAssembly.compile(bytes);
}

async function compileSharedKernels(): Promise<WebAssembly.Module | null> {
  const bytes = await readBuilt('snnwasm/snnwasm.shared.wasm');
  return canShareMemory(bytes) ? WebAssembly.compile(bytes) : null;
}

/** The package's own name resolves to the built file from src/ and from dist/ alike. */
async function readBuilt(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const path = createRequire(import.meta.url).resolve(name);
  try {
    return await readFile(path);
  } catch {
    throw new UserError(`${path} is missing: run "npm run build" first`);
  }
}
