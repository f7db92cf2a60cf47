/**
 * Reads one thing from an EXIF block: how the camera was held. EXIF is a TIFF file in small (EXIF 2.32, section
 * 4.6.2): a byte order, the offset of a directory, and entries of twelve bytes.
 *
 * Metadata never makes an image unreadable: a block that makes no sense means an upright image.
 */

/** EXIF tag 274: 1 is upright, 2 to 4 are flipped or turned by half, 5 to 8 have rows and columns exchanged. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const ORIENTATION_TAG = 0x0112;
const TYPE_SHORT = 3;
const ENTRY_BYTES = 12;

/**
 * @param block - the EXIF block, with or without the `Exif\0\0` that JPEG (and some WebP writers) put before it
 * @returns the orientation, or 1 where there is none or the block is malformed
 */
export function readOrientation(block: Uint8Array): Orientation {
  const tiff = hasExifPrefix(block, 0) ? block.subarray(6) : block;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (view.byteLength < 8) return 1;
  const byteOrder = view.getUint16(0);
  if (byteOrder !== 0x4949 && byteOrder !== 0x4d4d) return 1;
  const littleEndian = byteOrder === 0x4949;
  if (view.getUint16(2, littleEndian) !== 42) return 1;
  return findOrientation(view, view.getUint32(4, littleEndian), littleEndian);
}

/** Whether `Exif\0\0` stands at an offset. */
export function hasExifPrefix(bytes: Uint8Array, offset: number): boolean {
  return [0x45, 0x78, 0x69, 0x66, 0, 0].every((byte, index) => bytes[offset + index] === byte);
}

function findOrientation(view: DataView, directory: number, littleEndian: boolean): Orientation {
  if (directory + 2 > view.byteLength) return 1;
  const entries = view.getUint16(directory, littleEndian);
  for (let index = 0; index < entries; index++) {
    const entry = directory + 2 + index * ENTRY_BYTES;
    if (entry + ENTRY_BYTES > view.byteLength) return 1;
    if (view.getUint16(entry, littleEndian) !== ORIENTATION_TAG) continue;
    const single =
      view.getUint16(entry + 2, littleEndian) === TYPE_SHORT && view.getUint32(entry + 4, littleEndian) === 1;
    const value = view.getUint16(entry + 8, littleEndian);
    return single && value >= 1 && value <= 8 ? (value as Orientation) : 1;
  }
  return 1;
}
