/**
 * Files that nobody should trust: truncated, flipped, bombs, of other kinds. Each gives a UserError or an image, and
 * nothing on the console.
 */
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../src/errors.js';
import { nodeCodecs } from '../../src/host/node/codecs.js';
import type { CodecSource } from '../../src/picture/codec.js';
import { decodeImage } from '../../src/picture/decode.js';
import { readHeader } from '../../src/picture/header.js';
import { makePng, picture } from '../fixtures/images/make.js';

function raw(width: number, height: number): Sharp {
  return sharp(picture(width, height, 3), { raw: { width, height, channels: 3 } });
}

const FILES: Readonly<Record<string, () => Promise<Buffer>>> = {
  PNG: () => raw(24, 16).png().toBuffer(),
  'interlaced PNG': () => raw(24, 16).png({ progressive: true }).toBuffer(),
  'baseline JPEG': () => raw(24, 16).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
  'progressive JPEG': () => raw(24, 16).jpeg({ progressive: true }).toBuffer(),
  'lossy WebP': () => raw(24, 16).webp().toBuffer(),
  'lossless WebP': () => raw(24, 16).withMetadata({ orientation: 6 }).webp({ lossless: true }).toBuffer(),
};

/** For files that must be refused before any decoder is loaded. */
const noCodecs: CodecSource = (format) => {
  throw new Error(`the ${format} decoder was asked for`);
};

const outputs = [
  () => vi.spyOn(process.stdout, 'write'),
  () => vi.spyOn(process.stderr, 'write'),
  ...(['log', 'info', 'warn', 'error', 'debug'] as const).map((name) => () => vi.spyOn(console, name)),
];
let spies: { mock: { calls: unknown[] }; mockRestore(): void }[] = [];

beforeEach(() => {
  spies = outputs.map((spy) => spy());
});

afterEach(() => {
  const calls = spies.flatMap((spy) => spy.mock.calls);
  for (const spy of spies) spy.mockRestore();
  expect(calls).toEqual([]);
});

async function messageOf(file: Uint8Array, codecs: CodecSource = nodeCodecs): Promise<string> {
  try {
    await decodeImage(file, codecs);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    const { message } = error as UserError;
    expect(message).not.toContain('\n');
    return message;
  }
  return 'decoded';
}

describe.each(Object.entries(FILES))('a %s', (name, make) => {
  it('is refused at every length that it is cut to', async () => {
    const file = await make();
    expect(await messageOf(file)).toBe('decoded');
    for (let length = 0; length < file.length; length++) {
      const message = await messageOf(file.subarray(0, length), noCodecs);
      expect(message).toMatch(/is truncated or damaged|not a PNG, JPEG or WebP|is empty/);
    }
  });

  it('with flipped bytes gives an image or a UserError', async () => {
    const file = await make();
    const flip = fc.tuple(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(flip, { minLength: 1, maxLength: 4 }), async (flips) => {
        const flipped = Buffer.from(file);
        for (const [offset, bits] of flips) flipped[offset]! ^= bits;
        await messageOf(flipped);
      }),
      { numRuns: 60 },
    );
  });

  it('is still read after a broken one', async () => {
    const file = await make();
    const before = await decodeImage(file, nodeCodecs);
    const broken = Buffer.from(file).fill(0x55, file.length >> 1, file.length - 12);
    // The arithmetic coder of lossy WebP makes something of any bytes.
    const refusal = `the ${name.split(' ').at(-1)} is truncated or damaged`;
    expect(await messageOf(broken)).toContain(name === 'lossy WebP' ? 'decoded' : refusal);
    expect(await decodeImage(file, nodeCodecs)).toEqual(before);
  });
});

describe('data that ends early inside a sound container', () => {
  it('PNG', async () => {
    const data = deflateSync(Buffer.alloc(31 * 20));
    const file = makePng({ width: 10, height: 20, bitDepth: 8, colourType: 2, data: data.subarray(0, -8) });
    expect(await messageOf(file)).toContain('the PNG is truncated or damaged');
    const whole = makePng({ width: 10, height: 20, bitDepth: 8, colourType: 2, data });
    expect(await messageOf(whole)).toBe('decoded');
  });

  it('JPEG', async () => {
    const file = await raw(64, 64).jpeg().toBuffer();
    const cut = Buffer.concat([file.subarray(0, -200), Buffer.from([0xff, 0xd9])]);
    expect(await messageOf(cut)).toContain('the JPEG is truncated or damaged');
  });

  it('WebP', async () => {
    const file = await raw(64, 64).webp().toBuffer();
    const cut = Buffer.from(file.subarray(0, 100));
    cut.writeUInt32LE(cut.length - 8, 4);
    cut.writeUInt32LE(cut.length - 20, 16);
    expect(await messageOf(cut)).toContain('the WebP is truncated or damaged');
  });
});

