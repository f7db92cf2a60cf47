/**
 * The reference forward pass: what a network in floating point must compute, in plain loops and float64, with batch
 * normalisation where it stands, eq. (2). Tensors are `[y][x][channel]`.
 */
import type { AnySynapses, BatchNormalisation, Shape } from '../../src/graph/network.js';
import { IMAGE } from '../../src/graph/network.js';
import { arrivals } from './synapses.js';

type PlainSynapses = AnySynapses<ArrayLike<number>, ArrayLike<number>> & {
  readonly batchNormalisation?: BatchNormalisation;
};

/** What trained, folded, normalised and dequantised networks have in common. */
export interface PlainNetwork {
  readonly input: Shape;
  readonly populations: readonly {
    readonly shape: Shape;
    readonly synapses: readonly PlainSynapses[];
    readonly bias: ArrayLike<number>;
  }[];
  readonly heads: readonly {
    readonly population: number;
    readonly weights: ArrayLike<number>;
    readonly bias: ArrayLike<number>;
  }[];
}

export interface Activations {
  /** Rectified, one array a population. */
  readonly populations: readonly Float64Array[];
  /** Not rectified, one array a head. */
  readonly logits: readonly Float64Array[];
}

/** @param ceiling - activations are clipped there; a spiking neuron, which fires at most once a timestep, at 1 */
export function forward(network: PlainNetwork, input: ArrayLike<number>, ceiling = Infinity): Activations {
  const populations: Float64Array[] = [];
  for (const { shape, synapses, bias } of network.populations) {
    const sums = new Float64Array(shape.channels * shape.height * shape.width);
    sums.forEach((_, index) => {
      sums[index] = bias[index % shape.channels]!;
    });
    for (const one of synapses) {
      const image = one.source === IMAGE;
      const values = image ? input : populations[one.source]!;
      const from = image ? network.input : network.populations[one.source]!.shape;
      const carried = new Float64Array(sums.length);
      arrivals(one, from, shape, (source, target, weight) => {
        carried[target]! += values[source]! * weight;
      });
      normalise(carried, one.batchNormalisation).forEach((value, index) => {
        sums[index]! += value;
      });
    }
    populations.push(sums.map((value) => Math.min(Math.max(value, 0), ceiling)));
  }
  const logits = network.heads.map(({ population, weights, bias }) => {
    const { channels, height, width } = network.populations[population]!.shape;
    const means = new Float64Array(channels);
    populations[population]!.forEach((value, index) => {
      means[index % channels]! += value / (height * width);
    });
    return Float64Array.from({ length: bias.length }, (_, j) =>
      means.reduce((sum, mean, channel) => sum + mean * weights[channel * bias.length + j]!, bias[j]!),
    );
  });
  return { populations, logits };
}

function normalise(values: Float64Array, normalisation: BatchNormalisation | undefined): Float64Array {
  if (normalisation === undefined) return values;
  const { gamma, beta, mean, variance, epsilon } = normalisation;
  return values.map((value, index) => {
    const c = index % gamma.length;
    return (gamma[c]! * (value - mean[c]!)) / Math.sqrt(variance[c]! + epsilon) + beta[c]!;
  });
}
