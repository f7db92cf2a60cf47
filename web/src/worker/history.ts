/** What both heads said at every timestep, so that rates over time can be had for any prior strength and forgetting. */

import { Evidence } from '../../../src/fusion/evidence.js';
import type { SpikeCounts } from '../../../src/fusion/prior.js';
import { fuse, type Posterior, type Run } from '../../../src/index.js';

export class History {
  readonly #run: Run;
  readonly #final: HeadHistory;
  readonly #head: HeadHistory | null;
  #forgetting: number;

  /** @param run - before its first timestep */
  constructor(run: Run) {
    this.#run = run;
    this.#forgetting = run.forgetting;
    this.#final = new HeadHistory(run.finalCounts, run.forgetting);
    this.#head = run.headCounts && new HeadHistory(run.headCounts, run.forgetting);
  }

  /** k, by which early timesteps count less. */
  get forgetting(): number {
    return this.#forgetting;
  }

  /** To be called after every timestep. */
  record(): void {
    this.#final.record();
    this.#head?.record();
  }

  /** Weighs the same spikes with another k from here on. */
  forget(forgetting: number): void {
    if (forgetting === this.#forgetting) return;
    this.#forgetting = forgetting;
    this.#final.forget(forgetting);
    this.#head?.forget(forgetting);
  }

  /** M_j and N_k of the final prediction until now. */
  finalEvidence(): SpikeCounts {
    return this.#final.at(this.#run.timesteps);
  }

  /** The same of the internal head, or null. */
  headEvidence(): SpikeCounts | null {
    return this.#head?.at(this.#run.timesteps) ?? null;
  }

  /** The firing rates after fusion, eqs. (9) to (18), now. */
  posterior(): Posterior {
    return this.#posteriorAt(this.#run.timesteps);
  }

  /**
   * Fused rates, eq. (14), `[timestep][class]`, with the run's prior strength.
   *
   * @param from - the first timestep, counted from 1
   */
  rates(from: number): Float64Array<ArrayBuffer> {
    return this.#rows(from, (timestep) => this.#posteriorAt(timestep).estimates);
  }

  /** Rates of the internal head alone, eq. (10), alike; null without a head. */
  headRates(from: number): Float64Array<ArrayBuffer> | null {
    const head = this.#head;
    return head && this.#rows(from, (timestep) => fuse(head.at(timestep), null).estimates);
  }

  #posteriorAt(timestep: number): Posterior {
    const head = this.#head?.at(timestep);
    return fuse(this.#final.at(timestep), head ? { ...head, strength: this.#run.priorStrength } : null);
  }

  #rows(from: number, of: (timestep: number) => Float64Array): Float64Array<ArrayBuffer> {
    const classes = this.#run.finalCounts.length;
    const result = new Float64Array((this.#run.timesteps - from + 1) * classes);
    for (let timestep = from; timestep <= this.#run.timesteps; timestep++) {
      result.set(of(timestep), (timestep - from) * classes);
    }
    return result;
  }
}

/** Which classes of one head fired at each timestep, and its evidence after each. */
class HeadHistory {
  /** The run's own, a view. */
  readonly #counts: Readonly<Uint32Array>;
  readonly #before: Uint32Array;
  readonly #fired: Uint8Array[] = [];
  #evidence: Evidence;
  /** After so many timesteps. */
  #after: SpikeCounts[];

  constructor(counts: Readonly<Uint32Array>, forgetting: number) {
    this.#counts = counts;
    this.#before = Uint32Array.from(counts);
    this.#evidence = new Evidence(counts.length, forgetting);
    this.#after = [this.#evidence.counts()];
  }

  record(): void {
    const fired = Uint8Array.from(this.#counts, (count, label) => count - this.#before[label]!);
    this.#before.set(this.#counts);
    this.#fired.push(fired);
    this.#add(fired);
  }

  forget(forgetting: number): void {
    this.#evidence = new Evidence(this.#counts.length, forgetting);
    this.#after = [this.#evidence.counts()];
    for (const fired of this.#fired) this.#add(fired);
  }

  at(timestep: number): SpikeCounts {
    return this.#after[timestep]!;
  }

  #add(fired: Uint8Array): void {
    this.#evidence.add(fired);
    this.#after.push(this.#evidence.counts());
  }
}
