/**
 * From the names of a checkpoint to the graph of a residual network (He et al. 2016, "basic" blocks):
 *
 *     stem.conv, stem.bn                            layer "stem"
 *     blocks.N.conv1, .bn1                          layer "blocks.N.conv1"
 *     blocks.N.conv2, .bn2, maybe .shortcut.conv    layer "blocks.N": second convolution + skip connection
 *     heads.NAME                                    global average pooling + fully connected layer
 *
 * Blocks count from 0 in names, as in PyTorch, and from 1 where a head says which one it follows.
 */
import { UserError } from '../errors.js';
import type { Connection, Convolution, InputNormalisation, Layer, Network, Shape } from '../model/graph.js';
import { IMAGE } from '../model/graph.js';
import { outputExtent } from '../model/synapses.js';
import { buildHeads } from './heads.js';
import type { CheckpointMetadata } from './metadata.js';
import { readCheckpointMetadata } from './metadata.js';
import { Parameters } from './parameters.js';
import type { Checkpoint } from './safetensors.js';

/** What the checkpoint's metadata do not say, or what is to replace it. */
export interface CheckpointOptions {
  /** The block that each head follows, counted from 1, such as { a: 2 }. */
  readonly heads?: Readonly<Record<string, number>>;
  readonly labels?: readonly string[];
  readonly normalisation?: InputNormalisation;
  readonly input?: Shape;
  readonly batchNormEpsilon?: number;
}

/** CIFAR-100 as the paper's section on training has it. */
const CIFAR100 = {
  input: { channels: 3, height: 32, width: 32 },
  normalisation: { mean: [0.5071, 0.4865, 0.4409], deviation: [0.2673, 0.2564, 0.2762] },
} as const;

/** PyTorch's default. */
const EPSILON = 1e-5;

/**
 * The graph of a checkpoint, with batch normalisation still apart. Options come before the checkpoint's metadata,
 * those before the names of heads (a number is the block that the head follows), and last the values of CIFAR-100
 * and PyTorch: a block whose shortcut is a convolution to twice the channels has stride 2, every other one 1.
 *
 * @throws UserError when a tensor is missing, surplus, not finite or of the wrong shape, or when a head has no place.
 */
export function networkFromCheckpoint(checkpoint: Checkpoint, options: CheckpointOptions = {}): Network {
  const metadata = readCheckpointMetadata(checkpoint);
  if (metadata.architecture !== undefined && !metadata.architecture.startsWith('resnet')) {
    throw new UserError(`the checkpoint is a "${metadata.architecture}", but only ResNets can be converted`);
  }
  const parameters = new Parameters(checkpoint);
  const input = options.input ?? metadata.input ?? CIFAR100.input;
  const epsilon = options.batchNormEpsilon ?? metadata.batchNormEpsilon ?? EPSILON;
  const layers = new Trunk(parameters, input, epsilon).build(metadata.strides);
  const heads = buildHeads(parameters, layers, metadata, options);
  parameters.finish();
  checkThresholdNames(metadata, layers);
  const normalisation = options.normalisation ?? metadata.normalisation ?? CIFAR100.normalisation;
  checkNormalisation(normalisation, input);
  const classes = heads[heads.length - 1]!.bias.length;
  const labels = options.labels ?? metadata.labels ?? Array.from({ length: classes }, (_, i) => `class ${i}`);
  if (labels.length !== classes) {
    throw new UserError(
      `there are ${labels.length} labels, but the checkpoint tells ${classes} classes apart`,
    );
  }
  return { input, normalisation, labels, layers, heads };
}

/** Stem and blocks, each added behind the last one. */
class Trunk {
  private readonly layers: Layer[] = [];
  private readonly parameters: Parameters;
  private readonly input: Shape;
  private readonly epsilon: number;

  constructor(parameters: Parameters, input: Shape, epsilon: number) {
    this.parameters = parameters;
    this.input = input;
    this.epsilon = epsilon;
  }

