/**
 * The header of a model file: a spiking network as plain data, with a reference in the place of every tensor.
 * parse.ts is its mirror.
 */
import {
  IMAGE,
  type Shape,
  type SpikingHead,
  type SpikingNetwork,
  type SpikingPopulation,
  type SpikingSynapses,
} from '../graph/network.js';
import { kindOf } from '../graph/synapses/index.js';
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
    populations: network.populations.map((population, i) =>
      plainPopulation(network, population, `populations[${i}]`, tensors),
    ),
    heads: network.heads.map((head, i) => plainHead(network, head, `heads[${i}]`, tensors)),
    defaults: {
      coding: defaults.coding,
      digits: defaults.digits,
      readout: defaults.readout,
      timesteps: defaults.timesteps,
      initialPotential: defaults.initialPotential,
      propagation: defaults.propagation,
      forgetting: defaults.forgetting,
      head: defaults.head,
    },
    provenance: { ...provenance },
  };
}

function plainShape({ channels, height, width }: Shape) {
  return { channels, height, width };
}

function plainPopulation(
  network: SpikingNetwork,
  population: SpikingPopulation,
  path: string,
  tensors: TensorWriter,
) {
  const { name, shape, synapses, bias, threshold, lambda } = population;
  return {
    name,
    shape: plainShape(shape),
    synapses: synapses.map((one, i) => plainSynapses(network, one, shape, `${path}.synapses[${i}]`, tensors)),
    bias: tensors.add(`${path}.bias`, bias, [shape.channels]),
    threshold: tensors.add(`${path}.threshold`, threshold, [shape.channels]),
    lambda,
  };
}

function plainSynapses(
  network: SpikingNetwork,
  synapses: SpikingSynapses,
  target: Shape,
  path: string,
  tensors: TensorWriter,
) {
  const { kind, source, weights } = synapses;
  const own = kindOf(kind);
  const shape = own.weightShape(synapses, shapeOf(network, source), target);
  return { kind, source, ...own.write(synapses), weights: tensors.add(`${path}.weights`, weights, shape) };
}

function plainHead(network: SpikingNetwork, head: SpikingHead, path: string, tensors: TensorWriter) {
  const { name, population, lambda, priorStrength } = head;
  const classes = network.labels.length;
  return {
    name,
    population,
    weights: tensors.add(`${path}.weights`, head.weights, [shapeOf(network, population).channels, classes]),
    bias: tensors.add(`${path}.bias`, head.bias, [classes]),
    threshold: tensors.add(`${path}.threshold`, head.threshold, [classes]),
    lambda,
    priorStrength,
  };
}

/** Nothing where a source does not exist: parse.ts says so with its path. */
function shapeOf(network: SpikingNetwork, source: number): Shape {
  if (source === IMAGE) return network.input;
  return network.populations[source]?.shape ?? { channels: 0, height: 0, width: 0 };
}
