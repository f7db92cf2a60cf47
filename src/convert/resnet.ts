/**
 * From the names of a checkpoint to the graph of a residual network (He et al. 2016, "basic" blocks):
 *
 *     stem.conv, stem.bn                            population "stem"
 *     blocks.N.conv1, .bn1                          population "blocks.N.conv1"
 *     blocks.N.conv2, .bn2, maybe .shortcut.conv    population "blocks.N": second convolution + skip connection
 *     heads.NAME                                    global average pooling + fully connected layer
 *
 * Blocks count from 0 in names, as in PyTorch, and from 1 where a head says which one it follows.
 */
import { UserError } from '../errors.js';
import type { Checkpoint } from '../file/safetensors.js';
import type { InputNormalisation, Network, Population, Shape } from '../graph/network.js';
import { buildHeads } from './heads.js';
import type { CheckpointMetadata } from './metadata.js';
import { readCheckpointMetadata } from './metadata.js';
import { Parameters } from './parameters.js';
import { TrunkBuilder } from './trunk.js';

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
  const trunk = new TrunkBuilder(parameters, input, epsilon).build(metadata.strides);
  const heads = buildHeads(parameters, trunk, metadata, options);
  parameters.finish();
  checkThresholdNames(metadata, trunk.populations);
  const normalisation = options.normalisation ?? metadata.normalisation ?? CIFAR100.normalisation;
  checkNormalisation(normalisation, input);
  const classes = heads[heads.length - 1]!.bias.length;
  const labels = options.labels ?? metadata.labels ?? Array.from({ length: classes }, (_, i) => `class ${i}`);
  if (labels.length !== classes) {
    throw new UserError(
      `there are ${labels.length} labels, but the checkpoint tells ${classes} classes apart`,
    );
  }
  return { input, normalisation, labels, populations: trunk.populations, heads };
}

function checkNormalisation({ mean, deviation }: InputNormalisation, input: Shape): void {
  if (mean.length === input.channels && deviation.length === input.channels) return;
  throw new UserError(
    `the input normalisation has ${mean.length} means and ${deviation.length} deviations, ` +
      `but the image has ${input.channels} channels`,
  );
}

function checkThresholdNames(
  { activationThresholds }: CheckpointMetadata,
  populations: readonly Population[],
): void {
  for (const name of activationThresholds?.keys() ?? []) {
    if (populations.some((population) => population.name === name)) continue;
    throw new UserError(
      `the checkpoint's metadata give an activation threshold for "${name}", which is no layer`,
    );
  }
}
