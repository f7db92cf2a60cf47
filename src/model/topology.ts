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

/** What a head pools must be countable. */
export function checkPool(field: Field, { height, width }: Shape): void {
  if (height * width > bounds.MAXIMUM_POOLED_PIXELS) {
    field.complain(
      `must be a layer of at most ${bounds.MAXIMUM_POOLED_PIXELS} pixels, but it has ${height} x ${width}`,
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
  const add = (name: string, own: number): void => {
    if (own > bounds.MAXIMUM_OPERATIONS) {
      field.complain(`must have at most ${bounds.MAXIMUM_OPERATIONS} synapses each, but ${name} has ${own}`);
    }
    synapses += own;
  };
  for (const { name, shape, connections } of network.layers) {
    neurons += sizeOf(shape);
    const counts = connections.map((connection) =>
      connectionSynapses(connection, sourceShape(network, connection.source), shape),
    );
    add(
      name,
      counts.reduce((sum, count) => sum + count, 0),
    );
  }
  for (const { name, layer } of network.heads) {
    add(`head ${name}`, sizeOf(sourceShape(network, layer)) * network.labels.length);
  }
  if (neurons > bounds.MAXIMUM_NEURONS) {
    field.complain(`must have at most ${bounds.MAXIMUM_NEURONS} neurons with the image, but has ${neurons}`);
  }
  if (synapses > bounds.MAXIMUM_SYNAPSES) {
    field.complain(`must have at most ${bounds.MAXIMUM_SYNAPSES} synapses, but has ${synapses}`);
  }
}
