/** A spiking network's integers as the floating-point network of threshold 1 that they stand for. */

import { sizeOf } from '../../src/graph/extents.js';
import type { SpikingNetwork } from '../../src/graph/network.js';
import { IMAGE } from '../../src/graph/network.js';
import type { PlainNetwork } from '../reference/forward.js';

/** Its input is that of the trained network, not in multiples of 2^-fractionBits. */
export function dequantise({ input, populations, heads, inputFractionBits }: SpikingNetwork): PlainNetwork {
  return {
    input,
    populations: populations.map(({ shape, synapses, bias, threshold }) => ({
      shape,
      bias: inThresholds(bias, threshold, 1),
      synapses: synapses.map((one) => {
        const scale = one.source === IMAGE ? 2 ** inputFractionBits : 1;
        return { ...one, weights: inThresholds(one.weights, threshold, scale) };
      }),
    })),
    heads: heads.map(({ population, weights, bias, threshold }) => {
      const { shape } = populations[population]!;
      const pixels = sizeOf(shape) / shape.channels;
      return {
        population,
        weights: inThresholds(weights, threshold, pixels),
        bias: inThresholds(bias, threshold, 1),
      };
    }),
  };
}

function inThresholds(values: ArrayLike<number>, threshold: Int32Array, scale: number): Float64Array {
  const channels = threshold.length;
  return Float64Array.from(values, (value, index) => (value * scale) / threshold[index % channels]!);
}
