/** A spiking network's integers as the floating-point network of threshold 1 that they stand for. */
import type { SpikingNetwork } from '../../src/graph/network.js';
import { IMAGE } from '../../src/graph/network.js';
import { sizeOf } from '../../src/graph/extents.js';
import type { PlainNetwork } from '../reference/forward.js';

/** Its input is that of the trained network, not in multiples of 2^-fractionBits. */
export function dequantise({ input, layers, heads, inputFractionBits }: SpikingNetwork): PlainNetwork {
  return {
    input,
    layers: layers.map(({ shape, connections, bias, threshold }) => ({
      shape,
      bias: inThresholds(bias, threshold, 1),
      connections: connections.map((connection) => {
        if (connection.kind === 'identity') {
          const { kind, source, weights } = connection;
          return { kind, source, weight: inThresholds(weights, threshold, 1) };
        }
        const scale = connection.source === IMAGE ? 2 ** inputFractionBits : 1;
        return { ...connection, weights: inThresholds(connection.weights, threshold, scale) };
      }),
    })),
    heads: heads.map(({ layer, weights, bias, threshold }) => {
      const { shape } = layers[layer]!;
      const pixels = sizeOf(shape) / shape.channels;
      return {
        layer,
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
