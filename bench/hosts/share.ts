/** One worker's share of the images, portable: threads of Node and Web Workers run this. */
import type { ModelShare } from '../../src/engine/shared-model.js';
import { Simulation } from '../../src/engine/simulation.js';
import type { SpikingNetwork } from '../../src/graph/network.js';

/** What a worker simulates on: a share of the model of all workers, or kernels and a network for a memory of its own. */
export type WorkerModel =
  | ModelShare
  | { readonly module: WebAssembly.Module; readonly network: SpikingNetwork };

/** Runs of several workers at once. */
export interface Throughput {
  readonly finished: readonly Finished[];
  /** Bytes of WebAssembly memory of all workers together. */
  readonly memoryBytes: number;
}

/** One way to run: how many workers, and whether they share one model. */
export interface Way {
  readonly workers: number;
  readonly shared: boolean;
}

/** When an image was finished, in milliseconds since the epoch, on a clock that all workers share. */
export interface Finished {
  readonly worker: number;
  readonly at: number;
  /** The class that won. */
  readonly choice: number;
}

/** A network in a worker, image after image. */
export class ImageRunner {
  readonly #simulation: Simulation;
  readonly #timesteps: number;

  private constructor(simulation: Simulation, timesteps: number) {
    this.#simulation = simulation;
    this.#timesteps = timesteps;
  }

  static async create(model: WorkerModel, timesteps: number): Promise<ImageRunner> {
    const simulation =
      'memory' in model ? Simulation.of(model) : Simulation.create(model.module, model.network);
    return new ImageRunner(await simulation, timesteps);
  }

  get memoryBytes(): number {
    return this.#simulation.memoryBytes;
  }

  /** Runs one image; returns the class that won. */
  run(input: Int16Array): number {
    const { network } = this.#simulation;
    const head = network.heads.length - 1;
    this.#simulation.start(input, {
      heads: [head],
      propagation: 'synchronous',
      initialPotential: network.defaults.initialPotential,
    });
    const counts = new Uint32Array(network.labels.length);
    while (this.#simulation.timestep < this.#timesteps) {
      const first = this.#simulation.timestep + 1;
      this.#simulation.advance(this.#timesteps - this.#simulation.timestep);
      for (let timestep = first; timestep <= this.#simulation.timestep; timestep++) {
        this.#simulation.addFired(head, timestep, counts);
      }
    }
    return counts.indexOf(Math.max(...counts));
  }
}

export const now = (): number => performance.timeOrigin + performance.now();

/**
 * Images a second while every worker was busy: from the moment when the last worker finished its first image to the
 * moment when the first worker finished its last one, so that starting and stopping do not count. An image that lies
 * across an end of that time counts in part.
 */
export function steadyThroughput(finished: readonly Finished[]): number {
  const workers = new Map<number, number[]>();
  for (const { worker, at } of finished) workers.set(worker, [...(workers.get(worker) ?? []), at]);
  const times = [...workers.values()].map((list) => list.sort((a, b) => a - b));
  const from = Math.max(...times.map((list) => list[0]!));
  const to = Math.min(...times.map((list) => list.at(-1)!));
  if (!(from < to)) throw new Error('the workers were never busy together: measure more images');
  const images = times.reduce((sum, list) => sum + finishedAt(list, to) - finishedAt(list, from), 0);
  return (images * 1000) / (to - from);
}

/** Images that a worker had finished at a moment between its first and its last, in part those under way. */
function finishedAt(times: readonly number[], moment: number): number {
  const next = times.findIndex((at) => at >= moment);
  if (next <= 0) return 0;
  const before = times[next - 1]!;
  return next - 1 + (moment - before) / (times[next]! - before);
}
