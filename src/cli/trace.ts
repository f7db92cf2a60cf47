/** How the posterior moved over time: the fused rates of the final top classes at every timestep. */
import type { Run } from '../classifier.js';
import { fuse } from '../fusion/posterior.js';

export interface Trace {
  readonly timesteps: number;
  readonly classes: readonly {
    readonly label: string;
    readonly index: number;
    readonly rates: readonly number[];
  }[];
}

/** Keeps a run's counts after every timestep; rates are worked out once the top classes are known. */
export class TraceRecorder {
  readonly #run: Run;
  readonly #final: Uint32Array[] = [];
  readonly #head: Uint32Array[] = [];

  constructor(run: Run) {
    this.#run = run;
  }

  /** To be called after every timestep. */
  record(): void {
    this.#final.push(Uint32Array.from(this.#run.finalCounts));
    if (this.#run.headCounts !== null) this.#head.push(Uint32Array.from(this.#run.headCounts));
  }

  /** The rates, eq. (14), of the given classes. */
  trace(classes: readonly { readonly label: string; readonly index: number }[]): Trace {
    const estimates = this.#final.map((counts, row) => {
      const timesteps = row + 1;
      const head = this.#head[row];
      const prior = head && { counts: head, timesteps, strength: this.#run.priorStrength };
      return fuse({ counts, timesteps }, prior ?? null).estimates;
    });
    return {
      timesteps: this.#final.length,
      classes: classes.map(({ label, index }) => ({
        label,
        index,
        rates: estimates.map((rates) => rates[index]!),
      })),
    };
  }
}
