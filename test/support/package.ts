/** The package as its users get it: packed into a tarball, and installed from that into an empty project. */
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Finished, finished } from './cli.js';

const exec = promisify(execFile);

/** Root of the repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A test that packs, installs or opens a browser may take so long on a busy machine. */
export const PATIENCE = 300_000;

export interface PackedFile {
  readonly path: string;
  readonly size: number;
}

export interface Packed {
  readonly tarball: string;
  readonly files: readonly PackedFile[];
  /** Bytes of the tarball, and of the files in it. */
  readonly size: number;
  readonly unpackedSize: number;
}

/** Output of a command; it throws where the command fails, with what it said. */
export async function output(command: string, words: readonly string[], cwd: string): Promise<string> {
  try {
    return (await exec(command, words, { cwd, maxBuffer: 2 ** 26 })).stdout;
  } catch (error) {
    const { message, stdout = '' } = error as Error & { stdout?: string };
    throw new Error(`${message}\n${stdout}`);
  }
}

/** Packs what was built, without building it again: other tests are using it. */
export async function pack(folder: string): Promise<Packed> {
  const words = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const [packed] = JSON.parse(await output('npm', words, ROOT)) as [Packed & { filename: string }];
  return { ...packed, tarball: join(folder, packed.filename) };
}

/** A temporary folder, and how to be rid of it. */
export async function workFolder(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'snnwasm-package-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Makes an empty project in a folder and installs the packed package there, as a user would. */
export async function installedProject(folder: string): Promise<string> {
  const { tarball } = await pack(folder);
  const project = join(folder, 'project');
  await mkdir(project);
  await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }\n');
  const words = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', tarball];
  await output('npm', words, project);
  return project;
}

/** Runs the `snnwasm` that a project has installed, to its end, whatever that is. */
export function runCommand(project: string, words: readonly string[]): Promise<Finished> {
  const command = join(project, 'node_modules/.bin/snnwasm');
  return finished(spawn(command, words, { cwd: project, stdio: ['ignore', 'pipe', 'pipe'] }));
}

/** Runs a program in a project with this Node. */
export async function runNode(project: string, name: string, program: string): Promise<string> {
  await writeFile(join(project, name), program);
  return output(process.execPath, [name], project);
}

/** Runs a tool that the repository has installed: the script that its package names as `bin`. */
export function runTool(script: string, words: readonly string[], cwd: string): Promise<string> {
  return output(process.execPath, [join(ROOT, 'node_modules', script), ...words], cwd);
}
