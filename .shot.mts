import { chromium } from 'playwright-core';
import { createServer } from 'node:http';
import { readFileSync, existsSync } from 'node:fs';
import { extname } from 'node:path';
import { randomGraph } from './test/reference/random-graph.ts';
import { writeModel } from './src/file/file.ts';
let seed = 1; let graph = randomGraph(1);
for (seed = 1; ; seed++) { graph = randomGraph(seed); if (graph.input.channels === 3 && graph.populations.length >= 6 && graph.labels.length >= 3) break; }
console.log(seed, graph.populations.map(p => p.synapses.map(s => s.kind + s.source).join('+')));
const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm', '.svg': 'image/svg+xml' };
const server = createServer((q, r) => { const p = '/tmp/bw/web' + (q.url === '/' ? '/index.html' : q.url!.split('?')[0]); if (!existsSync(p)) { r.writeHead(404).end(); return; } r.writeHead(200, { 'content-type': types[extname(p)] ?? 'application/octet-stream' }).end(readFileSync(p)); }).listen(0);
const url = `http://127.0.0.1:${(server.address() as any).port}/`;
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
for (const [name, width, custom] of [['graph-wide', 1440, true], ['graph-narrow', 420, true]] as const) {
  const page = await browser.newPage({ viewport: { width, height: 1000 } });
  page.on('console', (m) => { if (['error', 'warning'].includes(m.type())) console.log(name, m.text()); }); page.on('pageerror', e => console.log(name, e.message));
  if (custom) await page.route('**/*.snn', (route) => route.fulfill({ body: Buffer.from(writeModel(graph)), contentType: 'application/octet-stream' }));
  if (custom) await page.route('**/*.js', async (route) => { const r = await route.fetch(); const body = (await r.text()).replace(/11400720|1140072e1/g, String(writeModel(graph).length)); await route.fulfill({ response: r, body }); });
  await page.goto(url); await page.waitForFunction(() => /Done|Running/.test(document.querySelector('#state')?.textContent ?? ''), undefined, { timeout: 20000 }).catch(e => console.log(name, e.message.slice(0, 80)));
  await page.waitForTimeout(1500); await page.screenshot({ path: `/tmp/bw/${name}.png` }); await page.close();
}
await browser.close(); server.close();
