/** From the raw counts of an evaluation to results.json. */

import { orderUpTo } from '../../src/engine/order.js';
import { TARGET_LOSS } from '../../src/fit/rules.js';
import { describeModel } from '../../src/graph/describe.js';
import { sizeOf } from '../../src/graph/extents.js';
import type { SpikingNetwork } from '../../src/graph/network.js';
import { analogMultiplyAccumulates, multiplyAccumulates } from '../../src/run/answer.js';
import {
  annEnergyMillijoules,
  DEFAULT_ENERGY_MODEL,
  ENERGY_MODELS,
  energyMillijoules,
} from '../../src/run/energy.js';
import { fraction } from './bootstrap.js';
import type { CurveCollector, CurveCounts } from './curves.js';
import type { Curve, Estimate, LayerResult, Results, TargetEnergy } from './results.js';
import type { Target } from './targets.js';

/** Parts of the results that the counts do not tell. */
export type ResultsContext = Pick<Results, 'created' | 'model' | 'data' | 'settings'>;

/** Assembles the results; `heads` are the indices of the evaluated heads, the final one last. */
export function summarise(
  network: SpikingNetwork,
  rows: readonly number[],
  heads: readonly number[],
  collector: CurveCollector,
  targets: readonly Target[],
  context: ResultsContext,
): Results {
  const ann = annOf(network, heads, collector);
  return {
    format: 'snnwasm-results-1',
    ...context,
    ann,
    targetAccuracy: ann.accuracy.value - TARGET_LOSS,
    rows,
    curves: collector.curves.map((curve) => curveOf(network, rows, heads, collector, curve)),
    targets: targets.map((target) => targetOf(network, rows, heads, target)),
    layers: layersOf(network, collector),
  };
}

function annOf(network: SpikingNetwork, heads: readonly number[], collector: CurveCollector): Results['ann'] {
  const accuracyOf = (position: number): Estimate => {
    const choices = collector.annChoices[position]!;
    const correct = choices.filter((choice, image) => choice === collector.labels[image]).length;
    return fraction(correct, collector.labels.length);
  };
  const operations = multiplyAccumulates(network);
  return {
    accuracy: accuracyOf(heads.length - 1),
    heads: heads.slice(0, -1).map((head, position) => {
      const { name, population } = network.heads[head]!;
      return { name, block: head + 1, layer: population, accuracy: accuracyOf(position) };
    }),
    multiplyAccumulates: operations,
    energyMillijoules: Object.fromEntries(
      ENERGY_MODELS.map((model) => [
        model.name,
        model.picojoulesPerMultiplyAccumulate === null ? null : annEnergyMillijoules(operations, model),
      ]),
    ),
  };
}

function curveOf(
  network: SpikingNetwork,
  rows: readonly number[],
  heads: readonly number[],
  collector: CurveCollector,
  curve: CurveCounts,
): Curve {
  const images = collector.labels.length;
  const correct = sumsOverImages(curve.correct, rows.length);
  const synapticOperations = sumsOverImages(curve.operations, rows.length);
  const { kind, rule, strength, forgetting } = curve.plan;
  const analog = analogMultiplyAccumulates(network);
  const updates = neuronsOf(network, heads, curve);
  return {
    kind,
    ...headOf(network, heads, curve),
    strength,
    rule,
    forgetting,
    correct,
    accuracy: correct.map((count) => fraction(count, images)),
    spikes: [...curve.spikes],
    synapticOperations,
    energyMillijoules: Object.fromEntries(
      ENERGY_MODELS.map((model) => [
        model.name,
        rows.map((_, row) =>
          energyMillijoules(
            {
              spikes: curve.spikes[row]! / images,
              synapticOperations: synapticOperations[row]! / images,
              analogMultiplyAccumulates: analog,
              neuronUpdates: rows[row]! * updates,
            },
            model,
          ),
        ),
      ]),
    ),
  };
}

/** Neurons that a timestep brings up to date: of the populations that a curve needs, and of its heads. */
function neuronsOf(
  network: SpikingNetwork,
  heads: readonly number[],
  { plan: { kind, position } }: CurveCounts,
): number {
  const last = kind === 'truncated' ? heads[position]! : heads[heads.length - 1]!;
  const outputs = (kind === 'fused' ? 2 : 1) * network.labels.length;
  return orderUpTo(network, network.heads[last]!.population).reduce(
    (sum, { index }) => sum + sizeOf(network.populations[index]!.shape),
    outputs,
  );
}

function headOf(
  network: SpikingNetwork,
  heads: readonly number[],
  { plan }: CurveCounts,
): { head: string | null; block: number } {
  const head = heads[plan.position]!;
  return { head: plan.kind === 'final' ? null : network.heads[head]!.name, block: head + 1 };
}

function targetOf(
  network: SpikingNetwork,
  rows: readonly number[],
  heads: readonly number[],
  { curve, row, energyMillijoules, saving }: Target,
): TargetEnergy {
  return {
    kind: curve.plan.kind,
    ...headOf(network, heads, curve),
    rule: curve.plan.rule,
    forgetting: curve.plan.forgetting,
    timesteps: row === null ? null : rows[row]!,
    energyMillijoules,
    saving,
  };
}

function layersOf(network: SpikingNetwork, collector: CurveCollector): LayerResult[] {
  return describeModel(network).populations.map(({ name, neurons, synapses }, layer) => ({
    name,
    neurons,
    synapses,
    spikes: [...collector.layerSpikes[layer]!],
    synapticOperations: [...collector.layerOperations[layer]!],
  }));
}

/** Sums of `[image][row]` over images. */
function sumsOverImages(values: Uint8Array | Float64Array, rows: number): number[] {
  const sums = new Array<number>(rows).fill(0);
  values.forEach((value: number, index: number) => {
    sums[index % rows]! += value;
  });
  return sums;
}

/** The energy model of targets and savings. */
export const TARGET_ENERGY_MODEL = DEFAULT_ENERGY_MODEL;
