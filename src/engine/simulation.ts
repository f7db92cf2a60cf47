/**
 * One spiking network in one instance of the kernels: present an image, advance through time, read what fired. The
 * host crosses into WebAssembly once for a block of timesteps.
 */
import * as L from '../../assembly/layout.js';
import { UserError } from '../errors.js';
import type { Propagation, SpikingNetwork } from '../model/graph.js';
import { BLOCK_TIMESTEPS, type Plan, SLOTS } from './plan.js';
import { exactTimestepLimit, quickTimestepLimit } from './range.js';
import { spikesPerChannel, spikesPerPixel } from './spike-counts.js';
import { instantiateKernels, type Kernels } from './wasm.js';
import { headRecord, writePlan, writeRecord } from './write-plan.js';

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
    this.#timestepLimit = quickTimestepLimit(network);
  }

  /**
   * Instantiates the kernels and writes the network into their memory.
   *
   * @param module - the compiled `snnwasm.wasm`
   */
  static async create(module: WebAssembly.Module, network: SpikingNetwork): Promise<Simulation> {
    const kernels = await instantiateKernels(module);
    return new Simulation(network, kernels, writePlan(kernels, network));
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

  /** Bytes of WebAssembly memory in use. */
  get memoryBytes(): number {
    return this.#kernels.memory.buffer.byteLength;
  }

  /**
   * Presents an image and sets time to 0.
   *
   * @param input - `[y][x][channel]`, in multiples of 2^-inputFractionBits (src/image/tensor.ts)
   * @throws UserError if the input has another size than the network's, or a head is selected that it does not have
   */
  start(input: Int16Array, options: SimulationOptions): void {
    const { channels, height, width } = this.network.input;
    if (input.length !== channels * height * width) {
      throw new UserError(`the network takes ${height}x${width}x${channels} values, but got ${input.length}`);
    }
    this.#select(options);
    new Int16Array(this.#kernels.memory.buffer, this.#plan.image, input.length).set(input);
    this.#kernels.reset(this.#plan.network, options.initialPotential);
    this.#kernels.present(this.#plan.network);
    this.#timestep = 0;
    this.#presented++;
  }

  /** Writes the records of the selected heads, in the order of their layers, and cuts the network behind the last. */
  #select(options: SimulationOptions): void {
    const { headTable, layers, network } = this.#plan;
    const layerOf = (head: number): number => {
      const found = this.network.heads[head];
      if (found === undefined) throw new UserError(`the network has no head ${head}`);
      return found.layer;
    };
    this.#activeHeads = [...new Set(options.heads)].sort((a, b) => layerOf(a) - layerOf(b));
    if (this.#activeHeads.length === 0)
      throw new UserError('no head is selected, so there is nothing to compute');
    this.#activeLayers = Math.max(...this.#activeHeads.map(layerOf)) + 1;
    const view = new DataView(this.#kernels.memory.buffer);
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
    this.#kernels.advance(this.#plan.network, steps);
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
    return this.#counter(this.#plan.layers[layer]!.spikes, timestep);
  }

  /** Synaptic operations that a layer received at a timestep of the last block. */
  layerOperations(layer: number, timestep: number): number {
    return this.#counter(this.#plan.layers[layer]!.operations, timestep);
  }

  /** Spikes that a head's output neurons emitted at a timestep of the last block. */
  headSpikes(head: number, timestep: number): number {
    return this.#counter(this.#plan.heads[head]!.spikes, timestep);
  }

  /** Synaptic operations that a head received at a timestep of the last block. */
  headOperations(head: number, timestep: number): number {
    return this.#counter(this.#plan.heads[head]!.operations, timestep);
  }

  /** One byte a class: 1 where the output neuron fired at a timestep of the last block. A view; copy to keep. */
  fired(head: number, timestep: number): Uint8Array {
    const classes = this.network.labels.length;
    return new Uint8Array(
      this.#kernels.memory.buffer,
      this.#plan.heads[head]!.fired + this.#slot(timestep) * classes,
      classes,
    );
  }

  /** The spikes of a layer at a timestep of the last block: one byte a neuron, `[y][x][channel]`. A copy. */
  layerSpikeMap(layer: number, timestep: number): Uint8Array {
    const { channels, height, width } = this.network.layers[layer]!.shape;
    const { blocks } = this.#plan.layers[layer]!;
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
    return spikesPerPixel(this.#mask(layer, timestep), this.#plan.layers[layer]!.blocks * 8);
  }

  /** At how many pixels each channel of a layer fired at a timestep of the last block. A copy. */
  layerSpikesPerChannel(layer: number, timestep: number): Uint16Array {
    const { channels } = this.network.layers[layer]!.shape;
    return spikesPerChannel(this.#mask(layer, timestep), this.#plan.layers[layer]!.blocks * 8, channels);
  }

  #mask(layer: number, timestep: number): Uint8Array {
    const { height, width } = this.network.layers[layer]!.shape;
    const { mask, maskStride, blocks } = this.#plan.layers[layer]!;
    const address = mask + this.#slot(timestep) * maskStride;
    return new Uint8Array(this.#kernels.memory.buffer, address, height * width * blocks * 8);
  }

  #slot(timestep: number): number {
    if (timestep > this.#timestep || timestep <= this.#timestep - BLOCK_TIMESTEPS || timestep < 1) {
      throw new RangeError(`timestep ${timestep} is not in the last block`);
    }
    return timestep % SLOTS;
  }

  #counter(address: number, timestep: number): number {
    return new DataView(this.#kernels.memory.buffer).getUint32(address + this.#slot(timestep) * 4, true);
  }
}
