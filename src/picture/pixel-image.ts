/**
 * Pixels in the one form that the rest of src/picture/ works on: opaque, upright, 8-bit RGB.
 */
import { isTransposed, uprightOrigin, uprightStepX, uprightStepY } from '../../portable/orientation.js';
import { UserError } from '../errors.js';
import type { Orientation } from './exif.js';

/** An opaque picture, its rows from top to bottom. */
export interface PixelImage {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** RGB, three bytes a pixel: `[y][x][channel]`, `width * height * 3` values. */
  readonly pixels: Uint8ClampedArray;
}

/** Straight (not premultiplied) RGBA, four bytes a pixel; a browser's `ImageData` is one. */
export interface RgbaImage {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** `[y][x][channel]`, `width * height * 4` values. */
  readonly data: Uint8ClampedArray;
}

/**
 * Turns what a decoder or a canvas holds into a {@link PixelImage}.
 *
 * Alpha is composited over white, `round((alpha * value + (255 - alpha) * 255) / 255)`: white is what paper and most
 * pages show behind a transparent picture, and it is exact for opaque pixels.
 *
 * @param image - straight RGBA
 * @param orientation - the EXIF orientation to undo; 1, the default, changes nothing
 * @throws UserError where the array does not hold `width * height * 4` values
 */
export function fromRgba(image: RgbaImage, orientation: Orientation = 1): PixelImage {
  const { data, width, height } = image;
  checkExtent(width, height, data.length, 4, 'RGBA');
  const upright = isTransposed(orientation) ? { width: height, height: width } : { width, height };
  const origin = uprightOrigin(width, height, orientation);
  const stepX = uprightStepX(width, orientation);
  const stepY = uprightStepY(width, orientation);
  const pixels = new Uint8ClampedArray(width * height * 3);
  let target = 0;
  for (let y = 0; y < upright.height; y++) {
    let source = (origin + y * stepY) * 4;
    for (let x = 0; x < upright.width; x++) {
      const alpha = data[source + 3]!;
      pixels[target] = overWhite(data[source]!, alpha);
      pixels[target + 1] = overWhite(data[source + 1]!, alpha);
      pixels[target + 2] = overWhite(data[source + 2]!, alpha);
      target += 3;
      source += stepX * 4;
    }
  }
  return { ...upright, pixels };
}

/**
 * Checks that an image is what it says.
 *
 * @throws UserError where width, height and the number of values do not fit together
 */
export function checkPixelImage(image: PixelImage): void {
  checkExtent(image.width, image.height, image.pixels.length, 3, 'RGB');
}

function checkExtent(width: number, height: number, length: number, channels: number, layout: string): void {
  const whole = Number.isSafeInteger(width) && Number.isSafeInteger(height) && width > 0 && height > 0;
  if (!whole || length !== width * height * channels) {
    throw new UserError(
      `an image of ${width} x ${height} pixels with ${length} values is not ${layout}: give ${channels} values a pixel`,
    );
  }
}

function overWhite(value: number, alpha: number): number {
  return alpha === 255 ? value : Math.floor((alpha * value + (255 - alpha) * 255 + 127) / 255);
}
