/**
 * A browser for tests: Chromium, from SNNWASM_CHROMIUM or under one of its usual names. Where there is none, tests
 * skip and say so; they fail instead in CI, and where SNNWASM_REQUIRE_BROWSER is 1.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { describe, it } from 'vitest';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];

const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Path of the browser, or null. */
export function chromiumPath(): string | null {
  const named = process.env.SNNWASM_CHROMIUM;
  if (named !== undefined && named !== '') return named;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...candidates, ...PLACES].find(isExecutable) ?? null;
}

/**
 * Starts the browser. Root, as in containers, has to do without its sandbox.
 *
 * @param flags - further command line flags
 */
export function launchChromium(...flags: string[]): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === null) throw new Error('there is no Chromium: set SNNWASM_CHROMIUM to its path');
  const args = [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), ...flags];
  return chromium.launch({ executablePath, args });
}

/** A `describe` that runs only where there is a browser; otherwise its name says what is missing, or it fails. */
export function describeWithChromium(name: string, define: () => void): void {
  if (chromiumPath() !== null) {
    describe(name, define);
  } else if (process.env.CI || process.env.SNNWASM_REQUIRE_BROWSER === '1') {
    it(`${name}: needs Chromium`, () => {
      throw new Error('there is no Chromium: install it, or set SNNWASM_CHROMIUM to its path');
    });
  } else {
    const reason = 'skipped: Chromium not found, set SNNWASM_CHROMIUM to its path';
    // The reporter says of a file that skips as a whole no more than that.
    console.warn(`${name}: ${reason}`);
    describe.skip(`${name} (${reason})`, define);
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
