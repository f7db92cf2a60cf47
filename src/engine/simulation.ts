/**
 * One spiking network in one instance of the kernels: present an image, advance through time, read what fired. The
 * host crosses into WebAssembly once for several timesteps, and reads counts without allocating anything.
 */
import { UserError } from '../errors.js';
import { MAXIMUM_DIGITS } from '../graph/bounds.js';
import { sizeOf } from '../graph/extents.js';
import type { Coding, Propagation, SpikingNetwork } from '../graph/network.js';
import { type OrderEntry, orderOf, orderUpTo } from './order.js';
import { CALL_TIMESTEPS, type Plan, planMemory, SLOTS } from './plan.js';
import { exactTimestepLimit, quickTimestepLimit, radixIsExact } from './range.js';
import type { ModelShare } from './shared-model.js';
import { spikesPerChannel, spikesPerPixel } from './spike-counts.js';
import { MemoryViews } from './views.js';
import { ensureMemory, instantiateKernels, instantiateShared, type Kernels } from './wasm.js';
import { writeCourse, writePlan, writeState } from './write-state.js';

export interface SimulationOptions {
  /** Indices into `network.heads` of the heads to simulate; nothing is computed for the others. */
  readonly heads: readonly number[];
  readonly propagation: Propagation;
  /** Membrane potential at the start, as a fraction of the threshold; rate coding only. */
  readonly initialPotential: number;
  /** How neurons say numbers; default: rate. */
  readonly coding?: Coding;
  /** Binary digits of radix coding. */
  readonly digits?: number;
}

/** How an image goes through the network. */
interface Way {
  /** Of radix coding; null in rate coding. */
  readonly digits: number | null;
  readonly propagation: Propagation;
  readonly initialPotential: number;
}

export class Simulation {
  readonly network: SpikingNetwork;
  readonly #kernels: Kernels;
  readonly #plan: Plan;
  #views: MemoryViews;
  #presented = 0;
  #timestep = 0;
  #order: readonly OrderEntry[] = [];
  #activePopulations: readonly number[] = [];
  #digits: number | null = null;
  /** Entries of the order that a radix run has computed. */
  #computed = 0;
  #timestepLimit: number;
  #largestDigits = 0;
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

