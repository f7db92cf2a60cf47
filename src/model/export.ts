/** The tensors of a model in PyTorch's order and under readable names, for writing them out as .safetensors. */
import type { SpikingConnection, SpikingHead, SpikingLayer, SpikingNetwork } from './graph.js';
import { sourceShape } from './synapses.js';
import { fromTapMajor } from './taps.js';

/** A named tensor: int8 (I8) or int32 (I32) values in row-major order of `shape`. */
export interface ModelTensor {
  readonly name: string;
  readonly dtype: 'I8' | 'I32';
  readonly shape: readonly number[];
  readonly data: Int8Array | Int32Array;
}

/**
 * Lists a network's tensors, layer by layer and then head by head:
 *
 *     layers.NAME.connections.I.weight   I8  [output][input][ky][kx] of a convolution, I32 [channel] of an identity
 *     layers.NAME.bias, .threshold       I32 [channel]
 *     heads.NAME.weight                  I8  [class][channel]
 *     heads.NAME.bias, .threshold        I32 [class]
 */
export function modelTensors(network: SpikingNetwork): ModelTensor[] {
  return [
    ...network.layers.flatMap((layer) => layerTensors(network, layer)),
    ...network.heads.flatMap((head) => headTensors(network, head)),
  ];
}

function layerTensors(network: SpikingNetwork, layer: SpikingLayer): ModelTensor[] {
  const prefix = `layers.${layer.name}`;
  return [
    ...layer.connections.map((connection, index) =>
      connectionTensor(network, connection, layer.shape.channels, `${prefix}.connections.${index}.weight`),
    ),
    vector(`${prefix}.bias`, layer.bias),
    vector(`${prefix}.threshold`, layer.threshold),
  ];
}

function connectionTensor(
  network: SpikingNetwork,
  connection: SpikingConnection,
  outputs: number,
  name: string,
): ModelTensor {
  if (connection.kind === 'identity') return vector(name, connection.weights);
  const { kernel, source, weights } = connection;
  const inputs = sourceShape(network, source).channels;
  const data = fromTapMajor(weights, new Int8Array(weights.length), { kernel, inputs, outputs });
  return { name, dtype: 'I8', shape: [outputs, inputs, kernel, kernel], data };
}

function headTensors(network: SpikingNetwork, head: SpikingHead): ModelTensor[] {
  const prefix = `heads.${head.name}`;
  const inputs = sourceShape(network, head.layer).channels;
  const outputs = network.labels.length;
  const data = fromTapMajor(head.weights, new Int8Array(head.weights.length), { kernel: 1, inputs, outputs });
  return [
    { name: `${prefix}.weight`, dtype: 'I8', shape: [outputs, inputs], data },
    vector(`${prefix}.bias`, head.bias),
    vector(`${prefix}.threshold`, head.threshold),
  ];
}

function vector(name: string, data: Int32Array): ModelTensor {
  return { name, dtype: 'I32', shape: [data.length], data };
}
