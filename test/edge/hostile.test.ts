/** Standard input that nobody should trust: the command of a bundle says one line and exits with 1, or answers. */
import { deflateSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { nodeCodecs } from '../../src/host/node/codecs.js';
import { decodeImage } from '../../src/picture/decode.js';
import { resizeImage } from '../../src/picture/resize.js';
import { makePalette, makePng, pngChunk } from '../fixtures/images/make.js';
import { bundled, type CommandResult, EdgeCommand, smallNetwork } from '../support/edge.js';
import { arbitraryPng, buildPng, exif } from '../support/random-png.js';

const command = new EdgeCommand(await bundled(smallNetwork(8, 8), 'command', { pictureBytes: 1 << 20 }));
afterAll(() => command.dispose());

const DAMAGED = /^snnwasm: the PNG is truncated or damaged: fetch or export it again\n$/;

function expectRefusal({ code, stdout, stderr }: CommandResult, message: RegExp): void {
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/^snnwasm: [^\n]+\n$/);
  expect(stderr.length).toBeLessThan(500);
  expect(stdout).toBe('');
  expect(code).toBe(1);
}

/** One line and exit code 1, or an answer. */
function expectOrderly(result: CommandResult): void {
  if (result.code === 0) expect(JSON.parse(result.stdout)).toHaveLength(1);
  else expectRefusal(result, /./);
}

const rgb = { width: 9, height: 7, bitDepth: 8, colourType: 2 } as const;
const sound = makePng(rgb);
/** What {@link sound} inflates to. */
const soundRows = inflateSync(sound.subarray(41, -16));
const rows = (bytes: number) => Buffer.alloc(bytes, 1).fill(0, 0, 1);

describe('a damaged PNG', () => {
  it('is refused wherever it is cut', () => {
    for (let length = 1; length < sound.length; length++) {
      expectRefusal(command.run(sound.subarray(0, length)), length < 8 ? /neither a PNG nor raw/ : DAMAGED);
    }
    expect(command.run(sound, ['--timesteps', '1']).code).toBe(0);
  });

  it('is refused whichever bit is wrong', () => {
    for (let bit = 0; bit < sound.length * 8; bit += 3) {
      const file = Buffer.from(sound);
      file[bit >> 3]! ^= 1 << (bit & 7);
      expectRefusal(command.run(file), bit < 64 ? /neither a PNG nor raw/ : /damaged|picture memory/);
    }
  });

  it('with sound checksums around random compressed data never traps, and gives no other pixels than the host', async () => {
    const recipe = fc.tuple(arbitraryPng(12), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }));
    await fc.assert(
      fc.asyncProperty(recipe, async ([png, changes]) => {
        const { width, height, kind } = png;
        const file = buildPng({ ...png, chunkBytes: 100_000 });
        const start = file.indexOf('IDAT') + 4;
        const length = file.readUInt32BE(start - 8);
        const data = Buffer.from(file.subarray(start, start + length));
        for (const [place, value] of changes) data[place % length] = value;
        const options = { width, height, bitDepth: kind[1], colourType: kind[0], data };
        const chunks = kind[0] === 3 ? [makePalette(kind[1])] : [];
        const changed = makePng({ ...options, chunks });
        const result = command.run(changed, ['--timesteps', '1']);
        expectOrderly(result);
        if (result.code !== 0) return;
        // Damage behind the last pixel the host may see and the command not.
        const host = await decodeImage(changed, nodeCodecs).catch(() => null);
        if (host === null) return;
        expect([...result.input]).toEqual([...resizeImage(host, { width: 8, height: 8 }).pixels]);
      }),
      { numRuns: 200 },
    );
  });

  it('of nothing but random bytes behind the signature never traps', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expectRefusal(command.run(Buffer.concat([sound.subarray(0, 8), bytes])), DAMAGED);
      }),
      { numRuns: 200 },
    );
  });

  const header = (change: (bytes: Buffer) => void) => {
    const bytes = Buffer.from(sound.subarray(16, 29));
    change(bytes);
    return Buffer.concat([sound.subarray(0, 8), pngChunk('IHDR', bytes), sound.subarray(33)]);
  };
  const between = (...chunks: Buffer[]) => makePng({ ...rgb, chunks });
  const transparent = pngChunk('tRNS', Buffer.alloc(6, 9));
  const withData = (data: Uint8Array) => makePng({ ...rgb, data });
  const deflated = deflateSync(rows(7 * 28));

  it.each([
    ['no width', header((bytes) => bytes.writeUInt32BE(0, 0))],
    ['an impossible depth', header((bytes) => bytes.writeUInt8(3, 8))],
    ['a depth that its colour type does not have', header((bytes) => bytes.writeUInt8(4, 8))],
    ['an unknown colour type', header((bytes) => bytes.writeUInt8(5, 9))],
    ['an unknown compression', header((bytes) => bytes.writeUInt8(1, 10))],
    ['an unknown filter method', header((bytes) => bytes.writeUInt8(1, 11))],
    ['an unknown interlacing', header((bytes) => bytes.writeUInt8(2, 12))],
    ['a palette of no whole colours', between(pngChunk('PLTE', Buffer.alloc(4)))],
    ['too long a palette', between(pngChunk('PLTE', Buffer.alloc(771)))],
    ['too short a transparent colour', between(pngChunk('tRNS', Buffer.alloc(2)))],
    ['no palette where it needs one', makePng({ ...rgb, colourType: 3 })],
    ['no data', withData(Buffer.alloc(0))],
    ['no zlib header', withData(Buffer.from([0x79, 0x9c, 1, 2, 3]))],
    ['a preset dictionary', withData(Buffer.from([0x78, 0xbb, 0, 0, 0, 1]))],
    ['a wrong Adler-32', withData(Buffer.concat([deflated.subarray(0, -1), Buffer.from([1])]))],
    ['a row too few', withData(deflateSync(rows(6 * 28)))],
    ['a byte too few', withData(deflateSync(rows(7 * 28 - 1)))],
    ['a second transparent colour', between(transparent, transparent)],
    ['a transparent colour beside alpha', makePng({ ...rgb, colourType: 6, chunks: [transparent] })],
    [
      'transparency before its palette',
      makePng({ ...rgb, colourType: 3, chunks: [transparent, makePalette(8)] }),
    ],
    ['an unknown filter', withData(deflateSync(Buffer.alloc(7 * 28, 5)))],
    ['a stored block whose lengths differ', withData(Buffer.from([0x78, 1, 1, 5, 0, 0, 0]))],
    ['a block of the reserved kind', withData(Buffer.from([0x78, 1, 7, 0, 0]))],
    ['a distance before its first byte', withData(Buffer.from([0x78, 1, 0x03, 0x02, 0, 0, 0, 0]))],
  ])('with %s is refused', (_, file) => {
    expectRefusal(command.run(file), DAMAGED);
  });
});

