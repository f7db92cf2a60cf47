/** Curves as points of a plot of accuracy against energy on a logarithmic axis. */
import { DEFAULT_ENERGY_MODEL } from '../../src/run/energy.js';

import type { Curve } from '../evaluation/results.js';

/** Points nearer to each other than this many pixels look the same. */
const RESOLUTION = 0.5;

/** Energy in millijoules, by the default energy model, and accuracy in percent with its interval. */
export interface Point {
  readonly energy: number;
  readonly accuracy: number;
  readonly low: number;
  readonly high: number;
}

export const energiesOf = (curve: Curve): readonly number[] =>
  curve.energyMillijoules[DEFAULT_ENERGY_MODEL.name]!;

export function pointsOf(curve: Curve): Point[] {
  return energiesOf(curve).map((energy, row) => {
    const { value, low, high } = curve.accuracy[row]!;
    return { energy, accuracy: 100 * value, low: 100 * low, high: 100 * high };
  });
}

/** The points from an energy on, with one on the line at that energy where it begins before. */
export function pointsFrom(points: readonly Point[], lowest: number): Point[] {
  const first = points.findIndex(({ energy }) => energy >= lowest);
  if (first < 0) return [];
  const [before, after] = [points[first - 1], points[first]!];
  const shown = points.slice(first);
  if (before === undefined || before.energy === 0) return shown;
  const part = Math.log(lowest / before.energy) / Math.log(after.energy / before.energy);
  const between = (from: number, to: number): number => from + part * (to - from);
  const start = {
    energy: lowest,
    accuracy: between(before.accuracy, after.accuracy),
    low: between(before.low, after.low),
    high: between(before.high, after.high),
  };
  return [start, ...shown];
}

/** Leaves out points that would be drawn on top of the one before; never the first and the last. */
export function thinned(points: readonly Point[], xPixels: number, yPixels: number): Point[] {
  const kept: Point[] = [];
  points.forEach((point, index) => {
    const last = kept.at(-1);
    const isNew =
      last === undefined ||
      index === points.length - 1 ||
      Math.log(point.energy / last.energy) * xPixels >= RESOLUTION ||
      Math.abs(point.accuracy - last.accuracy) * yPixels >= RESOLUTION;
    if (isNew) kept.push(point);
  });
  return kept;
}
