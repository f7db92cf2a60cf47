/** Pictures as programs have them, brought to the one form that the network reads. */
import { UserError } from '../errors.js';
import type { CodecSource } from '../picture/codec.js';
import { decodeImage } from '../picture/decode.js';
import { fromRgba, type PixelImage, type RgbaImage } from '../picture/pixel-image.js';
import { bytesIn, isSamples } from './bytes.js';

/**
 * A picture of any size: pixels (a {@link PixelImage}, or RGBA such as a canvas's `ImageData`), or a whole PNG, JPEG
 * or WebP file as bytes or as a `Blob` (a `File` from an input is one).
 */
export type ImageSource = PixelImage | RgbaImage | ArrayBuffer | Uint8Array | Blob;

/** The largest image file that is read. */
const LARGEST_IMAGE = 256 * 2 ** 20;

/**
 * The pixels of a picture.
 *
 * @throws UserError if it is none of the kinds of {@link ImageSource}, or a file that cannot be decoded
 */
export async function toPixelImage(source: ImageSource, codecs: CodecSource): Promise<PixelImage> {
  const bytes = bytesIn(source);
  if (bytes !== null) return decodeImage(bytes, codecs);
  if (typeof source !== 'object' || source === null) throw unknownSource();
  if ('pixels' in source && isSamples(source.pixels)) return source;
  if ('data' in source && isSamples(source.data)) return fromRgba(source);
  if ('arrayBuffer' in source && typeof source.size === 'number') return decodeBlob(source, codecs);
  throw unknownSource();
}

async function decodeBlob(blob: Blob, codecs: CodecSource): Promise<PixelImage> {
  if (blob.size > LARGEST_IMAGE) {
    throw new UserError(`the image has ${blob.size} bytes, where ${LARGEST_IMAGE} is the limit`);
  }
  return decodeImage(new Uint8Array(await blob.arrayBuffer()), codecs);
}

function unknownSource(): UserError {
  return new UserError(
    'an image is { width, height, pixels } with 8-bit RGB, an ImageData with 8-bit RGBA, ' +
      'or the bytes of a PNG, JPEG or WebP file in an ArrayBuffer, Uint8Array or Blob',
  );
}
