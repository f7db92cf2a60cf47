/** The description of a model counts synapses as they are, and its tensors come out in PyTorch's order. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelTensors } from '../../src/file/export.js';
import { describeModel } from '../../src/graph/describe.js';
import { sourceShape } from '../../src/graph/extents.js';
import type { Shape, SpikingNetwork, SpikingSynapses } from '../../src/graph/network.js';
import { arbitraryNetwork, buildNetwork } from '../generate.js';
import { randomGraph } from '../reference/random-graph.js';
import { arrivals } from '../reference/synapses.js';

const arbitrarySmall = fc.oneof(
  arbitraryNetwork({ extent: 7, channels: 5 }),
  fc.nat(1e6).map((seed) => randomGraph(seed, 4)),
);

/** Visits every synapse there is: how many have a weight that is not 0, and how many there are with the others. */
function counted(network: SpikingNetwork, synapses: SpikingSynapses, target: Shape): [number, number] {
  let existing = 0;
  let every = 0;
  arrivals(synapses, sourceShape(network, synapses.source), target, (_, __, weight) => {
    every++;
    if (weight !== 0) existing++;
  });
  return [existing, every];
}

/** Weights in PyTorch's order, from ours: the output channel last. */
function inPyTorchOrder(synapses: SpikingSynapses, source: Shape, target: Shape): number[] {
  const { weights } = synapses;
  if (synapses.kind === 'per-channel') return [...weights];
  const single = synapses.kind === 'depthwise';
  const taps =
    synapses.kind === 'dense' ? source.height * source.width : synapses.kernel.height * synapses.kernel.width;
  const inputs = single ? 1 : weights.length / taps / target.channels;
  const ordered: number[] = [];
  for (let output = 0; output < target.channels; output++) {
    for (let input = 0; input < inputs; input++) {
      for (let tap = 0; tap < taps; tap++) {
        ordered.push(weights[(tap * inputs + input) * target.channels + output]!);
      }
    }
  }
  return ordered;
}

/** Extents of a tensor in PyTorch's order. */
function pyTorchShape(synapses: SpikingSynapses, source: Shape, target: Shape): number[] {
  const { channels } = target;
  switch (synapses.kind) {
    case 'per-channel':
      return [channels];
    case 'depthwise':
      return [channels, synapses.kernel.height, synapses.kernel.width];
    case 'dense':
      return [channels, source.channels, source.height, source.width];
    case 'convolution':
      return [channels, source.channels / synapses.groups, synapses.kernel.height, synapses.kernel.width];
  }
}

