/** A Web Worker of the throughput measurement: its share in, the times of its images out. */
import { readModel } from '../../src/model/file.js';
import { type Finished, ImageRunner, now } from './share.js';

export interface ShareJob {
  readonly worker: number;
  readonly module: WebAssembly.Module;
  readonly model: Uint8Array;
  readonly inputs: readonly (readonly number[])[];
  readonly timesteps: number;
}

self.onmessage = async ({ data }: MessageEvent<ShareJob>) => {
  const { worker, module, model, inputs, timesteps } = data;
  const runner = await ImageRunner.create(module, readModel(model), timesteps);
  const finished = inputs.map((input): Finished => {
    const choice = runner.run(Int16Array.from(input));
    return { worker, at: now(), choice };
  });
  self.postMessage(finished);
};
