/**
 * Counts synapses exactly: at the border of a feature map, and where a stride skips positions, a neuron reaches
 * fewer targets than kernel * kernel.
 */
import type { Network, Shape, SpikingConnection, SpikingNetwork } from './graph.js';
import { IMAGE } from './graph.js';

/** Rows (or columns) of a convolution's output: floor((extent + 2 padding - kernel) / stride) + 1. */
export function outputExtent(extent: number, kernel: number, stride: number, padding: number): number {
  return Math.floor((extent + 2 * padding - kernel) / stride) + 1;
}

/** Neurons of a layer, or values of an image. */
export function sizeOf(shape: Shape): number {
  return shape.channels * shape.height * shape.width;
}

/** The shape of what a connection reads. */
export function sourceShape(
  network: Pick<SpikingNetwork | Network, 'input' | 'layers'>,
  source: number,
): Shape {
  const shape = source === IMAGE ? network.input : network.layers[source]?.shape;
  if (shape === undefined) throw new RangeError(`no layer ${source}`);
  return shape;
}

/**
 * How many outputs each input position along one axis reaches through a convolution.
 *
 * @returns `[extent]`. A spike at row y and column x of any input channel reaches
 * `rows[y] * columns[x] * outputChannels` synapses.
 */
export function targetsPerPosition(
  extent: number,
  kernel: number,
  stride: number,
  padding: number,
): Uint16Array {
  const targets = new Uint16Array(extent);
  const outputs = outputExtent(extent, kernel, stride, padding);
  for (let output = 0; output < outputs; output++) {
    for (let tap = 0; tap < kernel; tap++) {
      const position = output * stride + tap - padding;
      if (position >= 0 && position < extent) targets[position]! += 1;
    }
  }
  return targets;
}

/** Synapses of one connection: how many synaptic operations it costs when every source neuron spikes once. */
export function connectionSynapses(connection: SpikingConnection, source: Shape, output: Shape): number {
  if (connection.kind === 'identity') return sizeOf(output);
  const { kernel, stride, padding } = connection;
  const along = (extent: number) => sum(targetsPerPosition(extent, kernel, stride, padding));
  return source.channels * output.channels * along(source.height) * along(source.width);
}

function sum(counts: Uint16Array): number {
  return counts.reduce((total, count) => total + count, 0);
}
