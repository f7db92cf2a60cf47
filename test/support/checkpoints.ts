/** Small random checkpoints of residual networks. */
import type { Checkpoint } from '../../src/file/safetensors.js';
import { readSafetensors } from '../../src/file/safetensors.js';
import type { NamedTensor } from '../../src/file/write-safetensors.js';
import { writeSafetensors } from '../../src/file/write-safetensors.js';
import type { Network, Synapses } from '../../src/graph/network.js';
import { uniform } from '../generate.js';

/** Shapes of tensors by name. */
export type Shapes = Record<string, number[]>;

function batchNormalisation(name: string, channels: number): Shapes {
  const parts = ['weight', 'bias', 'running_mean', 'running_var'];
  return Object.fromEntries(parts.map((part) => [`${name}.${part}`, [channels]]));
}

/** Three blocks: an identity, a projection to twice the channels, a projection to three times as many. */
export const shapes: Shapes = {
  'stem.conv.weight': [2, 3, 3, 3],
  ...batchNormalisation('stem.bn', 2),
  'blocks.0.conv1.weight': [2, 2, 3, 3],
  ...batchNormalisation('blocks.0.bn1', 2),
  'blocks.0.conv2.weight': [2, 2, 3, 3],
  ...batchNormalisation('blocks.0.bn2', 2),
  'blocks.1.conv1.weight': [4, 2, 3, 3],
  ...batchNormalisation('blocks.1.bn1', 4),
  'blocks.1.conv2.weight': [4, 4, 3, 3],
  ...batchNormalisation('blocks.1.bn2', 4),
  'blocks.1.shortcut.conv.weight': [4, 2, 1, 1],
  ...batchNormalisation('blocks.1.shortcut.bn', 4),
  'blocks.2.conv1.weight': [12, 4, 5, 5],
  ...batchNormalisation('blocks.2.bn1', 12),
  'blocks.2.conv2.weight': [12, 12, 3, 3],
  ...batchNormalisation('blocks.2.bn2', 12),
  'blocks.2.shortcut.conv.weight': [12, 4, 1, 1],
  ...batchNormalisation('blocks.2.shortcut.bn', 12),
  'heads.2.weight': [5, 4],
  'heads.2.bias': [5],
  'heads.final.weight': [5, 12],
  'heads.final.bias': [5],
  'heads.1.weight': [5, 2],
  'heads.1.bias': [5],
};

/** A checkpoint of these shapes with random values; `metadata` becomes the JSON entry `snnwasm`. */
export function checkpointOf(wanted: Shapes, metadata?: unknown): Checkpoint {
  const random = uniform(9);
  const tensors = Object.entries(wanted).map(([name, shape]): NamedTensor => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    const positive = name.endsWith('running_var') ? 1 : 0;
    return {
      name,
      shape,
      dtype: 'F32',
      data: Float32Array.from({ length: size }, () => random() + positive - 0.5),
    };
  });
  const text = typeof metadata === 'string' ? metadata : JSON.stringify(metadata);
  return readSafetensors(writeSafetensors(tensors, metadata === undefined ? {} : { snnwasm: text }));
}

/** All convolutions of a network, population by population. */
export function convolutions(network: Network): Extract<Synapses, { kind: 'convolution' }>[] {
  const synapses = network.populations.flatMap((population) => population.synapses);
  return synapses.filter((one) => one.kind === 'convolution');
}
