/**
 * Measures tasks side by side: in every round each task runs a few times, in turn, and the order is rotated from round
 * to round, so that a change of the processor's clock or another process disturbs all of them alike. The clock and the
 * calls are tinybench's.
 */
import { Bench } from 'tinybench';
import { median } from './statistics.js';

export interface Task {
  readonly name: string;
  /** What is timed. */
  run(): void | Promise<void>;
  /** Called before each timed call, outside the time. */
  before?(): void;
  /** Called after each timed call, outside the time. */
  after?(): void;
  /** Calls in a round and before the first one, instead of the settings'; fewer for slow tasks. */
  readonly iterations?: number;
  readonly warmup?: number;
  /** `run` returns a promise. */
  readonly asynchronous?: boolean;
}

export interface MeasureSettings {
  readonly rounds: number;
  /** Calls of each task in a round. */
  readonly iterations: number;
  /** Calls before the first round. V8 compiles hot WebAssembly in the background: several short calls, not one long. */
  readonly warmup: number;
}

/** What every round gave: milliseconds a call, sorted within the round. */
export type Rounds = readonly (readonly number[])[];

/** Runs all tasks; returns each one's rounds by its name. */
export async function measureTogether(
  tasks: readonly Task[],
  { rounds, iterations, warmup }: MeasureSettings,
): Promise<ReadonlyMap<string, Rounds>> {
  const measured = new Map<string, number[][]>(tasks.map(({ name }) => [name, []]));
  if (measured.size !== tasks.length) throw new Error('two tasks have one name');
  for (let call = 0; call < warmup; call++) {
    for (const task of tasks) {
      if (call >= (task.warmup ?? warmup)) continue;
      task.before?.();
      await task.run();
      task.after?.();
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < tasks.length; turn++) {
      const task = tasks[(round + turn) % tasks.length]!;
      measured.get(task.name)!.push(await runOnce(task, task.iterations ?? iterations));
    }
  }
  return measured;
}

async function runOnce(task: Task, iterations: number): Promise<number[]> {
  const asynchronous = task.asynchronous === true;
  const bench = new Bench({ iterations, time: 0, warmup: false, retainSamples: true, throws: true });
  bench.add(task.name, () => task.run(), {
    async: asynchronous,
    ...(task.before && { beforeEach: () => task.before!() }),
    ...(task.after && { afterEach: () => task.after!() }),
  });
  if (asynchronous) await bench.run();
  else bench.runSync();
  const result = bench.tasks[0]!.result;
  if (!('latency' in result)) throw new Error(`${task.name} was not measured`);
  return [...(result.latency.samples as readonly number[])];
}

/** All samples, divided by the units of work in a call. */
export function perUnit(rounds: Rounds, units: number): number[] {
  return rounds.flat().map((sample) => sample / units);
}

/** One difference a round: median of one task less median of another, divided by the units of work in a call. */
export function differences(rounds: Rounds, less: Rounds, units: number): number[] {
  return rounds.map((samples, round) => (median(samples) - median(less[round]!)) / units);
}
