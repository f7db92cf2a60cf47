/**
 * The public API, portable: nothing here touches a file system. In Node, `snnwasm/node` adds the files.
 *
 * @example
 * const network = readModel(bytes);
 * const classifier = await Classifier.create(module, network);
 * const run = classifier.start(await decodeImage(picture));
 * run.advance(network.defaults.timesteps);
 * const { predictions, energyMillijoules } = answerOf(network, run, 5);
 */
export { type Answer, answerOf, type Prediction } from './answer.js';
export { type Activity, Classifier, Run, type RunOptions } from './classifier.js';
export {
  annEnergyMillijoules,
  ENERGY_MODELS,
  type EnergyModel,
  type EventCounts,
  energyMillijoules,
  energyModel,
} from './energy.js';
export { UserError } from './errors.js';
export type { Beta, Interval } from './fusion/beta.js';
export { fuse, type HeadPrior, type Posterior, rateInterval } from './fusion/posterior.js';
export type { SpikeCounts } from './fusion/prior.js';
export type { CodecSource } from './image/codec.js';
export { decodeImage } from './image/decode.js';
export { fromRgba, type PixelImage, type RgbaImage } from './image/pixel-image.js';
export { describeModel, type ModelDescription } from './model/describe.js';
export { readModel, writeModel } from './model/file.js';
export type { Propagation, RunDefaults, SpikingHead, SpikingLayer, SpikingNetwork } from './model/graph.js';
