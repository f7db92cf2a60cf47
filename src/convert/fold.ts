/**
 * Folds batch normalisation into the convolution before it, eqs. (3) and (4):
 *
 *   w' = (gamma / sigma) w        b' = (gamma / sigma) (b - mu) + beta        sigma = sqrt(variance + epsilon)
 *
 * Synapses before a batch normalisation have no bias of their own here (b = 0), so that of a population with two
 * convolutions, the sum of its two paths, is the sum of both b'.
 */
import type { BatchNormalisation, Network, Population, Synapses } from '../graph/network.js';

/** The same network without batch normalisation. */
export function foldBatchNormalisation(network: Network): Network {
  return { ...network, populations: network.populations.map(foldPopulation) };
}

function foldPopulation(population: Population): Population {
  const bias = Float64Array.from(population.bias);
  const synapses = population.synapses.map((one): Synapses => {
    if (one.batchNormalisation === undefined) return one;
    const { batchNormalisation, ...bare } = one;
    const gain = gains(batchNormalisation);
    gain.forEach((value, channel) => {
      bias[channel]! += batchNormalisation.beta[channel]! - value * batchNormalisation.mean[channel]!;
    });
    // Every kind has its output channel last.
    const weights = bare.weights.map((weight, index) => weight * gain[index % gain.length]!);
    return { ...bare, weights };
  });
  return { ...population, synapses, bias: Float32Array.from(bias) };
}

/** gamma / sigma for every channel. */
function gains({ gamma, variance, epsilon }: BatchNormalisation): Float64Array {
  return Float64Array.from(gamma, (value, channel) => value / Math.sqrt(variance[channel]! + epsilon));
}
