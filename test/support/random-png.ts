/**
 * PNGs of every colour type, bit depth, filter and interlacing with random content. Any bytes are filtered scanlines,
 * so the scanlines are random bytes behind random filter types.
 */
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { pngChunk } from '../fixtures/images/make.js';

export interface PngRecipe {
  readonly width: number;
  readonly height: number;
  /** Colour type and bit depth. */
  readonly kind: readonly [number, number];
  readonly interlaced: boolean;
  /** Content repeats after so many bytes, so that it compresses. */
  readonly content: Uint8Array;
  readonly filters: readonly number[];
  /** Of zlib; 0 stores. */
  readonly level: number;
  /** Of zlib: 2 codes by Huffman alone, 3 by runs, 4 by the fixed code. */
  readonly strategy: number;
  /** Bytes of an IDAT chunk. */
  readonly chunkBytes: number;
  /** tRNS: entries of a palette, or the transparent colour. */
  readonly transparency: Uint8Array | null;
  readonly palette: Uint8Array;
  /** EXIF orientation, or none. */
  readonly orientation: number | null;
}

export const KINDS: readonly (readonly [number, number])[] = [
  [0, 1],
  [0, 2],
  [0, 4],
  [0, 8],
  [0, 16],
  [2, 8],
  [2, 16],
  [3, 1],
  [3, 2],
  [3, 4],
  [3, 8],
  [4, 8],
  [4, 16],
  [6, 8],
  [6, 16],
];

const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** First column, first row, column step, row step. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

export function arbitraryPng(largest: number): fc.Arbitrary<PngRecipe> {
  const side = fc.integer({ min: 1, max: largest });
  return fc.record(
    {
      width: side,
      height: side,
      kind: fc.constantFrom(...KINDS),
      interlaced: fc.boolean(),
      content: fc.uint8Array({ minLength: 1, maxLength: 300 }),
      filters: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 20 }),
      level: fc.constantFrom(0, 1, 6, 9),
      strategy: fc.constantFrom(0, 2, 3, 4),
      chunkBytes: fc.constantFrom(1, 7, 100, 100_000),
      transparency: fc.option(fc.uint8Array({ minLength: 6, maxLength: 6 })),
      palette: fc.uint8Array({ minLength: 768, maxLength: 768 }),
      orientation: fc.option(fc.integer({ min: 1, max: 8 })),
    },
    { noNullPrototype: true },
  );
}

export function buildPng(recipe: PngRecipe): Buffer {
  const { width, height, kind, interlaced, transparency, palette, orientation } = recipe;
  const [colourType, bitDepth] = kind;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bitDepth, colourType, 0, 0, interlaced ? 1 : 0], 8);
  const chunks = [pngChunk('IHDR', header), pngChunk('tEXt', Buffer.from('Title\0random'))];
  if (orientation !== null) chunks.push(pngChunk('eXIf', exif(orientation)));
  if (colourType === 3) chunks.push(pngChunk('PLTE', palette.subarray(0, 3 << bitDepth)));
  if (transparency !== null && colourType < 4) {
    chunks.push(pngChunk('tRNS', transparencyOf(colourType, bitDepth, transparency)));
  }
  const { level, strategy } = recipe;
  const data = deflateSync(scanlines(recipe), { level, strategy });
  for (let start = 0; start < data.length; start += recipe.chunkBytes) {
    chunks.push(pngChunk('IDAT', data.subarray(start, start + recipe.chunkBytes)));
  }
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, ...chunks, pngChunk('IEND', Buffer.alloc(0))]);
}

/** Little-endian TIFF with the orientation as its only entry. */
export function exif(orientation: number): Buffer {
  const block = Buffer.alloc(26);
  block.write('II*\0', 'latin1');
  block.writeUInt32LE(8, 4);
  block.writeUInt16LE(1, 8);
  block.writeUInt16LE(0x112, 10);
  block.writeUInt16LE(3, 12);
  block.writeUInt32LE(1, 14);
  block.writeUInt16LE(orientation, 18);
  return block;
}

function transparencyOf(colourType: number, bitDepth: number, bytes: Uint8Array): Buffer {
  if (colourType === 3) return Buffer.from(bytes.subarray(0, Math.min(6, 1 << bitDepth)));
  const samples = Buffer.alloc(colourType === 0 ? 2 : 6);
  for (let at = 0; at < samples.length; at += 2) {
    // Few values, so that some pixels have the colour.
    samples.writeUInt16BE((bytes[at]! * 257) & (2 ** bitDepth - 1), at);
  }
  return samples;
}

function scanlines(recipe: PngRecipe): Buffer {
  const { width, height, kind, interlaced, content, filters } = recipe;
  const bits = kind[1] * SAMPLES[kind[0]]!;
  const rows: Buffer[] = [];
  let place = 0;
  for (const [x, y, columnStep, rowStep] of interlaced ? ADAM7 : [[0, 0, 1, 1] as const]) {
    const columns = Math.ceil((width - x) / columnStep);
    if (columns <= 0) continue;
    for (let row = y; row < height; row += rowStep) {
      const line = Buffer.alloc(1 + Math.ceil((columns * bits) / 8));
      line[0] = filters[rows.length % filters.length]!;
      for (let at = 1; at < line.length; at++) line[at] = content[place++ % content.length]!;
      rows.push(line);
    }
  }
  return Buffer.concat(rows);
}