describe('too many pixels', () => {
  const limit = /has \d+ x \d+ pixels, more than the 67108864/;

  it('PNG', async () => {
    for (const [width, height] of [
      [0xffffffff, 0xffffffff],
      [8193, 8192],
      [1, 67108865],
    ] as const) {
      const file = makePng({ width, height, bitDepth: 8, colourType: 2, data: Buffer.alloc(10) });
      expect(await messageOf(file, noCodecs)).toMatch(limit);
    }
  });

  it('PNG within the limit whose data cannot hold them', async () => {
    const file = makePng({ width: 8192, height: 8192, bitDepth: 8, colourType: 6, data: Buffer.alloc(1000) });
    expect(await messageOf(file, noCodecs)).toContain('the PNG is truncated or damaged');
  });

  it('JPEG', async () => {
    const file = await raw(16, 16).jpeg().toBuffer();
    const frame = file.indexOf(Buffer.from([0xff, 0xc0]));
    file.writeUInt32BE(0xffffffff, frame + 5);
    expect(await messageOf(file, noCodecs)).toMatch(limit);
    file.writeUInt32BE(0x1f001f00, frame + 5);
    expect(await messageOf(file, noCodecs)).toContain('the JPEG is truncated or damaged');
  });

  it('JPEG with more scans than any encoder writes', async () => {
    const file = await raw(16, 16).jpeg({ progressive: true }).toBuffer();
    const lastScan = file.subarray(file.lastIndexOf(Buffer.from([0xff, 0xda])), -2);
    const body = file.subarray(0, -2);
    const many = Buffer.concat([body, ...Array<Buffer>(60).fill(lastScan), file.subarray(-2)]);
    expect(await messageOf(many, noCodecs)).toContain('the JPEG is truncated or damaged');
  });

  it('WebP', async () => {
    const lossy = await raw(16, 16).webp().toBuffer();
    lossy.writeUInt32LE(0x3fff3fff, 26);
    expect(await messageOf(lossy, noCodecs)).toMatch(limit);
    const lossless = await raw(16, 16).webp({ lossless: true }).toBuffer();
    lossless.writeUInt32LE(0x0fffffff, 21);
    expect(await messageOf(lossless, noCodecs)).toMatch(limit);
  });
});

describe('kinds that are not read', () => {
  it('CMYK', async () => {
    const file = await raw(16, 16).toColourspace('cmyk').jpeg().toBuffer();
    expect(await messageOf(file, noCodecs)).toBe(
      'the JPEG is CMYK, which is not read: convert it to RGB first',
    );
  });

  it('arithmetic coding', async () => {
    const file = await raw(16, 16).jpeg().toBuffer();
    file[file.indexOf(Buffer.from([0xff, 0xc0])) + 1] = 0xc9;
    expect(await messageOf(file, noCodecs)).toContain('save it as a baseline or progressive JPEG');
  });

  it('animation', async () => {
    const frames = sharp(picture(16, 32, 3), { raw: { width: 16, height: 32, channels: 3, pageHeight: 16 } });
    const file = await frames.webp({ loop: 0, delay: [100, 100] }).toBuffer();
    expect(await messageOf(file, noCodecs)).toContain('the WebP is animated');
  });

  it('other formats, and nothing at all', async () => {
    const gif = await raw(16, 16).gif().toBuffer();
    const expected = 'not a PNG, JPEG or WebP image: convert it to one of these';
    expect(await messageOf(gif, noCodecs)).toBe(expected);
    expect(await messageOf(Buffer.from('RIFF\x04\x00\x00\x00WAVE', 'latin1'), noCodecs)).toBe(expected);
    expect(await messageOf(new Uint8Array(0), noCodecs)).toBe('the image is empty: 0 bytes');
  });
});

it('random bytes behind each signature never break the header reader', () => {
  const signatures = [
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    Buffer.from([0xff, 0xd8, 0xff]),
    Buffer.from('RIFF\x40\x00\x00\x00WEBPVP8X', 'latin1'),
  ];
  fc.assert(
    fc.property(fc.constantFrom(...signatures), fc.uint8Array({ maxLength: 200 }), (signature, rest) => {
      expect(() => readHeader(Buffer.concat([signature, rest]))).toThrow(UserError);
    }),
    { numRuns: 2000 },
  );
});
