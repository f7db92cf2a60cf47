/** A classifier made of the bytes of its files, for faces that drive the run themselves. */

import { readModel } from '../file/file.js';
import { compileKernels } from '../host/host.js';
import { Classifier } from '../run/run.js';

/**
 * Reads a model and puts it into WebAssembly memory.
 *
 * @param model - the bytes of a .snn file
 * @param kernels - the bytes of `snnwasm.wasm`
 * @throws UserError if the model is not sound, or the host does not run the kernels or refuses the memory
 */
export async function openClassifier(model: Uint8Array, kernels: Uint8Array): Promise<Classifier> {
  return Classifier.create(await compileKernels(kernels), readModel(model));
}
