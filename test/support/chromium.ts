/**
 * A browser for tests: Chromium, from SNNWASM_CHROMIUM or under one of its usual names. Where there is none, tests
 * skip and say so; they fail instead in CI, and where SNNWASM_REQUIRE_BROWSER is 1.
 */
import { type Browser, chromium } from 'playwright-core';
import { describe, it } from 'vitest';
import { chromiumPath } from './find-chromium.js';

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
