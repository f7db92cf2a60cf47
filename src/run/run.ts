/**
 * Image in, answer out. A run presents one image and advances through time; at any timestep it can be asked for the
 * posterior, which is the final prediction's spike counts fused with the internal prediction's (src/fusion/), and for
 * what it has cost so far.
 */
import { Simulation } from '../engine/simulation.js';
import { eachTimestep, type HeadEvents, Tally } from '../engine/tally.js';
import { UserError } from '../errors.js';
import { Evidence } from '../fusion/evidence.js';
import { fuse, type HeadPrior, type Posterior } from '../fusion/posterior.js';
import type { SpikeCounts } from '../fusion/prior.js';
import { radixCounts } from '../fusion/radix.js';
import type { Coding, Propagation, Readout, RunDefaults, SpikingNetwork } from '../graph/network.js';
import type { PixelImage } from '../picture/pixel-image.js';
import { resizeImage } from '../picture/resize.js';
import { quantiseInput } from '../picture/tensor.js';
import { acceptValue, readOptions } from '../settings/setting.js';
import { RUN_SETTINGS, type RunOptions } from './settings.js';

export type { RunOptions };

/** Events since the start of a run, for one population or for all. */
export interface Activity {
  /** Spikes emitted. */
  readonly spikes: number;
  /** Spikes received, each counted once for every synapse over which it came. */
  readonly synapticOperations: number;
  /** The same if weights of 0 were synapses too. */
  readonly synapticOperationsWithZeros: number;
  /** Neurons brought up to date, each once a timestep, in radix coding once a phase. */
  readonly neuronUpdates: number;
}

/** A network in WebAssembly memory that classifies image after image, one at a time. */
export class Classifier {
  /** The network, as it was given. */
  readonly network: SpikingNetwork;
  readonly #simulation: Simulation;

  private constructor(simulation: Simulation) {
    this.network = simulation.network;
    this.#simulation = simulation;
  }

  /**
   * Writes the network into WebAssembly memory.
   *
   * @param module - the compiled `snnwasm.wasm`
   * @throws UserError if the host refuses the memory
   */
  static async create(module: WebAssembly.Module, network: SpikingNetwork): Promise<Classifier> {
    return new Classifier(await Simulation.create(module, network));
  }

  /**
   * Presents an image, of any size; time is then 0. A classifier holds one run: starting the next ends this one.
   *
   * @throws UserError if an option is unknown or out of range, or names a head that the model does not have
   */
  start(image: PixelImage, options: RunOptions = {}): Run {
    const { input, normalisation, inputFractionBits } = this.network;
    const pixels = resizeImage(image, input);
    return new Run(this.#simulation, quantiseInput(pixels, input, normalisation, inputFractionBits), options);
  }

  /**
   * Tries whether the model can run with these options and for so long, whatever the image. Ends the current run.
   *
   * @throws UserError as `start` and `Run.advance` would with any image
   */
  check(options: RunOptions, timesteps: number): void {
    const { width, height } = this.network.input;
    this.start({ width, height, pixels: new Uint8ClampedArray(3 * width * height) }, options);
    const { coding = this.network.defaults.coding } = options;
    if (coding === 'rate') this.#simulation.checkTimesteps(timesteps);
  }
}

/** One image on its way through time. */
export class Run {
  /** The internal head that is the prior, or null. */
  readonly head: string | null;
  /** How far a spike travels within a timestep. */
  readonly propagation: Propagation;
  /** k, by which early timesteps count less; 0 in radix coding, where none is early. */
  readonly forgetting: number;
  /** How neurons say numbers. */
  readonly coding: Coding;
  /** Binary digits of a number; null in rate coding. */
  readonly digits: number | null;
  /** What output neurons are asked for. */
  readonly readout: Readout;
  readonly #simulation: Simulation;
  readonly #presented: number;
  readonly #final: SimulatedHead;
  readonly #internal: SimulatedHead | null;
  readonly #heads: readonly SimulatedHead[];
  readonly #tally: Tally;
  #priorStrength: number;
  #timesteps = 0;

