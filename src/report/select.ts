/** Finds in the results what the figures and tables speak of, and puts it into words. */
import { DEFAULT_ENERGY_MODEL } from '../energy.js';
import type { Curve, CurveKind, Results, TargetEnergy } from '../evaluation/results.js';
import type { StrengthRule } from '../observation/strengths.js';

/** What is said of a strength that a rule chose: "strength of least energy". */
export const RULE_NAMES: Readonly<Record<StrengthRule, string>> = {
  fixed: 'fixed',
  energy: 'of least energy',
  area: 'of largest area',
  evidence: 'by evidence',
  schedule: 'scheduled over time',
};

/** Curves of a kind in the order of their blocks; of one rule only, if it is given. */
export function curvesOf(results: Results, kind: CurveKind, rule?: StrengthRule | null): Curve[] {
  return results.curves
    .filter((curve) => curve.kind === kind && (rule === undefined || curve.rule === rule))
    .sort((a, b) => a.block - b.block);
}

/** The target of a kind, head and rule; undefined where the results have none. */
export function targetOf(
  results: Results,
  { kind, head, rule }: Pick<Curve, 'kind' | 'head' | 'rule'>,
): TargetEnergy | undefined {
  return results.targets.find(
    (target) => target.kind === kind && target.head === head && target.rule === rule,
  );
}

/** The targets of fused predictions in the order of their blocks; of one rule only, if it is given. */
export function fusedTargets(results: Results, rule?: StrengthRule | null): TargetEnergy[] {
  return results.targets
    .filter((target) => target.kind === 'fused' && (rule === undefined || target.rule === rule))
    .sort((a, b) => a.block - b.block);
}

/** The rules that occur, in the order in which they first do. */
export function rulesOf(results: Results): StrengthRule[] {
  const rules = results.curves.map(({ rule }) => rule).filter((rule) => rule !== null);
  return [...new Set(rules)];
}

/**
 * The fused curve that figures bring out: the one with the largest saving; where none has a saving, the one that
 * needs least energy; where none reaches the target, the one that is most accurate in the end. The earlier of equals.
 * Undefined where nothing is fused.
 */
export function bestFused(results: Results): Curve | undefined {
  const last = results.rows.length - 1;
  const merits = curvesOf(results, 'fused').map((curve) => {
    const target = targetOf(results, curve);
    const energy = target?.energyMillijoules?.value ?? Infinity;
    return {
      curve,
      merit: [target?.saving?.value ?? -Infinity, -energy, curve.accuracy[last]!.value] as const,
    };
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

/**
 * Mean energy of an image in millijoules at the first row that reaches the target, on the images themselves; null where
 * none does. It is there also where resamples miss the target too often for an interval.
 */
export function energyReached(results: Results, target: TargetEnergy): number | null {
  if (target.energyMillijoules !== null) return target.energyMillijoules.value;
  if (target.timesteps === null) return null;
  const curve = results.curves.find(
    ({ kind, head, rule }) => kind === target.kind && head === target.head && rule === target.rule,
  );
  return (
    curve?.energyMillijoules[DEFAULT_ENERGY_MODEL.name]?.[results.rows.indexOf(target.timesteps)] ?? null
  );
}
