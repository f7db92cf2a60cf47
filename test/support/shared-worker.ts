/** A thread with a simulation of its own on a shared model: inputs in, a digest of all that they did out. */
import { parentPort, threadId, workerData } from 'node:worker_threads';
import type { ModelShare } from '../../src/engine/shared-model.js';
import { Simulation } from '../../src/engine/simulation.js';
import { spikesOf } from './spikes.js';

export interface SharedJob {
  readonly number: number;
  readonly input: Int16Array;
  readonly timesteps: number;
}

export interface SharedResult {
  readonly number: number;
  readonly thread: number;
  readonly spikes: string;
}

const simulation = Simulation.of(workerData as ModelShare);

parentPort!.on('message', async ({ number, input, timesteps }: SharedJob) => {
  const spikes = spikesOf(await simulation, input, timesteps);
  parentPort!.postMessage({ number, thread: threadId, spikes } satisfies SharedResult);
});
