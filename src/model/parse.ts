/**
 * Reads the header of a model file into a spiking network: each field is checked before anything uses it. The
 * header's fields are those of graph.ts, with a reference in the place of every tensor.
 */
import * as bounds from './bounds.js';
import { Field } from './check.js';
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
import { sourceShape } from './synapses.js';
import type { TensorReader } from './tensors.js';
import {
  checkConvolution,
  checkCost,
  checkCounters,
  checkFirstLayer,
  checkIdentity,
  checkRow,
  checkUnique,
} from './topology.js';

/** The network that a decoded header describes. @throws UserError with the path of the first wrong field. */
export function fromHeader(header: Field, tensors: TensorReader): SpikingNetwork {
  const fields = header.fields(
    'name',
    'input',
    'normalisation',
    'inputFractionBits',
    'labels',
    'layers',
    'heads',
    'defaults',
    'provenance',
  );
  const input = readShape(fields.input);
  const labels = fields.labels
    .list(1, bounds.MAXIMUM_CLASSES)
    .map((label) => label.text(bounds.MAXIMUM_LABEL));
  const layers: SpikingLayer[] = [];
  for (const layer of fields.layers.list(1, bounds.MAXIMUM_LAYERS)) {
    layers.push(readLayer(layer, { input, layers }, tensors));
  }
  checkUnique(fields.layers, layers);
  const heads = fields.heads
    .list(1, bounds.MAXIMUM_HEADS)
    .map((head) => readHead(head, layers, labels.length, tensors));
  checkUnique(fields.heads, heads);
  if (heads[heads.length - 1]?.name !== 'final') fields.heads.complain('must end with the head "final"');
  tensors.finish(header);
  const network = {
    name: fields.name.text(bounds.MAXIMUM_NAME),
    input,
    normalisation: readNormalisation(fields.normalisation, input.channels),
    inputFractionBits: fields.inputFractionBits.integer(0, bounds.MAXIMUM_FRACTION_BITS),
    labels,
    layers,
    heads,
    defaults: readDefaults(fields.defaults, heads),
    provenance: readProvenance(fields.provenance),
  };
  checkCost(fields.layers, network);
  checkCounters(fields.layers, network);
  return network;
}

/** What is known of a network while its layers are being read. */
type Prefix = Pick<SpikingNetwork, 'input' | 'layers'>;

function readShape(field: Field): Shape {
  const { channels, height, width } = field.fields('channels', 'height', 'width');
  const shape = {
    channels: channels.integer(1, bounds.MAXIMUM_CHANNELS),
    height: height.integer(1, bounds.MAXIMUM_EXTENT),
    width: width.integer(1, bounds.MAXIMUM_EXTENT),
  };
  checkRow(field, shape);
  return shape;
}

function readNormalisation(field: Field, channels: number): InputNormalisation {
  const { mean, deviation } = field.fields('mean', 'deviation');
  return {
    mean: mean.list(channels, channels).map((value) => value.number(-1e6, 1e6)),
    deviation: deviation.list(channels, channels).map((value) => value.number(1e-6, 1e6)),
  };
}

function readLayer(field: Field, prefix: Prefix, tensors: TensorReader): SpikingLayer {
  const fields = field.fields('name', 'shape', 'block', 'connections', 'bias', 'threshold', 'lambda');
  const shape = readShape(fields.shape);
  const connections = fields.connections
    .list(1, bounds.MAXIMUM_CONNECTIONS)
    .map((connection) => readConnection(connection, prefix, shape, tensors));
  if (prefix.layers.length === 0) checkFirstLayer(fields.connections, connections);
  return {
    name: fields.name.text(bounds.MAXIMUM_NAME),
    shape,
    block: fields.block.integer(0, bounds.MAXIMUM_BLOCK),
    connections,
    bias: steps(fields.bias, tensors, shape.channels),
    threshold: thresholds(fields.threshold, tensors, shape.channels),
    lambda: fields.lambda.positive(),
  };
}

function readConnection(
  field: Field,
  prefix: Prefix,
  shape: Shape,
  tensors: TensorReader,
): SpikingConnection {
  const kind = field.member('kind').choice('convolution', 'identity');
  if (kind === 'identity') return readIdentity(field, prefix, shape, tensors);
  const fields = field.fields('kind', 'source', 'kernel', 'stride', 'padding', 'weights');
  const source = readSource(fields.source, prefix);
  const kernel = fields.kernel.integer(1, bounds.MAXIMUM_KERNEL);
  if (kernel % 2 === 0) fields.kernel.refuse('odd');
  const stride = fields.stride.integer(1, bounds.MAXIMUM_STRIDE);
  const padding = fields.padding.integer(0, kernel - 1);
  const from = sourceShape(prefix, source);
  checkConvolution(field, { source, kernel, stride, padding }, from, shape);
  const weights = tensors.int8(fields.weights, [kernel, kernel, from.channels, shape.channels]);
  return { kind: 'convolution', source, kernel, stride, padding, weights };
}

