/**
 * Every synapse of a set, one by one, in the plainest loops that say which neurons it joins: what the registry of
 * src/graph/synapses/ and the kernels have to agree with.
 */
import type { AnySynapses, Shape, Window } from '../../src/graph/network.js';

/** Called for each: indices of the source and the target neuron, `[y][x][channel]`, and the weight, 0 included. */
export type Visit = (source: number, target: number, weight: number) => void;

/**
 * Visits all synapses from a population (or image) of shape `from` to one of shape `to`.
 *
 * @param values - where given, one a source neuron: synapses from those that are 0 are left out
 */
export function arrivals(
  synapses: AnySynapses<ArrayLike<number>, ArrayLike<number>>,
  from: Shape,
  to: Shape,
  visit: Visit,
  values?: ArrayLike<number>,
): void {
  const silent = (source: number): boolean => values !== undefined && values[source] === 0;
  if (synapses.kind === 'dense') {
    for (let source = 0; source < from.height * from.width * from.channels; source++) {
      if (silent(source)) continue;
      for (let target = 0; target < to.channels; target++) {
        visit(source, target, synapses.weights[source * to.channels + target]!);
      }
    }
    return;
  }
  if (synapses.kind === 'per-channel') {
    for (let neuron = 0; neuron < to.height * to.width * to.channels; neuron++) {
      if (!silent(neuron)) visit(neuron, neuron, synapses.weights[neuron % to.channels]!);
    }
    return;
  }
  const groups = synapses.kind === 'depthwise' ? from.channels : synapses.groups;
  const inputs = from.channels / groups;
  const outputs = to.channels / groups;
  eachTap(synapses, from, to, (sourcePixel, targetPixel, tap) => {
    for (let input = 0; input < from.channels; input++) {
      const source = sourcePixel * from.channels + input;
      if (silent(source)) continue;
      const row = (tap * inputs + (input % inputs)) * to.channels;
      const first = Math.floor(input / inputs) * outputs;
      for (let output = first; output < first + outputs; output++) {
        visit(source, targetPixel * to.channels + output, synapses.weights[row + output]!);
      }
    }
  });
}

function eachTap(
  { kernel, stride, padding, dilation }: Window,
  from: Shape,
  to: Shape,
  visit: (sourcePixel: number, targetPixel: number, tap: number) => void,
): void {
  for (let y = 0; y < to.height; y++) {
    for (let x = 0; x < to.width; x++) {
      for (let kernelY = 0; kernelY < kernel.height; kernelY++) {
        for (let kernelX = 0; kernelX < kernel.width; kernelX++) {
          const sourceY = y * stride.height + kernelY * dilation.height - padding.top;
          const sourceX = x * stride.width + kernelX * dilation.width - padding.left;
          if (sourceY < 0 || sourceY >= from.height || sourceX < 0 || sourceX >= from.width) continue;
          visit(sourceY * from.width + sourceX, y * to.width + x, kernelY * kernel.width + kernelX);
        }
      }
    }
  }
}
