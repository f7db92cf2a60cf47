/**
 * Conversion: a checkpoint and training images in, a model file out. This is the entry of `snnwasm/convert` for
 * browsers; src/entry/convert-node.ts is the one for Node.
 *
 * @example
 * const bytes = await convertCheckpoint(checkpoint, pictures, { name: 'mine' });
 * const model = await loadModel(bytes);
 *
 * @module snnwasm/convert
 */
import { type CheckpointConverter, checkpointConverter } from '../app/convert.js';
import { browserHost } from '../host/browser/host.js';

export * from '../app/convert-index.js';

/**
 * Turns a trained network into a spiking one. Deterministic: the same checkpoint, images and options give the same
 * bytes on every host. The thread is handed back between images, so a page stays responsive; it works on one core.
 *
 * @param checkpoint - the bytes of a .safetensors file, a ResNet with names as `train/` writes them
 * @param calibration - training images, from which the lambdas of eq. (8) and the prior strengths are found
 * @returns the bytes of a model file (.snn), for `loadModel` or a download
 * @throws UserError if the checkpoint holds no ResNet that can be converted, there are too few images, an option is out
 *   of range, a layer is silent on the images, or the model could not run for so many timesteps
 * @throws the signal's reason, if `options.signal` was aborted
 * @function
 */
export const convertCheckpoint: CheckpointConverter = checkpointConverter(browserHost);
