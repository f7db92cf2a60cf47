/** Chromium, headless, with the benchmark's page in it; the files come from a server of this process. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium } from 'playwright-core';
import { paperModelPath } from '../../src/host/node/models.js';
import { chromiumPath } from '../../test/support/find-chromium.js';
import { bundle } from './bundle.js';
import type { HostJob, HostReport } from './engine-benchmark.js';
import type { PageBenchmark } from './page.js';
import type { Throughput, Way } from './share.js';

/** Only a page that is isolated from other origins may share memory; and its clock has 5 microseconds, not 100. */
const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
const require = createRequire(import.meta.url);

/** A page that runs the benchmark. */
export interface BenchmarkPage {
  readonly version: string;
  engine(job: HostJob): Promise<HostReport>;
  throughput(way: Way, inputs: readonly (readonly number[])[], timesteps: number): Promise<Throughput | null>;
  close(): Promise<void>;
}

/** Opens the page; null where no Chromium is found (SNNWASM_CHROMIUM names another). */
export async function openPage(): Promise<BenchmarkPage | null> {
  const executablePath = chromiumPath();
  if (executablePath === null) return null;
  const server = await serve();
  let browser: Browser;
  try {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  } catch (error) {
    server.close();
    throw error;
  }
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.waitForFunction('globalThis.benchmark !== undefined');
  return {
    version: browser.version(),
    engine: (job) =>
      page.evaluate(
        (job) => (globalThis as unknown as { benchmark: PageBenchmark }).benchmark.engine(job),
        job,
      ),
    throughput: (way, inputs, timesteps) =>
      page.evaluate(
        ({ way, inputs, timesteps }) =>
          (globalThis as unknown as { benchmark: PageBenchmark }).benchmark.throughput(
            way,
            inputs,
            timesteps,
          ),
        { way, inputs, timesteps },
      ),
    close: async () => {
      await browser.close();
      server.close();
    },
  };
}

async function serve(): Promise<Server> {
  const script = 'text/javascript';
  const files = new Map<string, { type: string; content: Uint8Array | string }>([
    ['/', { type: 'text/html', content: '<!doctype html><script type="module" src="page.js"></script>' }],
    ['/page.js', { type: script, content: await bundle('page.ts', 'browser') }],
    ['/worker.js', { type: script, content: await bundle('web-worker.ts', 'browser') }],
    ['/model.snn', { type: 'application/octet-stream', content: await readFile(paperModelPath()) }],
  ]);
  for (const name of ['snnwasm.wasm', 'snnwasm.shared.wasm']) {
    const content = await readFile(require.resolve(`snnwasm/${name}`));
    files.set(`/${name}`, { type: 'application/wasm', content });
  }
  const server = createServer((request, response) => {
    const file = files.get(request.url ?? '');
    if (file === undefined) response.writeHead(404).end();
    else response.writeHead(200, { ...HEADERS, 'Content-Type': file.type }).end(file.content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
