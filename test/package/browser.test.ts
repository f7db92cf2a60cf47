/**
 * The package in Chromium, from an installed tarball: on a page without a build under a strict Content-Security-Policy,
 * and after Vite. What it computes there is what it computes in Node, spike for spike.
 */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, ConsoleMessage, Page } from 'playwright-core';
import sharp from 'sharp';
import { createServer } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeModel } from '../../src/file/file.js';
import { describeWithChromium, launchChromium } from '../support/chromium.js';
import {
  EXTENT,
  expectedTraces,
  firstDifference,
  hashOf,
  type ImageTrace,
  PICTURES,
  pictures,
  TIMESTEPS,
} from '../support/determinism.js';
import { installedProject, PATIENCE, ROOT, runNode, runTool, workFolder } from '../support/package.js';
import { onlyBlock } from '../support/readme.js';
import { randomRecords } from '../support/records.js';
import { rgb } from '../support/rgb.js';
import { type Site, STRICT_POLICY, startSite } from '../support/site.js';
import { tinyCheckpoint } from '../support/tiny.js';

const MODEL = '/node_modules/snnwasm/weights/resnet18-cifar100-radix.snn';
const README_PAGE =
  '<!doctype html><meta charset="utf-8"><link rel="icon" href="/picture.png"><output></output>';
const FILES = ['picture.png', 'picture.jpg', 'picture.webp'];
const CONVERSION = { name: 'tiny', seed: 3, timesteps: 24, provenance: { checkpoint: 'tiny.safetensors' } };

