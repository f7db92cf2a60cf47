/** The benchmark in a browser's page: what the Node side calls, by name. */

import { shareModel } from '../../src/engine/shared-model.js';
import { canShareMemory } from '../../src/engine/wasm.js';
import { readModel } from '../../src/file/file.js';
import { engineBenchmark, type HostJob, type HostReport } from './engine-benchmark.js';
import type { Throughput, Way, WorkerModel } from './share.js';
import type { ShareJob, ShareResult } from './web-worker.js';

/** What a page offers. */
export interface PageBenchmark {
  engine(job: HostJob): Promise<HostReport>;
  /** Runs Web Workers, each on all images; null where they are to share a model and this browser lets no two. */
  throughput(way: Way, inputs: readonly (readonly number[])[], timesteps: number): Promise<Throughput | null>;
}

const bytes = async (name: string) => new Uint8Array(await (await fetch(name)).arrayBuffer());
const module = WebAssembly.compileStreaming(fetch('snnwasm.wasm'));
const model = bytes('model.snn');

const benchmark: PageBenchmark = {
  engine: async (job) => engineBenchmark(await module, await model, job),
  throughput: async (way, inputs, timesteps) => {
    const models = await modelsOf(way);
    if (models === null) return null;
    const results = await Promise.all(
      models.map((model, worker) => runShare({ worker, model, inputs, timesteps })),
    );
    const bytes = results.map(({ memoryBytes }) => memoryBytes);
    return {
      finished: results.flatMap(({ finished }) => finished),
      memoryBytes: way.shared ? bytes[0]! : bytes.reduce((sum, each) => sum + each, 0),
    };
  },
};

async function modelsOf({ workers, shared }: Way): Promise<readonly WorkerModel[] | null> {
  const network = readModel(await model);
  if (!shared) {
    const own = { module: await module, network };
    return Array.from({ length: workers }, () => own);
  }
  const binary = await bytes('snnwasm.shared.wasm');
  if (!canShareMemory(binary)) return null;
  return shareModel(await WebAssembly.compile(binary), network, workers);
}

function runShare(job: ShareJob): Promise<ShareResult> {
  const worker = new Worker('worker.js', { type: 'module' });
  return new Promise<ShareResult>((resolve, reject) => {
    worker.onerror = (event) => reject(new Error(event.message));
    worker.onmessage = ({ data }: MessageEvent<ShareResult>) => resolve(data);
    worker.postMessage(job);
  }).finally(() => worker.terminate());
}

Object.assign(globalThis, { benchmark });
