/**
 * What the plain JavaScript baselines have in common: they step the same integer network as the engine, synchronous,
 * and show every layer's spikes, so that they can be compared neuron by neuron. They leave the heads out, which is in
 * their favour.
 */
import type { SpikingConvolution, SpikingNetwork, SpikingPopulation } from '../../src/graph/network.js';

export interface Baseline {
  /** Computes one timestep of all layers. */
  step(): void;
  /** One byte a neuron, `[y][x][channel]`: the spikes of the last timestep. A copy. */
  spikes(layer: number): Uint8Array;
}

/** Rounds up to a multiple. */
export const padded = (count: number, multiple: number): number => Math.ceil(count / multiple) * multiple;

/** Membrane potential of every channel at the start. */
export function initialMembrane({ threshold }: SpikingPopulation, initialPotential: number): Int32Array {
  return threshold.map((value) => Math.floor(value * initialPotential + 0.5));
}

/** The constant current of the first layer, `[y][x][channel]`; computed once an image, as the engine does. */
export function analogCurrent(network: SpikingNetwork, input: Int16Array): Int32Array {
  const { shape, connections } = network.layers[0]!;
  const { kernel, stride, padding, weights } = connections[0] as SpikingConvolution;
  const from = network.input;
  const current = new Int32Array(shape.height * shape.width * shape.channels);
  for (let y = 0; y < shape.height; y++) {
    for (let x = 0; x < shape.width; x++) {
      const out = (y * shape.width + x) * shape.channels;
      for (let tap = 0; tap < kernel * kernel; tap++) {
        const sourceY = y * stride + Math.floor(tap / kernel) - padding;
        const sourceX = x * stride + (tap % kernel) - padding;
        if (sourceY < 0 || sourceY >= from.height || sourceX < 0 || sourceX >= from.width) continue;
        for (let channel = 0; channel < from.channels; channel++) {
          const value = input[(sourceY * from.width + sourceX) * from.channels + channel]!;
          const row = (tap * from.channels + channel) * shape.channels;
          for (let target = 0; target < shape.channels; target++) {
            current[out + target]! += weights[row + target]! * value;
          }
        }
      }
    }
  }
  return current;
}

/** Width of the border of zeros that lets every convolution of a layer's spikes read without a test. */
export function borderOf(network: SpikingNetwork, layer: number): number {
  const readers = network.layers.flatMap(({ connections }) =>
    connections.map((connection) =>
      connection.kind === 'convolution' && connection.source === layer ? connection.padding : 0,
    ),
  );
  return Math.max(0, ...readers);
}
