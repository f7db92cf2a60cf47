/** A worker thread of an evaluation: images in, compressed records out. */

import { parentPort, workerData } from 'node:worker_threads';
import { deflateRawSync } from 'node:zlib';
import type { ModelShare } from '../../src/engine/shared-model.js';
import { Observer, type ObserverOptions } from '../../src/fit/observer.js';
import { encodeRecord } from '../../src/fit/record.js';
import type { SpikingNetwork } from '../../src/graph/network.js';
import type { PixelImage } from '../../src/picture/pixel-image.js';

export interface EvaluationWorkerData {
  readonly module: WebAssembly.Module;
  /** A share of the model that all workers use, or, where memory cannot be shared, a copy of the network. */
  readonly model: ModelShare | SpikingNetwork;
  readonly options: ObserverOptions;
}

export interface EvaluationJob {
  readonly number: number;
  readonly image: PixelImage;
  readonly label: number;
}

export interface EvaluationResult {
  readonly number: number;
  /** A record (src/fit/record.ts), deflated. */
  readonly payload: Uint8Array;
}

const { module, model, options } = workerData as EvaluationWorkerData;
const observer =
  'memory' in model ? Observer.of(module, model, options) : Observer.create(module, model, options);

parentPort!.on('message', async ({ number, image, label }: EvaluationJob) => {
  const record = (await observer).observe(image, label);
  const result: EvaluationResult = { number, payload: deflateRawSync(encodeRecord(record), { level: 6 }) };
  parentPort!.postMessage(result);
});
