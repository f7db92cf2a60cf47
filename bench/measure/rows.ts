/** Builds the rows of a part. */
import type { Facts, Measurement } from './result.js';
import { summarise } from './statistics.js';

/**
 * A row of times.
 *
 * @param samples - milliseconds for one unit of work
 * @param operations - synaptic operations, or multiply-accumulates, in it
 */
export function timeRow(
  name: string,
  per: string,
  samples: readonly number[],
  operations?: number,
  facts?: Facts,
): Measurement {
  const summary = summarise(samples);
  return {
    name,
    unit: 'ms',
    per,
    summary,
    ...(operations !== undefined && { operations }),
    // A difference below the noise has no speed.
    ...(operations !== undefined &&
      summary.median > 0 && { gigaOperationsPerSecond: operations / summary.median / 1e6 }),
    ...(facts && { facts }),
  };
}
