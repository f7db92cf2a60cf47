/**
 * Small random trained networks: residual networks in floating point with batch normalisation, as a checkpoint
 * would give them. They are built from the recipes of random spiking networks.
 */
import fc from 'fast-check';
import type {
  BatchNormalisation,
  Connection,
  Convolution,
  Head,
  Layer,
  Network,
} from '../../src/graph/network.js';
import { IMAGE, type Shape } from '../../src/graph/network.js';
import { outputExtent } from '../../src/graph/extents.js';
import { arbitraryRecipe, type NetworkBounds, type NetworkRecipe, uniform } from '../generate.js';

/** Uniform numbers of variance 1 lie within this. */
const UNIT_VARIANCE = Math.sqrt(3);

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

/** The trained network of a recipe; equal recipes give equal networks. Layers are named as in a checkpoint. */
export function buildTrained(recipe: NetworkRecipe): Network {
  const builder = new Builder(recipe);
  builder.addStem();
  recipe.blocks.forEach((block, index) => {
    builder.addBlock(index);
    if (block.head) builder.addHead(String(index + 1), index + 1);
  });
  builder.addHead('final', recipe.blocks.length);
  const { random } = builder;
  return {
    input: recipe.input,
    normalisation: {
      mean: Array.from({ length: recipe.input.channels }, () => 0.25 + random() / 2),
      deviation: Array.from({ length: recipe.input.channels }, () => 0.2 + random() / 5),
    },
    labels: Array.from({ length: recipe.classes }, (_, index) => `class ${index}`),
    layers: builder.layers,
    heads: builder.heads,
  };
}

class Builder {
  readonly layers: Layer[] = [];
  readonly heads: Head[] = [];
  readonly random: () => number;

  constructor(private readonly recipe: NetworkRecipe) {
    this.random = uniform(recipe.seed);
  }

  addStem(): void {
    const { stem, unpadded } = this.recipe;
    this.addLayer('stem', 0, [this.convolution(IMAGE, stem.channels, stem.kernel, stem.stride)]);
    const { height, width } = this.shapeOf(0);
    if (unpadded && height >= 3 && width >= 3) {
      this.addLayer('unpadded', 0, [this.convolution(0, stem.channels, 3, 1, 0)]);
    }
  }

  addBlock(index: number): void {
    const { channels, stride, kernel } = this.recipe.blocks[index]!;
    const source = this.layers.length - 1;
    this.addLayer(`blocks.${index}.conv1`, index + 1, [this.convolution(source, channels, kernel, stride)]);
    const unchanged = stride === 1 && this.shapeOf(source).channels === channels;
    const skip: Connection = unchanged
      ? { kind: 'identity', source }
      : this.convolution(source, channels, 1, stride);
    this.addLayer(`blocks.${index}`, index + 1, [this.convolution(source + 1, channels, 3, 1), skip]);
  }

  addHead(name: string, block: number): void {
    const layer = this.layers.length - 1;
    const { channels } = this.shapeOf(layer);
    const { classes } = this.recipe;
    const weights = this.values(channels * classes, 0, 1 / Math.sqrt(channels));
    this.heads.push({ name, block, layer, weights, bias: this.values(classes, 0.1, 0.3) });
  }

  private addLayer(name: string, block: number, connections: readonly Connection[]): void {
    const shape = this.outputOf(connections[0] as Convolution);
    this.layers.push({ name, shape, block, connections, bias: this.values(shape.channels, 0, 0.1) });
  }

  private convolution(
    source: number,
    channels: number,
    kernel: number,
    stride: number,
    padding = (kernel - 1) / 2,
  ): Convolution {
    const inputs = kernel * kernel * this.shapeOf(source).channels;
    const weights = this.values(inputs * channels, 0, Math.sqrt(2 / inputs));
    const batchNormalisation = this.batchNormalisation(channels);
    return { kind: 'convolution', source, kernel, stride, padding, weights, batchNormalisation };
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
    return source === IMAGE ? this.recipe.input : this.layers[source]!.shape;
  }

  private outputOf({ source, kernel, stride, padding, batchNormalisation }: Convolution): Shape {
    const { height, width } = this.shapeOf(source);
    const extent = (size: number) => outputExtent(size, kernel, stride, padding);
    return { channels: batchNormalisation!.gamma.length, height: extent(height), width: extent(width) };
  }
}
