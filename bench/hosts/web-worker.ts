/** A Web Worker of the throughput measurement: its share in, the times of its images out. */
import { type Finished, ImageRunner, now, type WorkerModel } from './share.js';

export interface ShareJob {
  readonly worker: number;
  readonly model: WorkerModel;
  readonly inputs: readonly (readonly number[])[];
  readonly timesteps: number;
}

export interface ShareResult {
  readonly finished: readonly Finished[];
  readonly memoryBytes: number;
}

self.onmessage = async ({ data }: MessageEvent<ShareJob>) => {
  const { worker, model, inputs, timesteps } = data;
  const runner = await ImageRunner.create(model, timesteps);
  const finished = inputs.map((input): Finished => {
    const choice = runner.run(Int16Array.from(input));
    return { worker, at: now(), choice };
  });
  self.postMessage({ finished, memoryBytes: runner.memoryBytes } satisfies ShareResult);
};
