/** A worker thread of the throughput measurement in Node. */
import { parentPort, threadId, workerData } from 'node:worker_threads';
import { readModel } from '../../src/model/file.js';
import { type Finished, ImageRunner, now } from './share.js';

export interface ThroughputData {
  readonly module: WebAssembly.Module;
  readonly model: Uint8Array;
  readonly timesteps: number;
}

export type ThroughputResult = Finished & { readonly memoryBytes: number };

const { module, model, timesteps } = workerData as ThroughputData;
const runner = ImageRunner.create(module, readModel(model), timesteps);

parentPort!.on('message', async (input: Int16Array) => {
  const own = await runner;
  const choice = own.run(input);
  parentPort!.postMessage({
    worker: threadId,
    at: now(),
    choice,
    memoryBytes: own.memoryBytes,
  } satisfies ThroughputResult);
});
