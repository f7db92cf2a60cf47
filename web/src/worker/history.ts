/** The counts of both heads after every timestep, so that rates over time can be had for any prior strength. */
import { fuse, type Run } from '../../../src/index.js';

export class History {
  readonly #final: Uint32Array[] = [];
  readonly #head: Uint32Array[] = [];

  record(run: Run): void {
    this.#final.push(Uint32Array.from(run.finalCounts));
    if (run.headCounts !== null) this.#head.push(Uint32Array.from(run.headCounts));
  }

  /**
   * Fused rates, eq. (14), `[timestep][class]`.
   *
   * @param from - the first timestep, counted from 1
   */
  rates(from: number, strength: number): Float64Array<ArrayBuffer> {
    return rows(this.#final.slice(from - 1), (counts, row) => {
      const timesteps = from + row;
      const head = this.#head[timesteps - 1];
      return fuse({ counts, timesteps }, head ? { counts: head, timesteps, strength } : null).estimates;
    });
  }

  /** Rates of the internal head alone, eq. (10), alike; null without a head. */
  headRates(from: number): Float64Array<ArrayBuffer> | null {
    if (this.#head.length === 0) return null;
    return rows(this.#head.slice(from - 1), (counts, row) =>
      Float64Array.from(counts, (count) => count / (from + row)),
    );
  }
}

function rows(
  counts: readonly Uint32Array[],
  of: (counts: Uint32Array, row: number) => Float64Array,
): Float64Array<ArrayBuffer> {
  const classes = counts[0]?.length ?? 0;
  const result = new Float64Array(counts.length * classes);
  counts.forEach((row, index) => {
    result.set(of(row, index), index * classes);
  });
  return result;
}
