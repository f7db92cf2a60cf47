/**
 * The energy that each curve needs to come within one point of the ANN, and what fusion saves of it, with bootstrap
 * intervals: images are drawn anew with replacement, and everything (the ANN's accuracy too) follows from the drawn.
 */

import { crossing } from '../../src/fit/crossing.js';
import { TARGET_LOSS } from '../../src/fit/rules.js';
import { type EnergyModel, energyMillijoules } from '../../src/run/energy.js';

import { percentileInterval, RESAMPLES, resample } from './bootstrap.js';
import type { CurveCollector, CurveCounts } from './curves.js';
import type { Estimate } from './results.js';

export interface Target {
  readonly curve: CurveCounts;
  /** Index of the first row at the target, or null. */
  readonly row: number | null;
  readonly energyMillijoules: Estimate | null;
  readonly saving: Estimate | null;
}

/** What every curve answers, and what the trained network does. */
type Answers = Pick<CurveCollector, 'labels' | 'annChoices' | 'curves'>;

interface Reached {
  readonly row: number | null;
  readonly energy: number | null;
  readonly saving: number | null;
}

/**
 * @param random - uniform numbers in [0, 1), seeded
 * @param model - an energy model that counts synaptic operations alone
 * @param onProgress - called after every resample
 */
export function targetsOf(
  collector: Answers,
  random: () => number,
  model: EnergyModel,
  onProgress?: (done: number, total: number) => void,
): Target[] {
  const images = collector.labels.length;
  const observed = reachedBy(collector, new Uint16Array(images).fill(1), model);
  const resampled = Array.from({ length: RESAMPLES }, (_, index) => {
    const reached = reachedBy(collector, resample(images, random), model);
    onProgress?.(index + 1, RESAMPLES);
    return reached;
  });
  return collector.curves.map((curve, index) => {
    const of = (value: (reached: Reached) => number | null): Estimate | null =>
      percentileInterval(
        value(observed[index]!),
        resampled.map((reached) => value(reached[index]!)),
      );
    return {
      curve,
      row: observed[index]!.row,
      energyMillijoules: of(({ energy }) => energy),
      saving: savesNothing(curve) ? null : negative(of(({ saving }) => (saving === null ? null : -saving))),
    };
  });
}

/** Neither fuses nor forgets. */
const savesNothing = ({ plan }: CurveCounts): boolean => plan.kind !== 'fused' && plan.forgetting === 0;

/** What every curve reaches when image i counts `weights[i]` times. */
function reachedBy(collector: Answers, weights: Uint16Array, model: EnergyModel): Reached[] {
  const images = weights.length;
  const choices = collector.annChoices[collector.annChoices.length - 1]!;
  let annCorrect = 0;
  choices.forEach((choice, image) => {
    if (choice === collector.labels[image]) annCorrect += weights[image]!;
  });
  const target = annCorrect / images - TARGET_LOSS;
  const energies = new Map<Float64Array, Float64Array>();
  const reached = collector.curves.map((curve) => {
    const energy =
      energies.get(curve.operations) ?? energyOf(weightedMeans(curve.operations, weights), model);
    energies.set(curve.operations, energy);
    return crossing(weightedMeans(curve.correct, weights), energy, target);
  });
  // Where the baseline does not get there, it costs more than its whole run: what is saved is then at least this.
  const alone = reached[0]?.energy ?? energies.get(collector.curves[0]!.operations)!.at(-1)!;
  return reached.map((found) => ({
    row: found?.row ?? null,
    energy: found?.energy ?? null,
    saving: found && 1 - found.energy / alone,
  }));
}

/** Of the estimate of a negated statistic: what is not reached is then the least saving, and not the largest. */
function negative(estimate: Estimate | null): Estimate | null {
  return estimate && { value: -estimate.value, low: -estimate.high, high: -estimate.low };
}

/** Means over images of `[image][row]`. */
function weightedMeans(values: Uint8Array | Float64Array, weights: Uint16Array): Float64Array {
  const rows = values.length / weights.length;
  const means = new Float64Array(rows);
  for (let image = 0; image < weights.length; image++) {
    const weight = weights[image]!;
    if (weight === 0) continue;
    const start = image * rows;
    for (let row = 0; row < rows; row++) means[row]! += weight * values[start + row]!;
  }
  return means.map((sum) => sum / weights.length);
}

function energyOf(operations: Float64Array, model: EnergyModel): Float64Array {
  return operations.map((synapticOperations) =>
    energyMillijoules({ spikes: 0, synapticOperations, analogMultiplyAccumulates: 0 }, model),
  );
}
