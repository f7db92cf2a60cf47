/** The benchmark in a browser's page: what the Node side calls, by name. */
import { engineBenchmark, type HostJob, type HostReport } from './engine-benchmark.js';
import type { Finished } from './share.js';
import type { ShareJob } from './web-worker.js';

/** What a page offers. */
export interface PageBenchmark {
  engine(job: HostJob): Promise<HostReport>;
  /** Runs so many Web Workers, each on all images; returns when each finished each of its images. */
  throughput(workers: number, inputs: readonly (readonly number[])[], timesteps: number): Promise<Finished[]>;
}

const bytes = async (name: string) => new Uint8Array(await (await fetch(name)).arrayBuffer());
const module = WebAssembly.compileStreaming(fetch('snnwasm.wasm'));
const model = bytes('model.snn');

const benchmark: PageBenchmark = {
  engine: async (job) => engineBenchmark(await module, await model, job),
  throughput: async (workers, inputs, timesteps) => {
    const shares = Array.from({ length: workers }, async (_, worker) => {
      const job: ShareJob = { worker, module: await module, model: await model, inputs, timesteps };
      return runShare(job);
    });
    return (await Promise.all(shares)).flat();
  },
};

function runShare(job: ShareJob): Promise<Finished[]> {
  const worker = new Worker('worker.js', { type: 'module' });
  return new Promise<Finished[]>((resolve, reject) => {
    worker.onerror = (event) => reject(new Error(event.message));
    worker.onmessage = ({ data }: MessageEvent<Finished[]>) => resolve(data);
    worker.postMessage(job);
  }).finally(() => worker.terminate());
}

Object.assign(globalThis, { benchmark });
