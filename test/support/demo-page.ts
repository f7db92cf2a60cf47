/** The built demo page in a browser, as a person uses it; everything that it should not do is noted. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Answer } from '../../src/run/answer.js';
import type { Activity } from '../../src/run/run.js';
import { launchChromium } from './chromium.js';
import { type Site as StaticSite, startSite } from './site.js';

const root = join(import.meta.dirname, '../..');
/** The page is served from some folder of a site, not from its root. */
const PATH = '/some/where/snn/';

/** What "copy as JSON" gives for one picture. */
export type Report = Answer & {
  readonly file: string;
  readonly milliseconds: number;
  readonly layers: readonly (Activity & { readonly name: string })[];
  readonly counts: { readonly final: readonly number[]; readonly head: readonly number[] | null };
};

/** A site with the page on it and a browser that looks at it. */
export class Site {
  readonly server: StaticSite;
  readonly #browser: Browser;
  readonly #folder: string;

  private constructor(server: StaticSite, browser: Browser, folder: string) {
    this.server = server;
    this.#browser = browser;
    this.#folder = folder;
  }

  /** Builds the page with the command that the README names. */
  static async open(...flags: string[]): Promise<Site> {
    const folder = await mkdtemp(join(tmpdir(), 'snnwasm-web-'));
    await promisify(execFile)('npm', ['run', 'web:build', '--', '--outDir', folder, '--emptyOutDir'], {
      cwd: root,
      shell: process.platform === 'win32',
    });
    return new Site(await startSite(folder, null, {}, PATH), await launchChromium(...flags), folder);
  }

  /**
   * @param url - of the page, where it is not the built one
   * @param prepare - called before the page is loaded
   */
  async visit(
    options: BrowserContextOptions = {},
    url = this.server.url,
    prepare?: (page: Page) => Promise<unknown>,
  ): Promise<DemoPage> {
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    await prepare?.(page);
    return DemoPage.open(page, url);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    this.server.close();
    await rm(this.#folder, { recursive: true });
  }
}

export class DemoPage {
  readonly page: Page;
  /** Errors and warnings of the console, and uncaught exceptions. */
  readonly complaints: string[] = [];
  /** Addresses outside the site that the page asked for. */
  readonly foreign: string[] = [];

  private constructor(page: Page, url: string) {
    this.page = page;
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('request', (request) => {
      const asked = request.url();
      if (!asked.startsWith(url) && !/^(blob|data|ws):/.test(asked)) this.foreign.push(asked);
    });
  }

  static async open(page: Page, url: string): Promise<DemoPage> {
    const demo = new DemoPage(page, url);
    await page.goto(url);
    return demo;
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  /** As fast as the machine computes. */
  async realTime(): Promise<void> {
    await this.speed('real time');
  }

  async speed(name: string): Promise<void> {
    await this.page.getByRole('radio', { name, exact: true }).check();
  }

  /** Gives the page a file by its file chooser. */
  async choose(name: string, bytes: Buffer, mimeType = 'image/png'): Promise<void> {
    await this.page.locator('#file').setInputFiles({ name, mimeType, buffer: bytes });
  }

  async sample(name: string): Promise<void> {
    await this.page.getByRole('button', { name: `Sample: ${name}` }).click();
  }

  /** Waits until the run of this picture has reached its last timestep. */
  async finished(picture: string): Promise<void> {
    await this.state(new RegExp(`^Done · ${picture.replace('.', '\\.')} `));
  }

  async state(pattern: RegExp): Promise<void> {
    const handle = await this.page.waitForFunction(
      ({ source }) => new RegExp(source).test(document.querySelector('#state')?.textContent ?? ''),
      { source: pattern.source },
    );
    await handle.dispose();
  }

  async text(selector: string): Promise<string> {
    return (await this.page.locator(selector).textContent()) ?? '';
  }

  /** The answer as the page hands it over. */
  async report(): Promise<Report> {
    const { page } = this;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.evaluate(() => navigator.clipboard.writeText(''));
    await page.getByRole('button', { name: /JSON|Copied/ }).click();
    let text = '';
    await expect
      .poll(async () => {
        text = await page.evaluate(() => navigator.clipboard.readText());
        return text.length;
      })
      .toBeGreaterThan(0);
    return (JSON.parse(text) as Report[])[0]!;
  }
}
