/** Where the peers are installed and what is made for them. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
export const REPOSITORY = resolve(FOLDER, '../..');
/** Files that are made for the peers from the shipped model. */
export const WORK = join(FOLDER, 'work');
export const PEERS = FOLDER;
export const PYTHON = join(FOLDER, '.venv', 'bin', 'python');
/** What to do where something is missing. */
export const INSTALL = 'run "npm run bench:peers"';

const require = createRequire(join(FOLDER, 'package.json'));

/** A peer's package as an ES module, or null where it is not installed. */
export async function importPeer<Module>(name: string): Promise<Module | null> {
  if (!existsSync(join(FOLDER, 'node_modules', name, 'package.json'))) return null;
  // As an ES module: the CommonJS builds of both onnxruntimes share one registry, in which "cpu" is then the wrong one.
  const loaded = (await import(name)) as { default?: Module } & Module;
  return loaded.default ?? loaded;
}

/** A peer package's version; the package must be installed. */
export function peerVersion(name: string): string {
  const path = join(FOLDER, 'node_modules', name, 'package.json');
  return (require(path) as { version: string }).version;
}

/** Python with PyTorch, or null where the virtual environment was not made. */
export const peerPython = (): string | null => (existsSync(PYTHON) ? PYTHON : null);
