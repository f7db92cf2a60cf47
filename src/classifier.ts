/**
 * Image in, answer out. A run presents one image and advances through time; at any timestep it can be asked for the
 * posterior, which is the final prediction's spike counts fused with the internal prediction's (src/fusion/), and for
 * what it has cost so far.
 */
import { CALL_TIMESTEPS } from './engine/plan.js';
import { Simulation } from './engine/simulation.js';
import { UserError } from './errors.js';
import { Evidence } from './fusion/evidence.js';
import { fuse, type HeadPrior, type Posterior } from './fusion/posterior.js';
import type { SpikeCounts } from './fusion/prior.js';
import type { PixelImage } from './image/pixel-image.js';
import { resizeImage } from './image/resize.js';
import { quantiseInput } from './image/tensor.js';
import { MAXIMUM_FORGETTING, MAXIMUM_PRIOR_STRENGTH } from './graph/bounds.js';
import type { Propagation, SpikingNetwork } from './graph/network.js';

/** How an image is run; what is left out comes from the model. */
export interface RunOptions {
  /** Name of the internal head whose prediction is the prior, or null for the final prediction alone. */
  readonly head?: string | null | undefined;
  /** P of eq. (16), 0 to 1,000,000; default: the one that the model holds for the head. */
  readonly priorStrength?: number | undefined;
  /** How far a spike travels within a timestep. */
  readonly propagation?: Propagation | undefined;
  /** Membrane potential at the start, as a fraction of the threshold, 0 to 1. */
  readonly initialPotential?: number | undefined;
  /** k: a timestep's spikes count as t^k (src/fusion/evidence.ts), 0 to 16; 0 counts all timesteps alike, as the paper does. */
  readonly forgetting?: number | undefined;
  /**
   * Further internal heads to simulate and count, by name, or `'all'`. They do not change the answer; what they cost
   * is counted, because it is spent. Default: none.
   */
  readonly watch?: readonly string[] | 'all' | undefined;
}

/** Events since the start of a run, for one layer or for all. */
export interface Activity {
  /** Spikes emitted. */
  readonly spikes: number;
  /** Spikes received, each counted once for every synapse over which it came. */
  readonly synapticOperations: number;
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
   * @throws UserError if an option is out of range or names a head that the model does not have
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
    this.#simulation.checkTimesteps(timesteps);
  }
}

/** One image on its way through time. */
export class Run {
  /** The internal head that is the prior, or null. */
  readonly head: string | null;
  /** How far a spike travels within a timestep. */
  readonly propagation: Propagation;
  /** k, by which early timesteps count less. */
  readonly forgetting: number;
  readonly #simulation: Simulation;
  readonly #presented: number;
  readonly #final: SimulatedHead;
  readonly #internal: SimulatedHead | null;
  readonly #heads: readonly SimulatedHead[];
  readonly #layers: readonly PopulationActivity[];
  readonly #output = { spikes: 0, synapticOperations: 0 };
  #priorStrength: number;
  #timesteps = 0;

