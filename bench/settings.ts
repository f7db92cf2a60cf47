/** How long the benchmark measures. */
import type { MeasureSettings } from './measure/together.js';

export interface BenchSettings {
  readonly name: string;
  /** Fast tasks: kernels, the engine. */
  readonly engine: MeasureSettings;
  /** Dense passes of the network in other engines: milliseconds each. */
  readonly passes: MeasureSettings;
  /** Calls of the old kernels and the new ones in turn, where they are compared. */
  readonly pairs: number;
  /** Images that the engine's figures are taken over. */
  readonly images: number;
  /** Timesteps of an answer. */
  readonly timesteps: number;
  /** Timesteps over which the baselines' spikes are compared with the engine's. */
  readonly checked: number;
  /** Runs of a process, for start-up. */
  readonly processes: number;
  /** Images per worker in one measurement of throughput, and how many measurements. */
  readonly imagesPerWorker: number;
  readonly throughputs: number;
}

export const FULL: BenchSettings = {
  name: 'full',
  engine: { rounds: 15, iterations: 5, warmup: 12 },
  passes: { rounds: 9, iterations: 3, warmup: 5 },
  pairs: 1200,
  images: 16,
  timesteps: 64,
  checked: 8,
  processes: 15,
  imagesPerWorker: 24,
  throughputs: 5,
};

/** Tries everything, measures nothing well. */
export const QUICK: BenchSettings = {
  name: 'quick',
  engine: { rounds: 2, iterations: 1, warmup: 2 },
  passes: { rounds: 2, iterations: 1, warmup: 1 },
  pairs: 20,
  images: 2,
  timesteps: 16,
  checked: 2,
  processes: 2,
  imagesPerWorker: 12,
  throughputs: 1,
};
