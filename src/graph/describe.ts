/** A model in plain words and numbers, for people and reports: what `snnwasm inspect --json` prints. */
import { sizeOf, sourceShape } from './extents.js';
import {
  IMAGE,
  type InputNormalisation,
  type Provenance,
  type RunDefaults,
  type Shape,
  type SpikingHead,
  type SpikingNetwork,
  type SpikingPopulation,
  type SpikingSynapses,
} from './network.js';
import { kindOf, synapsesIn } from './synapses/index.js';

/** Thresholds of a layer's channels or a head's classes, in their own integer units. */
export interface ThresholdDescription {
  /** The smallest of them. */
  readonly minimum: number;
  /** The largest of them. */
  readonly maximum: number;
  /** One a channel or class. */
  readonly values: readonly number[];
}

/** A set of synapses, counted: those that padding adds do not exist, nor do those of weight 0. */
export interface SynapsesDescription {
  /** What joins which neurons. */
  readonly kind: SpikingSynapses['kind'];
  /** Name of the population that it reads, or "image". */
  readonly source: string;
  /** Pairs of a source neuron, or image value, and a target neuron that a weight other than 0 joins. */
  readonly synapses: number;
  /** The same with weights of 0. */
  readonly synapsesWithZeros: number;
  /** Kernel, stride, padding and so on, where the kind has them: one number where all sides are alike. */
  readonly [geometry: string]: unknown;
}

/** A population of spiking neurons. */
export interface PopulationDescription {
  /** As in the checkpoint. */
  readonly name: string;
  /** Channels and extent of its neurons. */
  readonly shape: Shape;
  /** As many as its shape holds. */
  readonly neurons: number;
  /** Those that feed it together, without weights of 0. */
  readonly synapses: number;
  /** The same with weights of 0. */
  readonly synapsesWithZeros: number;
  /** What feeds it. */
  readonly sources: readonly SynapsesDescription[];
  /** The activation that a firing rate of 1 stands for, eq. (8). */
  readonly lambda: number;
  /** What a membrane potential must exceed. */
  readonly threshold: ThresholdDescription;
}

/** A prediction head. */
export interface HeadDescription {
  /** By which it is asked for; `final` is the final prediction. */
  readonly name: string;
  /** Name of the population that it reads. */
  readonly population: string;
  /** Weights other than 0, times pixels. */
  readonly synapses: number;
  /** Channels times classes times pixels. */
  readonly synapsesWithZeros: number;
  /** The activation that a firing rate of 1 stands for, eq. (8). */
  readonly lambda: number;
  /** P of eq. (16), fitted on training images. */
  readonly priorStrength: number;
  /** What a membrane potential must exceed. */
  readonly threshold: ThresholdDescription;
}

/** Plain data: `JSON.stringify` loses nothing of it. */
export interface ModelDescription {
  /** Given at conversion. */
  readonly name: string;
  /** What an image is brought to. */
  readonly input: Shape;
  /** How pixels become input. */
  readonly normalisation: InputNormalisation;
  /** Binary digits after the point of the input. */
  readonly inputFractionBits: number;
  /** How many. */
  readonly classes: number;
  /** Their names, by index. */
  readonly labels: readonly string[];
  /** Neurons of the populations; output neurons of heads are not among them. */
  readonly neurons: number;
  /** Synapses of populations and heads together, those of the image included, those of weight 0 not. */
  readonly synapses: number;
  /** The same with weights of 0. */
  readonly synapsesWithZeros: number;
  /** In an order in which each comes after all that feed it. */
  readonly populations: readonly PopulationDescription[];
  /** The last is the final prediction. */
  readonly heads: readonly HeadDescription[];
  /** What a run uses where its user says nothing. */
  readonly defaults: RunDefaults;
  /** Where the model came from. */
  readonly provenance: Provenance;
}

/** Describes a network: its populations, synapses and heads, and how many neurons and synapses they have. */
export function describeModel(network: SpikingNetwork): ModelDescription {
  const { name, input, normalisation, inputFractionBits, labels, defaults, provenance } = network;
  const populations = network.populations.map((population) => describePopulation(network, population));
  const heads = network.heads.map((head) => describeHead(network, head));
  const all = [...populations, ...heads];
  return {
    name,
    input,
    normalisation,
    inputFractionBits,
    classes: labels.length,
    labels,
    neurons: total(populations.map(({ neurons }) => neurons)),
    synapses: total(all.map(({ synapses }) => synapses)),
    synapsesWithZeros: total(all.map(({ synapsesWithZeros }) => synapsesWithZeros)),
    populations,
    heads,
    defaults,
    provenance,
  };
}

function describePopulation(network: SpikingNetwork, population: SpikingPopulation): PopulationDescription {
  const { name, shape, lambda } = population;
  const sources = population.synapses.map((synapses) => describeSynapses(network, synapses, shape));
  return {
    name,
    shape,
    neurons: sizeOf(shape),
    synapses: total(sources.map(({ synapses }) => synapses)),
    synapsesWithZeros: total(sources.map(({ synapsesWithZeros }) => synapsesWithZeros)),
    sources,
    lambda,
    threshold: describeThreshold(population.threshold),
  };
}

function describeSynapses(
  network: SpikingNetwork,
  synapses: SpikingSynapses,
  target: Shape,
): SynapsesDescription {
  const { kind, source } = synapses;
  const { existing, every } = synapsesIn(network, synapses, target);
  return {
    kind,
    source: source === IMAGE ? 'image' : network.populations[source]!.name,
    ...kindOf(kind).describe(synapses),
    synapses: existing,
    synapsesWithZeros: every,
  };
}

function describeHead(network: SpikingNetwork, head: SpikingHead): HeadDescription {
  const { name, lambda, priorStrength } = head;
  const shape = sourceShape(network, head.population);
  const pixels = shape.height * shape.width;
  return {
    name,
    population: network.populations[head.population]!.name,
    synapses: pixels * head.weights.reduce((sum, weight) => sum + (weight === 0 ? 0 : 1), 0),
    synapsesWithZeros: pixels * head.weights.length,
    lambda,
    priorStrength,
    threshold: describeThreshold(head.threshold),
  };
}

function describeThreshold(threshold: Int32Array): ThresholdDescription {
  const values = [...threshold];
  return {
    minimum: values.reduce((least, value) => Math.min(least, value), Infinity),
    maximum: values.reduce((most, value) => Math.max(most, value), -Infinity),
    values,
  };
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