  /** @internal Use {@link Classifier.start}. */
  constructor(simulation: Simulation, input: Int16Array, options: RunOptions) {
    const { network } = simulation;
    const { defaults, heads } = network;
    this.#simulation = simulation;
    this.head = options.head === undefined ? defaults.head : options.head;
    this.propagation = options.propagation ?? defaults.propagation;
    this.forgetting = checkForgetting(options.forgetting ?? defaults.forgetting);
    const prior = this.head === null ? null : internalHead(network, this.head);
    this.#priorStrength = prior === null ? 0 : (options.priorStrength ?? heads[prior]!.priorStrength);
    checkPriorStrength(this.#priorStrength);
    const indices = new Set([
      ...(prior === null ? [] : [prior]),
      ...watched(network, options),
      heads.length - 1,
    ]);
    const classes = network.labels.length;
    this.#heads = [...indices].map((index) => ({
      index,
      counts: new Uint32Array(classes),
      evidence: new Evidence(classes, this.forgetting),
    }));
    this.#final = this.#headAt(heads.length - 1);
    this.#internal = prior === null ? null : this.#headAt(prior);
    simulation.start(input, {
      heads: [...indices],
      propagation: this.propagation,
      initialPotential: checkFraction(options.initialPotential ?? defaults.initialPotential),
    });
    this.#presented = simulation.presented;
    this.#layers = simulation.activePopulations.map((index) => ({ index, ...NOTHING }));
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
    checkPriorStrength(strength);
    if (this.#internal !== null) this.#priorStrength = strength;
  }

  /** Timesteps computed so far: N of eq. (10). */
  get timesteps(): number {
    return this.#timesteps;
  }

  /** Spikes of every class so far: M_j. A view. */
  get finalCounts(): Readonly<Uint32Array> {
    return this.#final.counts;
  }

  /** The same of the internal head, or null. A view. */
  get headCounts(): Readonly<Uint32Array> | null {
    return this.#internal?.counts ?? null;
  }

  /** What the posterior makes of them: spikes and timesteps by their weights, the same two without forgetting. A copy. */
  finalEvidence(): SpikeCounts {
    return this.#final.evidence.counts();
  }

  /** The same of the internal head, or null. A copy. */
  headEvidence(): SpikeCounts | null {
    return this.#internal?.evidence.counts() ?? null;
  }

  /** The spikes of every class so far, of every head that is simulated, by its name. Views. */
  counts(): Readonly<Record<string, Readonly<Uint32Array>>> {
    const { heads } = this.#simulation.network;
    return Object.fromEntries(this.#heads.map(({ index, counts }) => [heads[index]!.name, counts]));
  }

  /**
   * Advances through time.
   *
   * @param timesteps - how many more, a whole number
   * @param onTimestep - called after each, with the run's counts as they were then
   * @throws UserError if so many timesteps could overflow a membrane, or another image was presented since
   */
  advance(timesteps: number, onTimestep?: () => void): void {
    if (!(Number.isInteger(timesteps) && timesteps >= 0)) {
      throw new UserError(`a run advances by a whole number of timesteps, not by ${timesteps}`);
    }
    const end = this.#timesteps + timesteps;
    while (this.#timesteps < end) {
      this.#checkCurrent();
      const steps = this.#simulation.advance(Math.min(end - this.#timesteps, CALL_TIMESTEPS));
      for (let step = 0; step < steps; step++) {
        this.#timesteps++;
        this.#collect();
        onTimestep?.();
      }
    }
  }

  /** The firing rates after fusion, eqs. (9) to (18). */
  posterior(): Posterior {
    return fuse(this.finalEvidence(), this.#prior());
  }

  /** What every population that runs has done so far, in the order of the network's populations. */
  layerActivity(): readonly Activity[] {
    return this.#layers;
  }

  /**
   * Which neurons of a layer fired at the latest timestep: one byte a neuron, `[y][x][channel]`. A copy. This and the
   * next two cost a walk over the layer's spikes, so call them only to show or record them.
   *
   * @param layer - index of a layer among those of `layerActivity`
   * @throws UserError if another image was presented since; RangeError before the first timestep
   */
  spikeMap(layer: number): Uint8Array {
    return this.#latest(layer).layerSpikeMap(layer, this.#timesteps);
  }

  /** How many channels of a layer fired at each pixel at the latest timestep: `[y][x]`. A copy; see `spikeMap`. */
  spikesPerPixel(layer: number): Uint16Array {
    return this.#latest(layer).layerSpikesPerPixel(layer, this.#timesteps);
  }

  /** At how many pixels each channel of a layer fired at the latest timestep. A copy; see `spikeMap`. */
  spikesPerChannel(layer: number): Uint16Array {
    return this.#latest(layer).layerSpikesPerChannel(layer, this.#timesteps);
  }

  #latest(layer: number): Simulation {
    this.#checkCurrent();
    if (!this.#layers.some(({ index }) => index === layer)) {
      throw new RangeError(`the run has no population ${layer}`);
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
    return this.#layers.reduce(
      (sum, layer) => ({
        spikes: sum.spikes + layer.spikes,
        synapticOperations: sum.synapticOperations + layer.synapticOperations,
      }),
      this.#output,
    );
  }

  #prior(): HeadPrior | null {
    const head = this.headEvidence();
    return head && { ...head, strength: this.#priorStrength };
  }

  /** Allocates nothing, since it runs at every timestep. */
  #collect(): void {
    const timestep = this.#timesteps;
    for (const population of this.#layers) {
      population.spikes += this.#simulation.layerSpikes(population.index, timestep);
      population.synapticOperations += this.#simulation.layerOperations(population.index, timestep);
    }
    for (const { index, counts, evidence } of this.#heads) {
      this.#output.spikes += this.#simulation.headSpikes(index, timestep);
      this.#output.synapticOperations += this.#simulation.headOperations(index, timestep);
      this.#simulation.addFired(index, timestep, counts);
      evidence.add(this.#simulation.fired(index, timestep));
    }
  }

  #headAt(index: number): SimulatedHead {
    return this.#heads.find((head) => head.index === index)!;
  }
}

/** Sums over time of one population, by its index. */
interface PopulationActivity {
  readonly index: number;
  spikes: number;
  synapticOperations: number;
}

const NOTHING = { spikes: 0, synapticOperations: 0 };

/** A head of the network by its index, and the spikes of its classes so far, as they are and weighted. */
interface SimulatedHead {
  readonly index: number;
  readonly counts: Uint32Array;
  readonly evidence: Evidence;
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

function checkPriorStrength(strength: number): void {
  if (strength >= 0 && strength <= MAXIMUM_PRIOR_STRENGTH) return;
  throw new UserError(`the prior strength is a number from 0 to ${MAXIMUM_PRIOR_STRENGTH}, not ${strength}`);
}

function checkForgetting(forgetting: number): number {
  if (Number.isInteger(forgetting) && forgetting >= 0 && forgetting <= MAXIMUM_FORGETTING) return forgetting;
  throw new UserError(`forgetting is a whole number from 0 to ${MAXIMUM_FORGETTING}, not ${forgetting}`);
}

function checkFraction(initialPotential: number): number {
  if (initialPotential >= 0 && initialPotential <= 1) return initialPotential;
  throw new UserError(
    `the initial potential is a fraction of the threshold from 0 to 1, not ${initialPotential}`,
  );
}
