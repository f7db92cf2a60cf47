/**
 * What Node adds to the public API: compiled kernels, model files and image decoders from disk.
 *
 * @module snnwasm/node
 */
export type { Cifar100, LabelledImage, LabelledImages } from '../data/cifar100.js';
export { nodeCodecs } from '../host/node/codecs.js';
export { kernelModule } from '../host/node/kernels.js';
export { loadModelFile, shippedModelPath } from '../host/node/models.js';
export { type Cifar100Split, fineLabels, openCifar100 } from '../node/cifar100.js';
