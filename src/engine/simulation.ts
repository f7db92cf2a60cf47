/**
 * One spiking network in one instance of the kernels: present an image, advance through time, read what fired. The
 * host crosses into WebAssembly once for a block of timesteps, and reads counts without allocating anything.
 */
import * as L from '../../assembly/layout.js';
import { UserError } from '../errors.js';
import type { Propagation, SpikingNetwork } from '../model/graph.js';
import { BLOCK_TIMESTEPS, type Plan, planMemory, SLOTS } from './plan.js';
import { exactTimestepLimit, quickTimestepLimit } from './range.js';
import type { ModelShare } from './shared-model.js';
import { spikesPerChannel, spikesPerPixel } from './spike-counts.js';
import { MemoryViews } from './views.js';
import { ensureMemory, instantiateKernels, instantiateShared, type Kernels } from './wasm.js';
import { headRecord, writePlan, writeRecord, writeState } from './write-plan.js';

export interface SimulationOptions {
  /** Indices into `network.heads` of the heads to simulate; nothing is computed for the others. */
  readonly heads: readonly number[];
  readonly propagation: Propagation;
  /** Membrane potential at the start, as a fraction of the threshold. */
  readonly initialPotential: number;
}

export class Simulation {
  readonly network: SpikingNetwork;
  readonly #kernels: Kernels;
  readonly #plan: Plan;
  #views: MemoryViews;
  #presented = 0;
  #timestep = 0;
  #activeLayers = 0;
  #activeHeads: readonly number[] = [];
  #timestepLimit: number;
  #limitIsExact = false;

  private constructor(network: SpikingNetwork, kernels: Kernels, plan: Plan) {
    this.network = network;
    this.#kernels = kernels;
    this.#plan = plan;
    this.#views = new MemoryViews(kernels.memory, network, plan);
    this.#timestepLimit = quickTimestepLimit(network);
  }

  /**
   * Instantiates the kernels and writes the network into their memory.
   *
   * @param module - the compiled `snnwasm.wasm`
   * @throws UserError if the host refuses the memory
   */
  static async create(module: WebAssembly.Module, network: SpikingNetwork): Promise<Simulation> {
    const kernels = await instantiateKernels(module);
    const layout = planMemory(network, 1);
    ensureMemory(kernels.memory, layout.bytes);
    return new Simulation(network, kernels, writePlan(kernels.memory, network, layout));
  }

  /**
   * Instantiates the kernels on a memory that holds the network already (shared-model.ts).
   *
   * @param share - which no other simulation has
   */
  static async of({ module, memory, network, plan }: ModelShare): Promise<Simulation> {
    const kernels = await instantiateShared(module, memory);
    writeState(memory, network, plan);
    return new Simulation(network, kernels, plan);
  }

  /** Images presented so far; a run is over when it moves. */
  get presented(): number {
    return this.#presented;
  }

  /** Timesteps computed since the last `start`. */
  get timestep(): number {
    return this.#timestep;
  }

  /** Layers that the selected heads need; those behind them are not computed. */
  get activeLayers(): number {
    return this.#activeLayers;
  }

  /** Bytes of the WebAssembly memory that this simulation works in, whether or not others do. */
  get memoryBytes(): number {
    return this.#kernels.memory.buffer.byteLength;
  }

