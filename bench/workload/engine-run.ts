/** A network in the engine as a task: every timed call advances a block of timesteps; the work done is counted. */
import { CALL_TIMESTEPS } from '../../src/engine/plan.js';
import { Simulation } from '../../src/engine/simulation.js';
import { sizeOf } from '../../src/graph/extents.js';
import type { SpikingNetwork } from '../../src/graph/network.js';
import type { Task } from '../measure/together.js';

export interface EngineRunOptions {
  /** Images, one after the other; each is run for `timesteps`. */
  readonly inputs: readonly Int16Array[];
  /** Timesteps after which the next image is presented; a multiple of a block. */
  readonly timesteps: number;
  /** Timesteps of each image before the first timed one, for rates that have settled. */
  readonly settling: number;
}

/** Advances one network block by block, image by image, forever. */
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
    this.#spikes = this.network.layers.map(() => 0);
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

  /** The task of advancing by one block of `CALL_TIMESTEPS`; presenting the next image stands outside the time. */
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

  /** Synaptic operations a timestep that a layer received; heads come after the last layer. */
  operationsOf(layer: number): number {
    return this.#operations[layer]! / this.#timesteps;
  }

  /** Synaptic operations of a timestep, heads included. */
  get operations(): number {
    return this.#operations.reduce((sum, count) => sum + count, 0) / this.#timesteps;
  }

  /** Spikes per neuron and timestep of a layer. */
  rateOf(layer: number): number {
    return this.#spikes[layer]! / this.#timesteps / sizeOf(this.network.layers[layer]!.shape);
  }

  /** Spikes per neuron and timestep of all layers. */
  get rate(): number {
    const neurons = this.network.layers.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
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
      for (let layer = 0; layer < this.network.layers.length; layer++) {
        this.#spikes[layer]! += this.#simulation.layerSpikes(layer, timestep);
        this.#operations[layer]! += this.#simulation.layerOperations(layer, timestep);
      }
      this.#operations[this.network.layers.length]! += this.#simulation.headOperations(head, timestep);
    }
    this.#timesteps += CALL_TIMESTEPS;
  }
}
