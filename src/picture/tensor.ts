/**
 * From pixels to the network's input: (pixel / 255 - mean) / deviation, in the order `[y][x][channel]`.
 */
import { UserError } from '../errors.js';
import type { InputNormalisation, Shape } from '../graph/network.js';
import { checkPixelImage, type PixelImage } from './pixel-image.js';

const INT16_MIN = -32768;
const INT16_MAX = 32767;

/**
 * The input as integers: round((pixel / 255 - mean) / deviation * 2^fractionBits), computed in float64 and rounded half
 * away from zero, so that every host gets the same.
 *
 * @param image - of the network's input size (see `resizeImage`)
 * @param shape - the network's input: 3 channels, or 1 that takes the luma
 * @param normalisation - one mean and one deviation per channel
 * @param fractionBits - binary digits after the point, an integer from 0 to 15
 * @returns `height * width * channels` values, `[y][x][channel]`
 * @throws UserError where image, shape and normalisation do not fit together, or where black or white in any channel
 *   would leave the range of int16 (whether or not the image has such a pixel)
 */
export function quantiseInput(
  image: PixelImage,
  shape: Shape,
  normalisation: InputNormalisation,
  fractionBits: number,
): Int16Array {
  if (!Number.isInteger(fractionBits) || fractionBits < 0 || fractionBits > 15) {
    throw new UserError(`the input has ${fractionBits} fraction bits: use an integer from 0 to 15`);
  }
  const scale = 2 ** fractionBits;
  const tables = normalisationTables(shape, normalisation).map((table) =>
    table.map((value) => roundHalfAwayFromZero(value * scale)),
  );
  checkInt16(tables, fractionBits);
  return lookUp(image, shape, tables, new Int16Array(shape.height * shape.width * shape.channels));
}

/**
 * The same input in floating point, for the dense pass: (pixel / 255 - mean) / deviation, rounded to float32 only.
 *
 * @returns `height * width * channels` values, `[y][x][channel]`
 * @throws UserError where image, shape and normalisation do not fit together
 */
export function normaliseInput(
  image: PixelImage,
  shape: Shape,
  normalisation: InputNormalisation,
): Float32Array {
  const tables = normalisationTables(shape, normalisation);
  return lookUp(image, shape, tables, new Float32Array(shape.height * shape.width * shape.channels));
}

/** Per channel, the normalised value of each of the 256 bytes. */
function normalisationTables(shape: Shape, { mean, deviation }: InputNormalisation): Float64Array[] {
  const { channels } = shape;
  if (channels !== 1 && channels !== 3) {
    throw new UserError(`the network takes ${channels} channels; images give 3, or 1 for a grey network`);
  }
  if (mean.length !== channels || deviation.length !== channels) {
    throw new UserError(
      `the input normalisation has ${mean.length} means and ${deviation.length} deviations for ${channels} channels`,
    );
  }
  return mean.map((centre, channel) => {
    const spread = deviation[channel]!;
    if (!Number.isFinite(centre) || !Number.isFinite(spread) || spread <= 0) {
      throw new UserError(
        `the input normalisation of channel ${channel} is ${centre} +- ${spread}: give a finite mean and a positive deviation`,
      );
    }
    return Float64Array.from({ length: 256 }, (_, pixel) => (pixel / 255 - centre) / spread);
  });
}

function checkInt16(tables: readonly Float64Array[], fractionBits: number): void {
  for (const [channel, table] of tables.entries()) {
    // The tables rise, so their ends are their extremes.
    for (const value of [table[0]!, table[255]!]) {
      if (value < INT16_MIN || value > INT16_MAX) {
        throw new UserError(
          `channel ${channel} of the input reaches ${value} at ${fractionBits} fraction bits, beyond 16 bits: use fewer`,
        );
      }
    }
  }
}

function lookUp<Values extends Int16Array | Float32Array>(
  image: PixelImage,
  shape: Shape,
  tables: readonly Float64Array[],
  values: Values,
): Values {
  checkPixelImage(image);
  if (image.width !== shape.width || image.height !== shape.height) {
    throw new UserError(
      `the image is ${image.width} x ${image.height} and the network takes ${shape.width} x ${shape.height}: resize it`,
    );
  }
  const { pixels } = image;
  const [first, second, third] = tables as [Float64Array, Float64Array?, Float64Array?];
  if (!second || !third) {
    for (let index = 0; index < values.length; index++) values[index] = first[luma(pixels, index * 3)]!;
    return values;
  }
  for (let index = 0; index < values.length; index += 3) {
    values[index] = first[pixels[index]!]!;
    values[index + 1] = second[pixels[index + 1]!]!;
    values[index + 2] = third[pixels[index + 2]!]!;
  }
  return values;
}

/**
 * Luma of ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B, in 16-bit fixed point with weights that sum to 65536, so that grey
 * stays as it is; the same integers as PIL's mode L, with which grey networks are usually trained.
 */
function luma(pixels: Uint8ClampedArray, offset: number): number {
  return (19595 * pixels[offset]! + 38470 * pixels[offset + 1]! + 7471 * pixels[offset + 2]! + 32768) >> 16;
}

/** Exact for every double: adding 0.5 first would round 0.49999999999999994 up. */
function roundHalfAwayFromZero(value: number): number {
  const magnitude = Math.abs(value);
  const whole = Math.floor(magnitude);
  const rounded = magnitude - whole >= 0.5 ? whole + 1 : whole;
  return value < 0 ? -rounded : rounded;
}
