/**
 * Draws docs/page.webp, the picture of the demo page in the README: `npm run docs:page`, with a Chromium
 * that is installed. The page is caught in the middle of its first run, with one layer explained.
 */
import { join } from 'node:path';
import sharp from 'sharp';
import { launchChromium } from '../test/support/chromium.js';
import { startSite } from '../test/support/site.js';

const root = join(import.meta.dirname, '..');
/** About half a run: answers have formed, and everything still moves. */
const TIMESTEP = 32;

const server = await startSite(join(root, 'web/dist'), null);
const browser = await launchChromium();
const page = await browser.newPage({
  viewport: { width: 1440, height: 900 },
  deviceScaleFactor: 2,
  colorScheme: 'dark',
});
await page.goto(server.url);
await page.getByRole('button', { name: /^conv inside block 2/ }).click();
await page.getByRole('button', { name: 'Restart' }).click();
await page.waitForFunction(
  (t) => Number.parseInt(document.querySelector('#clock')?.textContent ?? '', 10) >= t,
  TIMESTEP,
);
const picture = await page.screenshot();
await browser.close();
server.close();
await sharp(picture).resize(1440).webp({ quality: 82 }).toFile(join(root, 'docs/page.webp'));
