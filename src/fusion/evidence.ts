/**
 * What the output neurons have said so far, the latest timesteps counting most.
 *
 * Eq. (10) counts all timesteps alike. But spikes need time to reach the last layer, and until rates inside the network
 * have settled, output neurons fire at rates that are not theirs: mistakes that stay in the count for good and wear off
 * only as 1 / N. With polynomial forgetting timestep t has a weight proportional to t^k,
 *
 *     mu_j = sum over t of t^k s_j(t) / sum over t of t^k,    M_j = mu_j N_k,
 *     N_k = (sum over t of t^k)^2 / sum over t of t^2k,       about N (2 k + 1) / (k + 1)^2,
 *
 * and M_j and N_k take the places of M_j and N in eqs. (10) to (18). The rate is the average of Shamir & Zhang,
 * "Stochastic Gradient Descent for Non-smooth Optimization", ICML 2013, eq. (4); N_k is Kish's effective sample size, the
 * number of timesteps which, counted alike, would know the rate as well. A likelihood to the power of a weight is
 * conjugate still, so that the posterior stays a Beta distribution. k = 0 is the paper's equation.
 */
import type { SpikeCounts } from './prior.js';

/** t^k by multiplication, which gives the same bits everywhere; `Math.pow` need not. */
export function timestepWeight(timestep: number, forgetting: number): number {
  let weight = 1;
  for (let power = 0; power < forgetting; power++) weight *= timestep;
  return weight;
}

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
    for (let label = 0; label < fired.length; label++) this.#sums[label]! += weight * fired[label]!;
  }

  /** M_j and N_k until now. A copy. */
  counts(): SpikeCounts {
    if (this.#timesteps === 0) return { counts: this.#sums.slice(), timesteps: 0 };
    const scale = this.#total / this.#squares;
    return { counts: this.#sums.map((sum) => sum * scale), timesteps: this.#total * scale };
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
      return { mean: sum / (row - before), scale: total / squares, total };
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
