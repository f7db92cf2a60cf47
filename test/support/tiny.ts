/** A tiny trained network for pictures of 32 x 32, as a graph and as a checkpoint. */
import { type NamedTensor, writeSafetensors } from '../../src/file/write-safetensors.js';
import { sourceShape } from '../../src/graph/extents.js';
import type { Network } from '../../src/graph/network.js';
import { fromTapMajor } from '../../src/graph/taps.js';
import { buildTrained, type Normalised } from './trained.js';

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
    populations: network.populations.map((population) => ({
      ...population,
      bias: new Float32Array(population.bias.length),
    })),
  };
}

/** A residual network with names as in a checkpoint, whose blocks have two populations each, as a .safetensors file. */
export function checkpointBytes(network: Network): Uint8Array {
  const { populations, heads, labels, input, normalisation } = network;
  const tensors = populations.flatMap(({ name, synapses }) => {
    const block = /^blocks\.\d+$/.test(name);
    const [first, second] = synapses;
    const names = name.endsWith('.conv1')
      ? [name, name.replace('.conv1', '.bn1')]
      : block
        ? [`${name}.conv2`, `${name}.bn2`]
        : [`${name}.conv`, `${name}.bn`];
    const shortcut =
      second?.kind === 'convolution'
        ? convolutionTensors(network, second as Normalised, `${name}.shortcut.conv`, `${name}.shortcut.bn`)
        : [];
    return [...convolutionTensors(network, first as Normalised, names[0]!, names[1]!), ...shortcut];
  });
  for (const { name, population, weights, bias } of heads) {
    const inputs = populations[population]!.shape.channels;
    const outputs = bias.length;
    const data = fromTapMajor(weights, new Float32Array(weights.length), { kernel: 1, inputs, outputs });
    tensors.push({ name: `heads.${name}.weight`, dtype: 'F32', shape: [outputs, inputs], data });
    tensors.push(vector(`heads.${name}.bias`, bias));
  }
  const metadata = {
    architecture: 'resnet18-cifar',
    inputShape: [input.channels, input.height, input.width],
    strides: populations
      .filter(({ name }) => name.endsWith('.conv1'))
      .map(({ synapses }) => (synapses[0] as Normalised).stride.height),
    // A block ends with every second population behind the stem.
    heads: heads.map(({ name, population }) => ({ name, block: population / 2 })),
    normalisation: { mean: normalisation.mean, std: normalisation.deviation },
    labels,
  };
  return writeSafetensors(tensors, { snnwasm: JSON.stringify(metadata) });
}

function convolutionTensors(
  network: Network,
  { source, kernel: { height: kernel }, weights, batchNormalisation }: Normalised,
  name: string,
  normalisation: string,
): NamedTensor[] {
  const { gamma, beta, mean, variance } = batchNormalisation;
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