  build(strides: readonly number[] | undefined): Layer[] {
    const blocks = countBlocks(this.parameters.names());
    if (blocks === 0)
      throw new UserError('the checkpoint has no residual blocks: no tensor is named "blocks.0..."');
    if (strides !== undefined && strides.length !== blocks) {
      throw new UserError(
        `the checkpoint has ${blocks} blocks, but its metadata give ${strides.length} strides`,
      );
    }
    this.add('stem', 0, [this.convolution('stem.conv', 'stem.bn', IMAGE, 1)]);
    for (let block = 0; block < blocks; block++) this.addBlock(block, strides?.[block]);
    return this.layers;
  }

  private addBlock(index: number, chosen: number | undefined): void {
    const name = `blocks.${index}`;
    const source = this.layers.length - 1;
    const projected = this.parameters.has(`${name}.shortcut.conv.weight`);
    const first = this.convolution(`${name}.conv1`, `${name}.bn1`, source, 1);
    const doubles = outputsOf(first) === 2 * this.shapeOf(source).channels;
    const stride = chosen ?? (projected && doubles ? 2 : 1);
    this.add(`${name}.conv1`, index + 1, [{ ...first, stride }]);
    const second = this.convolution(`${name}.conv2`, `${name}.bn2`, source + 1, 1);
    const skip: Connection = projected
      ? this.convolution(`${name}.shortcut.conv`, `${name}.shortcut.bn`, source, stride)
      : { kind: 'identity', source };
    this.add(name, index + 1, [second, skip]);
  }

  /** A convolution that keeps the extent of its source, but for the stride. */
  private convolution(name: string, normalisation: string, source: number, stride: number): Convolution {
    const { kernel, outputs, weights } = this.parameters.convolution(name, this.shapeOf(source).channels);
    const batchNormalisation = this.parameters.batchNormalisation(normalisation, outputs, this.epsilon);
    const padding = (kernel - 1) / 2;
    return { kind: 'convolution', source, kernel, stride, padding, weights, batchNormalisation };
  }

  private add(name: string, block: number, connections: readonly Connection[]): void {
    const [shape, ...others] = connections.map((connection) => this.outputOf(connection)) as [
      Shape,
      ...Shape[],
    ];
    for (const other of others) {
      if (shapeText(other) === shapeText(shape)) continue;
      throw new UserError(
        `the checkpoint's ${name} adds ${shapeText(shape)} of its convolution and ${shapeText(other)} of its ` +
          'shortcut: where a block changes the shape, its shortcut must be a convolution that does the same',
      );
    }
    this.layers.push({ name, shape, block, connections, bias: new Float32Array(shape.channels) });
  }

  private outputOf(connection: Connection): Shape {
    const source = this.shapeOf(connection.source);
    if (connection.kind === 'identity') return source;
    const { kernel, stride, padding } = connection;
    const extent = (size: number) => outputExtent(size, kernel, stride, padding);
    return { channels: outputsOf(connection), height: extent(source.height), width: extent(source.width) };
  }

  private shapeOf(source: number): Shape {
    return source === IMAGE ? this.input : this.layers[source]!.shape;
  }
}

function outputsOf(convolution: Convolution): number {
  return convolution.batchNormalisation!.gamma.length;
}

function shapeText({ channels, height, width }: Shape): string {
  return `${channels} x ${height} x ${width}`;
}

/** Blocks must be numbered without a gap; the first tensor that a gap lacks is then missed by its name. */
function countBlocks(names: readonly string[]): number {
  const numbers = names.map((name) => /^blocks\.(\d{1,4})\./.exec(name)?.[1]);
  return numbers.reduce((count, number) => Math.max(count, Number(number ?? -1) + 1), 0);
}

function checkNormalisation({ mean, deviation }: InputNormalisation, input: Shape): void {
  if (mean.length === input.channels && deviation.length === input.channels) return;
  throw new UserError(
    `the input normalisation has ${mean.length} means and ${deviation.length} deviations, ` +
      `but the image has ${input.channels} channels`,
  );
}

function checkThresholdNames({ activationThresholds }: CheckpointMetadata, layers: readonly Layer[]): void {
  for (const name of activationThresholds?.keys() ?? []) {
    if (layers.some((layer) => layer.name === name)) continue;
    throw new UserError(
      `the checkpoint's metadata give an activation threshold for "${name}", which is no layer`,
    );
  }
}
