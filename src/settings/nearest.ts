/** The name that was probably meant. */

/** Of the letters, so many may be wrong. */
const TOLERANCE = 0.4;

/**
 * The known name that is most like this one, whatever the case and the dashes: `prior_strength` is like
 * `priorStrength`, `timestep` like `timesteps`.
 *
 * @returns null where none is like it
 */
export function nearest(name: string, known: readonly string[]): string | null {
  const wanted = plain(name);
  let best: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const letters = plain(candidate);
    const changes = distance(wanted, letters);
    if (changes < least && changes <= TOLERANCE * Math.max(wanted.length, letters.length)) {
      best = candidate;
      least = changes;
    }
  }
  return best;
}

/** No name is longer, so that a long one costs nothing. */
const LONGEST = 64;

function plain(name: string): string {
  return name.slice(0, LONGEST).toLowerCase().replace(/[-_ ]/g, '');
}

/** Letters to insert, remove, replace or exchange with their neighbour (optimal string alignment). */
function distance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= from.length; row++) {
    const above = rows[row - 1]!;
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let changes = Math.min(
        above[column]! + 1,
        current[column - 1]! + 1,
        above[column - 1]! + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        changes = Math.min(changes, rows[row - 2]![column - 2]! + 1);
      }
      current.push(changes);
    }
    rows.push(current);
  }
  return rows[from.length]![to.length]!;
}
