/**
 * Where decoders come from, and that they leave no trace.
 */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterEach, expect, it, vi } from 'vitest';
import { UserError } from '../../src/errors.js';
import { nodeCodecs } from '../../src/host/node/codecs.js';
import { decodeImage } from '../../src/picture/decode.js';
import { picture } from '../fixtures/images/make.js';

const FORMATS = ['jpeg', 'webp', 'png'] as const;

function encode(format: (typeof FORMATS)[number]): Promise<Buffer> {
  const raw = { width: 12, height: 10, channels: 3 } as const;
  return sharp(picture(12, 10, 3), { raw })
    .toFormat(format)
    .toBuffer();
}

afterEach(() => {
  vi.unstubAllGlobals();
});

it('leaves the global scope as it was', async () => {
  const before = Object.getOwnPropertyNames(globalThis).sort();
  for (const format of FORMATS) await decodeImage(await encode(format), nodeCodecs);
  expect(Object.getOwnPropertyNames(globalThis).sort()).toEqual(before);
});

it('decodes many at once', async () => {
  const files = await Promise.all([...FORMATS, ...FORMATS].map(encode));
  const together = await Promise.all(files.map((file) => decodeImage(file, nodeCodecs)));
  for (const [index, file] of files.entries()) {
    expect(together[index]).toEqual(await decodeImage(file, nodeCodecs));
  }
});

it('compiles each decoder once', async () => {
  for (const format of FORMATS) expect(await nodeCodecs(format)).toBe(await nodeCodecs(format));
});

it('says what to do where a decoder cannot be loaded', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new Error('no network')));
  for (const format of FORMATS) {
    const decoded = decodeImage(await encode(format));
    await expect(decoded).rejects.toThrow(UserError);
    await expect(decoded).rejects.toThrow(/decoder cannot be loaded \(no network\).*codec source/);
  }
});

it('without a source, the packages fetch their own decoders, as in a browser', async () => {
  class ImageData {
    constructor(
      readonly data: Uint8ClampedArray,
      readonly width: number,
      readonly height: number,
    ) {}
  }
  const fetched: string[] = [];
  vi.stubGlobal('ImageData', ImageData);
  vi.stubGlobal('fetch', async (address: string | URL) => {
    fetched.push(String(address).split('/').at(-1)!);
    return new Response(await readFile(new URL(address)), {
      headers: { 'content-type': 'application/wasm' },
    });
  });
  for (const format of FORMATS) {
    const file = await encode(format);
    expect(await decodeImage(file)).toEqual(await decodeImage(file, nodeCodecs));
  }
  expect(fetched).toEqual(['mozjpeg_dec.wasm', 'webp_dec.wasm', 'squoosh_png_bg.wasm']);
});
