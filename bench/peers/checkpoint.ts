/**
 * The trained network inside the shipped model, as a checkpoint that train/ reads: so the peers run the very network
 * that the spikes converge to, and nothing but the shipped file is needed. Batch normalisation was folded long ago; it
 * comes back as an identity that carries the bias.
 */
import { type NamedTensor, writeSafetensors } from '../../src/convert/write-safetensors.js';
import { sourceShape } from '../../src/graph/extents.js';
import type { Connection, Layer, Network } from '../../src/graph/network.js';
import { fromTapMajor } from '../../src/graph/taps.js';

const EPSILON = 1e-5;

/** @param network - a ResNet-18 as src/convert/resnet.ts builds it, batch normalisation folded */
export function checkpointOf(network: Network): Uint8Array {
  const { layers, heads, labels, input, normalisation } = network;
  const tensors = [
    ...layers.flatMap((layer) => layerTensors(network, layer)),
    ...heads.flatMap(({ name, layer, weights, bias }) => {
      const inputs = layers[layer]!.shape.channels;
      const outputs = bias.length;
      const data = fromTapMajor(weights, new Float32Array(weights.length), { kernel: 1, inputs, outputs });
      return [
        { name: `heads.${name}.weight`, dtype: 'F32', shape: [outputs, inputs], data } as const,
        vector(`heads.${name}.bias`, bias),
      ];
    }),
  ];
  const blocks = layers.filter(({ name }) => name.endsWith('.conv1'));
  const metadata = {
    architecture: 'resnet18-cifar',
    widths: blocks.filter((_, block) => block % 2 === 1).map(({ shape }) => shape.channels),
    inputShape: [input.channels, input.height, input.width],
    strides: blocks.map(({ connections }) => strideOf(connections[0]!)),
    heads: heads.map(({ name, block }) => ({ name, block })),
    batchNormEpsilon: EPSILON,
    normalisation: { mean: normalisation.mean, std: normalisation.deviation },
    labels,
    activation: 'relu',
  };
  return writeSafetensors(tensors, { snnwasm: JSON.stringify(metadata) });
}

function layerTensors(network: Network, layer: Layer): NamedTensor[] {
  const [convolution, normalisation] = namesOf(layer.name);
  const [first, second] = layer.connections;
  const outputs = layer.shape.channels;
  return [
    ...convolutionTensors(network, first!, outputs, convolution, normalisation, layer.bias),
    ...(second?.kind === 'convolution'
      ? convolutionTensors(
          network,
          second,
          outputs,
          `${layer.name}.shortcut.conv`,
          `${layer.name}.shortcut.bn`,
          new Float32Array(outputs),
        )
      : []),
  ];
}

/** Names of a layer's convolution and normalisation in a checkpoint. */
function namesOf(layer: string): [string, string] {
  if (layer === 'stem') return ['stem.conv', 'stem.bn'];
  if (layer.endsWith('.conv1')) return [layer, layer.replace('.conv1', '.bn1')];
  return [`${layer}.conv2`, `${layer}.bn2`];
}

function convolutionTensors(
  network: Network,
  connection: Connection,
  outputs: number,
  name: string,
  normalisation: string,
  bias: Float32Array,
): NamedTensor[] {
  if (connection.kind !== 'convolution') throw new Error(`${name} is no convolution`);
  const { source, kernel, weights } = connection;
  const inputs = sourceShape(network, source).channels;
  const data = fromTapMajor(weights, new Float32Array(weights.length), { kernel, inputs, outputs });
  return [
    { name: `${name}.weight`, dtype: 'F32', shape: [outputs, inputs, kernel, kernel], data },
    vector(`${normalisation}.weight`, new Float32Array(outputs).fill(1)),
    vector(`${normalisation}.bias`, bias),
    vector(`${normalisation}.running_mean`, new Float32Array(outputs)),
    vector(`${normalisation}.running_var`, new Float32Array(outputs).fill(1 - EPSILON)),
  ];
}

const strideOf = (connection: Connection): number =>
  connection.kind === 'convolution' ? connection.stride : 1;

function vector(name: string, data: Float32Array): NamedTensor {
  return { name, dtype: 'F32', shape: [data.length], data };
}