  /** Populations that the selected heads need, in their order; the others are not computed. */
  get activePopulations(): readonly number[] {
    return this.#activePopulations;
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
    const { coding = 'rate', digits = this.network.defaults.digits, propagation } = options;
    this.#present(input, orderOf(this.network, options.heads), {
      digits: coding === 'radix' ? digits : null,
      propagation,
      initialPotential: options.initialPotential,
    });
  }

  /**
   * Presents an image and runs all phases of radix coding of one population and those that feed it, without any head.
   *
   * @throws UserError as `start` does
   */
  runUpTo(population: number, input: Int16Array, digits: number): void {
    const order = orderUpTo(this.network, population);
    this.#present(input, order, { digits, propagation: 'synchronous', initialPotential: 0 });
    this.#computeTo(order.length, digits);
  }

  #present(input: Int16Array, order: readonly OrderEntry[], way: Way): void {
    const { channels, height, width } = this.network.input;
    if (input.length !== sizeOf(this.network.input)) {
      throw new UserError(`the network takes ${height}x${width}x${channels} values, but got ${input.length}`);
    }
    if (way.digits !== null) this.checkDigits(way.digits);
    const { memory } = this.#kernels;
    if (this.#views.isStale(memory)) this.#views = new MemoryViews(memory, this.network, this.#plan);
    this.#order = order;
    this.#activePopulations = order.flatMap(({ kind, index }) => (kind === 'population' ? [index] : []));
    this.#digits = way.digits;
    const radix = way.digits !== null;
    writeCourse(this.#views.records, this.#plan, {
      order,
      coding: radix ? 'radix' : 'rate',
      propagation: radix ? 'synchronous' : way.propagation,
    });
    this.#views.image.set(input);
    if (!radix) this.#kernels.reset(this.#plan.state.network, way.initialPotential);
    this.#kernels.present(this.#plan.state.network);
    this.#timestep = 0;
    this.#computed = 0;
    this.#presented++;
  }

  /** @throws UserError if numbers of so many digits could overflow what a neuron accumulates */
  checkDigits(digits: number): void {
    // More phases than a spike ring holds would be written behind it.
    if (!(Number.isInteger(digits) && digits >= 1 && digits <= MAXIMUM_DIGITS)) {
      throw new RangeError(`a number has 1 to ${MAXIMUM_DIGITS} digits, not ${digits}`);
    }
    if (digits <= this.#largestDigits) return;
    if (!radixIsExact(this.network, digits)) {
      throw new UserError(`this model is not exact for ${digits} digits: ask for fewer`);
    }
    this.#largestDigits = digits;
  }

  /**
   * Runs radix coding: all phases of all populations up to and including a head, from where the last call of this run
   * ended. Phases take the place of timesteps in the reading methods: 1 is that of the most significant digit.
   *
   * @param head - index of the head to stop at; it must have been selected
   */
  advanceTo(head: number): void {
    const digits = this.#digits;
    if (digits === null) throw new RangeError('the run is in rate coding, which advances by timesteps');
    const end = this.#order.findIndex(({ kind, index }) => kind === 'head' && index === head) + 1;
    if (end === 0) throw new RangeError(`head ${head} is not selected`);
    this.#computeTo(end, digits);
  }

  #computeTo(end: number, digits: number): void {
    if (end <= this.#computed) return;
    this.#kernels.advance(this.#plan.state.network, this.#computed, end, 1, digits);
    this.#computed = end;
    this.#timestep = digits;
  }

  /** Numbers that the neurons of a population said in radix coding, `[y][x][channel]`. A copy. */
  numbers(population: number): Uint16Array {
    const digits = this.#timestep;
    const numbers = new Uint16Array(sizeOf(this.network.populations[population]!.shape));
    for (let phase = 1; phase <= digits; phase++) {
      this.layerSpikeMap(population, phase).forEach((spike, neuron) => {
        numbers[neuron] = numbers[neuron]! * 2 + spike;
      });
    }
    return numbers;
  }

  /** Populations and heads that a radix run has computed so far, in their order. */
  get computed(): readonly OrderEntry[] {
    return this.#order.slice(0, this.#computed);
  }

  /**
   * Advances by up to {@link CALL_TIMESTEPS} timesteps. The reading methods then answer for each of them.
   *
   * @returns the number of timesteps computed
   * @throws UserError if so many timesteps could overflow a membrane
   */
  advance(timesteps: number): number {
    const steps = Math.min(timesteps, CALL_TIMESTEPS);
    this.checkTimesteps(this.#timestep + steps);
    if (this.#digits !== null) throw new RangeError('the run is in radix coding, which advances by heads');
    this.#kernels.advance(this.#plan.state.network, 0, this.#order.length, this.#timestep + 1, steps);
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

  /** Spikes that a layer emitted at a timestep of the last call. */
  layerSpikes(layer: number, timestep: number): number {
    return this.#counter(this.#plan.state.populations[layer]!.spikes, timestep);
  }

  /** Synaptic operations that a layer received at a timestep of the last call. */
  layerOperations(layer: number, timestep: number): number {
    return this.#counter(this.#plan.state.populations[layer]!.operations, timestep);
  }

  /** What `layerOperations` would be if weights of 0 were synapses too. */
  layerAllOperations(layer: number, timestep: number): number {
    return this.#counter(this.#plan.state.populations[layer]!.allOperations, timestep);
  }

  /** Spikes that a head's output neurons emitted at a timestep of the last call. */
  headSpikes(head: number, timestep: number): number {
    return this.#counter(this.#plan.state.heads[head]!.spikes, timestep);
  }

  /** Synaptic operations that a head received at a timestep of the last call. */
  headOperations(head: number, timestep: number): number {
    return this.#counter(this.#plan.state.heads[head]!.operations, timestep);
  }

  /** What `headOperations` would be if weights of 0 were synapses too. */
  headAllOperations(head: number, timestep: number): number {
    return this.#counter(this.#plan.state.heads[head]!.allOperations, timestep);
  }

  /** What every output neuron of a head received at a timestep of the last call, bias included. A view. */
  headInput(head: number, timestep: number): BigInt64Array {
    return this.#views.headInput[head]![this.#slot(timestep)]!;
  }

  /** Potentials of a head's output neurons; in radix coding what they accumulated. A view; copy to keep. */
  headMembrane(head: number): BigInt64Array {
    return this.#views.headMembrane[head]!;
  }

  /** One byte a class: 1 where the output neuron fired at a timestep of the last call. A view; copy to keep. */
  fired(head: number, timestep: number): Uint8Array {
    return this.#views.fired[head]![this.#slot(timestep)]!;
  }

  /**
   * Adds 1 to the count of every class whose output neuron fired at a timestep of the last call.
   *
   * @param first - index of the first class's count
   */
  addFired(head: number, timestep: number, counts: Uint32Array | Uint8Array, first = 0): void {
    const fired = this.fired(head, timestep);
    for (let label = 0; label < fired.length; label++) counts[first + label]! += fired[label]!;
  }

  /** The spikes of a layer at a timestep of the last call: one byte a neuron, `[y][x][channel]`. A copy. */
  layerSpikeMap(layer: number, timestep: number): Uint8Array {
    const { channels, height, width } = this.network.populations[layer]!.shape;
    const { groups } = this.#plan.constants.populations[layer]!;
    const bytes = this.#mask(layer, timestep);
    const map = new Uint8Array(channels * height * width);
    for (let neuron = 0; neuron < map.length; neuron++) {
      const pixel = Math.floor(neuron / channels);
      const channel = neuron % channels;
      map[neuron] = (bytes[pixel * groups * 8 + (channel >> 3)]! >> (channel & 7)) & 1;
    }
    return map;
  }

  /** How many channels of a layer fired at each pixel, `[y][x]`, at a timestep of the last call. A copy. */
  layerSpikesPerPixel(layer: number, timestep: number): Uint16Array {
    return spikesPerPixel(this.#mask(layer, timestep), this.#plan.constants.populations[layer]!.groups * 8);
  }

  /** At how many pixels each channel of a layer fired at a timestep of the last call. A copy. */
  layerSpikesPerChannel(layer: number, timestep: number): Uint16Array {
    const { channels } = this.network.populations[layer]!.shape;
    return spikesPerChannel(
      this.#mask(layer, timestep),
      this.#plan.constants.populations[layer]!.groups * 8,
      channels,
    );
  }

  #mask(layer: number, timestep: number): Uint8Array {
    const { height, width } = this.network.populations[layer]!.shape;
    const { mask, maskStride } = this.#plan.state.populations[layer]!;
    const { groups } = this.#plan.constants.populations[layer]!;
    const address = mask + this.#slot(timestep) * maskStride;
    return this.#views.bytes.subarray(address, address + height * width * groups * 8);
  }

  #slot(timestep: number): number {
    if (timestep > this.#timestep || timestep <= this.#timestep - CALL_TIMESTEPS || timestep < 1) {
      throw new RangeError(`timestep ${timestep} is not in the last call`);
    }
    return timestep % SLOTS;
  }

  #counter(address: number, timestep: number): number {
    return this.#views.words[(address >> 2) + this.#slot(timestep)]!;
  }
}
