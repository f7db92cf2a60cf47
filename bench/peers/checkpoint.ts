/**
 * The trained network inside the shipped model, as a checkpoint that train/ reads: so the peers run the very network
 * that the spikes converge to, and nothing but the shipped file is needed. Batch normalisation was folded long ago; it
 * comes back as an identity that carries the bias.
 */
import { type NamedTensor, writeSafetensors } from '../../src/file/write-safetensors.js';
import { sourceShape } from '../../src/graph/extents.js';
import type { Network, Population, Synapses } from '../../src/graph/network.js';
import { fromTapMajor } from '../../src/graph/taps.js';

const EPSILON = 1e-5;

/** @param network - a ResNet-18 as src/convert/resnet.ts builds it, batch normalisation folded */
export function checkpointOf(network: Network): Uint8Array {
  const { populations, heads, labels, input, normalisation } = network;
  const tensors = [
    ...populations.flatMap((population) => populationTensors(network, population)),
    ...heads.flatMap(({ name, population, weights, bias }) => {
      const inputs = populations[population]!.shape.channels;
      const outputs = bias.length;
      const data = fromTapMajor(weights, new Float32Array(weights.length), { kernel: 1, inputs, outputs });
      return [
        { name: `heads.${name}.weight`, dtype: 'F32', shape: [outputs, inputs], data } as const,
        vector(`heads.${name}.bias`, bias),
      ];
    }),
  ];
  const blocks = populations.filter(({ name }) => name.endsWith('.conv1'));
  const metadata = {
    architecture: 'resnet18-cifar',
    widths: blocks.filter((_, block) => block % 2 === 1).map(({ shape }) => shape.channels),
    inputShape: [input.channels, input.height, input.width],
    strides: blocks.map(({ synapses }) => strideOf(synapses[0]!)),
    heads: heads.map(({ name, population }) => ({ name, block: blocksUpTo(populations, population) })),
    batchNormEpsilon: EPSILON,
    normalisation: { mean: normalisation.mean, std: normalisation.deviation },
    labels,
    activation: 'relu',
  };
  return writeSafetensors(tensors, { snnwasm: JSON.stringify(metadata) });
}

/** The block that a population is the last of: blocks end with one that is named after them alone. */
function blocksUpTo(populations: readonly Population[], last: number): number {
  return populations.slice(0, last + 1).filter(({ name }) => /^blocks\.\d+$/.test(name)).length;
}

function populationTensors(network: Network, population: Population): NamedTensor[] {
  const { name, shape, synapses, bias } = population;
  const [convolution, normalisation] = namesOf(name);
  const [first, second] = synapses;
  const outputs = shape.channels;
  return [
    ...convolutionTensors(network, first!, outputs, convolution, normalisation, bias),
    ...(second?.kind === 'convolution'
      ? convolutionTensors(
          network,
          second,
          outputs,
          `${name}.shortcut.conv`,
          `${name}.shortcut.bn`,
          new Float32Array(outputs),
        )
      : []),
  ];
}

/** Names of a population's convolution and normalisation in a checkpoint. */
function namesOf(population: string): [string, string] {
  if (population === 'stem') return ['stem.conv', 'stem.bn'];
  if (population.endsWith('.conv1')) return [population, population.replace('.conv1', '.bn1')];
  return [`${population}.conv2`, `${population}.bn2`];
}

function convolutionTensors(
  network: Network,
  synapses: Synapses,
  outputs: number,
  name: string,
  normalisation: string,
  bias: Float32Array,
): NamedTensor[] {
  if (synapses.kind !== 'convolution') throw new Error(`${name} is no convolution`);
  const { source, weights } = synapses;
  const kernel = synapses.kernel.height;
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

const strideOf = (synapses: Synapses): number =>
  synapses.kind === 'convolution' ? synapses.stride.height : 1;

function vector(name: string, data: Float32Array): NamedTensor {
  return { name, dtype: 'F32', shape: [data.length], data };
}
