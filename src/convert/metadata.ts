/**
 * What a checkpoint says about itself: the entry `snnwasm` of its metadata, a JSON text. Every field may be
 * missing, and fields that are not named here are left alone.
 */

import type { Checkpoint } from '../file/safetensors.js';
import * as bounds from '../graph/bounds.js';
import type { InputNormalisation, Shape } from '../graph/network.js';
import { Field } from '../untrusted/field.js';
import { parseJson } from '../untrusted/json.js';

const MAXIMUM_DEPTH = 8;

/** The fields of the metadata, checked; those that the checkpoint lacks are undefined. */
export interface CheckpointMetadata {
  /** Such as "resnet18-cifar". */
  readonly architecture: string | undefined;
  /** The block that each head follows, counted from 1, by the head's name. */
  readonly heads: ReadonlyMap<string, number> | undefined;
  /** Stride of each block. */
  readonly strides: readonly number[] | undefined;
  readonly batchNormEpsilon: number | undefined;
  /** In JSON: { "mean": [...], "std": [...] }. */
  readonly normalisation: InputNormalisation | undefined;
  readonly labels: readonly string[] | undefined;
  /** In JSON: `"inputShape": [channels, height, width]`. */
  readonly input: Shape | undefined;
  /** The activation that a layer was trained to clip at, by the layer's name. */
  readonly activationThresholds: ReadonlyMap<string, number> | undefined;
  /** Levels above 0 to which activations were rounded in training. */
  readonly activationLevels: number | undefined;
  /** Test accuracy of every head as its training measured it, 0 to 1, by the head's name. */
  readonly testAccuracies: ReadonlyMap<string, number> | undefined;
}

/**
 * Reads a checkpoint's metadata.
 *
 * @throws UserError when the entry `snnwasm` is no JSON object or one of its fields has the wrong form.
 */
export function readCheckpointMetadata(checkpoint: Checkpoint): CheckpointMetadata {
  const document = 'the metadata entry "snnwasm" of the checkpoint';
  const text = Object.hasOwn(checkpoint.metadata, 'snnwasm') ? checkpoint.metadata.snnwasm : undefined;
  const root = new Field(text === undefined ? {} : parseJson(text, MAXIMUM_DEPTH, document), '', document);
  const read = <T>(key: string, reader: (field: Field) => T): T | undefined => {
    const found = root.optional(key);
    return found === undefined ? undefined : reader(found);
  };
  return {
    architecture: read('architecture', (field) => field.text(bounds.MAXIMUM_NAME)),
    heads: read('heads', readHeads),
    strides: read('strides', (field) => {
      return field
        .list(1, bounds.MAXIMUM_POPULATIONS)
        .map((stride) => stride.integer(1, bounds.MAXIMUM_STRIDE));
    }),
    batchNormEpsilon: read('batchNormEpsilon', (field) => field.number(0, 1)),
    normalisation: read('normalisation', readNormalisation),
    labels: read('labels', (field) =>
      field.list(1, bounds.MAXIMUM_CLASSES).map((label) => label.text(bounds.MAXIMUM_LABEL)),
    ),
    input: read('inputShape', readInput),
    activationThresholds: read('activationThresholds', (field) => {
      return new Map(
        field.entries(bounds.MAXIMUM_POPULATIONS).map(([key, value]) => [key, value.positive()]),
      );
    }),
    activationLevels: read('activationLevels', (field) => field.integer(0, 2 ** bounds.MAXIMUM_DIGITS - 1)),
    testAccuracies: read('accuracies', readTestAccuracies),
  };
}

function readTestAccuracies(field: Field): ReadonlyMap<string, number> {
  const heads = field.optional('test')?.optional('heads')?.entries(bounds.MAXIMUM_HEADS) ?? [];
  return new Map(heads.map(([name, accuracy]) => [name, accuracy.number(0, 1)]));
}

function readHeads(field: Field): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const head of field.list(0, bounds.MAXIMUM_HEADS)) {
    const name = head.member('name').text(bounds.MAXIMUM_NAME);
    if (places.has(name)) head.complain(`gives the head ${JSON.stringify(name)} twice`);
    places.set(name, head.member('block').integer(1, bounds.MAXIMUM_POPULATIONS));
  }
  return places;
}

function readNormalisation(field: Field): InputNormalisation {
  return {
    mean: field
      .member('mean')
      .list(1, bounds.MAXIMUM_CHANNELS)
      .map((value) => value.number(-1e6, 1e6)),
    deviation: field
      .member('std')
      .list(1, bounds.MAXIMUM_CHANNELS)
      .map((value) => value.number(1e-6, 1e6)),
  };
}

function readInput(field: Field): Shape {
  const [channels, height, width] = field.list(3, 3) as [Field, Field, Field];
  return {
    channels: channels.integer(1, bounds.MAXIMUM_CHANNELS),
    height: height.integer(1, bounds.MAXIMUM_EXTENT),
    width: width.integer(1, bounds.MAXIMUM_EXTENT),
  };
}
