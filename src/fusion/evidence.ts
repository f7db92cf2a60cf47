/**
 * What the output neurons have said so far, the latest timesteps counting most. The arithmetic, and what forgetting is
 * for, is in portable/evidence.ts.
 */
import * as portable from '../../portable/evidence.js';
import type { SpikeCounts } from './prior.js';

/** t^k, the same bits everywhere. */
export const timestepWeight: (timestep: number, forgetting: number) => number = portable.timestepWeight;

/** The evidence of one head over a run. */
export class Evidence {
  /** Sums of t^k over the timesteps at which a class fired, brought to scale when they are read. */
  readonly #sums: Float64Array;
  readonly #forgetting: number;
  #total = 0;
  #squares = 0;
  #timesteps = 0;

  constructor(classes: number, forgetting: number) {
    this.#sums = new Float64Array(classes);
    this.#forgetting = forgetting;
  }

  /**
   * Takes the next timestep. Allocates nothing, since it runs at every one.
   *
   * @param fired - a class: 1 where its output neuron fired
   */
  add(fired: Uint8Array): void {
    const weight = timestepWeight(++this.#timesteps, this.#forgetting);
    this.#total += weight;
    this.#squares += weight * weight;
    portable.addFired(this.#sums, fired, fired.length, weight);
  }

  /**
   * Takes the next timestep of neurons that integrate.
   *
   * @param received - a class: what its output neuron received
   * @param threshold - a class
   */
  addReceived(received: BigInt64Array, threshold: Int32Array): void {
    const weight = timestepWeight(++this.#timesteps, this.#forgetting);
    this.#total += weight;
    this.#squares += weight * weight;
    for (let label = 0; label < threshold.length; label++) {
      this.#sums[label]! += (weight * Number(received[label]!)) / threshold[label]!;
    }
  }

  /** M_j and N_k until now, M_j clamped to what spikes can say. A copy. */
  counts(): SpikeCounts {
    const scale = portable.evidenceScale(this.#total, this.#squares);
    const counts = new Float64Array(this.#sums.length);
    portable.scaleEvidence(this.#sums, counts.length, scale, counts);
    const timesteps = this.#total * scale;
    return { counts: counts.map((count) => Math.max(0, Math.min(timesteps, count))), timesteps };
  }
}

/**
 * The same for counts that were kept at some timesteps only (src/fit/rows.ts): the spikes between two rows
 * share the mean weight of the timesteps between them. Where every timestep is a row, that is {@link Evidence}.
 */
export class RowWeights {
  /** N_k at every row. */
  readonly timesteps: readonly number[];
  readonly #means: readonly number[];
  readonly #scales: readonly number[];

  /** @param rows - timesteps, rising */
  constructor(rows: readonly number[], forgetting: number) {
    let total = 0;
    let squares = 0;
    const steps = rows.map((row, index) => {
      const before = rows[index - 1] ?? 0;
      let sum = 0;
      for (let timestep = before + 1; timestep <= row; timestep++) {
        const weight = timestepWeight(timestep, forgetting);
        sum += weight;
        squares += weight * weight;
      }
      total += sum;
      return { mean: sum / (row - before), scale: portable.evidenceScale(total, squares), total };
    });
    this.#means = steps.map(({ mean }) => mean);
    this.#scales = steps.map(({ scale }) => scale);
    this.timesteps = steps.map(({ total, scale }) => total * scale);
  }

  /**
   * Weighs the counts of one image and head.
   *
   * @param counts - `[row][class]`, spikes until each row
   * @param weighted - of the same size; receives M_j at each row
   */
  weigh(counts: Uint16Array, weighted: Float64Array): void {
    const classes = counts.length / this.timesteps.length;
    for (let label = 0; label < classes; label++) {
      let sum = 0;
      let before = 0;
      for (let row = 0; row < this.timesteps.length; row++) {
        const count = counts[row * classes + label]!;
        sum += this.#means[row]! * (count - before);
        before = count;
        weighted[row * classes + label] = sum * this.#scales[row]!;
      }
    }
  }
}
