/** The tensors of a model in PyTorch's order and under readable names, for writing them out as .safetensors. */
import { sourceShape } from '../graph/extents.js';
import type { SpikingHead, SpikingNetwork, SpikingPopulation, SpikingSynapses } from '../graph/network.js';
import { kindOf } from '../graph/synapses/index.js';
import { transposed } from '../graph/taps.js';

/** A named tensor: int8 (I8) or int32 (I32) values in row-major order of `shape`. */
export interface ModelTensor {
  readonly name: string;
  readonly dtype: 'I8' | 'I32';
  readonly shape: readonly number[];
  readonly data: Int8Array | Int32Array;
}

/**
 * Lists a network's tensors, population by population and then head by head:
 *
 *     populations.NAME.synapses.I.weight   I8  [output][input of a group][ky][kx] of a convolution,
 *                                              [channel][ky][kx] of depthwise synapses,
 *                                              [output][input][y][x] of dense ones; I32 [channel] of per-channel ones
 *     populations.NAME.bias, .threshold    I32 [channel]
 *     heads.NAME.weight                    I8  [class][channel]
 *     heads.NAME.bias, .threshold          I32 [class]
 */
export function modelTensors(network: SpikingNetwork): ModelTensor[] {
  return [
    ...network.populations.flatMap((population) => populationTensors(network, population)),
    ...network.heads.flatMap((head) => headTensors(network, head)),
  ];
}

function populationTensors(network: SpikingNetwork, population: SpikingPopulation): ModelTensor[] {
  const prefix = `populations.${population.name}`;
  return [
    ...population.synapses.map((synapses, index) =>
      synapsesTensor(network, synapses, population, `${prefix}.synapses.${index}.weight`),
    ),
    vector(`${prefix}.bias`, population.bias),
    vector(`${prefix}.threshold`, population.threshold),
  ];
}

function synapsesTensor(
  network: SpikingNetwork,
  synapses: SpikingSynapses,
  { shape }: SpikingPopulation,
  name: string,
): ModelTensor {
  const { weights } = synapses;
  if (weights instanceof Int32Array) return vector(name, weights);
  const kind = kindOf(synapses.kind);
  const extents = kind.weightShape(synapses, sourceShape(network, synapses.source), shape);
  return matrix(name, weights, extents, kind.exportAxes);
}

function headTensors(network: SpikingNetwork, head: SpikingHead): ModelTensor[] {
  const prefix = `heads.${head.name}`;
  const { channels } = sourceShape(network, head.population);
  return [
    matrix(`${prefix}.weight`, head.weights, [channels, network.labels.length], [1, 0]),
    vector(`${prefix}.bias`, head.bias),
    vector(`${prefix}.threshold`, head.threshold),
  ];
}

function matrix(
  name: string,
  weights: Int8Array,
  extents: readonly number[],
  axes: readonly number[],
): ModelTensor {
  const data = transposed(weights, new Int8Array(weights.length), extents, axes);
  return { name, dtype: 'I8', shape: axes.map((axis) => extents[axis]!), data };
}

function vector(name: string, data: Int32Array): ModelTensor {
  return { name, dtype: 'I32', shape: [data.length], data };
}
