/**
 * Reads the header of a model file into a spiking network: each field is checked before anything uses it. The
 * header's fields are those of src/graph/network.ts, with a reference in the place of every tensor.
 */
import * as bounds from '../graph/bounds.js';
import { sourceShape } from '../graph/extents.js';
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
} from '../graph/network.js';
import { kindOf, SYNAPSES_KINDS } from '../graph/synapses/index.js';
import {
  checkCost,
  checkCounters,
  checkImageRows,
  checkImageSource,
  checkRow,
  checkUnique,
} from '../graph/topology.js';
import { Field } from '../untrusted/field.js';
import type { TensorReader } from './tensors.js';

/** The network that a decoded header describes. @throws UserError with the path of the first wrong field. */
export function fromHeader(header: Field, tensors: TensorReader): SpikingNetwork {
  const fields = header.fields(
    'name',
    'input',
    'normalisation',
    'inputFractionBits',
    'labels',
    'populations',
    'heads',
    'defaults',
    'provenance',
  );
  const input = readShape(fields.input);
  const labels = fields.labels
    .list(1, bounds.MAXIMUM_CLASSES)
    .map((label) => label.text(bounds.MAXIMUM_LABEL));
  const populations: SpikingPopulation[] = [];
  for (const population of fields.populations.list(1, bounds.MAXIMUM_POPULATIONS)) {
    populations.push(readPopulation(population, { input, populations }, tensors));
  }
  checkUnique(fields.populations, populations);
  const heads = fields.heads
    .list(1, bounds.MAXIMUM_HEADS)
    .map((head) => readHead(head, populations, labels.length, tensors));
  checkUnique(fields.heads, heads);
  if (heads[heads.length - 1]?.name !== 'final') fields.heads.complain('must end with the head "final"');
  tensors.finish(header);
  const network = {
    name: fields.name.text(bounds.MAXIMUM_NAME),
    input,
    normalisation: readNormalisation(fields.normalisation, input.channels),
    inputFractionBits: fields.inputFractionBits.integer(0, bounds.MAXIMUM_FRACTION_BITS),
    labels,
    populations,
    heads,
    defaults: readDefaults(fields.defaults, heads),
    provenance: readProvenance(fields.provenance),
  };
  checkCost(fields.populations, network);
  checkCounters(fields.populations, network);
  return network;
}

/** What is known of a network while its populations are being read. */
type Prefix = Pick<SpikingNetwork, 'input' | 'populations'>;

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

function readPopulation(field: Field, prefix: Prefix, tensors: TensorReader): SpikingPopulation {
  const fields = field.fields('name', 'shape', 'synapses', 'bias', 'threshold', 'lambda');
  const shape = readShape(fields.shape);
  const synapses = fields.synapses
    .list(1, bounds.MAXIMUM_SYNAPSE_SETS)
    .map((one) => readSynapses(one, prefix, shape, tensors));
  return {
    name: fields.name.text(bounds.MAXIMUM_NAME),
    shape,
    synapses,
    bias: steps(fields.bias, tensors, shape.channels),
    threshold: thresholds(fields.threshold, tensors, shape.channels),
    lambda: fields.lambda.positive(),
  };
}

function readSynapses(field: Field, prefix: Prefix, shape: Shape, tensors: TensorReader): SpikingSynapses {
  const kind = field.member('kind').choice(...SYNAPSES_KINDS);
  const source = field.member('source').integer(IMAGE, prefix.populations.length - 1);
  if (source === IMAGE) checkImageSource(field, kind);
  const from = sourceShape(prefix, source);
  const own = kindOf(kind);
  const geometry = own.read(field, from, shape);
  const synapses = { kind, source, ...geometry } as SpikingSynapses;
  if (source === IMAGE) checkImageRows(field, synapses, from);
  const extents = own.weightShape(synapses, from, shape);
  const weights = field.member('weights');
  return {
    ...synapses,
    weights:
      own.weightType === 'int8' ? tensors.int8(weights, extents) : steps(weights, tensors, shape.channels),
  } as SpikingSynapses;
}

function readHead(
  field: Field,
  populations: readonly SpikingPopulation[],
  classes: number,
  tensors: TensorReader,
): SpikingHead {
  const fields = field.fields(
    'name',
    'population',
    'weights',
    'bias',
    'threshold',
    'lambda',
    'priorStrength',
  );
  const population = fields.population.integer(0, populations.length - 1);
  return {
    name: fields.name.text(bounds.MAXIMUM_NAME),
    population,
    weights: tensors.int8(fields.weights, [populations[population]!.shape.channels, classes]),
    bias: steps(fields.bias, tensors, classes),
    threshold: thresholds(fields.threshold, tensors, classes),
    lambda: fields.lambda.positive(),
    priorStrength: fields.priorStrength.number(0, bounds.MAXIMUM_PRIOR_STRENGTH),
  };
}

function readDefaults(field: Field, heads: readonly SpikingHead[]): RunDefaults {
  const fields = field.fields(
    'coding',
    'digits',
    'readout',
    'timesteps',
    'initialPotential',
    'propagation',
    'forgetting',
    'head',
  );
  const internal = heads.slice(0, -1).find(({ name }) => name === fields.head.value);
  if (internal === undefined && fields.head.value !== null)
    fields.head.refuse('null or the name of an internal head');
  return {
    coding: fields.coding.choice('rate', 'radix'),
    digits: fields.digits.integer(1, bounds.MAXIMUM_DIGITS),
    readout: fields.readout.choice('spikes', 'membrane'),
    timesteps: fields.timesteps.integer(1, bounds.MAXIMUM_TIMESTEPS),
    initialPotential: fields.initialPotential.number(0, 1),
    propagation: fields.propagation.choice('synchronous', 'pipelined'),
    forgetting: fields.forgetting.integer(0, bounds.MAXIMUM_FORGETTING),
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

/** One bias or per-channel weight for each of `count` channels. */
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
