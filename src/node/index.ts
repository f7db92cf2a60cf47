/**
 * What Node adds to the public API: compiled kernels, model files and image decoders from disk.
 *
 * @module snnwasm/node
 */
export { nodeCodecs } from './codecs.js';
export { kernelModule } from './kernels.js';
export { loadModelFile, shippedModelPath } from './models.js';
