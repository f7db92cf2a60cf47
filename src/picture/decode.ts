/**
 * From the bytes of an image file to pixels: PNG, JPEG and WebP, told apart by their content.
 */
import { type CodecSource, runCodec } from './codec.js';
import { readOrientation } from './exif.js';
import { damaged } from './format.js';
import { readHeader } from './header.js';
import { fromRgba, type PixelImage } from './pixel-image.js';

/**
 * Decodes an image to opaque, upright, 8-bit RGB. Grey and palette images become RGB, 16-bit samples keep their upper
 * eight bits, alpha is composited over white, an EXIF orientation is applied. Colour profiles are ignored.
 *
 * @param bytes - a whole file
 * @param codecs - where compiled decoders come from; needed outside a browser (see {@link CodecSource})
 * @throws UserError where the file is none of the three formats, is truncated, damaged, animated, CMYK or larger than
 *   `MAX_PIXELS`, or where the decoder cannot be loaded
 */
export async function decodeImage(bytes: Uint8Array, codecs?: CodecSource): Promise<PixelImage> {
  const header = readHeader(bytes);
  const decoded = await runCodec(header.format, bytes, codecs);
  if (decoded.width !== header.width || decoded.height !== header.height) throw damaged(header.format);
  return fromRgba(decoded, header.exif ? readOrientation(header.exif) : 1);
}