function readIdentity(field: Field, prefix: Prefix, shape: Shape, tensors: TensorReader): SpikingConnection {
  const fields = field.fields('kind', 'source', 'weights');
  const source = readSource(fields.source, prefix);
  checkIdentity(field, sourceShape(prefix, source), shape);
  return { kind: 'identity', source, weights: steps(fields.weights, tensors, shape.channels) };
}

/** The first layer reads the image, every other one an earlier layer. */
function readSource(field: Field, { layers }: Prefix): number {
  return layers.length === 0 ? field.integer(IMAGE, IMAGE) : field.integer(0, layers.length - 1);
}

function readHead(
  field: Field,
  layers: readonly SpikingLayer[],
  classes: number,
  tensors: TensorReader,
): SpikingHead {
  const fields = field.fields(
    'name',
    'block',
    'layer',
    'weights',
    'bias',
    'threshold',
    'lambda',
    'priorStrength',
  );
  const layer = fields.layer.integer(0, layers.length - 1);
  return {
    name: fields.name.text(bounds.MAXIMUM_NAME),
    block: fields.block.integer(0, bounds.MAXIMUM_BLOCK),
    layer,
    weights: tensors.int8(fields.weights, [layers[layer]!.shape.channels, classes]),
    bias: steps(fields.bias, tensors, classes),
    threshold: thresholds(fields.threshold, tensors, classes),
    lambda: fields.lambda.positive(),
    priorStrength: fields.priorStrength.number(0, bounds.MAXIMUM_PRIOR_STRENGTH),
  };
}

function readDefaults(field: Field, heads: readonly SpikingHead[]): RunDefaults {
  const required = ['timesteps', 'initialPotential', 'propagation', 'head'] as const;
  const forgetting = field.optional('forgetting');
  const fields = field.fields(...required, ...(forgetting ? (['forgetting'] as const) : []));
  const internal = heads.slice(0, -1).find(({ name }) => name === fields.head.value);
  if (internal === undefined && fields.head.value !== null)
    fields.head.refuse('null or the name of an internal head');
  return {
    timesteps: fields.timesteps.integer(1, bounds.MAXIMUM_TIMESTEPS),
    initialPotential: fields.initialPotential.number(0, 1),
    propagation: fields.propagation.choice('synchronous', 'pipelined'),
    forgetting: forgetting?.integer(0, bounds.MAXIMUM_FORGETTING) ?? 0,
    head: internal?.name ?? null,
  };
}

function readProvenance(field: Field): Provenance {
  const entries = field.entries(bounds.MAXIMUM_PROVENANCE_ENTRIES).map(([key, value]) => {
    new Field(key, `the key ${JSON.stringify(key)}`, field.document).text(bounds.MAXIMUM_NAME);
    if (!Array.isArray(value.value)) return [key, readScalar(value)] as const;
    return [key, value.list(0, bounds.MAXIMUM_PROVENANCE_LIST).map(readScalar)] as const;
  });
  return Object.fromEntries(entries);
}

function readScalar(field: Field): string | number {
  if (typeof field.value === 'number') return field.number(-Number.MAX_VALUE, Number.MAX_VALUE);
  return field.value === '' ? '' : field.text(bounds.MAXIMUM_PROVENANCE_TEXT);
}

/** One bias or identity weight for each of `count` channels. */
function steps(field: Field, tensors: TensorReader, count: number): Int32Array {
  return within(field, tensors.int32(field, [count]), -bounds.MAXIMUM_STEP);
}

function thresholds(field: Field, tensors: TensorReader, count: number): Int32Array {
  return within(field, tensors.int32(field, [count]), 1);
}

function within(field: Field, values: Int32Array, minimum: number): Int32Array {
  const wrong = values.findIndex((value) => value < minimum || value > bounds.MAXIMUM_STEP);
  if (wrong >= 0) {
    field.complain(
      `must hold values from ${minimum} to ${bounds.MAXIMUM_STEP}, but [${wrong}] is ${values[wrong]}`,
    );
  }
  return values;
}
