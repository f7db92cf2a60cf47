/**
 * What a page does with the package, told to the test as `globalThis.outcome`: a function by name, so that the test
 * asks for one thing after the other. The test serves this file, the package and the files that are fetched.
 */

import { convertCheckpoint } from './node_modules/snnwasm/dist/browser/convert.js';
import { loadModel, UserError } from './node_modules/snnwasm/dist/browser/snnwasm.js';
import { traceOf, tracesOf } from './traces.js';

const bytesAt = async (address) => new Uint8Array(await (await fetch(address)).arrayBuffer());

let loading;
const shipped = () => {
  loading ??= loadModel();
  return loading;
};

/** The name and message of what a promise ends in. */
const failure = (promise) =>
  promise.then(
    () => 'no error',
    (error) => `${error instanceof UserError ? 'UserError' : error.name}: ${error.message}`,
  );

globalThis.outcome = {
  async traces(extent, timesteps) {
    return tracesOf(await shipped(), await bytesAt('./pictures.rgb'), extent, timesteps);
  },

  async filesAndBlobs(names, timesteps) {
    const traces = [];
    for (const name of names) {
      const bytes = await bytesAt(name);
      traces.push(await traceOf(await shipped(), bytes, timesteps));
      traces.push(await traceOf(await shipped(), new Blob([bytes]), timesteps));
    }
    return traces;
  },

  async imageData(bytes, width, timesteps) {
    const image = new ImageData(new Uint8ClampedArray(bytes), width);
    return traceOf(await shipped(), image, timesteps);
  },

  async progress(address) {
    const calls = [];
    const model = await loadModel(address, { onProgress: (loaded, total) => calls.push([loaded, total]) });
    return { calls, name: model.network.name };
  },

  failure: (address) => failure(loadModel(address)),

  async aborted(address) {
    const controller = new AbortController();
    const onProgress = (loaded) => loaded > 0 && controller.abort();
    return failure(loadModel(address, { signal: controller.signal, onProgress }));
  },

  /** How many other tasks ran while an image was classified. */
  async responsiveness(name, timesteps) {
    const model = await shipped();
    const bytes = await bytesAt(name);
    let tasks = 0;
    let over = false;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      if (over) return;
      tasks++;
      port2.postMessage(null);
    };
    port2.postMessage(null);
    await model.classify(bytes, { coding: 'rate', timesteps });
    over = true;
    port1.close();
    return tasks;
  },

  async converted(options) {
    const [checkpoint, calibration] = await Promise.all(
      ['./tiny.safetensors', './calibration.bin'].map(bytesAt),
    );
    return [...(await convertCheckpoint(checkpoint, calibration, options))];
  },
};
