/** Finds in the results what the figures and tables speak of. Nothing here mixes two k: each is a method of its own. */

import { crossing } from '../../src/fit/crossing.js';
import type { StrengthRule } from '../../src/fit/rules.js';
import { DEFAULT_ENERGY_MODEL } from '../../src/run/energy.js';
import type { Curve, CurveKind, Estimate, Results, TargetEnergy } from '../evaluation/results.js';

import { BASELINE, type Identity, withIdentity } from './identity.js';

/** What is said of a strength that a rule chose: "strength of least energy". */
export const RULE_NAMES: Readonly<Record<StrengthRule, string>> = {
  fixed: 'fixed',
  energy: 'of least energy',
  area: 'of largest area',
  evidence: 'by evidence',
  schedule: 'scheduled over time',
};

/** Which curves or targets: of one kind and k, and of one rule only, if it is given. */
export interface Selection {
  readonly kind: CurveKind;
  readonly forgetting: number;
  readonly rule?: StrengthRule | null | undefined;
}

/** Curves in the order of their blocks. */
export const curvesOf = (results: Results, selection: Selection): Curve[] =>
  selected(results.curves, selection);

/** The targets of fused predictions in the order of their blocks; of one rule only, if it is given. */
export const fusedTargets = (
  results: Results,
  forgetting: number,
  rule?: StrengthRule | null,
): TargetEnergy[] => selected(results.targets, { kind: 'fused', forgetting, rule });

function selected<T extends Identity & Pick<Curve, 'block'>>(
  all: readonly T[],
  { kind, forgetting, rule }: Selection,
): T[] {
  return all
    .filter((one) => one.kind === kind && one.forgetting === forgetting)
    .filter((one) => rule === undefined || one.rule === rule)
    .sort((a, b) => a.block - b.block);
}

/** The k that stands beside the paper's 0; null where there is none. The reader of results lets no second one through. */
export function forgettingOf(results: Results): number | null {
  return results.curves.find(({ forgetting }) => forgetting > 0)?.forgetting ?? null;
}

/** Every k, 0 first. */
export function forgettingsOf(results: Results): number[] {
  const forgetting = forgettingOf(results);
  return forgetting === null ? [0] : [0, forgetting];
}

/** The rules that occur with this k, in the order in which they first do. */
export function rulesOf(results: Results, forgetting: number): StrengthRule[] {
  const rules = results.curves.filter((curve) => curve.forgetting === forgetting).map(({ rule }) => rule);
  return [...new Set(rules.filter((rule) => rule !== null))];
}

/**
 * The fused curve with this k that figures bring out: the one with the largest saving; where none has a saving, the one
 * that needs least energy, an energy with an interval before one without; where none reaches the target, the one that is
 * most accurate in the end. The earlier of equals. Undefined where nothing is fused.
 */
export function bestFused(results: Results, forgetting: number): Curve | undefined {
  const merits = curvesOf(results, { kind: 'fused', forgetting }).map((curve) => {
    const target = withIdentity(results.targets, curve);
    const merit = [
      target?.saving?.value ?? -Infinity,
      -(target?.energyMillijoules?.value ?? Infinity),
      -(reachedEnergy(results, target)?.value ?? Infinity),
      curve.accuracy.at(-1)!.value,
    ];
    return { curve, merit };
  });
  return merits.reduce<(typeof merits)[number] | undefined>(
    (best, candidate) => (best === undefined || exceeds(candidate.merit, best.merit) ? candidate : best),
    undefined,
  )?.curve;
}

/** Lexicographic order. */
function exceeds(a: readonly number[], b: readonly number[]): boolean {
  const index = a.findIndex((value, position) => value !== b[position]);
  return index >= 0 && a[index]! > b[index]!;
}

/** A number on the images themselves; without an interval where resamples miss the target too often for one. */
export interface Reached {
  readonly value: number;
  readonly interval: Estimate | null;
  /** The truth is at least this: of savings against a baseline that does not get there. */
  readonly isBound: boolean;
}

/** Mean energy of an image in millijoules at the target; null where it is not reached on the images themselves. */
export function reachedEnergy(results: Results, target: TargetEnergy | undefined): Reached | null {
  if (target === undefined || target.timesteps === null) return null;
  if (target.energyMillijoules !== null) return withInterval(target.energyMillijoules);
  const curve = withIdentity(results.curves, target);
  const energies = curve?.energyMillijoules[DEFAULT_ENERGY_MODEL.name];
  if (curve === undefined || energies === undefined) return null;
  const accuracies = curve.accuracy.map(({ value }) => value);
  const reached = crossing(accuracies, energies, results.targetAccuracy);
  return reached === null ? null : { value: reached.energy, interval: null, isBound: false };
}

/** What a target saves against the paper's baseline; null where it is not reached, and for the baseline itself. */
export function reachedSaving(results: Results, target: TargetEnergy | undefined): Reached | null {
  if (target === undefined || (target.kind === 'final' && target.forgetting === 0)) return null;
  const baseline = withIdentity(results.targets, BASELINE);
  if (target.saving !== null) {
    return { ...withInterval(target.saving), isBound: baseline?.timesteps === null };
  }
  const against = reachedEnergy(results, baseline) ?? wholeRun(results);
  const value = savingOf(reachedEnergy(results, target), against);
  return value === null ? null : { value, interval: null, isBound: against!.isBound };
}

/** What the baseline has cost in the end, where it does not reach the target: its energy there would be at least this. */
function wholeRun(results: Results): Reached | null {
  const energies = withIdentity(results.curves, BASELINE)?.energyMillijoules[DEFAULT_ENERGY_MODEL.name];
  return energies === undefined ? null : { value: energies.at(-1)!, interval: null, isBound: true };
}

/** 1 - energy / energy of another target, on the images themselves; null where either is not reached. */
export function savingAgainst(
  results: Results,
  target: TargetEnergy | undefined,
  other: TargetEnergy | undefined,
): number | null {
  return savingOf(reachedEnergy(results, target), reachedEnergy(results, other));
}

function savingOf(energy: Reached | null, against: Reached | null): number | null {
  return energy === null || against === null || against.value === 0 ? null : 1 - energy.value / against.value;
}

const withInterval = (interval: Estimate): Reached => ({ value: interval.value, interval, isBound: false });
