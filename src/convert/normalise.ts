/**
 * Weight normalisation, eq. (8): w'_l = (lambda_{l-1} / lambda_l) w_l and b'_l = b_l / lambda_l, after which every
 * threshold is 1 and a firing rate of 1 stands for the activation lambda_l. Where paths are added, the neuron after the
 * addition has one lambda, and each path into it carries its own lambda_in / lambda_l; the weights of a skip, which
 * were 1, become that ratio.
 */
import {
  type AnySynapses,
  type Head,
  IMAGE,
  type Network,
  type Population,
  type Synapses,
} from '../graph/network.js';
import type { Lambdas } from './calibrate.js';

/** Normalised synapses: gains keep the digits of their lambdas, since they meet thresholds of up to 30 bits. */
export type NormalisedSynapses = AnySynapses<Float32Array, Float64Array>;

export interface NormalisedPopulation extends Omit<Population, 'synapses'> {
  readonly synapses: readonly NormalisedSynapses[];
  readonly lambda: number;
}

export interface NormalisedHead extends Head {
  readonly lambda: number;
}

export interface NormalisedNetwork extends Omit<Network, 'populations' | 'heads'> {
  readonly populations: readonly NormalisedPopulation[];
  readonly heads: readonly NormalisedHead[];
}

/** Normalises a network whose batch normalisation is folded. The image is not scaled: its lambda is 1. */
export function normaliseWeights(network: Network, lambdas: Lambdas): NormalisedNetwork {
  const lambdaOf = (source: number): number => (source === IMAGE ? 1 : lambdas.layers[source]!);
  return {
    ...network,
    populations: network.populations.map((population, index) => {
      const lambda = lambdas.layers[index]!;
      return {
        ...population,
        lambda,
        bias: population.bias.map((value) => value / lambda),
        synapses: population.synapses.map((one) => normaliseSynapses(one, lambdaOf(one.source) / lambda)),
      };
    }),
    heads: network.heads.map((head, index) => {
      const lambda = lambdas.heads[index]!;
      const ratio = lambdaOf(head.population) / lambda;
      return {
        ...head,
        lambda,
        weights: head.weights.map((weight) => weight * ratio),
        bias: head.bias.map((value) => value / lambda),
      };
    }),
  };
}

function normaliseSynapses(
  { batchNormalisation: _, ...synapses }: Synapses,
  ratio: number,
): NormalisedSynapses {
  return synapses.kind === 'per-channel'
    ? { ...synapses, weights: Float64Array.from(synapses.weights, (weight) => weight * ratio) }
    : { ...synapses, weights: synapses.weights.map((weight) => weight * ratio) };
}
