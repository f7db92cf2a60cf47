/**
 * Synapses from the image for the kernels: whatever their kind, a convolution of all channels to all, since an image
 * has few channels and is computed once an answer.
 */
import * as R from '../../../assembly/records.js';
import type { Convolution, Depthwise, Shape } from '../network.js';
import { type KernelForm, laneGroups, packRows, taps, type Weights } from './kernel-form.js';

/** The kernel form of synapses from the image. */
export function imageForm(
  synapses: Convolution<Weights> | Depthwise<Weights>,
  source: Shape,
  target: Shape,
): KernelForm {
  return {
    kind: R.KIND_IMAGE,
    window: synapses,
    span: source.channels,
    groupOutputs: target.channels,
    groupInputs: source.channels,
    bytes: laneGroups(target.channels) * taps(synapses) * source.channels * R.LANES,
    write(memory, address) {
      packRows(fullWeights(synapses, source, target), target.channels, memory, address, 0);
    },
  };
}

/** `[tap][input][output]`, 0 where no synapse is. */
function fullWeights(
  synapses: Convolution<Weights> | Depthwise<Weights>,
  source: Shape,
  target: Shape,
): Weights {
  const { weights } = synapses;
  const groups = synapses.kind === 'depthwise' ? source.channels : synapses.groups;
  if (groups === 1) return weights;
  const inputs = source.channels / groups;
  const outputs = target.channels / groups;
  const full = new Int8Array(taps(synapses) * source.channels * target.channels);
  for (let at = 0; at < full.length; at++) {
    const output = at % target.channels;
    const row = Math.floor(at / target.channels);
    const input = row % source.channels;
    if (Math.floor(input / inputs) !== Math.floor(output / outputs)) continue;
    const tap = Math.floor(row / source.channels);
    full[at] = weights[(tap * inputs + (input % inputs)) * target.channels + output]!;
  }
  return full;
}
