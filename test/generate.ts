/**
 * Random small spiking networks for property tests: residual networks of every geometry that the model file
 * allows in practice, with weights and thresholds scaled so that a fair share of the neurons fires.
 */
import fc from 'fast-check';
import { MAXIMUM_FORGETTING } from '../src/graph/bounds.js';
import { outputExtent, squareWindow } from '../src/graph/extents.js';
import type {
  Convolution,
  Propagation,
  Shape,
  SpikingHead,
  SpikingNetwork,
  SpikingPopulation,
  SpikingSynapses,
} from '../src/graph/network.js';
import { IMAGE } from '../src/graph/network.js';
import { uniformNumbers } from '../src/random.js';

/** One residual block of a recipe: two convolutions and a skip connection. */
export interface BlockRecipe {
  readonly channels: number;
  readonly stride: 1 | 2;
  /** Kernel of the block's first convolution, padded to keep the extent. The second one is 3x3. */
  readonly kernel: 1 | 3 | 5;
  /** An internal head after this block. */
  readonly head: boolean;
}

/** Everything that a network is built from; shrinks well, because it is small. */
export interface NetworkRecipe {
  /** Of the generator that draws weights, biases and thresholds. */
  readonly seed: number;
  readonly input: Shape;
  readonly stem: { readonly channels: number; readonly kernel: 1 | 3 | 5; readonly stride: 1 | 2 };
  /** A 3x3 convolution without padding after the stem, where the extent allows it. */
  readonly unpadded: boolean;
  readonly blocks: readonly BlockRecipe[];
  readonly classes: number;
  readonly propagation: Propagation;
  /** k of the run's defaults; default 0. */
  readonly forgetting?: number;
}

/** Bounds on what {@link arbitraryNetwork} draws; each has a default. */
export interface NetworkBounds {
  /** Channels of a population, from 1; default 40. Multiples of 16 and their neighbours are drawn often. */
  readonly channels?: number;
  /** Height and width of the image, from 1 and independent of each other; default 10. */
  readonly extent?: number;
  /** Residual blocks, from 0; default 3. */
  readonly blocks?: number;
  /** Classes, from 1; default 20. */
  readonly classes?: number;
}

/** The numbers behind every random network and input here, so that a failing case can be replayed. */
export const uniform = uniformNumbers;

/** The share of neurons that the thresholds are scaled for. */
const RATE = 0.2;
/** Root mean square of a weight that is uniform in -127 ... 127. */
const WEIGHT_RMS = 73;

/**
 * An arbitrary valid network. Its populations are, in this order: a stem that reads the image, maybe one unpadded
 * convolution, and two populations a block; the last head is `final`.
 */
export function arbitraryNetwork(bounds: NetworkBounds = {}): fc.Arbitrary<SpikingNetwork> {
  return arbitraryRecipe(bounds).map(buildNetwork);
}

/** The recipe behind {@link arbitraryNetwork}, for a test that wants to see or change it. */
export function arbitraryRecipe(bounds: NetworkBounds = {}): fc.Arbitrary<NetworkRecipe> {
  const extent = fc.integer({ min: 1, max: bounds.extent ?? 10 });
  const stride = fc.constantFrom<1 | 2>(1, 2);
  const kernel = fc.constantFrom<1 | 3 | 5>(3, 1, 5);
  const channels = arbitraryChannels(bounds.channels ?? 40);
  const block = plainRecord({ channels, stride, kernel, head: fc.boolean() });
  return plainRecord({
    seed: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    input: plainRecord({ channels: fc.integer({ min: 1, max: 4 }), height: extent, width: extent }),
    stem: plainRecord({ channels, kernel, stride }),
    unpadded: fc.boolean(),
    blocks: fc.array(block, { maxLength: bounds.blocks ?? 3 }),
    classes: fc.integer({ min: 1, max: bounds.classes ?? 20 }),
    propagation: fc.constantFrom<Propagation>('synchronous', 'pipelined'),
    forgetting: fc.constantFrom(0, 1, 3, MAXIMUM_FORGETTING),
  });
}

/** A record with the usual prototype, so that it equals one that was written as a literal. */
function plainRecord<T>(arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(arbitraries, { noNullPrototype: true });
}

/** Channel counts whose neighbours matter to vector code: whole registers, one less, one more. */
function arbitraryChannels(maximum: number): fc.Arbitrary<number> {
  const edges = [1, 15, 16, 17, 32, 33, 64, 65, 128].filter((count) => count <= maximum);
  return fc.oneof(fc.constantFrom(...edges), fc.integer({ min: 1, max: maximum }));
}

