/** One worker's share of the images, portable: threads of Node and Web Workers run this. */
import { Simulation } from '../../src/engine/simulation.js';
import type { SpikingNetwork } from '../../src/model/graph.js';

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

  static async create(
    module: WebAssembly.Module,
    network: SpikingNetwork,
    timesteps: number,
  ): Promise<ImageRunner> {
    return new ImageRunner(await Simulation.create(module, network), timesteps);
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
        this.#simulation.fired(head, timestep).forEach((fired, index) => {
          counts[index]! += fired;
        });
      }
    }
    return counts.indexOf(Math.max(...counts));
  }
}

export const now = (): number => performance.timeOrigin + performance.now();

/**
 * Images a second while every worker was busy: from the moment when the last worker finished its first image to the
 * moment when the first worker finished its last one, so that starting and stopping do not count.
 */
export function steadyThroughput(finished: readonly Finished[]): number {
  const workers = new Map<number, number[]>();
  for (const { worker, at } of finished) workers.set(worker, [...(workers.get(worker) ?? []), at]);
  const times = [...workers.values()];
  const from = Math.max(...times.map((list) => Math.min(...list)));
  const to = Math.min(...times.map((list) => Math.max(...list)));
  // Each worker's own pace in the window, since an image seldom ends just at its edges.
  return times.reduce((sum, list) => {
    const inside = list.filter((at) => at >= from && at <= to).sort((a, b) => a - b);
    if (inside.length < 2) throw new Error('too few images to measure a throughput');
    return sum + ((inside.length - 1) * 1000) / (inside.at(-1)! - inside[0]!);
  }, 0);
}
