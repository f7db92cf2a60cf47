/** The description of a model counts synapses as they are, and its tensors come out in PyTorch's order. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeModel } from '../../src/graph/describe.js';
import { modelTensors } from '../../src/file/export.js';
import type { Shape, SpikingSynapses, SpikingNetwork } from '../../src/graph/network.js';
import { outputExtent, sizeOf, sourceShape, targetsPerPosition } from '../../src/graph/extents.js';
import { arbitraryNetwork, buildNetwork } from '../generate.js';

const arbitrarySmall = arbitraryNetwork({ extent: 7, channels: 5 });

/** Visits every output position and tap, and counts those that meet a source position. */
function countedSynapses(connection: SpikingSynapses, source: Shape, output: Shape): number {
  if (connection.kind === 'identity') return sizeOf(output);
  const { kernel, stride, padding } = connection;
  let pairs = 0;
  for (let y = 0; y < output.height; y++) {
    for (let x = 0; x < output.width; x++) {
      for (let tap = 0; tap < kernel * kernel; tap++) {
        const row = y * stride - padding + Math.floor(tap / kernel);
        const column = x * stride - padding + (tap % kernel);
        if (row >= 0 && row < source.height && column >= 0 && column < source.width) pairs++;
      }
    }
  }
  return pairs * source.channels * output.channels;
}

function allSynapses(network: SpikingNetwork): number[] {
  return network.layers.flatMap(({ shape, connections }) =>
    connections.map((connection) =>
      countedSynapses(connection, sourceShape(network, connection.source), shape),
    ),
  );
}

function inPyTorchOrder(connection: SpikingSynapses, inputs: number, outputs: number): number[] {
  if (connection.kind === 'identity') return [...connection.weights];
  const taps = connection.kernel ** 2;
  const ordered: number[] = [];
  for (let output = 0; output < outputs; output++) {
    for (let input = 0; input < inputs; input++) {
      for (let tap = 0; tap < taps; tap++) {
        ordered.push(connection.weights[(tap * inputs + input) * outputs + output]!);
      }
    }
  }
  return ordered;
}

describe('describeModel', () => {
  it('counts the synapses that each connection has, borders and strides included', () => {
    fc.assert(
      fc.property(arbitrarySmall, (network) => {
        const { layers, heads, synapses } = describeModel(network);
        const described = layers.flatMap(({ connections }) =>
          connections.map((connection) => connection.synapses),
        );
        const counted = allSynapses(network);
        expect(described).toEqual(counted);
        const readout = network.heads.map(
          (head) => sizeOf(network.layers[head.layer]!.shape) * network.labels.length,
        );
        expect(heads.map((head) => head.synapses)).toEqual(readout);
        expect(synapses).toBe([...counted, ...readout].reduce((sum, count) => sum + count, 0));
      }),
      { numRuns: 40 },
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

  it('names sources and sums up layers', () => {
    const network = buildNetwork({
      seed: 2,
      input: { channels: 2, height: 4, width: 4 },
      stem: { channels: 3, kernel: 3, stride: 1 },
      unpadded: false,
      blocks: [{ channels: 3, stride: 1, kernel: 3, head: true }],
      classes: 5,
      propagation: 'pipelined',
    });
    const { neurons, classes, layers, heads, defaults } = describeModel(network);
    expect(neurons).toBe(3 * 3 * 16);
    expect(classes).toBe(5);
    expect(layers.map(({ connections }) => connections.map(({ source }) => source))).toEqual([
      ['image'],
      ['stem'],
      ['blocks.0.conv1', 'stem'],
    ]);
    // 4 x 4 positions: 10 of 12 taps a row meet the image, along both axes
    expect(layers[0]!.connections[0]).toEqual({
      kind: 'convolution',
      source: 'image',
      kernel: 3,
      stride: 1,
      padding: 1,
      synapses: 10 * 10 * 2 * 3,
    });
    expect(layers[2]!.connections[1]).toEqual({ kind: 'identity', source: 'stem', synapses: 48 });
    expect(heads.map(({ name, layer }) => [name, layer])).toEqual([
      ['1', 'blocks.0'],
      ['final', 'blocks.0'],
    ]);
    const { minimum, maximum, values } = layers[0]!.threshold;
    expect(values).toEqual([...network.layers[0]!.threshold]);
    expect([minimum, maximum]).toEqual([Math.min(...values), Math.max(...values)]);
    expect(defaults).toEqual(network.defaults);
  });
});

describe('targetsPerPosition', () => {
  it('knows borders and strides', () => {
    expect([...targetsPerPosition(5, 3, 1, 1)]).toEqual([2, 3, 3, 3, 2]);
    expect([...targetsPerPosition(5, 3, 2, 1)]).toEqual([1, 2, 1, 2, 1]);
    expect([...targetsPerPosition(5, 1, 2, 0)]).toEqual([1, 0, 1, 0, 1]);
    expect([...targetsPerPosition(4, 3, 1, 0)]).toEqual([1, 2, 2, 1]);
    expect([...targetsPerPosition(2, 5, 1, 2)]).toEqual([2, 2]);
  });

  it('agrees with the extent of the output', () => {
    expect(outputExtent(32, 3, 2, 1)).toBe(16);
    expect(outputExtent(5, 3, 2, 1)).toBe(3);
    expect(outputExtent(2, 3, 1, 0)).toBe(0);
  });
});

describe('modelTensors', () => {
  it('gives [output][input][ky][kx] of every convolution and [class][channel] of every head', () => {
    fc.assert(
      fc.property(arbitrarySmall, (network) => {
        const tensors = new Map(modelTensors(network).map((tensor) => [tensor.name, tensor]));
        for (const { name, shape, threshold, connections } of network.layers) {
          expect(tensors.get(`layers.${name}.threshold`)!.data).toEqual(threshold);
          for (const [index, connection] of connections.entries()) {
            const tensor = tensors.get(`layers.${name}.connections.${index}.weight`)!;
            const source = sourceShape(network, connection.source);
            expect([...tensor.data]).toEqual(inPyTorchOrder(connection, source.channels, shape.channels));
            if (connection.kind === 'identity') continue;
            const { kernel } = connection;
            expect(tensor.shape).toEqual([shape.channels, source.channels, kernel, kernel]);
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
        const connections = network.layers.reduce((sum, layer) => sum + layer.connections.length, 0);
        expect(tensors.length).toBe(connections + 2 * network.layers.length + 3 * network.heads.length);
        for (const { shape, data, dtype } of tensors) {
          expect(data.length).toBe(shape.reduce((product, extent) => product * extent, 1));
          expect(data).toBeInstanceOf(dtype === 'I8' ? Int8Array : Int32Array);
        }
      }),
      { numRuns: 20 },
    );
  });
});
