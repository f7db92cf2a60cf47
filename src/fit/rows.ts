/**
 * The timesteps at which an evaluation keeps counts: all of the first 64, in which accuracy rises, then every fourth
 * and, from 256 on, every sixteenth, so that 3,000 timesteps are no more than 300 rows.
 */

/** Rising timesteps from 1 to `timesteps`, both included. */
export function rowsUpTo(timesteps: number): number[] {
  const rows: number[] = [];
  for (let row = 1; row < timesteps; row += row < 64 ? 1 : row < 256 ? 4 : 16) rows.push(row);
  rows.push(timesteps);
  return rows;
}
