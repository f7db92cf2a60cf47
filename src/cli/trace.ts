/** How the posterior moved over time: the fused rates of the final top classes at every timestep. */
import type { Run } from '../classifier.js';
import { fuse } from '../fusion/posterior.js';
import type { SpikeCounts } from '../fusion/prior.js';

export interface Trace {
  readonly timesteps: number;
  readonly classes: readonly {
    readonly label: string;
    readonly index: number;
    readonly rates: readonly number[];
  }[];
}

/** Keeps a run's evidence after every timestep; rates are worked out once the top classes are known. */
export class TraceRecorder {
  readonly #run: Run;
  readonly #final: SpikeCounts[] = [];
  readonly #head: (SpikeCounts | null)[] = [];

  constructor(run: Run) {
    this.#run = run;
  }

  /** To be called after every timestep. */
  record(): void {
    this.#final.push(this.#run.finalEvidence());
    this.#head.push(this.#run.headEvidence());
  }

  /** The rates, eq. (14), of the given classes. */
  trace(classes: readonly { readonly label: string; readonly index: number }[]): Trace {
    const strength = this.#run.priorStrength;
    const estimates = this.#final.map((final, row) => {
      const head = this.#head[row] ?? null;
      return fuse(final, head && { ...head, strength }).estimates;
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
