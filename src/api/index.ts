/** What `snnwasm` exports on every host; `loadModel` comes from the host's own entry. */
export { type Answer, type Answerable, answerOf, type Prediction } from '../answer.js';
export { type Activity, Classifier, Run, type RunOptions } from '../classifier.js';
export {
  annEnergyMillijoules,
  ENERGY_MODELS,
  type EnergyModel,
  type EventCounts,
  energyMillijoules,
  energyModel,
} from '../energy.js';
export { UserError } from '../errors.js';
export type { Beta, Interval } from '../fusion/beta.js';
export { fuse, type HeadPrior, type Posterior, rateInterval } from '../fusion/posterior.js';
export type { SpikeCounts } from '../fusion/prior.js';
export type { CodecSource } from '../image/codec.js';
export { decodeImage } from '../image/decode.js';
export type { Orientation } from '../image/exif.js';
export type { ImageFormat } from '../image/format.js';
export { fromRgba, type PixelImage, type RgbaImage } from '../image/pixel-image.js';
export {
  describeModel,
  type HeadDescription,
  type ModelDescription,
  type PopulationDescription,
  type SynapsesDescription,
  type ThresholdDescription,
} from '../graph/describe.js';
export { readModel, writeModel } from '../file/file.js';
export type {
  AnySynapses,
  Coding,
  Convolution,
  Dense,
  Depthwise,
  Extent,
  InputNormalisation,
  Padding,
  PerChannel,
  Propagation,
  Provenance,
  RunDefaults,
  Shape,
  SpikingHead,
  SpikingNetwork,
  SpikingPopulation,
  SpikingSynapses,
  Window,
} from '../graph/network.js';
export type { ImageSource } from './image-source.js';
export type { KernelSource, LoadOptions, ModelLoader, ModelSource } from './load.js';
export { Model, type Step } from './model.js';
export type { ClassifyOptions, StepOptions } from './options.js';
export type { ProgressListener, TransferOptions } from './transfer.js';
