/** Where a curve reaches its target, and what it has cost by then. */

export interface Crossing {
  /** Index of the first row at or above the target. */
  readonly row: number;
  /** Energy there, interpolated linearly in accuracy from the row before. */
  readonly energy: number;
}

/**
 * The first row whose accuracy reaches the target.
 *
 * @param accuracy - a row; the first may be at the target already
 * @param energy - likewise, rising
 * @returns null if no row reaches it
 */
export function crossing(
  accuracy: ArrayLike<number>,
  energy: ArrayLike<number>,
  target: number,
): Crossing | null {
  for (let row = 0; row < accuracy.length; row++) {
    if (accuracy[row]! < target) continue;
    if (row === 0) return { row, energy: energy[0]! };
    const before = accuracy[row - 1]!;
    const share = (target - before) / (accuracy[row]! - before);
    return { row, energy: energy[row - 1]! + share * (energy[row]! - energy[row - 1]!) };
  }
  return null;
}
