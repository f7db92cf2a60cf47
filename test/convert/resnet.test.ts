/** From the names of a checkpoint to a graph: shapes, strides, the places of heads, and everything that can be wrong. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { networkFromCheckpoint } from '../../src/convert/resnet.js';
import { UserError } from '../../src/errors.js';
import type { Checkpoint } from '../../src/file/safetensors.js';
import { readSafetensors } from '../../src/file/safetensors.js';
import { outputExtent, sizeOf, sourceShape, squareWindow } from '../../src/graph/extents.js';
import { synapsesOf } from '../../src/graph/synapses/index.js';
import type { Shapes } from '../support/checkpoints.js';
import { checkpointOf, convolutions, shapes } from '../support/checkpoints.js';

describe('networkFromCheckpoint', () => {
  const network = networkFromCheckpoint(checkpointOf(shapes));

  it('makes two populations of every block', () => {
    expect(network.populations.map(({ name, shape }) => [name, ...Object.values(shape)])).toEqual([
      ['stem', 2, 32, 32],
      ['blocks.0.conv1', 2, 32, 32],
      ['blocks.0', 2, 32, 32],
      ['blocks.1.conv1', 4, 16, 16],
      ['blocks.1', 4, 16, 16],
      ['blocks.2.conv1', 12, 16, 16],
      ['blocks.2', 12, 16, 16],
    ]);
    expect(network.populations.map(({ synapses }) => synapses.map(({ source }) => source))).toEqual([
      [-1],
      [0],
      [1, 0],
      [2],
      [3, 2],
      [4],
      [5, 4],
    ]);
    const skips = network.populations.map(({ synapses }) => synapses[1]).filter((skip) => skip !== undefined);
    expect(skips[0]).toEqual({ kind: 'per-channel', source: 0, weights: Float32Array.of(1, 1) });
    expect(skips.slice(1)).toMatchObject([
      { kind: 'convolution', groups: 1, ...squareWindow(1, 2, 0) },
      { kind: 'convolution', groups: 1, ...squareWindow(1, 1, 0) },
    ]);
    expect(skips.length).toBe(3);
    expect(
      network.populations.map(
        ({ bias, shape }) => bias.length === shape.channels && bias.every((b) => b === 0),
      ),
    ).toEqual(network.populations.map(() => true));
  });

  it('puts numbered heads behind their blocks and the final one last', () => {
    expect(network.heads.map(({ name, population }) => [name, population])).toEqual([
      ['1', 2],
      ['2', 4],
      ['final', 6],
    ]);
  });

  it('takes CIFAR-100 for what nobody says', () => {
    expect(network.input).toEqual({ channels: 3, height: 32, width: 32 });
    expect(network.normalisation.mean).toEqual([0.5071, 0.4865, 0.4409]);
    expect(network.normalisation.deviation).toEqual([0.2673, 0.2564, 0.2762]);
    expect(network.labels).toEqual(['class 0', 'class 1', 'class 2', 'class 3', 'class 4']);
    expect(convolutions(network).every((c) => c.batchNormalisation?.epsilon === 1e-5)).toBe(true);
  });

  it('reorders weights into [ky][kx][input][output] and [channel][class]', () => {
    const checkpoint = checkpointOf(shapes);
    const original = checkpoint.tensors.get('blocks.2.conv1.weight')!.toFloat32();
    const { weights } = network.populations[5]!.synapses[0]!;
    const inOrder = Float32Array.from({ length: original.length }, (_, i) => {
      const [output, input, tap] = [Math.floor(i / 100), Math.floor(i / 25) % 4, i % 25];
      return weights[(tap * 4 + input) * 12 + output]!;
    });
    expect(inOrder).toEqual(original);
    const head = checkpoint.tensors.get('heads.final.weight')!.toFloat32();
    expect(
      Float32Array.from(head, (_, i) => network.heads[2]!.weights[(i % 12) * 5 + Math.floor(i / 12)]!),
    ).toEqual(head);
  });

  it('keeps batch normalisation apart', () => {
    const { tensors } = checkpointOf(shapes);
    const { gamma, beta, mean, variance } = convolutions(network)[0]!.batchNormalisation!;
    expect(gamma).toEqual(tensors.get('stem.bn.weight')!.toFloat32());
    expect(beta).toEqual(tensors.get('stem.bn.bias')!.toFloat32());
    expect(mean).toEqual(tensors.get('stem.bn.running_mean')!.toFloat32());
    expect(variance).toEqual(tensors.get('stem.bn.running_var')!.toFloat32());
  });

  it('ignores only the counters of batches', () => {
    const counted = { ...shapes, 'stem.bn.num_batches_tracked': [1] };
    expect(networkFromCheckpoint(checkpointOf(counted))).toEqual(network);
    expect(() => networkFromCheckpoint(checkpointOf({ ...shapes, 'stem.conv.bias': [2] }))).toThrow(
      /tensor that no part of a ResNet uses: "stem.conv.bias"$/,
    );
  });
});

describe('a checkpoint that is no ResNet', () => {
  const without = (pattern: RegExp) =>
    Object.fromEntries(Object.entries(shapes).filter(([name]) => !pattern.test(name)));

  it.each<[string, Shapes, RegExp]>([
    ['no tensors', {}, /no residual blocks/],
    ['no stem', without(/stem.conv/), /lacks the tensor "stem.conv.weight"/],
    ['a gap between blocks', without(/blocks.1/), /lacks the tensor "blocks.1.conv1.weight"/],
    ['no variance', without(/stem.*var/), /lacks the tensor "stem.bn.running_var"/],
    ['no final head', without(/final/), /has no head "final"; its heads are: 1, 2/],
    ['no bias of a head', without(/heads.2.bias/), /lacks the tensor "heads.2.bias"/],
    [
      'a missing shortcut',
      without(/blocks.1.shortcut/),
      /where a block changes the shape, its shortcut must be/,
    ],
    [
      'a grey stem',
      { ...shapes, 'stem.conv.weight': [2, 1, 3, 3] },
      /"stem.conv.weight" needs shape \[outputs, 3, kernel, kernel\], but has shape \[2, 1, 3, 3\]/,
    ],
    ['a flat kernel', { ...shapes, 'stem.conv.weight': [2, 3, 3, 1] }, /needs a square kernel of odd size/],
    ['an even kernel', { ...shapes, 'stem.conv.weight': [2, 3, 2, 2] }, /needs a square kernel of odd size/],
    ['a matrix as kernel', { ...shapes, 'stem.conv.weight': [2, 3] }, /"stem.conv.weight" needs shape/],
    ['no outputs', { ...shapes, 'stem.conv.weight': [0, 3, 3, 3] }, /needs 1 to 4096 output channels/],
    [
      'a long bias',
      { ...shapes, 'stem.bn.bias': [3] },
      /"stem.bn.bias" needs shape \[2\], but has shape \[3\]/,
    ],
    [
      'a head of no classes',
      { ...shapes, 'heads.1.weight': [0, 2] },
      /"heads.1.weight" needs 1 to 65535 classes/,
    ],
    [
      'a head of another width',
      { ...shapes, 'heads.1.weight': [5, 3] },
      /"heads.1.weight" needs shape \[classes, 2\]/,
    ],
    [
      'a head of other classes',
      { ...shapes, 'heads.1.weight': [4, 2], 'heads.1.bias': [4] },
      /tells 4 classes apart, but "final" 5/,
    ],
  ])('is refused: %s', (_, wanted, message) => {
    expect(() => networkFromCheckpoint(checkpointOf(wanted))).toThrow(UserError);
    expect(() => networkFromCheckpoint(checkpointOf(wanted))).toThrow(message);
  });

  it('is refused with values that are no numbers, or a variance that is not positive', () => {
    const withValue = (name: string, value: number): Checkpoint => {
      const { metadata, tensors } = checkpointOf(shapes);
      const tensor = tensors.get(name)!;
      const toFloat32 = () => tensor.toFloat32().fill(value, 1, 2);
      return { metadata, tensors: new Map([...tensors, [name, { ...tensor, toFloat32 }]]) };
    };
    expect(() => networkFromCheckpoint(withValue('blocks.1.conv1.weight', Number.NaN))).toThrow(
      /the tensor "blocks.1.conv1.weight" has a value that is not finite/,
    );
    expect(() => networkFromCheckpoint(withValue('stem.bn.running_var', -0.1))).toThrow(
      /"stem.bn.running_var" has a value/,
    );
  });
});

describe('the stand-in checkpoint', () => {
  const folder = process.env.SNNWASM_STAND_IN ?? join(import.meta.dirname, '../../../shared/stand-in');
  const full = join(folder, 'resnet18-full.safetensors');

  it.skipIf(!existsSync(full))('is the ResNet-18 of the paper', () => {
    const network = networkFromCheckpoint(readSafetensors(readFileSync(full)));
    expect(network.populations.length).toBe(17);
    expect(network.heads.map(({ population }) => population)).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8].map((block) => 2 * block),
    );
    expect(network.populations.reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(557_056);
    expect(network.labels.length).toBe(100);
    let exact = 0;
    let padded = 512 * 100;
    for (const { shape, synapses } of network.populations) {
      for (const one of synapses) {
        if (one.kind !== 'convolution') continue;
        const from = sourceShape(network, one.source);
        expect({ channels: shape.channels, ...outputExtent(from, one) }).toEqual(shape);
        exact += synapsesOf(one, from, shape).every;
        padded += one.weights.length * shape.height * shape.width;
      }
    }
    // the usual count of multiply-accumulates, which takes padding for synapses, and the synapses that exist
    expect(padded).toBe(555_468_800);
    expect(exact).toBe(481_854_208);
  });
});
