/** A worker thread of the throughput measurement in Node. */
import { parentPort, threadId, workerData } from 'node:worker_threads';
import { type Finished, ImageRunner, now, type WorkerModel } from './share.js';

export interface ThroughputData {
  readonly model: WorkerModel;
  readonly timesteps: number;
}

export type ThroughputResult = Finished & { readonly memoryBytes: number };

const { model, timesteps } = workerData as ThroughputData;
const runner = ImageRunner.create(model, timesteps);

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
