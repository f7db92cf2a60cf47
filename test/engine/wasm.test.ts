/** The interface of the kernels: what the host believes of them is what both binaries export. */
import { describe, expect, it } from 'vitest';
import {
  ensureMemory,
  instantiateKernels,
  instantiateShared,
  KERNEL_PARAMETERS,
  PAGE_BYTES,
} from '../../src/engine/wasm.js';
import { UserError } from '../../src/errors.js';
import { kernelModule, sharedKernelModule } from '../../src/host/node/kernels.js';

const module = await kernelModule();
const shared = (await sharedKernelModule())!;

/** How many parameters every exported function takes; the loader's wrappers would not say. */
function parametersOf(compiled: WebAssembly.Module, imports: WebAssembly.Imports): Record<string, number> {
  const { exports } = new WebAssembly.Instance(compiled, imports);
  const functions = Object.entries(exports).filter(([, value]) => typeof value === 'function');
  return Object.fromEntries(functions.map(([name, value]) => [name, (value as () => unknown).length]));
}

describe('the exports of the kernels', () => {
  it('are the functions that the host knows, with as many parameters, and a memory', () => {
    expect(parametersOf(module, {})).toEqual(KERNEL_PARAMETERS);
    const others = WebAssembly.Module.exports(module).filter(({ kind }) => kind !== 'function');
    expect(others).toEqual([{ name: 'memory', kind: 'memory' }]);
  });

  it('are the same of the binary for shared memory', async () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    expect(parametersOf(shared, { env: { memory } })).toEqual(KERNEL_PARAMETERS);
    expect(WebAssembly.Module.exports(shared)).toEqual(WebAssembly.Module.exports(module));
  });

  it('are there where the host calls them', async () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    for (const kernels of [await instantiateKernels(module), await instantiateShared(shared, memory)]) {
      for (const name of Object.keys(KERNEL_PARAMETERS)) expect(kernels[name]).toBeTypeOf('function');
      expect(kernels.memory).toBeInstanceOf(WebAssembly.Memory);
    }
    expect((await instantiateShared(shared, memory)).memory).toBe(memory);
  });
});

describe('ensureMemory', () => {
  it('grows by whole pages, and only where it must', () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    ensureMemory(memory, 10);
    expect(memory.buffer.byteLength).toBe(PAGE_BYTES);
    ensureMemory(memory, PAGE_BYTES + 1);
    expect(memory.buffer.byteLength).toBe(2 * PAGE_BYTES);
  });

  it('says what a host refuses', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
    expect(() => ensureMemory(memory, 3 * 2 ** 20)).toThrow(
      new UserError('the model needs 3 MiB of WebAssembly memory, which this host refuses'),
    );
  });
});
