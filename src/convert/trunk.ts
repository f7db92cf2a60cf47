/** The trunk of a ResNet from a checkpoint's tensors: the stem, and "basic" blocks of two convolutions and a skip. */
import { UserError } from '../errors.js';
import { outputExtent, squareWindow } from '../graph/extents.js';
import {
  type BatchNormalisation,
  type Convolution,
  IMAGE,
  type Population,
  type Shape,
  type Synapses,
} from '../graph/network.js';
import type { Parameters } from './parameters.js';

/** A convolution as checkpoints of ResNets have it: without a bias, normalised behind. */
type Normalised = Convolution<Float32Array> & { readonly batchNormalisation: BatchNormalisation };

/** Populations of stem and blocks. */
export interface Trunk {
  readonly populations: readonly Population[];
  /** Index of the population that each block of the checkpoint ends with. */
  readonly blocks: readonly number[];
}

/** Builds them, each behind the last one. */
export class TrunkBuilder {
  readonly #populations: Population[] = [];
  readonly #blocks: number[] = [];
  readonly #parameters: Parameters;
  readonly #input: Shape;
  readonly #epsilon: number;

  constructor(parameters: Parameters, input: Shape, epsilon: number) {
    this.#parameters = parameters;
    this.#input = input;
    this.#epsilon = epsilon;
  }

  build(strides: readonly number[] | undefined): Trunk {
    const blocks = countBlocks(this.#parameters.names());
    if (blocks === 0)
      throw new UserError('the checkpoint has no residual blocks: no tensor is named "blocks.0..."');
    if (strides !== undefined && strides.length !== blocks) {
      throw new UserError(
        `the checkpoint has ${blocks} blocks, but its metadata give ${strides.length} strides`,
      );
    }
    this.#add('stem', [this.#convolution('stem.conv', 'stem.bn', IMAGE, 1)]);
    for (let block = 0; block < blocks; block++) this.#addBlock(block, strides?.[block]);
    return { populations: this.#populations, blocks: this.#blocks };
  }

  #addBlock(index: number, chosen: number | undefined): void {
    const name = `blocks.${index}`;
    const source = this.#populations.length - 1;
    const projected = this.#parameters.has(`${name}.shortcut.conv.weight`);
    const first = this.#convolution(`${name}.conv1`, `${name}.bn1`, source, 1);
    const doubles = outputsOf(first) === 2 * this.#shapeOf(source).channels;
    const stride = chosen ?? (projected && doubles ? 2 : 1);
    this.#add(`${name}.conv1`, [
      { ...first, ...squareWindow(first.kernel.height, stride, first.padding.top) },
    ]);
    const second = this.#convolution(`${name}.conv2`, `${name}.bn2`, source + 1, 1);
    const skip: Synapses = projected
      ? this.#convolution(`${name}.shortcut.conv`, `${name}.shortcut.bn`, source, stride)
      : { kind: 'per-channel', source, weights: new Float32Array(this.#shapeOf(source).channels).fill(1) };
    this.#add(name, [second, skip]);
    this.#blocks.push(this.#populations.length - 1);
  }

  /** A convolution that keeps the extent of its source, but for the stride. */
  #convolution(name: string, normalisation: string, source: number, stride: number): Normalised {
    const { kernel, outputs, weights } = this.#parameters.convolution(name, this.#shapeOf(source).channels);
    const batchNormalisation = this.#parameters.batchNormalisation(normalisation, outputs, this.#epsilon);
    const padding = (kernel - 1) / 2;
    const window = squareWindow(kernel, stride, padding);
    return { kind: 'convolution', source, ...window, groups: 1, weights, batchNormalisation };
  }

  #add(name: string, synapses: readonly Synapses[]): void {
    const [shape, ...others] = synapses.map((one) => this.#outputOf(one)) as [Shape, ...Shape[]];
    for (const other of others) {
      if (shapeText(other) === shapeText(shape)) continue;
      throw new UserError(
        `the checkpoint's ${name} adds ${shapeText(shape)} of its convolution and ${shapeText(other)} of its ` +
          'shortcut: where a block changes the shape, its shortcut must be a convolution that does the same',
      );
    }
    this.#populations.push({ name, shape, synapses, bias: new Float32Array(shape.channels) });
  }

  #outputOf(synapses: Synapses): Shape {
    const source = this.#shapeOf(synapses.source);
    if (synapses.kind !== 'convolution') return source;
    return { channels: outputsOf(synapses as Normalised), ...outputExtent(source, synapses) };
  }

  #shapeOf(source: number): Shape {
    return source === IMAGE ? this.#input : this.#populations[source]!.shape;
  }
}

function outputsOf({ batchNormalisation }: Normalised): number {
  return batchNormalisation.gamma.length;
}

function shapeText({ channels, height, width }: Shape): string {
  return `${channels} x ${height} x ${width}`;
}

/** Blocks must be numbered without a gap; the first tensor that a gap lacks is then missed by its name. */
function countBlocks(names: readonly string[]): number {
  const numbers = names.map((name) => /^blocks\.(\d{1,4})\./.exec(name)?.[1]);
  return numbers.reduce((count, number) => Math.max(count, Number(number ?? -1) + 1), 0);
}
