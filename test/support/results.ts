/** Made-up results with curves of a plausible shape, for tests of the report. Counts are consistent with each other. */

import type { Curve, Estimate, LayerResult, Results, TargetEnergy } from '../../lab/evaluation/results.js';
import { finalAlone, type Identity } from '../../lab/report/identity.js';
import type { StrengthRule } from '../../src/fit/rules.js';
import { annEnergyMillijoules, ENERGY_MODELS, energyMillijoules } from '../../src/run/energy.js';

export interface SyntheticOptions {
  readonly rows?: readonly number[];
  readonly heads?: number;
  readonly rules?: readonly StrengthRule[];
  readonly images?: number;
  readonly names?: (block: number) => string;
  /** Accuracy that the final prediction levels off at. */
  readonly ceiling?: number;
  /** k beside 0, with which everything reaches its accuracy in less than half the time. */
  readonly forgetting?: number;
}

const ANN = 0.771;
const ANALOG = 1_769_472;
const NEURONS = 557_056;
/** Of the whole network, an image and timestep; a head sees a fraction of it. */
const OPERATIONS = 32e6;
const SPIKES = 34_000;
/** Of the time without forgetting. */
const FORGETTING_TIME = 0.45;
/** Which are fitted with forgetting as well. */
const FORGETTING_RULES: readonly StrengthRule[] = ['fixed', 'energy', 'area'];

export function syntheticResults(options: SyntheticOptions = {}): Results {
  const { rows = defaultRows(), heads = 7, rules = ['energy'], images = 10_000, ceiling = ANN } = options;
  const { names = String } = options;
  const blocks = Array.from({ length: heads }, (_, index) => index + 1);
  const make = (identity: Identity, block: number, shape: Shape): Curve => {
    const time = identity.forgetting === 0 ? 1 : FORGETTING_TIME;
    return curve({ ...identity, block }, rows, images, { ...shape, middle: time * shape.middle });
  };
  const curves = [0, ...(options.forgetting === undefined ? [] : [options.forgetting])].flatMap(
    (forgetting) => [
      make(finalAlone(forgetting), 8, { ceiling, middle: 70, steepness: 3, share: 1 }),
      ...rules
        .filter((rule) => forgetting === 0 || FORGETTING_RULES.includes(rule))
        .flatMap((rule, index) =>
          blocks.map((block) => {
            const middle =
              70 * (1 - 0.1 * block * (1 - index / 8) * (block > 5 ? 0.75 : 1)) + (block < 3 ? 45 : 0);
            const identity = { kind: 'fused', head: names(block), rule, forgetting } as const;
            return make(identity, block, { ceiling, middle, steepness: 2.8, share: 1.002 });
          }),
        ),
      ...blocks.map((block) =>
        make({ kind: 'truncated', head: names(block), rule: null, forgetting }, block, {
          ceiling: ceiling * (0.18 + 0.16 * block ** 0.83),
          middle: 8 + 6 * block,
          steepness: 2.4,
          share: block / 8,
        }),
      ),
    ],
  );
  const target = ANN - 0.01;
  const final = energyAt(curves[0]!, rows, target);
  return {
    format: 'snnwasm-results-1',
    created: { snnwasm: '0.1.0', command: 'snnwasm eval resnet18.snn --data cifar-100-binary' },
    model: { name: 'resnet18-cifar100', sha256: 'ab'.repeat(32), provenance: { seed: 1, epochs: [120] } },
    data: {
      split: 'test',
      images,
      sha256: 'cd'.repeat(32),
      mirrored: false,
      fitImages: 2000,
      fitOcclusion: 16,
    },
    settings: { timesteps: rows.at(-1)!, propagation: 'synchronous', initialPotential: 0 },
    ann: {
      accuracy: interval(ANN, 0.008),
      heads: blocks.map((block) => {
        return {
          name: names(block),
          block,
          layer: 2 * block,
          accuracy: interval(ANN * (0.2 + 0.1 * block), 0.009),
        };
      }),
      multiplyAccumulates: 555_422_720,
      energyMillijoules: Object.fromEntries(
        ENERGY_MODELS.map((model) => [
          model.name,
          model.picojoulesPerMultiplyAccumulate === null ? null : annEnergyMillijoules(555_422_720, model),
        ]),
      ),
    },
    targetAccuracy: target,
    rows: [...rows],
    curves,
    targets: curves.map((candidate) => targetFor(candidate, rows, target, final)),
    layers: syntheticLayers(rows, images),
  };
}

