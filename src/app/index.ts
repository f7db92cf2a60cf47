/** What `snnwasm` exports on every host; `loadModel` comes from the host's own entry. */

export { UserError } from '../errors.js';
export type { Beta, Interval } from '../fusion/beta.js';
export { fuse, type HeadPrior, type Posterior, rateInterval } from '../fusion/posterior.js';
export type { SpikeCounts } from '../fusion/prior.js';
export type { ProgressListener, TransferOptions } from '../host/transfer.js';
export type { CodecSource } from '../image/codec.js';
export { decodeImage } from '../image/decode.js';
export type { Orientation } from '../image/exif.js';
export type { ImageFormat } from '../image/format.js';
export { fromRgba, type PixelImage, type RgbaImage } from '../image/pixel-image.js';
export {
  type ConnectionDescription,
  describeModel,
  type HeadDescription,
  type LayerDescription,
  type ModelDescription,
  type ThresholdDescription,
} from '../model/describe.js';
export { readModel, writeModel } from '../model/file.js';
export type {
  ConvolutionGeometry,
  InputNormalisation,
  Propagation,
  Provenance,
  RunDefaults,
  Shape,
  SpikingConnection,
  SpikingConvolution,
  SpikingHead,
  SpikingIdentity,
  SpikingLayer,
  SpikingNetwork,
} from '../model/graph.js';
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
