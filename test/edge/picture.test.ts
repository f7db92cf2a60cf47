/** Pictures that the command of a bundle reads become the pixels that the host makes of them, bit for bit. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { nodeCodecs } from '../../src/host/node/codecs.js';
import { decodeImage } from '../../src/picture/decode.js';
import { resizeImage } from '../../src/picture/resize.js';
import { bundled, EdgeCommand, smallNetwork } from '../support/edge.js';
import { arbitraryPng, buildPng, KINDS } from '../support/random-png.js';

const SIZES = [
  [8, 8],
  [9, 5],
  [1, 1],
] as const;

const commands = await Promise.all(
  SIZES.map(async ([width, height]) => ({
    width,
    height,
    command: new EdgeCommand(
      await bundled(smallNetwork(width, height), 'command', { pictureBytes: 1 << 20 }),
    ),
  })),
);

afterAll(() => {
  for (const { command } of commands) command.dispose();
});

async function expectHostPixels(png: Uint8Array, which = commands): Promise<void> {
  const image = await decodeImage(png, nodeCodecs);
  for (const { width, height, command } of which) {
    const { code, stderr, input } = command.run(png, ['--timesteps', '1']);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect([...input]).toEqual([...resizeImage(image, { width, height }).pixels]);
  }
}

describe('a PNG on standard input', () => {
  it.each(KINDS.flatMap((kind) => [false, true].map((interlaced) => ({ kind, interlaced }))))(
    'of colour type and depth $kind, interlaced: $interlaced, becomes the pixels that the host gets',
    async ({ kind, interlaced }) => {
      const property = fc.asyncProperty(arbitraryPng(20), (recipe) =>
        expectHostPixels(buildPng({ ...recipe, kind, interlaced })),
      );
      await fc.assert(property, { numRuns: 15 });
    },
  );

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('of the EXIF orientation %i becomes upright', async (orientation) => {
    const file = buildPng({
      width: 13,
      height: 9,
      kind: [2, 8],
      interlaced: false,
      content: Uint8Array.from({ length: 300 }, (_, index) => (index * index) & 255),
      filters: [0],
      level: 6,
      strategy: 0,
      chunkBytes: 100_000,
      transparency: null,
      palette: new Uint8Array(0),
      orientation,
    });
    await expectHostPixels(file);
  });

  it('of the very size of the input is not resampled', async () => {
    const property = fc.asyncProperty(arbitraryPng(8), (recipe) =>
      expectHostPixels(buildPng({ ...recipe, width: 8, height: 8 }), commands.slice(0, 1)),
    );
    await fc.assert(property, { numRuns: 30 });
  });

  it.each(['sunflower', 'cloud', 'orange', 'plate', 'road', 'sea', 'skyscraper'])(
    'examples/%s.png becomes the pixels that the host gets',
    (name) => expectHostPixels(readFileSync(join(import.meta.dirname, `../../examples/${name}.png`))),
  );
});
