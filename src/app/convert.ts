/** `convertCheckpoint`, for any host: a checkpoint and training images in, the bytes of a model file out. */
import { readTrained } from '../convert/checkpoint.js';
import {
  type ConversionHooks,
  type ConversionOptions,
  checkWritable,
  convertNetwork,
} from '../convert/convert.js';
import { UserError } from '../errors.js';
import { writeModel } from '../file/file.js';
import { Cifar100 } from '../fit/cifar100.js';
import type { LabelledImages } from '../fit/labelled-images.js';
import type { Network, Provenance, Shape } from '../graph/network.js';
import type { Host } from '../host/host.js';
import { fromRgba, type PixelImage, type RgbaImage } from '../picture/pixel-image.js';
import { resizeImage } from '../picture/resize.js';
import { bytesIn } from './bytes.js';
import { type ConvertOptions, chosenOptions, splitImages } from './convert-options.js';
import { kernelsOf } from './load.js';
import { Pacer } from './pacer.js';

/**
 * Training images: pictures of any size, which are brought to the network's input size, or the bytes of a file in the
 * binary version of CIFAR-100. Their labels are not looked at.
 */
export type CalibrationImages = readonly (PixelImage | RgbaImage)[] | ArrayBuffer | Uint8Array;

/** Enough for the accuracy of a network that was not trained for fewer. */
const DIGITS = 4;

/** Converts a checkpoint. `snnwasm/convert` exports one for the host that it runs on. */
export type CheckpointConverter = (
  checkpoint: ArrayBuffer | Uint8Array,
  calibration: CalibrationImages,
  options?: ConvertOptions,
) => Promise<Uint8Array>;

/** A conversion that can begin: all is read and checked. */
export interface Preparation {
  readonly network: Network;
  /** All settings, with those that were not given. */
  readonly options: ConversionOptions;
  /**
   * Converts.
   *
   * @returns the bytes of a model file
   * @throws UserError as `convertNetwork` (src/convert/convert.ts)
   */
  convert(kernels: WebAssembly.Module, hooks: ConversionHooks): Promise<Uint8Array>;
}

/** What messages call the files, and what a caller adds to the provenance. */
export interface Origin {
  readonly checkpointName: string;
  readonly calibrationName: string;
  /** @param measured - what the checkpoint itself has to say */
  provenance(measured: Provenance): Provenance;
}

/**
 * Reads the checkpoint and the images, and looks at all that can be looked at before the work.
 *
 * @throws UserError if an option is unknown or out of range, the checkpoint holds no network that can be converted, or
 *   the images are none
 */
export function prepareConversion(
  checkpoint: ArrayBuffer | Uint8Array,
  calibration: CalibrationImages,
  given: ConvertOptions,
  origin: Origin,
): Preparation {
  const {
    labels,
    heads,
    name,
    percentile,
    seed,
    inputFractionBits,
    timesteps,
    initialPotential,
    propagation,
    coding,
    digits,
    ...rest
  } = chosenOptions(given);
  const { network, trainedLambdas, trainedDigits, testAccuracies } = readTrained(
    bytesOf(checkpoint),
    origin.checkpointName,
    {
      ...(labels && { labels }),
      ...(heads && { heads }),
    },
  );
  const images = imagesOf(calibration, network.input, origin.calibrationName);
  const options: ConversionOptions = {
    ...splitImages(rest, images.length),
    name,
    percentile,
    seed,
    inputFractionBits,
    timesteps,
    initialPotential,
    propagation,
    coding,
    digits: digits ?? trainedDigits ?? DIGITS,
    trainedDigits,
    trainedLambdas,
    provenance: origin.provenance(testAccuracies),
  };
  checkWritable(network, options);
  return {
    network,
    options,
    convert: async (kernels, hooks) =>
      writeModel(await convertNetwork(kernels, network, images, options, hooks)),
  };
}

/** `convertCheckpoint` of a host. */
export function checkpointConverter(host: Pick<Host, 'kernels'>): CheckpointConverter {
  return async (checkpoint, calibration, options = {}) => {
    const pacer = new Pacer(options.signal);
    const prepared = prepareConversion(checkpoint, calibration, options, {
      checkpointName: 'the checkpoint',
      calibrationName: 'the calibration file',
      provenance: (measured) => ({ ...options.provenance, ...measured }),
    });
    const { onProgress } = options;
    return prepared.convert(await kernelsOf(options.kernels, host), {
      ...(onProgress && { onProgress }),
      pause: () => pacer.pause(),
    });
  };
}

function imagesOf(calibration: CalibrationImages, input: Shape, name: string): LabelledImages {
  if (!Array.isArray(calibration)) {
    return new Cifar100(bytesOf(calibration as ArrayBuffer | Uint8Array), name);
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
