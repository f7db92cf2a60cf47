/** A small random spiking network for colour pictures, and pictures for it. */

import type { SpikingNetwork } from '../../src/graph/network.js';
import type { PixelImage } from '../../src/picture/pixel-image.js';
import { quantiseInput } from '../../src/picture/tensor.js';
import { buildNetwork, uniform } from '../generate.js';

/** Three blocks with the internal heads "1" and "2", ten classes, 9 x 8 pixels; 64 timesteps by default. */
export const rgb: SpikingNetwork = withDefaults(
  buildNetwork({
    seed: 5,
    input: { channels: 3, height: 9, width: 8 },
    stem: { channels: 16, kernel: 3, stride: 1 },
    unpadded: false,
    blocks: [
      { channels: 16, stride: 1, kernel: 3, head: true },
      { channels: 24, stride: 2, kernel: 3, head: true },
      { channels: 24, stride: 1, kernel: 3, head: false },
    ],
    classes: 10,
    propagation: 'synchronous',
  }),
);

function withDefaults(network: SpikingNetwork): SpikingNetwork {
  return {
    ...network,
    name: 'rgb',
    heads: network.heads.map((head, index) => ({ ...head, priorStrength: [8, 20, 0][index]! })),
    defaults: {
      coding: 'rate',
      digits: 4,
      readout: 'spikes',
      timesteps: 64,
      initialPotential: 0.5,
      propagation: 'synchronous',
      forgetting: 0,
      head: '2',
    },
  };
}

/** Random pixels of a network's input size. */
export function picture({ input }: SpikingNetwork, seed: number): PixelImage {
  const random = uniform(seed);
  const { width, height } = input;
  const pixels = Uint8ClampedArray.from({ length: 3 * width * height }, () => Math.floor(256 * random()));
  return { width, height, pixels };
}

/** What the network receives of a picture. */
export function inputOf(network: SpikingNetwork, image: PixelImage): Int16Array {
  return quantiseInput(image, network.input, network.normalisation, network.inputFractionBits);
}