  /** @internal Use {@link Classifier.start}. */
  constructor(simulation: Simulation, input: Int16Array, given: RunOptions) {
    const options = readOptions(RUN_SETTINGS, given);
    const { network } = simulation;
    const { defaults, heads } = network;
    this.#simulation = simulation;
    this.head = options.head === undefined ? defaults.head : options.head;
    this.propagation = options.propagation ?? defaults.propagation;
    this.coding = options.coding ?? defaults.coding;
    this.digits = this.coding === 'radix' ? (options.digits ?? defaults.digits) : null;
    this.readout = options.readout ?? readoutOf(this.coding, defaults);
    this.forgetting = this.coding === 'radix' ? 0 : (options.forgetting ?? defaults.forgetting);
    const prior = this.head === null ? null : internalHead(network, this.head);
    this.#priorStrength = prior === null ? 0 : (options.priorStrength ?? heads[prior]!.priorStrength);
    const indices = new Set([
      ...(prior === null ? [] : [prior]),
      ...watched(network, options),
      heads.length - 1,
    ]);
    const classes = network.labels.length;
    simulation.start(input, {
      heads: [...indices],
      propagation: this.propagation,
      initialPotential: options.initialPotential ?? defaults.initialPotential,
      coding: this.coding,
      ...(this.digits !== null && { digits: this.digits }),
    });
    this.#presented = simulation.presented;
    this.#tally = new Tally(simulation, [...indices]);
    this.#heads = this.#tally.heads.map((events) => ({
      events,
      threshold: heads[events.head]!.threshold,
      evidence: new Evidence(classes, this.forgetting),
      said: { counts: new Float64Array(classes), timesteps: 0 },
    }));
    this.#final = this.#headAt(heads.length - 1);
    this.#internal = prior === null ? null : this.#headAt(prior);
  }

  /** P; 0 without a head. */
  get priorStrength(): number {
    return this.#priorStrength;
  }

  /**
   * Weighs the same spikes with another P from here on: the prior comes in when the posterior is asked for, so that
   * nothing needs to be simulated again. Without a head it stays 0.
   *
   * @throws UserError if P is out of range
   */
  weighPrior(strength: number): void {
    acceptValue('priorStrength', RUN_SETTINGS.priorStrength.kind, strength);
    if (this.#internal !== null) this.#priorStrength = strength;
  }

  /** Timesteps computed so far: N of eq. (10). */
  get timesteps(): number {
    return this.#timesteps;
  }

  /** Spikes of every class so far: M_j. A view. */
  get finalCounts(): Readonly<Uint32Array> {
    return this.#final.events.counts;
  }

  /** The same of the internal head, or null. A view. */
  get headCounts(): Readonly<Uint32Array> | null {
    return this.#internal?.events.counts ?? null;
  }

  /** What the posterior makes of them: spikes and timesteps by their weights, the same two without forgetting. A copy. */
  finalEvidence(): SpikeCounts {
    return this.#evidenceOf(this.#final);
  }

  /** The same of the internal head, or null. A copy. */
  headEvidence(): SpikeCounts | null {
    return this.#internal && this.#evidenceOf(this.#internal);
  }

  /** The spikes of every class so far, of every head that is simulated, by its name. Views. */
  counts(): Readonly<Record<string, Readonly<Uint32Array>>> {
    const { heads } = this.#simulation.network;
    return Object.fromEntries(this.#heads.map(({ events }) => [heads[events.head]!.name, events.counts]));
  }

  /**
   * Advances through time. A run in radix coding has no time to advance through: whatever is asked for, all of it is
   * computed, and `timesteps` is then the 2^digits - 1 that its numbers stand for.
   *
   * @param timesteps - how many more, a whole number
   * @param onTimestep - called after each, with the run's counts as they were then; in radix coding once
   * @throws UserError if so many timesteps could overflow a membrane, or another image was presented since
   */
  advance(timesteps: number, onTimestep?: () => void): void {
    if (!(Number.isInteger(timesteps) && timesteps >= 0)) {
      throw new UserError(`a run advances by a whole number of timesteps, not by ${timesteps}`);
    }
    if (timesteps === 0) return;
    this.#checkCurrent();
    if (this.digits === null) {
      eachTimestep(this.#simulation, this.#timesteps + timesteps, (timestep) => {
        this.#timesteps = timestep;
        this.#collect(timestep);
        onTimestep?.();
        this.#checkCurrent();
      });
    } else if (this.#timesteps === 0) {
      this.#simulation.advanceTo(this.#final.events.head);
      this.#timesteps = 2 ** this.digits - 1;
      this.#collectDigits(this.digits);
      onTimestep?.();
    }
  }

  /** The firing rates after fusion, eqs. (9) to (18). */
  posterior(): Posterior {
    return fuse(this.finalEvidence(), this.#prior());
  }

  /** What every population has done so far, in their order; nothing in those that no head of the run needs. */
  populationActivity(): readonly Activity[] {
    return this.#tally.populations;
  }

  /**
   * Which neurons of a population fired at the latest timestep: one byte a neuron, `[y][x][channel]`. A copy. This and
   * the next two cost a walk over the population's spikes, so call them only to show or record them.
   *
   * @param population - index of a population that runs
   * @param phase - of radix coding, 1 to `digits`, instead: the most significant digit first
   * @throws UserError if another image was presented since; RangeError before the first timestep
   */
  spikeMap(population: number, phase?: number): Uint8Array {
    return this.#latest(population).layerSpikeMap(population, phase ?? this.#latestStep);
  }

  /** How many channels of a population fired at each pixel at the latest timestep: `[y][x]`. A copy; see `spikeMap`. */
  spikesPerPixel(population: number, phase?: number): Uint16Array {
    return this.#latest(population).layerSpikesPerPixel(population, phase ?? this.#latestStep);
  }

  /** At how many pixels each channel of a population fired at the latest timestep. A copy; see `spikeMap`. */
  spikesPerChannel(population: number, phase?: number): Uint16Array {
    return this.#latest(population).layerSpikesPerChannel(population, phase ?? this.#latestStep);
  }

  get #latestStep(): number {
    return this.digits ?? this.#timesteps;
  }

  #latest(population: number): Simulation {
    this.#checkCurrent();
    if (!this.#simulation.activePopulations.includes(population)) {
      throw new RangeError(`the run has no population ${population}`);
    }
    return this.#simulation;
  }

  #checkCurrent(): void {
    if (this.#simulation.presented !== this.#presented) {
      throw new UserError('this run is over: the classifier was given another image');
    }
  }

  /** What the whole network, heads included, has done so far. */
  activity(): Activity {
    return this.#tally.total();
  }

  #prior(): HeadPrior | null {
    const head = this.headEvidence();
    return head && { ...head, strength: this.#priorStrength };
  }

  #evidenceOf({ evidence, said }: SimulatedHead): SpikeCounts {
    return this.digits === null ? evidence.counts() : { ...said, counts: Float64Array.from(said.counts) };
  }

  /** Allocates nothing, since it runs at every timestep. */
  #collect(timestep: number): void {
    this.#tally.add(timestep);
    for (const { events, threshold, evidence } of this.#heads) {
      if (this.readout === 'spikes') evidence.add(this.#simulation.fired(events.head, timestep));
      else evidence.addReceived(this.#simulation.headInput(events.head, timestep), threshold);
    }
  }

  #collectDigits(digits: number): void {
    for (let phase = 1; phase <= digits; phase++) this.#tally.add(phase);
    for (const head of this.#heads) {
      const { events, threshold } = head;
      const accumulated = this.#simulation.headMembrane(events.head);
      head.said = radixCounts(accumulated, threshold, digits, this.readout);
      events.counts.set(radixCounts(accumulated, threshold, digits, 'spikes').counts as Float64Array);
    }
  }

  #headAt(index: number): SimulatedHead {
    return this.#heads.find(({ events }) => events.head === index)!;
  }
}

/** A head, the spikes of its classes so far, and what the posterior makes of them. */
interface SimulatedHead {
  readonly events: HeadEvents;
  readonly threshold: Int32Array;
  readonly evidence: Evidence;
  /** In radix coding, where evidence does not grow with time. */
  said: SpikeCounts;
}

/** Output neurons that integrate cost nothing more in radix coding; in rate coding spikes are the paper's. */
function readoutOf(coding: Coding, defaults: RunDefaults): Readout {
  if (coding === defaults.coding) return defaults.readout;
  return coding === 'radix' ? 'membrane' : 'spikes';
}

/** Indices of the heads to watch. */
function watched(network: SpikingNetwork, { watch = [] }: RunOptions): number[] {
  if (watch === 'all') return network.heads.slice(0, -1).map((_, index) => index);
  return watch.map((name) => internalHead(network, name));
}

function internalHead(network: SpikingNetwork, name: string): number {
  const internal = network.heads.slice(0, -1);
  const index = internal.findIndex((head) => head.name === name);
  if (index < 0) {
    const names = internal.map((head) => head.name).join(', ');
    throw new UserError(
      `the model has no internal head "${name}": choose ${names ? `one of ${names}, or ` : ''}none`,
    );
  }
  return index;
}
