/**
 * The reference forward pass: what a network in floating point must compute, in plain loops and float64, with batch
 * normalisation where it stands, eq. (2). Tensors are `[y][x][channel]`.
 */
import type { BatchNormalisation, ConvolutionGeometry, Shape } from '../../src/graph/network.js';
import { IMAGE } from '../../src/graph/network.js';

interface PlainConvolution extends ConvolutionGeometry {
  readonly kind: 'convolution';
  readonly weights: ArrayLike<number>;
  readonly batchNormalisation?: BatchNormalisation;
}

interface PlainIdentity {
  readonly kind: 'identity';
  readonly source: number;
  /** Of a normalised network; otherwise the source is added as it is. One number, or one a channel. */
  readonly weight?: number | ArrayLike<number>;
}

/** What trained, folded, normalised and dequantised networks have in common. */
export interface PlainNetwork {
  readonly input: Shape;
  readonly layers: readonly {
    readonly shape: Shape;
    readonly connections: readonly (PlainConvolution | PlainIdentity)[];
    readonly bias: ArrayLike<number>;
  }[];
  readonly heads: readonly {
    readonly layer: number;
    readonly weights: ArrayLike<number>;
    readonly bias: ArrayLike<number>;
  }[];
}

export interface Activations {
  /** Rectified, one array a layer. */
  readonly layers: readonly Float64Array[];
  /** Not rectified, one array a head. */
  readonly logits: readonly Float64Array[];
}

/** @param ceiling - activations are clipped there; a spiking neuron, which fires at most once a timestep, at 1 */
export function forward(network: PlainNetwork, input: ArrayLike<number>, ceiling = Infinity): Activations {
  const layers: Float64Array[] = [];
  for (const { shape, connections, bias } of network.layers) {
    const sums = new Float64Array(shape.channels * shape.height * shape.width);
    sums.forEach((_, index) => {
      sums[index] = bias[index % shape.channels]!;
    });
    for (const connection of connections) {
      const image = connection.source === IMAGE;
      const values = image ? input : layers[connection.source]!;
      const from = image ? network.input : network.layers[connection.source]!.shape;
      const added =
        connection.kind === 'convolution'
          ? normalise(convolve(connection, values, from, shape), connection.batchNormalisation)
          : weigh(connection, values, shape.channels);
      added.forEach((value, index) => {
        sums[index]! += value;
      });
    }
    layers.push(sums.map((value) => Math.min(Math.max(value, 0), ceiling)));
  }
  const logits = network.heads.map(({ layer, weights, bias }) => {
    const { channels, height, width } = network.layers[layer]!.shape;
    const means = new Float64Array(channels);
    layers[layer]!.forEach((value, index) => {
      means[index % channels]! += value / (height * width);
    });
    return Float64Array.from({ length: bias.length }, (_, j) =>
      means.reduce((sum, mean, channel) => sum + mean * weights[channel * bias.length + j]!, bias[j]!),
    );
  });
  return { layers, logits };
}

function convolve(
  { kernel, stride, padding, weights }: PlainConvolution,
  values: ArrayLike<number>,
  from: Shape,
  to: Shape,
): Float64Array {
  const sums = new Float64Array(to.channels * to.height * to.width);
  for (let y = 0; y < to.height; y++) {
    for (let x = 0; x < to.width; x++) {
      for (let kernelY = 0; kernelY < kernel; kernelY++) {
        for (let kernelX = 0; kernelX < kernel; kernelX++) {
          const sourceY = y * stride + kernelY - padding;
          const sourceX = x * stride + kernelX - padding;
          if (sourceY < 0 || sourceY >= from.height || sourceX < 0 || sourceX >= from.width) continue;
          for (let source = 0; source < from.channels; source++) {
            const value = values[(sourceY * from.width + sourceX) * from.channels + source]!;
            const row = ((kernelY * kernel + kernelX) * from.channels + source) * to.channels;
            for (let channel = 0; channel < to.channels; channel++) {
              sums[(y * to.width + x) * to.channels + channel]! += value * weights[row + channel]!;
            }
          }
        }
      }
    }
  }
  return sums;
}

function normalise(values: Float64Array, normalisation: BatchNormalisation | undefined): Float64Array {
  if (normalisation === undefined) return values;
  const { gamma, beta, mean, variance, epsilon } = normalisation;
  return values.map((value, index) => {
    const c = index % gamma.length;
    return (gamma[c]! * (value - mean[c]!)) / Math.sqrt(variance[c]! + epsilon) + beta[c]!;
  });
}

function weigh({ weight = 1 }: PlainIdentity, values: ArrayLike<number>, channels: number): Float64Array {
  return Float64Array.from(
    values,
    (value, index) => value * (typeof weight === 'number' ? weight : weight[index % channels]!),
  );
}
