/** What `snnwasm` exports on every host; `loadModel` comes from the host's own entry. */

export { UserError } from '../errors.js';
export { readModel, writeModel } from '../file/file.js';
export type { Beta, Interval } from '../fusion/beta.js';
export { fuse, type HeadPrior, type Posterior, rateInterval } from '../fusion/posterior.js';
export type { SpikeCounts } from '../fusion/prior.js';
export {
  describeModel,
  type HeadDescription,
  type ModelDescription,
  type PopulationDescription,
  type SynapsesDescription,
  type ThresholdDescription,
} from '../graph/describe.js';
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
  Readout,
  RunDefaults,
  Shape,
  SpikingHead,
  SpikingNetwork,
  SpikingPopulation,
  SpikingSynapses,
  Window,
} from '../graph/network.js';
export type { ProgressListener, TransferOptions } from '../host/transfer.js';
export type { CodecSource } from '../picture/codec.js';
export { decodeImage } from '../picture/decode.js';
export type { Orientation } from '../picture/exif.js';
export type { ImageFormat } from '../picture/format.js';
export { fromRgba, type PixelImage, type RgbaImage } from '../picture/pixel-image.js';
export { type Answer, type Answerable, answerOf, type Prediction } from '../run/answer.js';
export {
  annEnergyMillijoules,
  ENERGY_MODELS,
  type EnergyModel,
  type EventCounts,
  energyMillijoules,
  energyModel,
} from '../run/energy.js';
export { type Activity, Classifier, Run, type RunOptions } from '../run/run.js';
export type { ImageSource } from './image-source.js';
export type { KernelSource, LoadOptions, ModelLoader, ModelSource } from './load.js';
export { Model, type Step } from './model.js';
export type { ClassifyOptions, StepOptions } from './options.js';
