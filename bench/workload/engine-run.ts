/** A network in the engine as a task: every timed call advances several timesteps; the work done is counted. */
import { CALL_TIMESTEPS } from '../../src/engine/plan.js';
import { Simulation } from '../../src/engine/simulation.js';
import { sizeOf } from '../../src/graph/extents.js';
import type { SpikingNetwork } from '../../src/graph/network.js';
import type { Task } from '../measure/together.js';

export interface EngineRunOptions {
  /** Images, one after the other; each is run for `timesteps`. */
  readonly inputs: readonly Int16Array[];
  /** Timesteps after which the next image is presented; a multiple of a call's. */
  readonly timesteps: number;
  /** Timesteps of each image before the first timed one, for rates that have settled. */
  readonly settling: number;
}

/** Advances one network call by call, image by image, forever. */
export class EngineRun {
  readonly network: SpikingNetwork;
  readonly #simulation: Simulation;
  readonly #options: EngineRunOptions;
  #image = 0;
  #timesteps = 0;
  readonly #spikes: number[];
  readonly #operations: number[];

  private constructor(simulation: Simulation, options: EngineRunOptions) {
    this.network = simulation.network;
    this.#simulation = simulation;
    this.#options = options;
    this.#spikes = this.network.populations.map(() => 0);
    this.#operations = [...this.#spikes, 0];
    this.#present();
  }

  static async create(
    module: WebAssembly.Module,
    network: SpikingNetwork,
    options: EngineRunOptions,
  ): Promise<EngineRun> {
    return new EngineRun(await Simulation.create(module, network), options);
  }

  /** Bytes of WebAssembly memory. */
  get memoryBytes(): number {
    return this.#simulation.memoryBytes;
  }

  /** The task of advancing by `CALL_TIMESTEPS`; presenting the next image stands outside the time. */
  task(name: string): Task {
    return {
      name,
      before: () => {
        if (this.#simulation.timestep >= this.#options.settling + this.#options.timesteps) this.#present();
      },
      run: () => {
        this.#simulation.advance(CALL_TIMESTEPS);
      },
      after: () => this.#count(),
    };
  }

  /** Synaptic operations a timestep that a population received; heads come after the last one. */
  operationsOf(population: number): number {
    return this.#operations[population]! / this.#timesteps;
  }

  /** Synaptic operations of a timestep, heads included. */
  get operations(): number {
    return this.#operations.reduce((sum, count) => sum + count, 0) / this.#timesteps;
  }

  /** Spikes per neuron and timestep of a population. */
  rateOf(population: number): number {
    return this.#spikes[population]! / this.#timesteps / sizeOf(this.network.populations[population]!.shape);
  }

  /** Spikes per neuron and timestep of all populations. */
  get rate(): number {
    const neurons = this.network.populations.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    return this.#spikes.reduce((sum, count) => sum + count, 0) / this.#timesteps / neurons;
  }

  #present(): void {
    const { inputs, settling } = this.#options;
    this.#simulation.start(inputs[this.#image++ % inputs.length]!, {
      heads: [this.network.heads.length - 1],
      propagation: 'synchronous',
      initialPotential: this.network.defaults.initialPotential,
    });
    while (this.#simulation.timestep < settling)
      this.#simulation.advance(settling - this.#simulation.timestep);
  }

  #count(): void {
    const last = this.#simulation.timestep;
    const head = this.network.heads.length - 1;
    for (let timestep = last - CALL_TIMESTEPS + 1; timestep <= last; timestep++) {
      for (let index = 0; index < this.network.populations.length; index++) {
        this.#spikes[index]! += this.#simulation.layerSpikes(index, timestep);
        this.#operations[index]! += this.#simulation.layerOperations(index, timestep);
      }
      this.#operations[this.network.populations.length]! += this.#simulation.headOperations(head, timestep);
    }
    this.#timesteps += CALL_TIMESTEPS;
  }
}
