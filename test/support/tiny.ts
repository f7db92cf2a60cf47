/** A tiny trained network for pictures of 32 x 32, as a graph and as a checkpoint. */
import { type NamedTensor, writeSafetensors } from '../../src/convert/write-safetensors.js';
import type { Convolution, Network } from '../../src/graph/network.js';
import { sourceShape } from '../../src/graph/extents.js';
import { fromTapMajor } from '../../src/graph/taps.js';
import { buildTrained } from './trained.js';

/** Two blocks, a head after each, ten classes. */
export const tiny: Network = withoutBiases(
  buildTrained({
    seed: 2,
    input: { channels: 3, height: 32, width: 32 },
    stem: { channels: 6, kernel: 3, stride: 1 },
    unpadded: false,
    blocks: [
      { channels: 8, stride: 2, kernel: 3, head: true },
      { channels: 8, stride: 1, kernel: 3, head: false },
    ],
    classes: 10,
    propagation: 'synchronous',
  }),
);

/** {@link tiny} as a .safetensors file. */
export const tinyCheckpoint: Uint8Array = checkpointBytes(tiny);

/** Convolutions of a checkpoint have no bias. */
function withoutBiases(network: Network): Network {
  return {
    ...network,
    layers: network.layers.map((layer) => ({ ...layer, bias: new Float32Array(layer.bias.length) })),
  };
}

/** A residual network with names as in a checkpoint, whose blocks have two layers each, as a .safetensors file. */
export function checkpointBytes(network: Network): Uint8Array {
  const { layers, heads, labels, input, normalisation } = network;
  const tensors = layers.flatMap((layer) => {
    const block = /^blocks\.\d+$/.test(layer.name);
    const [first, second] = layer.connections;
    const names = layer.name.endsWith('.conv1')
      ? [layer.name, layer.name.replace('.conv1', '.bn1')]
      : block
        ? [`${layer.name}.conv2`, `${layer.name}.bn2`]
        : [`${layer.name}.conv`, `${layer.name}.bn`];
    const shortcut =
      second?.kind === 'convolution'
        ? convolutionTensors(network, second, `${layer.name}.shortcut.conv`, `${layer.name}.shortcut.bn`)
        : [];
    return [...convolutionTensors(network, first as Convolution, names[0]!, names[1]!), ...shortcut];
  });
  for (const { name, layer, weights, bias } of heads) {
    const inputs = layers[layer]!.shape.channels;
    const outputs = bias.length;
    const data = fromTapMajor(weights, new Float32Array(weights.length), { kernel: 1, inputs, outputs });
    tensors.push({ name: `heads.${name}.weight`, dtype: 'F32', shape: [outputs, inputs], data });
    tensors.push(vector(`heads.${name}.bias`, bias));
  }
  const metadata = {
    architecture: 'resnet18-cifar',
    inputShape: [input.channels, input.height, input.width],
    strides: layers
      .filter(({ name }) => name.endsWith('.conv1'))
      .map(({ connections }) => (connections[0] as Convolution).stride),
    heads: heads.map(({ name, block }) => ({ name, block })),
    normalisation: { mean: normalisation.mean, std: normalisation.deviation },
    labels,
  };
  return writeSafetensors(tensors, { snnwasm: JSON.stringify(metadata) });
}

function convolutionTensors(
  network: Network,
  { source, kernel, weights, batchNormalisation }: Convolution,
  name: string,
  normalisation: string,
): NamedTensor[] {
  const { gamma, beta, mean, variance } = batchNormalisation!;
  const inputs = sourceShape(network, source).channels;
  const outputs = gamma.length;
  const data = fromTapMajor(weights, new Float32Array(weights.length), { kernel, inputs, outputs });
  return [
    { name: `${name}.weight`, dtype: 'F32', shape: [outputs, inputs, kernel, kernel], data },
    vector(`${normalisation}.weight`, gamma),
    vector(`${normalisation}.bias`, beta),
    vector(`${normalisation}.running_mean`, mean),
    vector(`${normalisation}.running_var`, variance),
  ];
}

function vector(name: string, data: Float32Array): NamedTensor {
  return { name, dtype: 'F32', shape: [data.length], data };
}
