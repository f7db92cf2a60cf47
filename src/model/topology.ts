/** What must hold between the fields of a model: geometry, the order of layers, unique names, bounded cost. */
import * as bounds from './bounds.js';
import type { Field } from './check.js';
import type { ConvolutionGeometry, Shape, SpikingConnection, SpikingNetwork } from './graph.js';
import { connectionSynapses, outputExtent, sizeOf, sourceShape } from './synapses.js';

/** One row of a feature map must fit a list of 16-bit spikes. */
export function checkRow(field: Field, shape: Shape): void {
  if (shape.width * shape.channels > bounds.MAXIMUM_ROW) {
    field.complain(
      `must have width x channels of at most ${bounds.MAXIMUM_ROW}, but has ${shape.width} x ${shape.channels}`,
    );
  }
}

/** The output of a convolution must have the height and width of the layer that receives it. */
export function checkConvolution(
  field: Field,
  geometry: ConvolutionGeometry,
  source: Shape,
  output: Shape,
): void {
  const { kernel, stride, padding } = geometry;
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
  for (const { shape, connections } of network.layers) {
    neurons += sizeOf(shape);
    for (const connection of connections) {
      synapses += connectionSynapses(connection, sourceShape(network, connection.source), shape);
    }
  }
  for (const head of network.heads)
    synapses += sizeOf(sourceShape(network, head.layer)) * network.labels.length;
  if (neurons > bounds.MAXIMUM_NEURONS) {
    field.complain(`must have at most ${bounds.MAXIMUM_NEURONS} neurons with the image, but has ${neurons}`);
  }
  if (synapses > bounds.MAXIMUM_SYNAPSES) {
    field.complain(`must have at most ${bounds.MAXIMUM_SYNAPSES} synapses, but has ${synapses}`);
  }
}
