/**
 * Quantiles of hundreds of millions of activations in fixed memory. Positive floats sort like their bit patterns, so
 * the upper 19 bits of the pattern (sign, exponent, 10 bits of mantissa) are the bin: every bin is 0.1 % wide.
 */

const SHIFT = 13;
/** Bins of a histogram; those of the last exponent hold infinities and what is no number. */
export const BINS = 1 << (31 - SHIFT);

/** Counts rectified activations: values at or below 0 count as 0. */
export class ActivationHistogram {
  /** f64, since a layer's zeros pass 2^32 on a large calibration set. */
  readonly #bins: Float64Array;
  #zeros: number;
  readonly #word = new Float32Array(1);
  readonly #bits = new Uint32Array(this.#word.buffer);

  constructor(state?: HistogramState) {
    this.#bins = new Float64Array(BINS);
    this.#zeros = state?.zeros ?? 0;
    state?.bins.forEach((bin, index) => {
      this.#bins[bin] = state.counts[index]!;
    });
  }

  /** Adds the first `channels` of every `stride` values. */
  add(values: Float32Array, channels: number, stride: number): void {
    const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
    for (let start = 0; start < values.length; start += stride) {
      for (let index = start; index < start + channels; index++) {
        const pattern = bits[index]!;
        // A set sign bit is a value at or below zero.
        if (pattern === 0 || pattern >= 0x80000000) this.#zeros++;
        else this.#bins[pattern >>> SHIFT]!++;
      }
    }
  }

  /**
   * The smallest value that a share `quantile` of all counted values does not exceed, to the width of its bin (within
   * the bin, by linear interpolation).
   */
  quantile(quantile: number): number {
    let total = this.#zeros;
    for (let bin = 0; bin < BINS; bin++) total += this.#bins[bin]!;
    const rank = quantile * total;
    let below = this.#zeros;
    if (rank <= below) return 0;
    for (let bin = 0; bin < BINS; bin++) {
      const count = this.#bins[bin]!;
      if (below + count >= rank) {
        const low = this.#edge(bin);
        return low + ((rank - below) / count) * (this.#edge(bin + 1) - low);
      }
      below += count;
    }
    return this.#edge(BINS);
  }

  /** Everything counted so far, small enough to be written to disk. */
  state(): HistogramState {
    const bins: number[] = [];
    const counts: number[] = [];
    for (let bin = 0; bin < BINS; bin++) {
      const count = this.#bins[bin]!;
      if (count === 0) continue;
      bins.push(bin);
      counts.push(count);
    }
    return { zeros: this.#zeros, bins, counts };
  }

  #edge(bin: number): number {
    this.#bits[0] = bin << SHIFT;
    return this.#word[0]!;
  }
}

export interface HistogramState {
  readonly zeros: number;
  readonly bins: readonly number[];
  readonly counts: readonly number[];
}
