/** `convertCheckpoint`, for any host: a checkpoint and training images in, the bytes of a model file out. */
import { readTrained } from '../convert/checkpoint.js';
import { type ConversionOptions, checkWritable, convertNetwork } from '../convert/convert.js';
import { UserError } from '../errors.js';
import { Cifar100 } from '../fit/cifar100.js';
import type { LabelledImages } from '../fit/labelled-images.js';
import { fromRgba, type PixelImage, type RgbaImage } from '../image/pixel-image.js';
import { resizeImage } from '../image/resize.js';
import { writeModel } from '../file/file.js';
import type { Propagation, Provenance, Shape } from '../graph/network.js';
import { bytesIn } from './bytes.js';
import { type Host, type KernelSource, kernelsOf } from './load.js';
import { Pacer } from './pacer.js';

/**
 * Training images: pictures of any size, which are brought to the network's input size, or the bytes of a file in the
 * binary version of CIFAR-100. Their labels are not looked at.
 */
export type CalibrationImages = readonly (PixelImage | RgbaImage)[] | ArrayBuffer | Uint8Array;

/** How a checkpoint is converted; all is optional. */
export interface ConvertOptions {
  /** Name of the model; default `model`. */
  readonly name?: string | undefined;
  /** Images from which the lambdas are found; default: all that `priorSamples` leaves, at most 5,000. */
  readonly samples?: number | undefined;
  /** The percentile of the activations that becomes lambda, 50 to 100; default 99.9. */
  readonly percentile?: number | undefined;
  /** Other images, on which the prior strengths are fitted; default a tenth of all, at most 500. */
  readonly priorSamples?: number | undefined;
  /** Which images are drawn; default 1. */
  readonly seed?: number | undefined;
  /** The input is rounded to multiples of 2^-inputFractionBits, 0 to 12; default 7. */
  readonly inputFractionBits?: number | undefined;
  /** Default timesteps of the model; default 64. */
  readonly timesteps?: number | undefined;
  /** Default membrane potential at the start, in thresholds, 0 to 1; default 0.5. */
  readonly initialPotential?: number | undefined;
  /** Default propagation of the model; default `synchronous`. */
  readonly propagation?: Propagation | undefined;
  /** Class names; default: those in the checkpoint. */
  readonly labels?: readonly string[] | undefined;
  /** The block that each head follows, counted from 1, as in `{ a: 2 }`; default: as the checkpoint says. */
  readonly heads?: Readonly<Record<string, number>> | undefined;
  /** Whatever is to be remembered of the model's origin, such as hashes of its files; text or numbers by name. */
  readonly provenance?: Provenance | undefined;
  /** The kernels; default: the file of this package. */
  readonly kernels?: KernelSource | undefined;
  /** Told after every image what is being done, and how far it is. */
  readonly onProgress?: ((stage: string, done: number, total: number) => void) | undefined;
  /** Ends the conversion between two images; its reason is then thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** Converts a checkpoint. `snnwasm/convert` exports one for the host that it runs on. */
export type CheckpointConverter = (
  checkpoint: ArrayBuffer | Uint8Array,
  calibration: CalibrationImages,
  options?: ConvertOptions,
) => Promise<Uint8Array>;

const MOST_SAMPLES = 5000;
const MOST_PRIOR_SAMPLES = 500;

/** `convertCheckpoint` of a host. */
export function checkpointConverter(host: Pick<Host, 'kernels'>): CheckpointConverter {
  return async (checkpoint, calibration, options = {}) => {
    const pacer = new Pacer(options.signal);
    const { labels, heads, onProgress } = options;
    const trained = readTrained(bytesOf(checkpoint), 'the checkpoint', {
      ...(labels && { labels }),
      ...(heads && { heads }),
    });
    const { network, trainedLambdas, testAccuracies } = trained;
    const images = imagesOf(calibration, network.input);
    const conversion: ConversionOptions = {
      ...numbersOf(options, images.length),
      name: options.name ?? 'model',
      propagation: options.propagation ?? 'synchronous',
      trainedLambdas,
      provenance: { ...options.provenance, ...testAccuracies },
    };
    checkWritable(network, conversion);
    const kernels = await kernelsOf(options.kernels, host);
    const model = await convertNetwork(kernels, network, images, conversion, {
      ...(onProgress && { onProgress }),
      pause: () => pacer.pause(),
    });
    return writeModel(model);
  };
}

type Numbers = Pick<
  ConversionOptions,
  'samples' | 'percentile' | 'priorSamples' | 'seed' | 'inputFractionBits' | 'timesteps' | 'initialPotential'
>;

function numbersOf(options: ConvertOptions, images: number): Numbers {
  const priorSamples = whole(
    'priorSamples',
    options.priorSamples ?? Math.min(MOST_PRIOR_SAMPLES, Math.floor(images / 10)),
    [0, 1e6],
  );
  const samples = options.samples ?? Math.min(MOST_SAMPLES, Math.max(1, images - priorSamples));
  return {
    samples: whole('samples', samples, [1, 1e6]),
    priorSamples,
    percentile: within('percentile', options.percentile ?? 99.9, [50, 100]),
    seed: whole('seed', options.seed ?? 1, [0, 2 ** 32 - 1]),
    inputFractionBits: whole('inputFractionBits', options.inputFractionBits ?? 7, [0, 12]),
    timesteps: whole('timesteps', options.timesteps ?? 64, [1, 65535]),
    initialPotential: within('initialPotential', options.initialPotential ?? 0.5, [0, 1]),
  };
}

function within(name: string, value: number, [least, most]: readonly [number, number]): number {
  if (value >= least && value <= most) return value;
  throw new UserError(`${name} is a number from ${least} to ${most}, not ${value}`);
}

function whole(name: string, value: number, bounds: readonly [number, number]): number {
  if (Number.isInteger(value)) return within(name, value, bounds);
  throw new UserError(`${name} is a whole number from ${bounds[0]} to ${bounds[1]}, not ${value}`);
}

function imagesOf(calibration: CalibrationImages, input: Shape): LabelledImages {
  if (!Array.isArray(calibration)) {
    return new Cifar100(bytesOf(calibration as ArrayBuffer | Uint8Array), 'the calibration file');
  }
  const pictures = calibration as readonly (PixelImage | RgbaImage)[];
  return {
    length: pictures.length,
    largestLabel: 0,
    image: (index) => ({ label: 0, image: resizeImage(pixelsOf(pictures[index]!), input) }),
  };
}

function pixelsOf(picture: PixelImage | RgbaImage): PixelImage {
  return 'pixels' in picture ? picture : fromRgba(picture);
}

function bytesOf(source: ArrayBuffer | Uint8Array): Uint8Array {
  const bytes = bytesIn(source);
  if (bytes !== null) return bytes;
  throw new UserError(
    'checkpoint and calibration file are given as an ArrayBuffer or Uint8Array of their bytes',
  );
}
