/** Reads results.json, written by an evaluation or by anyone else: nothing in it is believed before it is checked. */

import type { StrengthRule } from '../../src/fit/rules.js';
import * as bounds from '../../src/graph/bounds.js';
import { DEFAULT_ENERGY_MODEL } from '../../src/run/energy.js';
import { Field } from '../../src/untrusted/field.js';
import { parseJson } from '../../src/untrusted/json.js';
import type { Curve, LayerResult, Results, TargetEnergy } from '../evaluation/results.js';
import { BASELINE, type Identity, identityKey, withIdentity } from './identity.js';
import { countSeries, estimate, nullable, rising, series } from './read-series.js';

const MAXIMUM_DEPTH = 16;
const MAXIMUM_TEXT = 4096;
const MAXIMUM_IMAGES = 2 ** 32;
const MAXIMUM_CURVES = 4096;
const MAXIMUM_MODELS = 64;
const MODEL_NAME = /^[A-Za-z0-9-]{1,64}$/;
const KINDS = ['final', 'fused', 'truncated'] as const;
const RULES = ['fixed', 'energy', 'area', 'evidence', 'schedule'] as const;
/** Accuracies must equal correct / images up to the rounding of a writer in another language. */
const ROUNDING = 1e-9;

/**
 * Reads and checks results.json.
 *
 * @param bytes - of the file, UTF-8
 * @param document - what an error message calls it, such as its path
 * @throws UserError that names the first field that is missing, unknown, out of its range or at odds with others.
 */
export function readResults(bytes: Uint8Array, document = 'results.json'): Results {
  const root = new Field(parseJson(new TextDecoder().decode(bytes), MAXIMUM_DEPTH, document), '', document);
  root.member('format').choice('snnwasm-results-1');
  const fields = root.fields(
    ...(['format', 'created', 'model', 'data', 'settings', 'ann', 'targetAccuracy', 'rows'] as const),
    ...(['curves', 'targets', 'layers'] as const),
  );
  const data = readData(fields.data);
  const settings = readSettings(fields.settings);
  const rows = readRows(fields.rows, settings.timesteps);
  const ann = readAnn(fields.ann);
  const targetAccuracy = fields.targetAccuracy.number(-1, 1);
  if (Math.abs(targetAccuracy - (ann.accuracy.value - 0.01)) > ROUNDING) {
    fields.targetAccuracy.refuse('ann.accuracy.value - 0.01');
  }
  const curves = readCurves(fields.curves, data.images, rows.length, Object.keys(ann.energyMillijoules));
  return {
    format: 'snnwasm-results-1',
    created: readTexts(fields.created, 'snnwasm', 'command'),
    model: readModel(fields.model),
    data,
    settings,
    ann,
    targetAccuracy,
    rows,
    curves,
    targets: readTargets(fields.targets, curves, rows),
    layers: fields.layers.list(0, bounds.MAXIMUM_POPULATIONS + bounds.MAXIMUM_HEADS).map((layer) => {
      return readLayer(layer, rows.length);
    }),
  };
}

function readTexts<K extends string>(field: Field, ...keys: readonly K[]): Record<K, string> {
  const fields = field.fields(...keys);
  return Object.fromEntries(keys.map((key) => [key, fields[key].text(MAXIMUM_TEXT)])) as Record<K, string>;
}

function readModel(field: Field): Results['model'] {
  const { name, sha256, provenance } = field.fields('name', 'sha256', 'provenance');
  const entries = provenance.entries(bounds.MAXIMUM_PROVENANCE_ENTRIES);
  return {
    name: name.text(bounds.MAXIMUM_NAME),
    sha256: readSha256(sha256),
    provenance: Object.fromEntries(entries.map(([key, value]) => [key, value.value])),
  };
}

function readSha256(field: Field): string {
  return /^[0-9a-f]{64}$/.test(String(field.value)) ? field.text(64) : field.refuse('64 hexadecimal digits');
}

