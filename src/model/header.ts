/**
 * The header of a model file: a spiking network as plain data, with a reference in the place of every tensor.
 * parse.ts is its mirror.
 */
import type { Shape, SpikingConnection, SpikingHead, SpikingLayer, SpikingNetwork } from './graph.js';
import { IMAGE } from './graph.js';
import type { TensorWriter } from './tensors.js';

/**
 * The network as plain data. Its tensors go to `tensors`, in the order in which parse.ts reads them.
 *
 * @throws UserError when a tensor has the wrong type or size; nothing else is checked here.
 */
export function toHeader(network: SpikingNetwork, tensors: TensorWriter): Record<string, unknown> {
  const { name, input, normalisation, inputFractionBits, labels, defaults, provenance } = network;
  return {
    name,
    input: plainShape(input),
    normalisation: { mean: [...normalisation.mean], deviation: [...normalisation.deviation] },
    inputFractionBits,
    labels: [...labels],
    layers: network.layers.map((layer, i) => plainLayer(network, layer, `layers[${i}]`, tensors)),
    heads: network.heads.map((head, i) => plainHead(network, head, `heads[${i}]`, tensors)),
    defaults: {
      timesteps: defaults.timesteps,
      initialPotential: defaults.initialPotential,
      propagation: defaults.propagation,
      head: defaults.head,
      // Left out where it is 0: files from before it was known are read as such.
      ...(defaults.forgetting > 0 && { forgetting: defaults.forgetting }),
    },
    provenance: { ...provenance },
  };
}

function plainShape({ channels, height, width }: Shape) {
  return { channels, height, width };
}

function plainLayer(network: SpikingNetwork, layer: SpikingLayer, path: string, tensors: TensorWriter) {
  const { channels } = layer.shape;
  return {
    name: layer.name,
    shape: plainShape(layer.shape),
    block: layer.block,
    connections: layer.connections.map((connection, i) =>
      plainConnection(network, connection, channels, `${path}.connections[${i}]`, tensors),
    ),
    bias: tensors.add(`${path}.bias`, layer.bias, [channels]),
    threshold: tensors.add(`${path}.threshold`, layer.threshold, [channels]),
    lambda: layer.lambda,
  };
}

function plainConnection(
  network: SpikingNetwork,
  connection: SpikingConnection,
  channels: number,
  path: string,
  tensors: TensorWriter,
) {
  const { kind, source, weights } = connection;
  if (kind === 'identity')
    return { kind, source, weights: tensors.add(`${path}.weights`, weights, [channels]) };
  const { kernel, stride, padding } = connection;
  const shape = [kernel, kernel, channelsOf(network, source), channels];
  return { kind, source, kernel, stride, padding, weights: tensors.add(`${path}.weights`, weights, shape) };
}

function plainHead(network: SpikingNetwork, head: SpikingHead, path: string, tensors: TensorWriter) {
  const { name, block, layer, lambda, priorStrength } = head;
  const classes = network.labels.length;
  return {
    name,
    block,
    layer,
    weights: tensors.add(`${path}.weights`, head.weights, [channelsOf(network, layer), classes]),
    bias: tensors.add(`${path}.bias`, head.bias, [classes]),
    threshold: tensors.add(`${path}.threshold`, head.threshold, [classes]),
    lambda,
    priorStrength,
  };
}

/** Zero for a source that does not exist: parse.ts says so with its path. */
function channelsOf(network: SpikingNetwork, source: number): number {
  return source === IMAGE ? network.input.channels : (network.layers[source]?.shape.channels ?? 0);
}