describeWithChromium('in Chromium', () => {
  let project: string;
  let work: Awaited<ReturnType<typeof workFolder>>;
  let browser: Browser;
  let site: Site;

  beforeAll(async () => {
    work = await workFolder();
    [project, browser] = await Promise.all([installedProject(work.folder), launchChromium()]);
    await fill(project);
    site = await startSite(project, STRICT_POLICY, {
      '/missing.snn': (response) => response.writeHead(404).end('no'),
      '/page-instead.snn': (response) =>
        response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
      '/text.snn': (response) => response.writeHead(200).end('a text that is no model'),
      // The page has to have read the two bytes before the connection ends: a broken stream drops what it holds.
      '/short.snn': (response) =>
        response
          .writeHead(200, { 'content-length': 100 })
          .write('89', () => setTimeout(() => response.destroy(), 200)),
      '/empty.snn': (response) => response.writeHead(200).end(),
    });
  }, PATIENCE);
  afterAll(async () => {
    site?.close();
    await browser?.close();
    await work?.remove();
  });

  /** Opens a page, and gives what went wrong in it: exceptions, errors of the console, breaches of the policy. */
  async function open(address: string): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message: ConsoleMessage) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    await page.goto(address);
    return { page, complaints };
  }

  /** What a page's `<output>` says once it is no number of bytes. */
  async function outputOf(page: Page, expected: RegExp): Promise<string> {
    const output = page.locator('output');
    await output.filter({ hasText: expected }).waitFor({ timeout: 60_000 });
    return (await output.textContent()) ?? '';
  }

  describe('a page without a build, under a strict policy', () => {
    let page: Page;
    let complaints: string[];
    beforeAll(async () => {
      ({ page, complaints } = await open(site.url));
    }, PATIENCE);
    afterAll(() => page?.close());

    /** Asks the page's `outcome` (test/package/guest/page.js). */
    function ask<Result>(what: string, ...values: readonly unknown[]): Promise<Result> {
      return page.evaluate(`globalThis.outcome.${what}(...${JSON.stringify(values)})`) as Promise<Result>;
    }

    it(
      `counts the spikes that Node counts: every layer and head of ${PICTURES} images`,
      async () => {
        const program = `
          import { readFile } from 'node:fs/promises';
          import { loadModel } from 'snnwasm';
          import { tracesOf } from './traces.js';
          const traces = await tracesOf(await loadModel(), await readFile('pictures.rgb'), ${EXTENT}, ${TIMESTEPS});
          console.log(JSON.stringify(traces));`;
        const [expected, inNode, inChromium] = await Promise.all([
          expectedTraces(),
          runNode(project, 'traces.mjs', program).then((said) => JSON.parse(said) as ImageTrace[]),
          ask<ImageTrace[]>('traces', EXTENT, TIMESTEPS),
        ]);
        expect(new Set(expected.map(hashOf)).size).toBe(PICTURES);
        for (const { layers, heads } of expected) {
          expect([layers.length, Object.keys(heads).length]).toEqual([17, 8]);
          expect(Math.min(...layers.map(([spikes]) => spikes))).toBeGreaterThan(0);
        }
        expect(firstDifference(expected, inNode), 'in Node').toBeNull();
        expect(firstDifference(expected, inChromium), 'in Chromium').toBeNull();
      },
      PATIENCE,
    );

    it(
      'decodes files and blobs to what Node decodes',
      async () => {
        const program = `
          import { readFile } from 'node:fs/promises';
          import { loadModel } from 'snnwasm';
          import { traceOf } from './traces.js';
          const model = await loadModel();
          const traces = [];
          for (const name of ${JSON.stringify(FILES)}) {
            const bytes = await readFile(name);
            traces.push(await traceOf(model, bytes, ${TIMESTEPS}));
            traces.push(await traceOf(model, new Blob([bytes]), ${TIMESTEPS}));
          }
          console.log(JSON.stringify(traces));`;
        const expected = JSON.parse(await runNode(project, 'files.mjs', program)) as ImageTrace[];
        const found = await ask<ImageTrace[]>('filesAndBlobs', FILES, TIMESTEPS);
        expect(firstDifference(expected, found)).toBeNull();
        const { data, info } = await sharp(join(project, 'picture.png')).ensureAlpha().raw().toBuffer({
          resolveWithObject: true,
        });
        const pixels = await ask<ImageTrace>('imageData', [...data], info.width, TIMESTEPS);
        expect(firstDifference([expected[0]!], [pixels])).toBeNull();
      },
      PATIENCE,
    );

    it('fetches the kernels once, a decoder once, and nothing from elsewhere', () => {
      for (const file of ['snnwasm.wasm', 'squoosh_png_bg.wasm', 'mozjpeg_dec.wasm', 'webp_dec.wasm']) {
        expect(site.requests.filter((path) => path.endsWith(`/${file}`)).length, file).toBe(1);
      }
    });

    it('tells how far a model is', async () => {
      const { size } = await import('node:fs/promises').then(({ stat }) => stat(join(project, MODEL)));
      const { calls, name } = await ask<{ calls: [number, number][]; name: string }>('progress', MODEL);
      expect(name).toBe('resnet18-cifar100-radix');
      expect(calls[0]).toEqual([0, size]);
      expect(calls.at(-1)).toEqual([size, size]);
      expect(calls.length).toBeGreaterThan(2);
      expect(calls).toEqual([...calls].sort(([a], [b]) => a - b));
    });

    it('lets other tasks run while it classifies', async () => {
      expect(await ask<number>('responsiveness', 'picture.png', 400)).toBeGreaterThan(10);
    });

    it('converts to the bytes that Node converts to', async () => {
      const program = `
        import { readFile } from 'node:fs/promises';
        import { convertCheckpoint } from 'snnwasm/convert';
        const files = await Promise.all(['tiny.safetensors', 'calibration.bin'].map((name) => readFile(name)));
        console.log(JSON.stringify([...(await convertCheckpoint(...files, ${JSON.stringify(CONVERSION)}))]));`;
      const expected = JSON.parse(await runNode(project, 'convert.mjs', program)) as number[];
      expect(expected.length).toBeGreaterThan(1000);
      expect(await ask<number[]>('converted', CONVERSION)).toEqual(expected);
    });

    it('breaks no rule of the policy, and is silent', () => {
      expect(complaints).toEqual([]);
    });

    it.each<[string, RegExp]>([
      [
        'missing.snn',
        /^UserError: cannot load the model at http\S+missing\.snn: the server answers 404 Not Found$/,
      ],
      ['page-instead.snn', /^UserError: the model at http\S+ is a web page: there is no such file/],
      ['text.snn', /^UserError: the model text\.snn is not a snnwasm model file/],
      ['short.snn', /^UserError: the model at http\S+ (broke off after 2|is truncated: 2) of 100 bytes/],
      ['empty.snn', /^UserError: the model empty\.snn is empty$/],
      [
        'http://127.0.0.1:1/x.snn',
        /^UserError: cannot fetch the model from http:\/\/127\.0\.0\.1:1\/x\.snn: /,
      ],
    ])('says what is wrong with %s', async (address, expected) => {
      expect(await ask<string>('failure', address)).toMatch(expected);
    });

    it('stops a transfer when it is told to', async () => {
      expect(await ask<string>('aborted', MODEL)).toMatch(/^AbortError: /);
    });
  });

  it('the page of the README says the class', async () => {
    const { page, complaints } = await open(`${site.url}readme.html`);
    expect(await outputOf(page, /[a-z]/)).toBe('sunflower');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('dist/browser/ works wherever it is copied, with a model of its own', async () => {
    const { page, complaints } = await open(`${site.url}copied.html`);
    expect(await outputOf(page, /[a-z]/)).toMatch(/^class \d$/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  describe('a Vite project', () => {
    let folder: string;
    beforeAll(async () => {
      folder = join(project, 'vite');
      await mkdir(join(folder, 'public'), { recursive: true });
      await writeFile(join(folder, 'public/picture.png'), await readFile(join(project, 'picture.png')));
      const html = `${README_PAGE}<input type="file"><script type="module" src="/main.js"></script>`;
      await writeFile(join(folder, 'index.html'), html);
      await writeFile(join(folder, 'main.js'), onlyBlock('js vite'));
    });

    async function classifyIn(address: string): Promise<void> {
      const { page, complaints } = await open(address);
      await outputOf(page, /choose a picture/);
      await page.locator('input').setInputFiles(join(project, 'picture.png'));
      expect(await outputOf(page, /^(?!.*bytes|choose)/)).toBe('sunflower');
      expect(complaints).toEqual([]);
      await page.close();
    }

    it(
      "builds the README's program, which then classifies under a strict policy",
      async () => {
        await runTool('vite/bin/vite.js', ['build', '--logLevel', 'warn'], folder);
        const built = await startSite(join(folder, 'dist'), STRICT_POLICY);
        await classifyIn(built.url);
        built.close();
      },
      PATIENCE,
    );

    it(
      'serves it in development',
      async () => {
        const server = await createServer({
          root: folder,
          configFile: false,
          logLevel: 'error',
          server: { port: 0, host: '127.0.0.1', fs: { allow: [project] } },
        });
        await server.listen();
        await classifyIn(server.resolvedUrls!.local[0]!);
        await server.close();
      },
      PATIENCE,
    );
  });

  async function fill(folder: string): Promise<void> {
    const guest = join(ROOT, 'test/package/guest');
    for (const name of ['traces.js', 'page.js']) {
      await writeFile(join(folder, name), await readFile(join(guest, name)));
    }
    const script = (name: string) => `${README_PAGE}<script type="module" src="${name}"></script>`;
    await mkdir(join(folder, 'examples'));
    const sunflower = await readFile(join(ROOT, 'examples/sunflower.png'));
    const contents: Record<string, string | Uint8Array> = {
      'index.html': script('page.js'),
      'readme.html': script('readme.js'),
      'readme.js': onlyBlock('js page'),
      'copied.html': script('copied.js'),
      'copied.js': onlyBlock('js page')
        .replace(/'[^']*snnwasm\.js'/, "'./lib/snnwasm.js'")
        .replace('loadModel()', "loadModel('my/model.snn')"),
      'my/model.snn': writeModel(rgb),
      'examples/sunflower.png': sunflower,
      'picture.png': sunflower,
      'picture.jpg': await sharp(sunflower).flatten({ background: 'white' }).jpeg().toBuffer(),
      'picture.webp': await sharp(sunflower).webp().toBuffer(),
      'pictures.rgb': pictures().bytes,
      'tiny.safetensors': tinyCheckpoint,
      'calibration.bin': randomRecords(60, 10, 1),
    };
    await mkdir(join(folder, 'my'));
    await cp(join(folder, 'node_modules/snnwasm/dist/browser'), join(folder, 'lib'), { recursive: true });
    for (const [name, content] of Object.entries(contents)) await writeFile(join(folder, name), content);
  }
});
