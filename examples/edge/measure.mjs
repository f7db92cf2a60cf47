/**
 * Measures the shipped model as a bundle in three runtimes, and prints the table of README.md:
 *
 *     npm run build && node examples/edge/measure.mjs
 *
 * Needs python3 with wasmtime (python/requirements.txt; SNNWASM_WASMTIME_PYTHON names another python) and gcc; a
 * runtime that is missing has no row.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const picture = join(root, 'examples/sunflower.png');
const python = process.env.SNNWASM_WASMTIME_PYTHON ?? 'python3';
const TURNS = 5;

const folder = mkdtempSync(join(tmpdir(), 'snnwasm-measure-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const file = (name) => join(folder, name);
const run = (program, words, options = {}) => execFileSync(program, words, { encoding: 'utf8', ...options });
const node = (...words) => run(process.execPath, words);

for (const flavour of ['library', 'command']) {
  const words = ['bundle', '-o', file(`${flavour}.wasm`), '--flavour', flavour];
  process.stdout.write(node(join(root, 'dist/bin/snnwasm.js'), ...words).replaceAll(`${folder}/`, ''));
}
node(join(here, 'to-rgb.mjs'), picture, file('picture.rgb'));
const weights = statSync(join(root, 'weights/resnet18-cifar100.snn')).size;
const size = (name) => statSync(file(name)).size;
console.log(`bytes: model file ${weights}, library ${size('library.wasm')}, command ${size('command.wasm')}`);
console.log(`${cpus()[0].model}, Node ${process.versions.node}\n`);
console.log('| runtime | to start | an answer | peak memory of the process |');
console.log('| --- | --- | --- | --- |');

/** A row from the last line of an example's --measure. */
function row(runtime, output) {
  const [, start, answer, peak] = /(\d+) ms to start, (\d+) ms an answer, (\d+) MiB at most\n$/.exec(output);
  console.log(`| ${runtime} | ${start} ms | ${answer} ms | ${peak} MiB |`);
}

const library = [file('library.wasm'), file('picture.rgb')];
const about = "import importlib.metadata as m, wasmtime; print(m.version('wasmtime'), wasmtime.__path__[0])";
const version = spawnSync(python, ['-c', about], { encoding: 'utf8' });
if (version.status === 0) {
  const [number, path] = version.stdout.trim().split(' ');
  const words = [join(here, 'python/classify.py'), ...library, '--measure'];
  row(`library, wasmtime ${number} from Python`, run(python, words));
  const shared = join(path, `linux-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}`);
  const link = [`-L${shared}`, '-l:_libwasmtime.so', `-Wl,-rpath,${shared}`];
  const compiled = spawnSync('gcc', ['-O2', join(here, 'c/classify.c'), '-o', file('classify'), ...link]);
  if (compiled.status === 0) {
    row(`library, wasmtime ${number} from C`, run(file('classify'), [...library, '--measure']));
  }
}

// node.mjs as it is, then what the process took.
const script =
  "process.argv.splice(1, 0, 'node.mjs');" +
  "process.on('exit', () => console.error(process.resourceUsage().maxRSS));" +
  `await import(${JSON.stringify(join(here, 'node.mjs'))})`;
const results = Array.from({ length: TURNS }, () => {
  const began = performance.now();
  const words = ['--no-warnings', '--input-type=module', '--eval', script, file('command.wasm')];
  const { stdout, stderr } = spawnSync(process.execPath, words, { input: readFileSync(picture), encoding: 'utf8' });
  const total = performance.now() - began;
  const { milliseconds } = JSON.parse(stdout)[0];
  return { start: total - milliseconds, answer: milliseconds, peak: Number(stderr) / 1024 };
});
const sorted = (name) => results.map((result) => result[name]).sort((a, b) => a - b);
const [start, answer, peak] = ['start', 'answer', 'peak'].map((name) => sorted(name)[Math.floor(TURNS / 2)].toFixed(0));
console.log(`| command, Node's WASI, one process an answer | ${start} ms | ${answer} ms | ${peak} MiB |`);
