/** What the benchmark writes: plain data, the same shape from every host. */
import type { Summary } from './statistics.js';

/** One measured quantity. */
export interface Measurement {
  readonly name: string;
  /** Of `summary`; times are milliseconds. */
  readonly unit: 'ms' | 'images/s';
  readonly summary: Summary;
  /** What one unit of work is: 'timestep', 'answer', 'dense pass', ... */
  readonly per: string;
  /** Synaptic operations (or multiply-accumulates of a dense pass) in one unit of work. */
  readonly operations?: number;
  /** 10^9 synaptic operations a second, from the median. */
  readonly gigaOperationsPerSecond?: number;
  /** Whatever else belongs to the row: a rate, a width, a thread count, a check that was made. */
  readonly facts?: Facts;
}

export type Facts = Readonly<Record<string, string | number>>;

/** One part of the benchmark. */
export interface Part {
  readonly name: string;
  readonly title: string;
  /** One line each: what was measured on what, and what was checked. */
  readonly notes: readonly string[];
  readonly rows: readonly Measurement[];
  /** Name of the row that the others are divided by, if ratios say something. */
  readonly reference?: string;
  /** Each line: what could not be measured here, and why. */
  readonly skipped: readonly string[];
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGibibytes: number;
  readonly system: string;
  /** Load averages over one minute before and after: above one, other work disturbed the timings. */
  readonly load: readonly number[];
}

/** The whole document. */
export interface BenchResult {
  readonly format: 'snnwasm-bench-1';
  readonly created: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly model: { readonly name: string; readonly sha256: string; readonly bytes: number };
  readonly kernels: { readonly sha256: string; readonly bytes: number };
  readonly images: { readonly source: string; readonly count: number };
  /** `full`, or `quick` for runs that only try whether everything works. */
  readonly settings: string;
  readonly parts: readonly Part[];
}
