/**
 * The public API. On every host it exports the same; this is the entry for browsers, where `loadModel` fetches.
 * In Node, where it reads files too, src/entry/index-node.ts stands in its place.
 *
 * @example
 * const model = await loadModel();
 * const { predictions, energyMillijoules } = await model.classify(picture);
 *
 * @module snnwasm
 */
import { type ModelLoader, modelLoader } from './app/load.js';
import { browserHost } from './host/browser/host.js';

export * from './app/index.js';

/**
 * Loads a model.
 *
 * @param source - without one, the model that ships with the package; else an address, the bytes of a .snn file, or a
 *   `Response`. In Node, text without `http://` or `https://` is a path.
 * @param options - how to show progress, how to end the transfer, other kernels and decoders
 * @returns the model, ready to classify
 * @throws UserError in one line that says what to do: if the server cannot be reached, answers with an error, sends a
 *   web page, or breaks off; if the file cannot be read, is truncated, damaged or no model; if the host does not run
 *   WebAssembly SIMD
 * @throws the signal's reason, if `options.signal` was aborted
 * @function
 */
export const loadModel: ModelLoader = modelLoader(browserHost);
