/**
 * Weight normalisation, eq. (8): w'_l = (lambda_{l-1} / lambda_l) w_l and b'_l = b_l / lambda_l, after which every
 * threshold is 1 and a firing rate of 1 stands for the activation lambda_l. In a residual block the neuron after the
 * addition has one lambda, and each path into it carries its own lambda_in / lambda_l; the identity path, whose weight
 * was 1, becomes that ratio.
 */
import { type Connection, type Head, IMAGE, type Layer, type Network } from '../model/graph.js';
import type { Lambdas } from './calibrate.js';

/** A normalised connection: the identity has a weight now. */
export type NormalisedConnection =
  | Extract<Connection, { kind: 'convolution' }>
  | (Extract<Connection, { kind: 'identity' }> & { readonly weight: number });

export interface NormalisedLayer extends Omit<Layer, 'connections'> {
  readonly connections: readonly NormalisedConnection[];
  readonly lambda: number;
}

export interface NormalisedHead extends Head {
  readonly lambda: number;
}

export interface NormalisedNetwork extends Omit<Network, 'layers' | 'heads'> {
  readonly layers: readonly NormalisedLayer[];
  readonly heads: readonly NormalisedHead[];
}

/** Normalises a network whose batch normalisation is folded. The image is not scaled: its lambda is 1. */
export function normaliseWeights(network: Network, lambdas: Lambdas): NormalisedNetwork {
  const lambdaOf = (source: number): number => (source === IMAGE ? 1 : lambdas.layers[source]!);
  return {
    ...network,
    layers: network.layers.map((layer, index) => {
      const lambda = lambdas.layers[index]!;
      return {
        ...layer,
        lambda,
        bias: layer.bias.map((value) => value / lambda),
        connections: layer.connections.map((connection): NormalisedConnection => {
          const ratio = lambdaOf(connection.source) / lambda;
          return connection.kind === 'identity'
            ? { ...connection, weight: ratio }
            : { ...connection, weights: connection.weights.map((weight) => weight * ratio) };
        }),
      };
    }),
    heads: network.heads.map((head, index) => {
      const lambda = lambdas.heads[index]!;
      const ratio = lambdaOf(head.layer) / lambda;
      return {
        ...head,
        lambda,
        weights: head.weights.map((weight) => weight * ratio),
        bias: head.bias.map((value) => value / lambda),
      };
    }),
  };
}
