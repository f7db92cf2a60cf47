/**
 * Throughput over images with one and two workers, threads of Node and Web Workers of Chromium: each with a memory of
 * its own, and all on one shared model.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { shareModel } from '../../src/engine/shared-model.js';
import { sharedKernelModule } from '../../src/host/node/kernels.js';
import { runPool } from '../../src/host/node/pool.js';
import { openPage } from '../hosts/browser.js';
import { bundle } from '../hosts/bundle.js';
import {
  type Finished,
  steadyThroughput,
  type Throughput,
  type Way,
  type WorkerModel,
} from '../hosts/share.js';
import type { ThroughputData, ThroughputResult } from '../hosts/throughput-worker.js';
import type { Measurement, Part } from '../measure/result.js';
import { summarise } from '../measure/statistics.js';
import type { Workplace } from './workplace.js';

const WAYS: readonly Way[] = [false, true].flatMap((shared) =>
  [1, 2].map((workers) => ({ workers, shared })),
);

/** Null where workers are to share a model and the host does not let them. */
type Measure = (way: Way) => Promise<Throughput | null>;

export async function measureCores(workplace: Workplace): Promise<Part> {
  const { settings, versions } = workplace;
  const skipped: string[] = [];
  const rows = await inNode(workplace, skipped);
  const page = await openPage();
  if (page === null) skipped.push('no Chromium was found: name one with SNNWASM_CHROMIUM');
  else {
    try {
      versions.chromium = page.version;
      const inputs = sharesOf(workplace).map((input) => Array.from(input));
      const measure: Measure = (way) => page.throughput(way, inputs, settings.timesteps);
      rows.push(...(await repeat('Web Workers of Chromium', settings.throughputs, measure, skipped)));
    } finally {
      await page.close();
    }
  }
  return {
    name: 'cores',
    title: `Throughput over images, ${settings.timesteps} timesteps each, while all workers were busy`,
    notes: [
      'wasmMebibytes: the WebAssembly memory of all workers together',
      '"one model": snnwasm.shared.wasm, weights once in one shared memory, and membranes and spikes once a worker',
    ],
    rows,
    reference: rows[0]!.name,
    skipped,
  };
}

async function inNode(workplace: Workplace, skipped: string[]): Promise<Measurement[]> {
  const folder = await mkdtemp(join(tmpdir(), 'snnwasm-bench-'));
  try {
    const path = join(folder, 'worker.mjs');
    await writeFile(path, await bundle('throughput-worker.ts', 'node'));
    const measure: Measure = (way) => inThreads(workplace, pathToFileURL(path), way);
    return await repeat('threads of Node', workplace.settings.throughputs, measure, skipped);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function inThreads(workplace: Workplace, script: URL, way: Way): ReturnType<Measure> {
  const models = await modelsOf(workplace, way);
  if (models === null) return null;
  const { timesteps } = workplace.settings;
  const dataOf = (worker: number): ThroughputData => ({ model: models[worker]!, timesteps });
  const jobs = models.flatMap(() => sharesOf(workplace));
  const finished: Finished[] = [];
  const memories = new Map<number, number>();
  await runPool<Int16Array, ThroughputResult>(script, dataOf, way.workers, jobs, async (result) => {
    finished.push(result);
    memories.set(way.shared ? 0 : result.worker, result.memoryBytes);
  });
  const memoryBytes = [...memories.values()].reduce((sum, bytes) => sum + bytes, 0);
  return { finished, memoryBytes };
}

async function modelsOf(
  { module, network }: Workplace,
  { workers, shared }: Way,
): Promise<readonly WorkerModel[] | null> {
  if (!shared) return Array.from({ length: workers }, () => ({ module, network }));
  const kernels = await sharedKernelModule();
  return kernels && shareModel(kernels, network, workers);
}

/** The images of one worker's share. */
function sharesOf({ inputs, settings }: Workplace): Int16Array[] {
  return Array.from({ length: settings.imagesPerWorker }, (_, index) => inputs[index % inputs.length]!);
}

/** Measures each way in turn, again and again; images a second. */
async function repeat(
  host: string,
  times: number,
  measure: Measure,
  skipped: string[],
): Promise<Measurement[]> {
  const measured = new Map<Way, { samples: number[]; memoryBytes: number }>();
  for (let round = 0; round < times; round++) {
    for (const way of WAYS) {
      const result = await measure(way);
      if (result === null) continue;
      const samples = measured.get(way)?.samples ?? [];
      samples.push(steadyThroughput(result.finished));
      measured.set(way, { samples, memoryBytes: result.memoryBytes });
    }
  }
  if (![...measured.keys()].some(({ shared }) => shared)) skipped.push(`${host} cannot share memory here`);
  return [...measured].map(([{ workers, shared }, { samples, memoryBytes }]) => ({
    name: `${host}, ${workers} worker${workers === 1 ? '' : 's'}${shared ? ', one model' : ''}`,
    unit: 'images/s',
    per: 'second',
    summary: summarise(samples),
    facts: { workers, wasmMebibytes: memoryBytes / 2 ** 20 },
  }));
}
