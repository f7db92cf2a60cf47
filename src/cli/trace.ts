/** How the posterior moved over time: the fused rates of the final top classes at every timestep. */
import type { Run } from '../app/answer.js';

export interface Trace {
  readonly timesteps: number;
  readonly classes: readonly {
    readonly label: string;
    readonly index: number;
    readonly rates: readonly number[];
  }[];
}

/** Keeps all classes' rates after every timestep, since the top ones are known in the end only. */
export class TraceRecorder {
  readonly #rates: Float64Array[] = [];

  /** To be called after every timestep. */
  record(run: Run): void {
    this.#rates.push(run.posterior().estimates);
  }

  /** The rates, eq. (14), of the given classes. */
  trace(classes: readonly { readonly label: string; readonly index: number }[]): Trace {
    return {
      timesteps: this.#rates.length,
      classes: classes.map(({ label, index }) => ({
        label,
        index,
        rates: this.#rates.map((rates) => rates[index]!),
      })),
    };
  }
}