describe('describeModel', () => {
  it('counts the synapses that there are, borders and strides included, with weights of 0 and without', () => {
    fc.assert(
      fc.property(arbitrarySmall, (network) => {
        const description = describeModel(network);
        const sums = [0, 0] as [number, number];
        const add = ([existing, every]: readonly [number, number]) => {
          sums[0] += existing;
          sums[1] += every;
        };
        description.populations.forEach((described, index) => {
          const { shape, synapses } = network.populations[index]!;
          const counts = synapses.map((one) => counted(network, one, shape));
          expect(described.sources.map((one) => [one.synapses, one.synapsesWithZeros])).toEqual(counts);
          const total = (column: 0 | 1) => counts.reduce((sum, count) => sum + count[column], 0);
          expect([described.synapses, described.synapsesWithZeros]).toEqual([total(0), total(1)]);
          counts.forEach(add);
        });
        description.heads.forEach((described, index) => {
          const { population, weights } = network.heads[index]!;
          const { channels, height, width } = network.populations[population]!.shape;
          const every = channels * height * width * network.labels.length;
          const existing = height * width * weights.filter((weight) => weight !== 0).length;
          expect([described.synapses, described.synapsesWithZeros]).toEqual([existing, every]);
          add([existing, every]);
        });
        expect([description.synapses, description.synapsesWithZeros]).toEqual(sums);
      }),
      { numRuns: 60 },
    );
  });

  it('is plain data', () => {
    fc.assert(
      fc.property(arbitrarySmall, (network) => {
        const description = describeModel(network);
        expect(JSON.parse(JSON.stringify(description))).toEqual(description);
      }),
      { numRuns: 20 },
    );
  });

  it('names sources and sums up populations', () => {
    const network = buildNetwork({
      seed: 2,
      input: { channels: 2, height: 4, width: 4 },
      stem: { channels: 3, kernel: 3, stride: 1 },
      unpadded: false,
      blocks: [{ channels: 3, stride: 1, kernel: 3, head: true }],
      classes: 5,
      propagation: 'pipelined',
    });
    const { neurons, classes, populations, heads, defaults } = describeModel(network);
    expect(neurons).toBe(3 * 3 * 16);
    expect(classes).toBe(5);
    expect(populations.map(({ sources }) => sources.map(({ source }) => source))).toEqual([
      ['image'],
      ['stem'],
      ['blocks.0.conv1', 'stem'],
    ]);
    // 4 x 4 positions: 10 of 12 taps a row meet the image, along both axes
    // One weight is 0, of the tap above the middle, which meets 3 rows of 4 pixels.
    const { weights } = network.populations[0]!.synapses[0]!;
    expect([...weights.keys()].filter((index) => weights[index] === 0)).toEqual([1 * 2 * 3]);
    expect(populations[0]!.sources[0]).toEqual({
      kind: 'convolution',
      source: 'image',
      kernel: 3,
      stride: 1,
      padding: 1,
      synapses: 10 * 10 * 2 * 3 - 3 * 4,
      synapsesWithZeros: 10 * 10 * 2 * 3,
    });
    expect(populations[2]!.sources[1]).toEqual({
      kind: 'per-channel',
      source: 'stem',
      synapses: 48,
      synapsesWithZeros: 48,
    });
    expect(heads.map(({ name, population }) => [name, population])).toEqual([
      ['1', 'blocks.0'],
      ['final', 'blocks.0'],
    ]);
    const { minimum, maximum, values } = populations[0]!.threshold;
    expect(values).toEqual([...network.populations[0]!.threshold]);
    expect([minimum, maximum]).toEqual([Math.min(...values), Math.max(...values)]);
    expect(defaults).toEqual(network.defaults);
  });
});

describe('modelTensors', () => {
  it('gives the output channel first of all synapses and [class][channel] of every head', () => {
    fc.assert(
      fc.property(arbitrarySmall, (network) => {
        const tensors = new Map(modelTensors(network).map((tensor) => [tensor.name, tensor]));
        for (const { name, shape, bias, threshold, synapses } of network.populations) {
          expect(tensors.get(`populations.${name}.bias`)!.data).toEqual(bias);
          expect(tensors.get(`populations.${name}.threshold`)!.data).toEqual(threshold);
          for (const [index, one] of synapses.entries()) {
            const tensor = tensors.get(`populations.${name}.synapses.${index}.weight`)!;
            const source = sourceShape(network, one.source);
            expect([...tensor.data]).toEqual(inPyTorchOrder(one, source, shape));
            expect(tensor.shape).toEqual(pyTorchShape(one, source, shape));
          }
        }
        for (const head of network.heads) {
          const { shape, data } = tensors.get(`heads.${head.name}.weight`)!;
          const [classes, channels] = shape as [number, number];
          const transposed = Int8Array.from(
            data,
            (_, i) => head.weights[(i % channels) * classes + Math.floor(i / channels)]!,
          );
          expect(data).toEqual(transposed);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('has a name of its own for every tensor, and as many values as the shape says', () => {
    fc.assert(
      fc.property(arbitrarySmall, (network) => {
        const tensors = modelTensors(network);
        expect(new Set(tensors.map(({ name }) => name)).size).toBe(tensors.length);
        const sets = network.populations.reduce((sum, { synapses }) => sum + synapses.length, 0);
        expect(tensors.length).toBe(sets + 2 * network.populations.length + 3 * network.heads.length);
        for (const { shape, data, dtype } of tensors) {
          expect(data.length).toBe(shape.reduce((product, extent) => product * extent, 1));
          expect(data).toBeInstanceOf(dtype === 'I8' ? Int8Array : Int32Array);
        }
      }),
      { numRuns: 20 },
    );
  });
});
