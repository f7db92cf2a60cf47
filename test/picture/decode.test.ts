/**
 * Decoding against sharp, over every colour type and coding that the three formats have, and the EXIF orientations.
 */
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { nodeCodecs } from '../../src/host/node/codecs.js';
import { decodeImage } from '../../src/picture/decode.js';
import type { PixelImage } from '../../src/picture/pixel-image.js';
import { makePalette, makePng, picture, pngChunk } from '../fixtures/images/make.js';

/** What sharp makes of a file: upright RGBA, composited over white here, in exact arithmetic. */
async function oracle(file: Buffer): Promise<PixelImage> {
  const upright = sharp(file).autoOrient().toColourspace('srgb').ensureAlpha();
  const { data, info } = await upright.raw().toBuffer({ resolveWithObject: true });
  const pixels = new Uint8ClampedArray(info.width * info.height * 3);
  for (let index = 0; index < info.width * info.height; index++) {
    const alpha = data[index * 4 + 3]!;
    for (let channel = 0; channel < 3; channel++) {
      const sum = alpha * data[index * 4 + channel]! + (255 - alpha) * 255;
      pixels[index * 3 + channel] = Math.round(sum / 255);
    }
  }
  return { width: info.width, height: info.height, pixels };
}

async function expectAsSharp(file: Buffer): Promise<PixelImage> {
  const image = await decodeImage(file, nodeCodecs);
  const expected = await oracle(file);
  expect([image.width, image.height]).toEqual([expected.width, expected.height]);
  expect(Buffer.compare(Buffer.from(image.pixels), Buffer.from(expected.pixels))).toBe(0);
  return image;
}

function raw(width: number, height: number, channels: 1 | 3 | 4): Sharp {
  return sharp(picture(width, height, channels), { raw: { width, height, channels } });
}

const SIZES = [
  [1, 1],
  [1, 9],
  [17, 1],
  [33, 31],
] as const;

describe('PNG', () => {
  const depths: readonly (readonly [string, number, readonly number[]])[] = [
    ['grey', 0, [1, 2, 4, 8, 16]],
    ['RGB', 2, [8, 16]],
    ['palette', 3, [1, 2, 4, 8]],
    ['grey with alpha', 4, [8, 16]],
    ['RGB with alpha', 6, [8, 16]],
  ];
  for (const [name, colourType, bitDepths] of depths) {
    for (const bitDepth of bitDepths) {
      it(`${name} of ${bitDepth} bits`, async () => {
        const chunks = colourType === 3 ? [makePalette(bitDepth)] : [];
        await expectAsSharp(makePng({ width: 37, height: 23, bitDepth, colourType, chunks }));
      });
    }
  }

  it('transparent entries of a palette and a transparent grey', async () => {
    const palette = [makePalette(2), pngChunk('tRNS', Buffer.from([0, 100]))];
    await expectAsSharp(makePng({ width: 9, height: 9, bitDepth: 2, colourType: 3, chunks: palette }));
    const grey = [pngChunk('tRNS', Buffer.from([0, 1]))];
    await expectAsSharp(makePng({ width: 9, height: 9, bitDepth: 2, colourType: 0, chunks: grey }));
  });

  it.each(SIZES)('interlaced and not, %i x %i', async (width, height) => {
    await expectAsSharp(await raw(width, height, 4).png({ progressive: true }).toBuffer());
    await expectAsSharp(await raw(width, height, 3).png().toBuffer());
    await expectAsSharp(
      await raw(width, height, 4).toColourspace('rgb16').png({ progressive: true }).toBuffer(),
    );
  });
});

describe('JPEG', () => {
  it.each(SIZES)('baseline, progressive and grey, %i x %i', async (width, height) => {
    await expectAsSharp(await raw(width, height, 3).jpeg().toBuffer());
    await expectAsSharp(await raw(width, height, 3).jpeg({ chromaSubsampling: '4:4:4' }).toBuffer());
    await expectAsSharp(await raw(width, height, 3).jpeg({ progressive: true }).toBuffer());
    await expectAsSharp(await raw(width, height, 1).toColourspace('b-w').jpeg().toBuffer());
  });

  it('bytes after the end, as phones append them, do no harm', async () => {
    const file = await raw(20, 10, 3).jpeg().toBuffer();
    await expectAsSharp(Buffer.concat([file, Buffer.from('trailer')]));
  });
});

describe('WebP', () => {
  it.each(SIZES)('lossy and lossless, with alpha and without, %i x %i', async (width, height) => {
    for (const lossless of [false, true]) {
      await expectAsSharp(await raw(width, height, 3).webp({ lossless }).toBuffer());
      await expectAsSharp(await raw(width, height, 4).webp({ lossless }).toBuffer());
    }
  });
});

describe('EXIF orientation', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('%i', async (orientation) => {
    const tagged = () => raw(23, 14, 3).withMetadata({ orientation });
    const jpeg = await expectAsSharp(await tagged().jpeg().toBuffer());
    const png = await expectAsSharp(await tagged().png().toBuffer());
    const webp = await expectAsSharp(await tagged().webp({ lossless: true }).toBuffer());
    const upright = orientation < 5 ? [23, 14] : [14, 23];
    for (const image of [jpeg, png, webp]) expect([image.width, image.height]).toEqual(upright);
    expect(webp.pixels).toEqual(png.pixels);
  });
});

it('reads a view into a larger buffer', async () => {
  for (const file of [
    await raw(8, 6, 3).png().toBuffer(),
    await raw(8, 6, 3).jpeg().toBuffer(),
    await raw(8, 6, 3).webp().toBuffer(),
  ]) {
    const larger = new Uint8Array(file.length + 20).fill(0xff);
    larger.set(file, 7);
    const image = await decodeImage(larger.subarray(7, 7 + file.length), nodeCodecs);
    expect(image).toEqual(await oracle(file));
  }
});