function readData(field: Field): Results['data'] {
  const fields = field.fields('split', 'images', 'sha256', 'mirrored', 'fitImages', 'fitOcclusion');
  const mirrored = fields.mirrored.value;
  return {
    split: fields.split.choice('train', 'test'),
    images: fields.images.integer(1, MAXIMUM_IMAGES),
    sha256: readSha256(fields.sha256),
    mirrored: typeof mirrored === 'boolean' ? mirrored : fields.mirrored.refuse('true or false'),
    fitImages: fields.fitImages.integer(0, MAXIMUM_IMAGES),
    fitOcclusion: fields.fitOcclusion.integer(0, bounds.MAXIMUM_EXTENT),
  };
}

function readSettings(field: Field): Results['settings'] {
  const fields = field.fields('timesteps', 'propagation', 'initialPotential');
  return {
    timesteps: fields.timesteps.integer(1, bounds.MAXIMUM_TIMESTEPS),
    propagation: fields.propagation.choice('synchronous', 'pipelined'),
    initialPotential: fields.initialPotential.number(0, 1),
  };
}

function readRows(field: Field, timesteps: number): number[] {
  const rows = field.list(1, timesteps).map((row) => row.integer(1, timesteps));
  if (rows.some((row, index) => index > 0 && row <= rows[index - 1]!)) field.complain('must rise');
  return rows;
}

function readAnn(field: Field): Results['ann'] {
  const fields = field.fields('accuracy', 'heads', 'multiplyAccumulates', 'energyMillijoules');
  const energies = fields.energyMillijoules.entries(MAXIMUM_MODELS);
  fields.energyMillijoules.member(DEFAULT_ENERGY_MODEL.name);
  const odd = energies.find(([model]) => !MODEL_NAME.test(model));
  if (odd) odd[1].complain('must have a name of letters, digits and hyphens');
  return {
    accuracy: estimate(fields.accuracy, 0, 1),
    heads: fields.heads.list(0, bounds.MAXIMUM_HEADS).map((head) => {
      const { name, block, layer, accuracy } = head.fields('name', 'block', 'layer', 'accuracy');
      return {
        name: name.text(bounds.MAXIMUM_NAME),
        block: readBlock(block),
        layer: layer.integer(0, bounds.MAXIMUM_POPULATIONS),
        accuracy: estimate(accuracy, 0, 1),
      };
    }),
    multiplyAccumulates: fields.multiplyAccumulates.integer(0, Number.MAX_SAFE_INTEGER),
    energyMillijoules: Object.fromEntries(
      energies.map(([model, energy]) => [model, nullable(energy, () => energy.number(0, Number.MAX_VALUE))]),
    ),
  };
}

const readBlock = (field: Field): number => field.integer(0, bounds.MAXIMUM_POPULATIONS);

function readCurves(field: Field, images: number, rows: number, models: readonly string[]): Curve[] {
  const keys = new Set<string>();
  const curves = field.list(1, MAXIMUM_CURVES).map((element) => {
    const curve = readCurve(element, images, rows, models);
    const key = identityKey(curve);
    if (keys.has(key)) element.complain('has the kind, head, rule and forgetting of a curve before it');
    keys.add(key);
    return curve;
  });
  checkForgetting(field, curves);
  return curves;
}

/** One k beside the paper's 0 at most, and for each of the two the final prediction alone, to compare with. */
function checkForgetting(field: Field, curves: readonly Curve[]): void {
  const forgettings = new Set([0, ...curves.map(({ forgetting }) => forgetting)]);
  if (forgettings.size > 2) {
    field.complain(`has more than one forgetting beside 0: ${[...forgettings].slice(1).join(', ')}`);
  }
  for (const k of forgettings) {
    if (!curves.some(({ kind, forgetting }) => kind === 'final' && forgetting === k)) {
      field.complain(`lacks the final prediction alone with forgetting ${k}`);
    }
  }
}