/** Builds the network of a recipe; equal recipes give equal networks. */
export function buildNetwork(recipe: NetworkRecipe): SpikingNetwork {
  const builder = new Builder(recipe);
  builder.addStem();
  recipe.blocks.forEach((block, index) => {
    builder.addBlock(block, index + 1);
  });
  builder.addHead('final');
  const internal = builder.heads.slice(0, -1).map((head) => head.name);
  return {
    name: `random network ${recipe.seed}`,
    input: recipe.input,
    normalisation: {
      mean: Array.from({ length: recipe.input.channels }, () => 0.25 + builder.random() / 2),
      deviation: Array.from({ length: recipe.input.channels }, () => 0.1 + builder.random() / 2),
    },
    inputFractionBits: 8,
    labels: Array.from({ length: recipe.classes }, (_, index) => `class ${index}`),
    populations: builder.populations,
    heads: builder.heads,
    defaults: {
      coding: 'rate',
      digits: 4,
      readout: 'spikes',
      timesteps: 1 + Math.floor(builder.random() * 64),
      initialPotential: 0.5,
      propagation: recipe.propagation,
      forgetting: recipe.forgetting ?? 0,
      head: internal[internal.length - 1] ?? null,
    },
    provenance: { generator: 'test', seed: recipe.seed, scales: [RATE, 'rate'] },
  };
}

class Builder {
  readonly populations: SpikingPopulation[] = [];
  readonly heads: SpikingHead[] = [];
  readonly random: () => number;
  private readonly recipe: NetworkRecipe;

  constructor(recipe: NetworkRecipe) {
    this.recipe = recipe;
    this.random = uniform(recipe.seed);
  }

  addStem(): void {
    const { stem, input, unpadded } = this.recipe;
    const image = this.convolution(IMAGE, stem.channels, stem.kernel, stem.stride);
    // an image value has a mean square near 1, where a spike train has the rate
    this.add('stem', stem.channels, [image], WEIGHT_RMS * Math.sqrt(stem.kernel ** 2 * input.channels));
    const shape = this.shapeOf(0);
    if (unpadded && shape.height >= 3 && shape.width >= 3) {
      this.addSpiking('unpadded', shape.channels, [this.convolution(0, shape.channels, 3, 1, 0)]);
    }
  }

  addBlock(block: BlockRecipe, number: number): void {
    const { channels, stride, kernel } = block;
    const source = this.populations.length - 1;
    const name = `blocks.${number - 1}`;
    this.addSpiking(`${name}.conv1`, channels, [this.convolution(source, channels, kernel, stride)]);
    const unchanged = stride === 1 && this.shapeOf(source).channels === channels;
    const skip: SpikingSynapses = unchanged
      ? { kind: 'per-channel', source, weights: new Int32Array(channels) }
      : this.convolution(source, channels, 1, stride);
    this.addSpiking(name, channels, [this.convolution(source + 1, channels, 3, 1), skip]);
    if (block.head) this.addHead(String(number));
  }

  addHead(name: string): void {
    const population = this.populations.length - 1;
    const { channels, height, width } = this.shapeOf(population);
    const { classes } = this.recipe;
    const scale = WEIGHT_RMS * Math.sqrt(channels * RATE) * Math.ceil(height * width * Math.sqrt(RATE));
    this.heads.push({
      name,
      population,
      weights: this.int8(channels * classes),
      ...this.biasAndThreshold(classes, scale),
      lambda: 0.5 + this.random() * 20,
      priorStrength: Math.floor(this.random() * 100),
    });
  }

  private addSpiking(name: string, channels: number, synapses: SpikingSynapses[]) {
    const terms = synapses.map((one) => (one.kind === 'convolution' ? one.weights.length / channels : 0));
    const scale = WEIGHT_RMS * Math.sqrt(RATE * terms.reduce((sum, term) => sum + term, 0));
    this.add(name, channels, synapses, scale);
  }

  private add(name: string, channels: number, synapses: SpikingSynapses[], scale: number) {
    const first = synapses[0] as Convolution<Int8Array>;
    const shape = { channels, ...outputExtent(this.shapeOf(first.source), first) };
    const { bias, threshold } = this.biasAndThreshold(channels, scale);
    for (const one of synapses) {
      if (one.kind === 'convolution') continue;
      for (let c = 0; c < channels; c++) one.weights[c] = Math.round(threshold[c]! * this.random());
    }
    this.populations.push({ name, shape, synapses, bias, threshold, lambda: 0.5 + this.random() * 3 });
  }

  private biasAndThreshold(count: number, scale: number): { bias: Int32Array; threshold: Int32Array } {
    const threshold = Int32Array.from({ length: count }, () => Math.ceil(scale * (0.5 + this.random())));
    const bias = threshold.map((value) => Math.round(value * 0.3 * (this.random() - 0.4)));
    return { bias, threshold };
  }

  private convolution(
    source: number,
    channels: number,
    kernel: number,
    stride: number,
    padding = (kernel - 1) / 2,
  ): Convolution<Int8Array> {
    const weights = this.int8(kernel * kernel * this.shapeOf(source).channels * channels);
    return { kind: 'convolution', source, ...squareWindow(kernel, stride, padding), groups: 1, weights };
  }

  private int8(count: number): Int8Array {
    return Int8Array.from({ length: count }, () => Math.floor(this.random() * 255) - 127);
  }

  private shapeOf(source: number): Shape {
    return source === IMAGE ? this.recipe.input : this.populations[source]!.shape;
  }
}
