/**
 * What Node adds to the public API: compiled kernels, model files and image decoders from disk.
 *
 * @module snnwasm/node
 */

export { nodeCodecs } from '../host/node/codecs.js';
export { kernelModule } from '../host/node/kernels.js';
export { loadModelFile, paperModelPath, shippedModelPath } from '../host/node/models.js';