function readCurve(field: Field, images: number, rows: number, models: readonly string[]): Curve {
  const fields = field.fields(
    ...(['kind', 'head', 'block', 'strength', 'rule', 'forgetting', 'correct', 'accuracy'] as const),
    ...(['spikes', 'synapticOperations', 'energyMillijoules'] as const),
  );
  const identity = readIdentity(fields);
  const correct = series(fields.correct, rows, (count) => count.integer(0, images));
  const accuracy = series(fields.accuracy, rows, (value) => estimate(value, 0, 1));
  accuracy.forEach(({ value }, row) => {
    if (Math.abs(value - correct[row]! / images) > ROUNDING) {
      fields.accuracy.complain(`must be correct / images, but is not in row ${row}`);
    }
  });
  const energies = fields.energyMillijoules.fields(...models);
  return {
    ...identity,
    strength: readStrength(fields.strength, identity.rule, rows),
    correct,
    accuracy,
    spikes: countSeries(fields.spikes, rows),
    synapticOperations: countSeries(fields.synapticOperations, rows),
    energyMillijoules: Object.fromEntries(
      models.map((model) => [
        model,
        rising(
          energies[model]!,
          series(energies[model]!, rows, (energy) => energy.number(0, Number.MAX_VALUE)),
        ),
      ]),
    ),
  };
}

type OfBlock = Identity & Pick<Curve, 'block'>;

/** What a curve or target is of; heads and rules must be there exactly where the kind has them. */
function readIdentity(fields: Record<keyof OfBlock, Field>): OfBlock {
  const kind = fields.kind.choice(...KINDS);
  const head = nullable(fields.head, (field) => field.text(bounds.MAXIMUM_NAME));
  const rule = nullable<StrengthRule>(fields.rule, (field) => field.choice(...RULES));
  if ((head === null) !== (kind === 'final')) {
    fields.head.refuse(kind === 'final' ? "null for kind 'final'" : 'the name of a head');
  }
  if ((rule === null) !== (kind !== 'fused')) {
    fields.rule.refuse(kind === 'fused' ? 'the name of a rule' : `null for kind '${kind}'`);
  }
  const forgetting = fields.forgetting.integer(0, bounds.MAXIMUM_FORGETTING);
  return { kind, head, block: readBlock(fields.block), rule, forgetting };
}

function readStrength(field: Field, rule: StrengthRule | null, rows: number): Curve['strength'] {
  const strength = (value: Field): number => value.number(0, Number.MAX_VALUE);
  if (rule === null) return field.value === null ? null : field.refuse('null where nothing is fused');
  return rule === 'schedule' ? series(field, rows, strength) : strength(field);
}

function readTargets(field: Field, curves: readonly Curve[], rows: readonly number[]): TargetEnergy[] {
  const left = new Map(curves.map((curve) => [identityKey(curve), curve.block]));
  const targets = field.list(0, curves.length).map((element) => {
    const fields = element.fields(
      ...(['kind', 'head', 'block', 'rule', 'forgetting'] as const),
      ...(['timesteps', 'energyMillijoules', 'saving'] as const),
    );
    const identity = readIdentity(fields);
    if (left.get(identityKey(identity)) !== identity.block) {
      element.complain(
        'must be of one curve with its kind, head, block, rule and forgetting, and the only one of it',
      );
    }
    left.delete(identityKey(identity));
    const timesteps = nullable(fields.timesteps, (value) => value.integer(1, rows.at(-1)!));
    if (timesteps !== null && !rows.includes(timesteps)) fields.timesteps.refuse('one of the rows');
    const energy = nullable(fields.energyMillijoules, (value) => estimate(value, 0, Number.MAX_VALUE));
    const saving = nullable(fields.saving, (value) => estimate(value, -Number.MAX_VALUE, 1));
    if (energy !== null && timesteps === null) element.complain('has an energy without timesteps');
    if (energy === null && saving !== null) element.complain('has a saving without an energy');
    return { ...identity, timesteps, energyMillijoules: energy, saving };
  });
  if (!withIdentity(targets, BASELINE) && targets.some(({ saving }) => saving !== null)) {
    field.complain('has a saving, but no target of the final prediction alone without forgetting to save of');
  }
  return targets;
}

function readLayer(field: Field, rows: number): LayerResult {
  const fields = field.fields('name', 'neurons', 'synapses', 'spikes', 'synapticOperations');
  return {
    name: fields.name.text(bounds.MAXIMUM_NAME),
    neurons: fields.neurons.integer(1, bounds.MAXIMUM_NEURONS),
    synapses: fields.synapses.integer(0, bounds.MAXIMUM_SYNAPSES),
    spikes: countSeries(fields.spikes, rows),
    synapticOperations: countSeries(fields.synapticOperations, rows),
  };
}