/** Of 512 timesteps: every one to 32, then every fourth. */
function defaultRows(): number[] {
  return Array.from({ length: 512 }, (_, index) => index + 1).filter((row) => row <= 32 || row % 4 === 0);
}

interface Shape {
  readonly ceiling: number;
  /** Timestep of half the ceiling. */
  readonly middle: number;
  readonly steepness: number;
  /** Of the network's events. */
  readonly share: number;
}

function curve(
  identity: Identity & Pick<Curve, 'block'>,
  rows: readonly number[],
  images: number,
  { ceiling, middle, steepness, share }: Shape,
): Curve {
  const correct = rows.map((t) => {
    return Math.round(images * (0.01 + (ceiling - 0.01) / (1 + (middle / t) ** steepness)));
  });
  const spikes = rows.map((t) => Math.round(images * SPIKES * share * t));
  const synapticOperations = rows.map((t) => Math.round(images * OPERATIONS * share * t));
  const strengths: Partial<Record<StrengthRule, number | number[]>> = {
    schedule: rows.map((t) => 100 / (1 + t)),
  };
  return {
    ...identity,
    strength: identity.rule === null ? null : (strengths[identity.rule] ?? 12.5),
    correct,
    accuracy: correct.map((count) => interval(count / images, 0.9 / Math.sqrt(images))),
    spikes,
    synapticOperations,
    energyMillijoules: Object.fromEntries(
      ENERGY_MODELS.map((model) => [
        model.name,
        rows.map((_, row) =>
          energyMillijoules(
            {
              spikes: spikes[row]! / images,
              synapticOperations: synapticOperations[row]! / images,
              analogMultiplyAccumulates: ANALOG,
              neuronUpdates: NEURONS * rows[row]!,
            },
            model,
          ),
        ),
      ]),
    ),
  };
}

function interval(value: number, half: number): Estimate {
  return { value, low: Math.max(0, value - half), high: Math.min(1, value + half) };
}

interface Crossing {
  readonly timesteps: number;
  readonly millijoules: number;
}

function energyAt(candidate: Curve, rows: readonly number[], target: number): Crossing | null {
  const row = candidate.accuracy.findIndex(({ value }) => value >= target);
  const energies = candidate.energyMillijoules['truenorth-sop']!;
  return row < 0 ? null : { timesteps: rows[row]!, millijoules: energies[row]! };
}

function targetFor(
  candidate: Curve,
  rows: readonly number[],
  target: number,
  final: Crossing | null,
): TargetEnergy {
  const { kind, head, block, rule, forgetting } = candidate;
  const reached = energyAt(candidate, rows, target);
  const saving = reached && final ? 1 - reached.millijoules / final.millijoules : null;
  return {
    kind,
    head,
    block,
    rule,
    forgetting,
    timesteps: reached?.timesteps ?? null,
    energyMillijoules: reached && {
      value: reached.millijoules,
      low: 0.93 * reached.millijoules,
      high: 1.08 * reached.millijoules,
    },
    saving:
      saving === null || (kind !== 'fused' && forgetting === 0)
        ? null
        : { value: saving, low: saving - 0.04, high: Math.min(1, saving + 0.03) },
  };
}

function syntheticLayers(rows: readonly number[], images: number): LayerResult[] {
  const convolutions = Array.from({ length: 17 }, (_, index) => {
    const block = Math.ceil(index / 2);
    const stage = Math.max(0, Math.ceil(block / 2) - 1);
    return {
      name: index === 0 ? 'stem' : `block${block}.conv${2 - (index % 2)}`,
      neurons: 65_536 / 2 ** stage,
      rate: [0.12, 0.09, 0.06, 0.03][stage]! * (index % 2 === 0 ? 1.2 : 0.8),
      fanOut: index === 16 ? 100 : 576 * 2 ** stage,
    };
  });
  const heads = Array.from({ length: 8 }, (_, index) => {
    return { name: `head ${index + 1}`, neurons: 100, rate: 0.02, fanOut: 0 };
  });
  return [...convolutions, ...heads].map(({ name, neurons, rate, fanOut }) => {
    const spikes = rows.map((t) => Math.round(neurons * rate * t * images));
    const synapticOperations = spikes.map((count) => count * fanOut);
    return { name, neurons, synapses: neurons * fanOut, spikes, synapticOperations };
  });
}
