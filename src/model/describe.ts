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
  /** The smallest of them. */
  readonly minimum: number;
  /** The largest of them. */
  readonly maximum: number;
  /** One a channel or class. */
  readonly values: readonly number[];
}

/** A connection, with the number of synapses that it really has: those that padding adds do not count. */
export interface ConnectionDescription {
  /** What it computes. */
  readonly kind: 'convolution' | 'identity';
  /** Name of the layer that it reads, or "image". */
  readonly source: string;
  /** Side of the square kernel; this and the next two are absent in an identity. */
  readonly kernel?: number;
  /** Source pixels from one target pixel to the next. */
  readonly stride?: number;
  /** Zeros around the source, on every side. */
  readonly padding?: number;
  /** Pairs of a source neuron, or image value, and a target neuron. */
  readonly synapses: number;
}

/** A layer of spiking neurons. */
export interface LayerDescription {
  /** As in the checkpoint. */
  readonly name: string;
  /** The residual block to which it belongs, counted from 1; 0 for the stem. */
  readonly block: number;
  /** Channels and extent of its neurons. */
  readonly shape: Shape;
  /** As many as its shape holds. */
  readonly neurons: number;
  /** Those of its connections together. */
  readonly synapses: number;
  /** What feeds it. */
  readonly connections: readonly ConnectionDescription[];
  /** The activation that a firing rate of 1 stands for, eq. (8). */
  readonly lambda: number;
  /** What a membrane potential must exceed. */
  readonly threshold: ThresholdDescription;
}

/** A prediction head. */
export interface HeadDescription {
  /** By which it is asked for; `final` is the final prediction. */
  readonly name: string;
  /** The residual block that it follows, counted from 1. */
  readonly block: number;
  /** Name of the layer that it reads. */
  readonly layer: string;
  /** Channels times classes times pixels. */
  readonly synapses: number;
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
  /** Neurons of the layers; output neurons of heads are not among them. */
  readonly neurons: number;
  /** Synapses of layers and heads together, those of the image included. */
  readonly synapses: number;
  /** In an order in which each comes after all that feed it. */
  readonly layers: readonly LayerDescription[];
  /** The last is the final prediction. */
  readonly heads: readonly HeadDescription[];
  /** What a run uses where its user says nothing. */
  readonly defaults: RunDefaults;
  /** Where the model came from. */
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
