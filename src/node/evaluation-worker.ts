/** A worker thread of an evaluation: images in, compressed records out. */

import { parentPort, workerData } from 'node:worker_threads';
import { deflateRawSync } from 'node:zlib';
import type { PixelImage } from '../image/pixel-image.js';
import { readModel } from '../model/file.js';
import { Observer, type ObserverOptions } from '../observation/observer.js';
import { encodeRecord } from '../observation/record.js';

export interface EvaluationWorkerData {
  readonly module: WebAssembly.Module;
  readonly model: Uint8Array;
  readonly options: ObserverOptions;
}

export interface EvaluationJob {
  readonly number: number;
  readonly image: PixelImage;
  readonly label: number;
}

export interface EvaluationResult {
  readonly number: number;
  /** A record (src/evaluation/record.ts), deflated. */
  readonly payload: Uint8Array;
}

const { module, model, options } = workerData as EvaluationWorkerData;
const observer = Observer.create(module, readModel(model), options);

parentPort!.on('message', async ({ number, image, label }: EvaluationJob) => {
  const record = (await observer).observe(image, label);
  const result: EvaluationResult = { number, payload: deflateRawSync(encodeRecord(record), { level: 6 }) };
  parentPort!.postMessage(result);
});
