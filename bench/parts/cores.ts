/** Throughput over images with one and two workers: threads of Node, and Web Workers of Chromium. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { shippedModelPath } from '../../src/node/models.js';
import { runPool } from '../../src/node/pool.js';
import { openPage } from '../hosts/browser.js';
import { bundle } from '../hosts/bundle.js';
import { type Finished, steadyThroughput } from '../hosts/share.js';
import type { ThroughputData, ThroughputResult } from '../hosts/throughput-worker.js';
import type { Measurement, Part } from '../measure/result.js';
import { summarise } from '../measure/statistics.js';
import type { Workplace } from './all.js';

const WORKERS = [1, 2] as const;

export async function measureCores(workplace: Workplace): Promise<Part> {
  const { settings, versions } = workplace;
  const skipped: string[] = [];
  const { rows, mebibytes, residentMebibytes } = await inNode(workplace);
  const page = await openPage();
  if (page === null) skipped.push('no Chromium was found: name one with SNNWASM_CHROMIUM');
  else {
    try {
      versions.chromium = page.version;
      const inputs = sharesOf(workplace).map((input) => Array.from(input));
      const measured = await repeat(settings.throughputs, (workers) =>
        page.throughput(workers, inputs, settings.timesteps),
      );
      rows.push(...rowsOf('Web Workers of Chromium', measured));
    } finally {
      await page.close();
    }
  }
  return {
    name: 'cores',
    title: `Throughput over images, ${settings.timesteps} timesteps each, while all workers were busy`,
    notes: [
      `a worker holds ${mebibytes.toFixed(1)} MiB of WebAssembly memory; a second thread added ${residentMebibytes.toFixed(0)} MiB to the process`,
      'the module owns its memory and exports it unshared, so workers cannot share the weights: each holds its own copy',
    ],
    rows,
    reference: rows[0]!.name,
    skipped,
  };
}

interface NodeResult {
  readonly rows: Measurement[];
  readonly mebibytes: number;
  readonly residentMebibytes: number;
}

async function inNode(workplace: Workplace): Promise<NodeResult> {
  const folder = await mkdtemp(join(tmpdir(), 'snnwasm-bench-'));
  try {
    const script = join(folder, 'worker.mjs');
    await writeFile(script, await bundle('throughput-worker.ts', 'node'));
    return await inThreads(workplace, pathToFileURL(script));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function inThreads(workplace: Workplace, script: URL): Promise<NodeResult> {
  const { module, settings } = workplace;
  const model = new Uint8Array(await readFile(shippedModelPath()));
  const data: ThroughputData = { module, model, timesteps: settings.timesteps };
  const inputs = sharesOf(workplace);
  let memoryBytes = 0;
  const resident = new Map<number, number>();
  const measured = await repeat(settings.throughputs, async (workers) => {
    const finished: Finished[] = [];
    const jobs = Array.from({ length: workers }, () => inputs).flat();
    let largest = 0;
    await runPool<Int16Array, ThroughputResult>(script, data, workers, jobs, async (result) => {
      finished.push(result);
      memoryBytes = result.memoryBytes;
      largest = Math.max(largest, process.memoryUsage.rss());
    });
    resident.set(workers, Math.min(resident.get(workers) ?? Infinity, largest));
    return finished;
  });
  return {
    rows: rowsOf('threads of Node', measured),
    mebibytes: memoryBytes / 2 ** 20,
    residentMebibytes: (resident.get(2)! - resident.get(1)!) / 2 ** 20,
  };
}

/** The images of one worker's share. */
function sharesOf({ inputs, settings }: Workplace): Int16Array[] {
  return Array.from({ length: settings.imagesPerWorker }, (_, index) => inputs[index % inputs.length]!);
}

/** Measures each number of workers in turn, again and again; images a second. */
async function repeat(
  times: number,
  measure: (workers: number) => Promise<readonly Finished[]>,
): Promise<ReadonlyMap<number, number[]>> {
  const measured = new Map<number, number[]>(WORKERS.map((workers) => [workers, []]));
  for (let round = 0; round < times; round++) {
    for (const workers of WORKERS) measured.get(workers)!.push(steadyThroughput(await measure(workers)));
  }
  return measured;
}

function rowsOf(host: string, measured: ReadonlyMap<number, readonly number[]>): Measurement[] {
  return [...measured].map(([workers, samples]) => ({
    name: `${host}, ${workers} worker${workers === 1 ? '' : 's'}`,
    unit: 'images/s',
    per: 'second',
    summary: summarise(samples),
    facts: { workers },
  }));
}
