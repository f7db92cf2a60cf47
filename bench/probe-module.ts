/** Compiles bench/probe/add-rows.ts with the options of the kernels, in memory. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const SOURCE = fileURLToPath(new URL('probe/add-rows.ts', import.meta.url));
const NAME = 'add-rows.ts';
const OUTPUT = 'add-rows.wasm';
const OPTIONS = [
  '--runtime',
  'stub',
  '--enable',
  'simd',
  '--use',
  'abort=',
  '-O3',
  '--converge',
  '--noAssert',
];

/** @throws Error with the compiler's words if it does not compile */
export async function probeBytes(): Promise<Uint8Array<ArrayBuffer>> {
  const source = await readFile(SOURCE, 'utf8');
  const written = new Map<string, Uint8Array<ArrayBuffer>>();
  const { error, stderr } = await asc.main([NAME, '--outFile', OUTPUT, '--noColors', ...OPTIONS], {
    readFile: (name) => (name === NAME ? source : null),
    writeFile: (name, contents) => {
      if (typeof contents !== 'string') written.set(name, new Uint8Array(contents));
    },
    listFiles: () => [],
  });
  const bytes = written.get(OUTPUT);
  if (error !== null || bytes === undefined)
    throw new Error(`the probe does not compile: ${stderr.toString()}`);
  return bytes;
}