  /**
   * Presents an image and sets time to 0.
   *
   * @param input - `[y][x][channel]`, in multiples of 2^-inputFractionBits (src/picture/tensor.ts)
   * @throws UserError if the input has another size than the network's, or a head is selected that it does not have
   */
  start(input: Int16Array, options: SimulationOptions): void {
    const { channels, height, width } = this.network.input;
    if (input.length !== channels * height * width) {
      throw new UserError(`the network takes ${height}x${width}x${channels} values, but got ${input.length}`);
    }
    const { memory } = this.#kernels;
    if (this.#views.isStale(memory)) this.#views = new MemoryViews(memory, this.network, this.#plan);
    this.#select(options);
    this.#views.image.set(input);
    this.#kernels.reset(this.#plan.state.network, options.initialPotential);
    this.#kernels.present(this.#plan.state.network);
    this.#timestep = 0;
    this.#presented++;
  }

  /** Writes the records of the selected heads, in the order of their layers, and cuts the network behind the last. */
  #select(options: SimulationOptions): void {
    const { headTable, layers, network } = this.#plan.state;
    const layerOf = (head: number): number => {
      const found = this.network.heads[head];
      if (found === undefined) throw new UserError(`the network has no head ${head}`);
      return found.layer;
    };
    this.#activeHeads = [...new Set(options.heads)].sort((a, b) => layerOf(a) - layerOf(b));
    if (this.#activeHeads.length === 0)
      throw new UserError('no head is selected, so there is nothing to compute');
    this.#activeLayers = Math.max(...this.#activeHeads.map(layerOf)) + 1;
    const view = this.#views.records;
    this.#activeHeads.forEach((head, position) => {
      writeRecord(view, headTable + position * L.HEAD_BYTES, headRecord(this.network, this.#plan, head));
    });
    writeRecord(view, network, {
      [L.NETWORK_HEADS]: headTable,
      [L.NETWORK_HEAD_COUNT]: this.#activeHeads.length,
      [L.NETWORK_LAYERS]: layers[0]!.record,
      [L.NETWORK_LAYER_COUNT]: this.#activeLayers,
      [L.NETWORK_DELAY]: options.propagation === 'pipelined' ? 1 : 0,
    });
  }

  /**
   * Advances by up to {@link BLOCK_TIMESTEPS} timesteps. The reading methods then answer for each of them.
   *
   * @returns the number of timesteps computed
   * @throws UserError if so many timesteps could overflow a membrane
   */
  advance(timesteps: number): number {
    const steps = Math.min(timesteps, BLOCK_TIMESTEPS);
    this.checkTimesteps(this.#timestep + steps);
    this.#kernels.advance(this.#plan.state.network, steps);
    this.#timestep += steps;
    return steps;
  }

  /** @throws UserError if a run of so many timesteps could overflow a membrane */
  checkTimesteps(timesteps: number): void {
    if (timesteps > this.#timestepLimit && !this.#limitIsExact) {
      this.#timestepLimit = exactTimestepLimit(this.network);
      this.#limitIsExact = true;
    }
    if (timesteps > this.#timestepLimit) {
      throw new UserError(
        `this model is exact for at most ${this.#timestepLimit} timesteps: ask for no more`,
      );
    }
  }

  /** Spikes that a layer emitted at a timestep of the last block. */
  layerSpikes(layer: number, timestep: number): number {
    return this.#counter(this.#plan.state.layers[layer]!.spikes, timestep);
  }

  /** Synaptic operations that a layer received at a timestep of the last block. */
  layerOperations(layer: number, timestep: number): number {
    return this.#counter(this.#plan.state.layers[layer]!.operations, timestep);
  }

  /** Spikes that a head's output neurons emitted at a timestep of the last block. */
  headSpikes(head: number, timestep: number): number {
    return this.#counter(this.#plan.state.heads[head]!.spikes, timestep);
  }

  /** Synaptic operations that a head received at a timestep of the last block. */
  headOperations(head: number, timestep: number): number {
    return this.#counter(this.#plan.state.heads[head]!.operations, timestep);
  }

  /** One byte a class: 1 where the output neuron fired at a timestep of the last block. A view; copy to keep. */
  fired(head: number, timestep: number): Uint8Array {
    return this.#views.fired[head]![this.#slot(timestep)]!;
  }

  /**
   * Adds 1 to the count of every class whose output neuron fired at a timestep of the last block.
   *
   * @param first - index of the first class's count
   */
  addFired(head: number, timestep: number, counts: Uint32Array | Uint8Array, first = 0): void {
    const fired = this.fired(head, timestep);
    for (let label = 0; label < fired.length; label++) counts[first + label]! += fired[label]!;
  }

  /** The spikes of a layer at a timestep of the last block: one byte a neuron, `[y][x][channel]`. A copy. */
  layerSpikeMap(layer: number, timestep: number): Uint8Array {
    const { channels, height, width } = this.network.layers[layer]!.shape;
    const { blocks } = this.#plan.constants.layers[layer]!;
    const bytes = this.#mask(layer, timestep);
    const map = new Uint8Array(channels * height * width);
    for (let neuron = 0; neuron < map.length; neuron++) {
      const pixel = Math.floor(neuron / channels);
      const channel = neuron % channels;
      map[neuron] = (bytes[pixel * blocks * 8 + (channel >> 3)]! >> (channel & 7)) & 1;
    }
    return map;
  }

  /** How many channels of a layer fired at each pixel, `[y][x]`, at a timestep of the last block. A copy. */
  layerSpikesPerPixel(layer: number, timestep: number): Uint16Array {
    return spikesPerPixel(this.#mask(layer, timestep), this.#plan.constants.layers[layer]!.blocks * 8);
  }

  /** At how many pixels each channel of a layer fired at a timestep of the last block. A copy. */
  layerSpikesPerChannel(layer: number, timestep: number): Uint16Array {
    const { channels } = this.network.layers[layer]!.shape;
    return spikesPerChannel(
      this.#mask(layer, timestep),
      this.#plan.constants.layers[layer]!.blocks * 8,
      channels,
    );
  }

  #mask(layer: number, timestep: number): Uint8Array {
    const { height, width } = this.network.layers[layer]!.shape;
    const { mask, maskStride } = this.#plan.state.layers[layer]!;
    const { blocks } = this.#plan.constants.layers[layer]!;
    const address = mask + this.#slot(timestep) * maskStride;
    return this.#views.bytes.subarray(address, address + height * width * blocks * 8);
  }

  #slot(timestep: number): number {
    if (timestep > this.#timestep || timestep <= this.#timestep - BLOCK_TIMESTEPS || timestep < 1) {
      throw new RangeError(`timestep ${timestep} is not in the last block`);
    }
    return timestep % SLOTS;
  }

  #counter(address: number, timestep: number): number {
    return this.#views.words[(address >> 2) + this.#slot(timestep)]!;
  }
}
