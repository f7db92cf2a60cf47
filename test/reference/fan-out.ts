/**
 * A second count of synaptic operations, from the other end: how many synapses leave each source neuron. It
 * shares no loop with the simulator, which counts synapses where they arrive.
 */
import type { Shape, SpikingNetwork, SpikingSynapses } from '../../src/graph/network.js';
import { IMAGE } from '../../src/graph/network.js';
import type { SimulationOptions } from './simulator.js';

/** Synapses that leave a neuron: of a weight that is not 0, and with the others. */
export interface Leaving {
  readonly existing: number;
  readonly every: number;
}

/** Synapses from one source neuron, `[y][x][channel]` of shape `from`, into a population of shape `to`. */
export function fanOut(synapses: SpikingSynapses, from: Shape, to: Shape, neuron: number): Leaving {
  const channel = neuron % from.channels;
  const pixel = Math.floor(neuron / from.channels);
  const { weights } = synapses;
  if (synapses.kind === 'per-channel') return countOf([weights[channel]!]);
  if (synapses.kind === 'dense') return countOf(rowOf(weights, neuron, 0, to.channels, to.channels));
  const rows = tapsThatMeet(synapses, 'height', to, Math.floor(pixel / from.width) + synapses.padding.top);
  const columns = tapsThatMeet(synapses, 'width', to, (pixel % from.width) + synapses.padding.left);
  const taps = rows.flatMap((ky) => columns.map((kx) => ky * synapses.kernel.width + kx));
  if (synapses.kind === 'depthwise') return countOf(taps.map((tap) => weights[tap * to.channels + channel]!));
  const inputs = from.channels / synapses.groups;
  const outputs = to.channels / synapses.groups;
  const first = Math.floor(channel / inputs) * outputs;
  return countOf(
    taps.flatMap((tap) =>
      rowOf(weights, tap * inputs + (channel % inputs), first, first + outputs, to.channels),
    ),
  );
}

/** Weights from output channel `first` to the one before `end` of a row. */
function rowOf(weights: ArrayLike<number>, row: number, first: number, end: number, width: number): number[] {
  return Array.from({ length: end - first }, (_, index) => weights[row * width + first + index]!);
}

/** Along one axis: the taps through which some output place looks at place `padded` of the padded source. */
function tapsThatMeet(
  { kernel, stride, dilation }: Extract<SpikingSynapses, { kind: 'convolution' | 'depthwise' }>,
  axis: 'height' | 'width',
  to: Shape,
  padded: number,
): number[] {
  const met: number[] = [];
  for (let place = 0; place < to[axis]; place++) {
    const tap = (padded - place * stride[axis]) / dilation[axis];
    if (Number.isInteger(tap) && tap >= 0 && tap < kernel[axis]) met.push(tap);
  }
  return met;
}

function countOf(weights: readonly number[]): Leaving {
  return { existing: weights.filter((weight) => weight !== 0).length, every: weights.length };
}

/**
 * Synaptic operations that population `index` received at each timestep, from the spike tensors of all populations
 * (`[population][timestep]`).
 */
export function synapticOperationsByFanOut(
  network: SpikingNetwork,
  index: number,
  spikeTensors: readonly (readonly Uint8Array[])[],
  options: SimulationOptions,
): Leaving[] {
  const { shape, synapses } = network.populations[index]!;
  const delay = options.propagation === 'pipelined' ? 1 : 0;
  return Array.from({ length: options.timesteps }, (_, t) => {
    let existing = 0;
    let every = 0;
    for (const one of synapses) {
      if (one.source === IMAGE || t < delay) continue;
      const from = network.populations[one.source]!.shape;
      spikeTensors[one.source]![t - delay]!.forEach((spike, neuron) => {
        if (spike === 0) return;
        const leaving = fanOut(one, from, shape, neuron);
        existing += leaving.existing;
        every += leaving.every;
      });
    }
    return { existing, every };
  });
}
