/** The images of the benchmark: CIFAR-100 test records where they are found, else the pictures in examples/. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openCifar100 } from '../../lab/data/cifar100.js';
import type { SpikingNetwork } from '../../src/graph/network.js';
import { nodeCodecs } from '../../src/host/node/codecs.js';
import { listImages, readFileChecked } from '../../src/host/node/files.js';
import { decodeImage } from '../../src/picture/decode.js';
import type { PixelImage } from '../../src/picture/pixel-image.js';
import { resizeImage } from '../../src/picture/resize.js';
import { quantiseInput } from '../../src/picture/tensor.js';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));
const BESIDE = fileURLToPath(new URL('../../../shared/cifar-100-binary', import.meta.url));
const LARGEST_IMAGE = 2 ** 26;

export interface BenchImages {
  /** Which images these are, for the report. */
  readonly source: string;
  readonly images: readonly PixelImage[];
}

/**
 * @param count - images wanted; `examples/` may hold fewer
 * @throws UserError if an image cannot be read
 */
export async function benchImages(count: number): Promise<BenchImages> {
  const folder = process.env.SNNWASM_CIFAR100 ?? BESIDE;
  if (existsSync(join(folder, 'test.bin'))) {
    const records = await openCifar100(folder, 'test');
    const images = Array.from(
      { length: Math.min(count, records.length) },
      (_, index) => records.image(index).image,
    );
    return { source: `CIFAR-100 test records 0 to ${images.length - 1}`, images };
  }
  const paths = (await listImages([EXAMPLES])).slice(0, count);
  const images = await Promise.all(
    paths.map(async (path) => decodeImage(await readFileChecked(path, LARGEST_IMAGE), nodeCodecs)),
  );
  return { source: `${paths.length} pictures of examples/ (CIFAR-100 was not found)`, images };
}

/** The images as the network takes them. */
export function networkInputs(network: SpikingNetwork, images: readonly PixelImage[]): Int16Array[] {
  const { input, normalisation, inputFractionBits } = network;
  return images.map((image) =>
    quantiseInput(resizeImage(image, input), input, normalisation, inputFractionBits),
  );
}
