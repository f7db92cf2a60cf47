/** What a checkpoint says about itself, and what options say instead. */
import { describe, expect, it } from 'vitest';
import { readCheckpointMetadata } from '../../src/convert/metadata.js';
import { networkFromCheckpoint } from '../../src/convert/resnet.js';
import { UserError } from '../../src/errors.js';
import type { Shapes } from '../support/checkpoints.js';
import { checkpointOf, convolutions, shapes } from '../support/checkpoints.js';

describe('metadata and options', () => {
  const named: Shapes = { ...shapes, 'heads.a.weight': [5, 4], 'heads.a.bias': [5] };

  it('come before names and CIFAR-100, and options before metadata', () => {
    const metadata = {
      architecture: 'resnet18-cifar',
      heads: [{ name: 'a', block: 2, accuracy: 0.5 }],
      batchNormEpsilon: 1e-3,
      normalisation: { mean: [0.1, 0.2, 0.3], std: [1, 2, 3] },
      labels: ['a', 'b', 'c', 'd', 'e'],
      inputShape: [3, 9, 6],
      strides: [1, 1, 3],
      activationThresholds: { stem: 1.5, 'blocks.2': 2 },
      anything: { else: [] },
    };
    const checkpoint = checkpointOf(named, metadata);
    const network = networkFromCheckpoint(checkpoint);
    // Block n ends with population 2n.
    expect(network.heads.map(({ name, population }) => [name, population])).toEqual([
      ['1', 2],
      ['2', 4],
      ['a', 4],
      ['final', 6],
    ]);
    expect(network.populations.map(({ shape }) => [shape.height, shape.width])).toEqual([
      ...Array(5).fill([9, 6]),
      [3, 2],
      [3, 2],
    ]);
    expect(network.labels).toEqual(metadata.labels);
    expect(network.normalisation).toEqual({ mean: [0.1, 0.2, 0.3], deviation: [1, 2, 3] });
    expect(convolutions(network)[0]!.batchNormalisation!.epsilon).toBe(1e-3);
    expect(readCheckpointMetadata(checkpoint).activationThresholds).toEqual(
      new Map([
        ['stem', 1.5],
        ['blocks.2', 2],
      ]),
    );
    const options = {
      labels: ['v', 'w', 'x', 'y', 'z'],
      batchNormEpsilon: 0,
      input: { channels: 3, height: 12, width: 12 },
      normalisation: { mean: [0, 0, 0], deviation: [1, 1, 1] },
    };
    const chosen = networkFromCheckpoint(checkpoint, options);
    expect(chosen).toMatchObject({
      labels: options.labels,
      input: options.input,
      normalisation: options.normalisation,
    });
    expect(convolutions(chosen)[0]!.batchNormalisation!.epsilon).toBe(0);
  });

  it('let a variance be zero where epsilon is not', () => {
    const { metadata, tensors } = checkpointOf(shapes);
    const variance = tensors.get('stem.bn.running_var')!;
    const constant = { ...variance, toFloat32: () => new Float32Array(2) };
    const checkpoint = { metadata, tensors: new Map([...tensors, ['stem.bn.running_var', constant]]) };
    expect(convolutions(networkFromCheckpoint(checkpoint))[0]!.batchNormalisation!.variance[0]).toBe(0);
    expect(() => networkFromCheckpoint(checkpoint, { batchNormEpsilon: 0 })).toThrow(
      /not positive with epsilon 0/,
    );
  });

  it('must put heads behind a block that exists', () => {
    for (const block of [0, 4, 1.5, Number.NaN]) {
      expect(() => networkFromCheckpoint(checkpointOf(shapes), { heads: { 1: block } })).toThrow(
        /the head "1" would follow block .*, but the blocks are 1 to 3/,
      );
    }
  });

  it('place heads that have names', () => {
    expect(() => networkFromCheckpoint(checkpointOf(named))).toThrow(
      /which block the head "a" follows: say so, as in a=2/,
    );
    const placed = networkFromCheckpoint(checkpointOf(named), { heads: { a: 2 } });
    expect(placed.heads.map(({ name }) => name)).toEqual(['1', '2', 'a', 'final']);
  });

  it.each<[string, unknown, RegExp]>([
    ['no JSON', '{', /metadata entry "snnwasm" of the checkpoint is not valid JSON/],
    ['a list', [], /must be a map, but is a list/],
    ['another architecture', { architecture: 'vgg16' }, /is a "vgg16", but only ResNets can be converted/],
    ['a head without a block', { heads: [{ name: '1' }] }, /heads\[0\] lacks the field "block"/],
    ['a head twice', { heads: [1, 2].map((block) => ({ name: '1', block })) }, /gives the head "1" twice/],
    [
      'a head that is not there',
      { heads: [{ name: 'z', block: 1 }] },
      /no head "z"; its heads are: 1, 2, final/,
    ],
    [
      'a head behind the end',
      { heads: [{ name: '1', block: 4 }] },
      /would follow block 4, but the blocks are 1 to 3/,
    ],
    [
      'a final head too early',
      { heads: [{ name: 'final', block: 2 }] },
      /"final" must follow the last block, 3, not 2/,
    ],
    ['too few labels', { labels: ['a'] }, /there are 1 labels, but the checkpoint tells 5 classes apart/],
    [
      'too few means',
      { normalisation: { mean: [0], std: [1] } },
      /has 1 means and 1 deviations, but the image has 3/,
    ],
    [
      'a deviation of 0',
      { normalisation: { mean: [0, 0, 0], std: [1, 0, 1] } },
      /normalisation.std\[1\] must be a number/,
    ],
    ['too few strides', { strides: [1] }, /has 3 blocks, but its metadata give 1 strides/],
    [
      'a stride on an identity',
      { strides: [2, 2, 1] },
      /blocks.0 adds 2 x 16 x 16 of its convolution and 2 x 32 x 32/,
    ],
    [
      'an epsilon as text',
      { batchNormEpsilon: '1' },
      /batchNormEpsilon must be a number from 0 to 1, but is "1"/,
    ],
    [
      'a threshold of 0',
      { activationThresholds: { stem: 0 } },
      /activationThresholds.stem must be a finite number/,
    ],
    [
      'a threshold of no layer',
      { activationThresholds: { x: 1 } },
      /activation threshold for "x", which is no layer/,
    ],
  ])('are refused: %s', (_, metadata, message) => {
    expect(() => networkFromCheckpoint(checkpointOf(shapes, metadata))).toThrow(UserError);
    expect(() => networkFromCheckpoint(checkpointOf(shapes, metadata))).toThrow(message);
  });
});

describe('accuracies', () => {
  it('of the test records are read by the name of the head, and must be shares', () => {
    const of = (test: unknown) => readCheckpointMetadata(checkpointOf(shapes, { accuracies: { test } }));
    expect([...of({ records: 10, heads: { final: 0.75 } }).testAccuracies!]).toEqual([['final', 0.75]]);
    expect([...of({}).testAccuracies!]).toEqual([]);
    expect(() => of({ heads: { final: 75 } })).toThrow(UserError);
  });
});