describe('a PNG that is larger than the picture memory', () => {
  it.each([
    [600, 600],
    [1, 400_000],
    [400_000, 1],
    [0x7fffffff, 0x7fffffff],
    [0xffffffff, 1],
  ])('of %i x %i pixels is refused by name, before anything is read of it', (width, height) => {
    const file = makePng({ ...rgb, width, height, data: Buffer.from([1, 2, 3]) });
    expectRefusal(
      command.run(file),
      new RegExp(
        `the PNG has ${width} x ${height} pixels, which need \\d+ MiB, more than the 1 MiB of picture memory`,
      ),
    );
  });

  it('is not refused where it just fits', async () => {
    const file = makePng({ ...rgb, width: 570, height: 570 });
    const { code, stderr } = command.run(file, ['--timesteps', '1']);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });
});

describe('what the standard leaves open', () => {
  const answers = async (file: Buffer) => {
    const { code, input } = command.run(file, ['--timesteps', '1']);
    expect(code).toBe(0);
    return [...input];
  };

  it.each([
    ['a palette in a picture of colours', makePng({ ...rgb, chunks: [makePalette(2)] })],
    [
      'an animation, whose first picture counts',
      makePng({ ...rgb, chunks: [pngChunk('acTL', Buffer.alloc(8))] }),
    ],
    [
      'a long chunk of private data',
      makePng({ ...rgb, chunks: [pngChunk('prVt', Buffer.alloc(99_999, 7))] }),
    ],
    ['more rows than it has', makePng({ ...rgb, data: deflateSync(Buffer.concat([soundRows, rows(99)])) })],
    [
      '64 MiB behind its rows',
      makePng({ ...rgb, data: deflateSync(Buffer.concat([soundRows, Buffer.alloc(2 ** 26)])) }),
    ],
    [
      'bytes behind its compressed data',
      makePng({ ...rgb, data: Buffer.concat([deflateSync(soundRows), rows(9)]) }),
    ],
    ['an EXIF block of nonsense', makePng({ ...rgb, chunks: [pngChunk('eXIf', Buffer.alloc(40, 7))] })],
    ['an upright EXIF orientation', makePng({ ...rgb, chunks: [pngChunk('eXIf', exif(1))] })],
    ['bytes behind its end', Buffer.concat([sound, Buffer.alloc(100, 1)])],
  ])('is read as without it: %s', async (_, file) => {
    expect(await answers(file)).toEqual(await answers(sound));
    await expect(decodeImage(file, nodeCodecs)).resolves.toBeDefined();
  });

  it('takes as transparent just the colour that tRNS names, of 16 bits in all of them, as the host does', async () => {
    for (const bitDepth of [8, 16]) {
      for (const [high, low] of [
        [7, 7],
        [7, 8],
      ] as const) {
        const samples = Buffer.alloc(3 * bitDepth, Buffer.from([high, low]));
        const line = Buffer.concat([Buffer.of(0), samples]);
        const data = deflateSync(Buffer.concat(Array.from({ length: 8 }, () => line)));
        const colour = bitDepth === 8 ? [0, 7, 0, 7, 0, 7] : [7, 7, 7, 7, 7, 7];
        const chunks = [pngChunk('tRNS', Buffer.from(colour))];
        const file = makePng({ width: 8, height: 8, bitDepth, colourType: 2, chunks, data });
        const { pixels } = await decodeImage(file, nodeCodecs);
        expect(await answers(file)).toEqual([...pixels]);
      }
    }
  });
});

describe('standard input that is no PNG', () => {
  it('is raw RGB where it has just the size of the input', () => {
    const pixels = Uint8Array.from({ length: 192 }, (_, index) => (index * 7) & 255);
    const { code, input } = command.run(pixels, ['--timesteps', '1']);
    expect(code).toBe(0);
    expect([...input]).toEqual([...pixels]);
  });

  it.each([1, 7, 191, 193, 10_000])('is refused with %i bytes', (length) => {
    expectRefusal(
      command.run(new Uint8Array(length)),
      /neither a PNG nor raw RGB of exactly 192 bytes \(8 x 8 pixels\): convert it to PNG/,
    );
  });

  it('is refused where it is empty, or of another format', () => {
    expectRefusal(command.run(new Uint8Array(0)), /the image is empty/);
    expectRefusal(command.run(Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16])), /neither a PNG nor raw/);
  });
});
