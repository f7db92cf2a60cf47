/** The browser that the page's tests drive: a Chromium that is installed, never one that is downloaded. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const CANDIDATES = [
  process.env.SNNWASM_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Path of a Chromium, or undefined where there is none. */
export const chromiumPath = CANDIDATES.find((path) => path !== undefined && path !== '' && existsSync(path));

/** Why tests in a browser are skipped, or '' where they run. */
export const skipped =
  chromiumPath === undefined ? 'no Chromium was found: install one, or name it in SNNWASM_CHROMIUM' : '';

if (skipped !== '') {
  if (process.env.CI || process.env.SNNWASM_REQUIRE_BROWSER === '1') {
    throw new Error(`the tests of the demo page must run here, but ${skipped}`);
  }
  console.warn(`SKIPPED: the tests of the demo page, because ${skipped}`);
}

/** @param flags - of Chromium, besides those that any container needs */
export function launchBrowser(...flags: string[]): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox', ...flags] });
}
