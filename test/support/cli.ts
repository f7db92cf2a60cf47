/** The command line as a person meets it: a process of the built package. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

export const CLI = fileURLToPath(new URL('../../dist/bin/snnwasm.js', import.meta.url));
if (!existsSync(CLI)) throw new Error('dist/ is missing: run "npm run build" before these tests');

export interface Finished {
  /** Exit code, or null after a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `snnwasm` with these words, and with these variables besides those of this process. */
export function start(
  words: readonly string[],
  cwd?: string,
  variables: Readonly<Record<string, string>> = {},
): ChildProcess {
  const env = { ...process.env, ...variables };
  return spawn(process.execPath, [CLI, ...words], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** What a process has said in the end. */
export function finished(child: ChildProcess): Promise<Finished> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** Runs `snnwasm` with these words to its end. */
export function snnwasm(words: readonly string[], cwd?: string): Promise<Finished> {
  return finished(start(words, cwd));
}

/** Expects one clear line on stderr, nothing on stdout and a failure. */
export function expectFailure({ code, stdout, stderr }: Finished, message: RegExp): void {
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr.length).toBeLessThan(500);
  expect(stdout).toBe('');
  expect(code).toBe(1);
}
