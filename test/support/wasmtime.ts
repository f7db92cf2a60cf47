/**
 * Finds or makes a Python with wasmtime, and a C compiler, for the tests of bundles in other runtimes. Those tests skip,
 * and say so, where one is missing, unless SNNWASM_REQUIRE_EDGE=1 makes that an error.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe } from 'vitest';

export const ROOT = join(import.meta.dirname, '../..');
export const EXAMPLES = join(ROOT, 'examples/edge');

const REQUIREMENTS = join(EXAMPLES, 'python/requirements.txt');
/** Where the environment of a developer's machine stays between runs. */
const CACHE = join(ROOT, 'node_modules/.cache/snnwasm-wasmtime');
const INSTALL_MILLISECONDS = 180_000;

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export function runProgram(program: string, words: readonly string[], input?: Uint8Array): Finished {
  const options = { ...(input && { input }), maxBuffer: 2 ** 28, timeout: 240_000 };
  const { status, stdout, stderr } = spawnSync(program, words, options);
  return { code: status, stdout: String(stdout), stderr: String(stderr) };
}

/** A Python that has wasmtime, or null: that of SNNWASM_WASMTIME_PYTHON, or one made here. */
function findPython(): string | null {
  const given = process.env.SNNWASM_WASMTIME_PYTHON;
  if (given !== undefined) return hasWasmtime(given) ? given : null;
  const python = pythonIn(CACHE);
  return hasWasmtime(python) || (makeEnvironment() && hasWasmtime(python)) ? python : null;
}

/** Makes the environment under a name of its own, since two test files may do so at once; the first to end keeps it. */
function makeEnvironment(): boolean {
  mkdirSync(dirname(CACHE), { recursive: true });
  const folder = mkdtempSync(`${CACHE}-`);
  const steps: readonly [string, readonly string[]][] = [
    ['python3', ['-m', 'venv', folder]],
    [pythonIn(folder), ['-m', 'pip', 'install', '--quiet', '--retries', '1', '--requirement', REQUIREMENTS]],
  ];
  const made = steps.every(
    ([program, words]) => spawnSync(program, words, { timeout: INSTALL_MILLISECONDS }).status === 0,
  );
  if (made && !hasWasmtime(pythonIn(CACHE))) {
    rmSync(CACHE, { recursive: true, force: true });
    renameSync(folder, CACHE);
  } else {
    rmSync(folder, { recursive: true, force: true });
  }
  return made;
}

function pythonIn(folder: string): string {
  return join(folder, 'bin/python');
}

function hasWasmtime(python: string): boolean {
  return spawnSync(python, ['-c', 'import wasmtime']).status === 0;
}

/** The Python with wasmtime; empty where there is none. */
export const PYTHON = findPython() ?? '';

/** The folder of the shared library inside that Python's package; empty where there is none. */
export const LIBRARY = PYTHON === '' ? '' : libraryFolder();

function libraryFolder(): string {
  const { stdout } = runProgram(PYTHON, [
    '-c',
    'import os, wasmtime; print(os.path.dirname(wasmtime.__file__))',
  ]);
  const root = stdout.trim();
  const folders = readdirSync(root).map((name) => join(root, name));
  return folders.find((folder) => existsSync(join(folder, '_libwasmtime.so'))) ?? '';
}

const hasCompiler = spawnSync('gcc', ['--version']).status === 0;

/** A `describe` for tests in wasmtime. */
export function describeWithWasmtime(name: string, define: () => void): void {
  describeWhere(PYTHON !== '', name, 'Python with wasmtime cannot be installed', define);
}

/** A `describe` for tests of the C host. */
export function describeWithCompiler(name: string, define: () => void): void {
  describeWhere(LIBRARY !== '' && hasCompiler, name, 'gcc or the library of wasmtime is missing', define);
}

function describeWhere(there: boolean, name: string, missing: string, define: () => void): void {
  if (there) describe(name, define);
  else if (process.env.SNNWASM_REQUIRE_EDGE === '1') throw new Error(`${name}: ${missing}`);
  else describe.skip(`${name} (skipped: ${missing})`, define);
}
