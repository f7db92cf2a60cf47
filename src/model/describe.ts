/** A model in plain words and numbers, for people and reports: what `snnwasm inspect --json` prints. */
import type {
  InputNormalisation,
  Provenance,
  RunDefaults,
  Shape,
  SpikingConnection,
  SpikingHead,
  SpikingLayer,
  SpikingNetwork,
} from './graph.js';
import { IMAGE } from './graph.js';
import { connectionSynapses, sizeOf, sourceShape } from './synapses.js';

/** Thresholds of a layer's channels or a head's classes, in their own integer units. */
export interface ThresholdDescription {
  readonly minimum: number;
  readonly maximum: number;
  readonly values: readonly number[];
}

/** A connection, with the number of synapses that it really has: those that padding adds do not count. */
export interface ConnectionDescription {
  readonly kind: 'convolution' | 'identity';
  /** Name of the layer that it reads, or "image". */
  readonly source: string;
  /** Absent in an identity. */
  readonly kernel?: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly synapses: number;
}

export interface LayerDescription {
  readonly name: string;
  readonly block: number;
  readonly shape: Shape;
  readonly neurons: number;
  readonly synapses: number;
  readonly connections: readonly ConnectionDescription[];
  readonly lambda: number;
  readonly threshold: ThresholdDescription;
}

export interface HeadDescription {
  readonly name: string;
  readonly block: number;
  /** Name of the layer that it reads. */
  readonly layer: string;
  readonly synapses: number;
  readonly lambda: number;
  readonly priorStrength: number;
  readonly threshold: ThresholdDescription;
}

/** Plain data: `JSON.stringify` loses nothing of it. */
export interface ModelDescription {
  readonly name: string;
  readonly input: Shape;
  readonly normalisation: InputNormalisation;
  readonly inputFractionBits: number;
  readonly classes: number;
  readonly labels: readonly string[];
  /** Neurons of the layers; output neurons of heads are not among them. */
  readonly neurons: number;
  /** Synapses of layers and heads together, those of the image included. */
  readonly synapses: number;
  readonly layers: readonly LayerDescription[];
  readonly heads: readonly HeadDescription[];
  readonly defaults: RunDefaults;
  readonly provenance: Provenance;
}

/** Describes a network: its layers, connections and heads, and how many neurons and synapses they have. */
export function describeModel(network: SpikingNetwork): ModelDescription {
  const { name, input, normalisation, inputFractionBits, labels, defaults, provenance } = network;
  const layers = network.layers.map((layer) => describeLayer(network, layer));
  const heads = network.heads.map((head) => describeHead(network, head));
  return {
    name,
    input,
    normalisation,
    inputFractionBits,
    classes: labels.length,
    labels,
    neurons: total(layers.map((layer) => layer.neurons)),
    synapses: total([...layers, ...heads].map(({ synapses }) => synapses)),
    layers,
    heads,
    defaults,
    provenance,
  };
}

function describeLayer(network: SpikingNetwork, layer: SpikingLayer): LayerDescription {
  const { name, block, shape, lambda } = layer;
  const connections = layer.connections.map((connection) => describeConnection(network, connection, shape));
  return {
    name,
    block,
    shape,
    neurons: sizeOf(shape),
    synapses: total(connections.map(({ synapses }) => synapses)),
    connections,
    lambda,
    threshold: describeThreshold(layer.threshold),
  };
}

function describeConnection(
  network: SpikingNetwork,
  connection: SpikingConnection,
  shape: Shape,
): ConnectionDescription {
  const source = connection.source === IMAGE ? 'image' : network.layers[connection.source]!.name;
  const synapses = connectionSynapses(connection, sourceShape(network, connection.source), shape);
  if (connection.kind === 'identity') return { kind: connection.kind, source, synapses };
  const { kind, kernel, stride, padding } = connection;
  return { kind, source, kernel, stride, padding, synapses };
}

function describeHead(network: SpikingNetwork, head: SpikingHead): HeadDescription {
  const { name, block, lambda, priorStrength } = head;
  const layer = network.layers[head.layer]!;
  return {
    name,
    block,
    layer: layer.name,
    synapses: sizeOf(layer.shape) * network.labels.length,
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
