/**
 * Small random trained networks: residual networks in floating point with batch normalisation, as a checkpoint
 * would give them. They are built from the recipes of random spiking networks.
 */
import fc from 'fast-check';
import { outputExtent, squareWindow } from '../../src/graph/extents.js';
import type {
  BatchNormalisation,
  Convolution,
  Head,
  Network,
  Population,
  Synapses,
} from '../../src/graph/network.js';
import { IMAGE, type Shape } from '../../src/graph/network.js';
import { arbitraryRecipe, type NetworkBounds, type NetworkRecipe, uniform } from '../generate.js';

/** Uniform numbers of variance 1 lie within this. */
const UNIT_VARIANCE = Math.sqrt(3);

/** A convolution with batch normalisation behind it. */
export type Normalised = Convolution<Float32Array> & { readonly batchNormalisation: BatchNormalisation };

/** Small enough for plain loops; the bounds can be changed. */
export function arbitraryTrained(bounds: NetworkBounds = {}): fc.Arbitrary<Network> {
  return arbitraryRecipe({ channels: 12, extent: 7, blocks: 2, classes: 6, ...bounds }).map(buildTrained);
}

/** An input tensor, normalised as images are: mostly between -2 and 2. */
export function trainedInput(network: Network, seed: number): Float32Array {
  const random = uniform(seed);
  const { channels, height, width } = network.input;
  return Float32Array.from({ length: channels * height * width }, () => 4 * random() - 2);
}

/** A network and an input for it. */
export function arbitraryTrainedRun(bounds: NetworkBounds = {}): fc.Arbitrary<[Network, Float32Array]> {
  return fc
    .tuple(arbitraryTrained(bounds), fc.integer())
    .map(([network, seed]) => [network, trainedInput(network, seed)]);
}

/** The trained network of a recipe; equal recipes give equal networks. Populations are named as in a checkpoint. */
export function buildTrained(recipe: NetworkRecipe): Network {
  const builder = new Builder(recipe);
  builder.addStem();
  recipe.blocks.forEach((block, index) => {
    builder.addBlock(index);
    if (block.head) builder.addHead(String(index + 1));
  });
  builder.addHead('final');
  const { random } = builder;
  return {
    input: recipe.input,
    normalisation: {
      mean: Array.from({ length: recipe.input.channels }, () => 0.25 + random() / 2),
      deviation: Array.from({ length: recipe.input.channels }, () => 0.2 + random() / 5),
    },
    labels: Array.from({ length: recipe.classes }, (_, index) => `class ${index}`),
    populations: builder.populations,
    heads: builder.heads,
  };
}

class Builder {
  readonly populations: Population[] = [];
  readonly heads: Head[] = [];
  readonly random: () => number;

  constructor(private readonly recipe: NetworkRecipe) {
    this.random = uniform(recipe.seed);
  }

  addStem(): void {
    const { stem, unpadded } = this.recipe;
    this.add('stem', [this.convolution(IMAGE, stem.channels, stem.kernel, stem.stride)]);
    const { height, width } = this.shapeOf(0);
    if (unpadded && height >= 3 && width >= 3) {
      this.add('unpadded', [this.convolution(0, stem.channels, 3, 1, 0)]);
    }
  }

  addBlock(index: number): void {
    const { channels, stride, kernel } = this.recipe.blocks[index]!;
    const source = this.populations.length - 1;
    this.add(`blocks.${index}.conv1`, [this.convolution(source, channels, kernel, stride)]);
    const unchanged = stride === 1 && this.shapeOf(source).channels === channels;
    const skip: Synapses = unchanged
      ? { kind: 'per-channel', source, weights: new Float32Array(channels).fill(1) }
      : this.convolution(source, channels, 1, stride);
    this.add(`blocks.${index}`, [this.convolution(source + 1, channels, 3, 1), skip]);
  }

  addHead(name: string): void {
    const population = this.populations.length - 1;
    const { channels } = this.shapeOf(population);
    const { classes } = this.recipe;
    const weights = this.values(channels * classes, 0, 1 / Math.sqrt(channels));
    this.heads.push({ name, population, weights, bias: this.values(classes, 0.1, 0.3) });
  }

  private add(name: string, synapses: readonly Synapses[]): void {
    const shape = this.outputOf(synapses[0] as Normalised);
    this.populations.push({ name, shape, synapses, bias: this.values(shape.channels, 0, 0.1) });
  }

  private convolution(
    source: number,
    channels: number,
    kernel: number,
    stride: number,
    padding = (kernel - 1) / 2,
  ): Normalised {
    const inputs = kernel * kernel * this.shapeOf(source).channels;
    const weights = this.values(inputs * channels, 0, Math.sqrt(2 / inputs));
    const batchNormalisation = this.batchNormalisation(channels);
    const window = squareWindow(kernel, stride, padding);
    return { kind: 'convolution', source, ...window, groups: 1, weights, batchNormalisation };
  }

  /** Far from the identity; some gains are negative, as training leaves them now and then. */
  private batchNormalisation(channels: number): BatchNormalisation {
    return {
      gamma: this.values(channels, 0.8, 0.5),
      beta: this.values(channels, 0.2, 0.3),
      mean: this.values(channels, 0, 0.3),
      variance: Float32Array.from({ length: channels }, () => 0.25 + 2 * this.random()),
      epsilon: 1e-5,
    };
  }

  private values(count: number, mean: number, deviation: number): Float32Array {
    const span = deviation * UNIT_VARIANCE;
    return Float32Array.from({ length: count }, () => mean + span * (2 * this.random() - 1));
  }

  private shapeOf(source: number): Shape {
    return source === IMAGE ? this.recipe.input : this.populations[source]!.shape;
  }

  private outputOf(convolution: Normalised): Shape {
    const { source, batchNormalisation } = convolution;
    return { channels: batchNormalisation.gamma.length, ...outputExtent(this.shapeOf(source), convolution) };
  }
}
