/** What must hold between the fields of a model: geometry, the order of layers, unique names, bounded cost. */
import * as bounds from './bounds.js';
import type { Field } from './check.js';
import type {
  ConvolutionGeometry,
  Shape,
  SpikingConnection,
  SpikingHead,
  SpikingLayer,
  SpikingNetwork,
} from './graph.js';
import { connectionSynapses, outputExtent, sizeOf, sourceShape } from './synapses.js';

/** One row of a feature map must fit a list of 16-bit spikes. */
export function checkRow(field: Field, shape: Shape): void {
  if (shape.width * shape.channels > bounds.MAXIMUM_ROW) {
    field.complain(
      `must have width x channels of at most ${bounds.MAXIMUM_ROW}, but has ${shape.width} x ${shape.channels}`,
    );
  }
}

/** The output of a convolution must have the size of the layer that receives it, and its windows fit 16-bit numbers. */
export function checkConvolution(
  field: Field,
  geometry: ConvolutionGeometry,
  source: Shape,
  output: Shape,
): void {
  const { kernel, stride, padding } = geometry;
  if (kernel ** 2 * source.channels > bounds.MAXIMUM_WINDOW) {
    field.complain(
      `must have kernel x kernel x channels of at most ${bounds.MAXIMUM_WINDOW}, but has ${kernel} x ${kernel} x ${source.channels}`,
    );
  }
  const height = outputExtent(source.height, kernel, stride, padding);
  const width = outputExtent(source.width, kernel, stride, padding);
  if (height !== output.height || width !== output.width) {
    field.complain(
      `must give a feature map of its layer's ${output.height} x ${output.width}, but gives ${height} x ${width}`,
    );
  }
}

/** An identity joins neurons one to one. */
export function checkIdentity(field: Field, source: Shape, output: Shape): void {
  const equal =
    source.channels === output.channels && source.height === output.height && source.width === output.width;
  if (!equal) field.complain('must join layers of equal shape');
}

/** The image is an analog current, which only one convolution of the first layer turns into spikes. */
export function checkFirstLayer(field: Field, connections: readonly SpikingConnection[]): void {
  if (connections.length !== 1 || connections[0]?.kind !== 'convolution') {
    field.complain('must be a single convolution, because this layer reads the image');
  }
}

/** No two of a list may share a name. */
export function checkUnique(field: Field, named: readonly { readonly name: string }[]): void {
  const seen = new Set<string>();
  for (const { name } of named) {
    if (seen.has(name)) field.complain(`has the name ${JSON.stringify(name)} twice`);
    seen.add(name);
  }
}

/** Neurons and synapses bound what a run of the network allocates and computes. */
export function checkCost(
  field: Field,
  network: Pick<SpikingNetwork, 'input' | 'layers' | 'heads' | 'labels'>,
): void {
  let neurons = sizeOf(network.input);
  let synapses = 0;
  for (const layer of network.layers) {
    neurons += sizeOf(layer.shape);
    synapses += layerSynapses(network, layer);
  }
  for (const head of network.heads) synapses += headSynapses(network, head);
  if (neurons > bounds.MAXIMUM_NEURONS) {
    field.complain(`must have at most ${bounds.MAXIMUM_NEURONS} neurons with the image, but has ${neurons}`);
  }
  if (synapses > bounds.MAXIMUM_SYNAPSES) {
    field.complain(`must have at most ${bounds.MAXIMUM_SYNAPSES} synapses, but has ${synapses}`);
  }
}

/** A timestep's synaptic operations, and the spikes that a head pools, must fit the counters of the kernels. */
export function checkCounters(
  field: Field,
  network: Pick<SpikingNetwork, 'input' | 'layers' | 'heads' | 'labels'>,
): void {
  const check = (name: string, synapses: number): void => {
    if (synapses <= bounds.MAXIMUM_OPERATIONS) return;
    field.complain(
      `must have at most ${bounds.MAXIMUM_OPERATIONS} synapses each, but "${name}" has ${synapses}`,
    );
  };
  for (const layer of network.layers) check(layer.name, layerSynapses(network, layer));
  for (const head of network.heads) {
    check(head.name, headSynapses(network, head));
    const { height, width } = sourceShape(network, head.layer);
    if (height * width <= bounds.MAXIMUM_POOLED_PIXELS) continue;
    field.complain(
      `must have at most ${bounds.MAXIMUM_POOLED_PIXELS} pixels where a head reads one, but "${head.name}" reads ${height} x ${width}`,
    );
  }
}

function layerSynapses(network: Pick<SpikingNetwork, 'input' | 'layers'>, layer: SpikingLayer): number {
  return layer.connections.reduce(
    (sum, connection) =>
      sum + connectionSynapses(connection, sourceShape(network, connection.source), layer.shape),
    0,
  );
}

function headSynapses(
  network: Pick<SpikingNetwork, 'input' | 'layers' | 'labels'>,
  head: SpikingHead,
): number {
  return sizeOf(sourceShape(network, head.layer)) * network.labels.length;
}
