/**
 * Runs a bundle of flavour `command` in Node's own WASI, as any WASI runtime would:
 *
 *     node --no-warnings examples/edge/node.mjs classifier.wasm [options] < picture.png
 */
import { readFile } from 'node:fs/promises';
import { WASI } from 'node:wasi';

const [path, ...words] = process.argv.slice(2);
if (path === undefined) {
  console.error('usage: node node.mjs CLASSIFIER.wasm [OPTIONS] < PICTURE.png');
  process.exit(1);
}
const wasi = new WASI({ version: 'preview1', args: ['classifier', ...words], returnOnExit: true });
const module = await WebAssembly.compile(await readFile(path));
process.exitCode = wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject()));
