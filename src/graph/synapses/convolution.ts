/** A convolution: rectangular kernels, strides, dilation, any padding, groups. */
import * as R from '../../../assembly/records.js';
import type { Convolution, Shape } from '../network.js';
import { checkRows, describeWindow, readWindow, WINDOW_FIELDS, writeWindow } from './geometry.js';
import { type KernelForm, laneGroups, packRows, taps, type Weights } from './kernel-form.js';
import type { SynapsesKind } from './kind.js';

type Synapses = Convolution<Weights>;

export const convolution: SynapsesKind<Synapses> = {
  kind: 'convolution',
  weightType: 'int8',
  exportAxes: [3, 2, 0, 1],
  windowForm: (synapses) => synapses,
  window: (synapses) => synapses,

  weightShape({ kernel, groups }, source, target) {
    return [kernel.height, kernel.width, source.channels / groups, target.channels];
  },

  tapFanOut(synapses, source, target) {
    const { weights, groups } = synapses;
    const inputs = source.channels / groups;
    const outputs = target.channels / groups;
    const existing = new Uint32Array(taps(synapses) * source.channels);
    for (let at = 0; at < existing.length; at++) {
      const tap = Math.floor(at / source.channels);
      const channel = at % source.channels;
      const group = Math.floor(channel / inputs);
      const row = (tap * inputs + (channel % inputs)) * target.channels + group * outputs;
      let count = 0;
      for (let output = row; output < row + outputs; output++) if (weights[output] !== 0) count++;
      existing[at] = count;
    }
    return { existing, every: outputs };
  },

  read(field, source, target) {
    const fields = field.fields('kind', 'source', ...WINDOW_FIELDS, 'groups', 'weights');
    const groups = fields.groups.integer(1, source.channels);
    if (source.channels % groups !== 0 || target.channels % groups !== 0) {
      fields.groups.refuse(`a divisor of ${source.channels} and of ${target.channels} channels`);
    }
    const window = readWindow(field, fields, source, target);
    checkRows(field, taps(window), groups === 1 ? source.channels : spanOf(groups, source, target));
    return { ...window, groups };
  },

  write: (synapses) => ({ ...writeWindow(synapses), groups: synapses.groups }),

  describe: (synapses) => ({
    ...describeWindow(synapses),
    ...(synapses.groups > 1 && { groups: synapses.groups }),
  }),

  kernelForm(synapses, source, target) {
    return convolutionForm(synapses, source, target);
  },
};

/** Source channels that reach a lane group: those of all groups that it has outputs of. */
function spanOf(groups: number, source: Shape, target: Shape): number {
  const outputs = target.channels / groups;
  let most = 0;
  for (let first = 0; first < target.channels; first += R.LANES) {
    const last = Math.min(first + R.LANES, target.channels) - 1;
    most = Math.max(most, Math.floor(last / outputs) - Math.floor(first / outputs) + 1);
  }
  return (most * source.channels) / groups;
}

/** A convolution for the kernels; dense synapses are one as well. */
export function convolutionForm(synapses: Synapses, source: Shape, target: Shape): KernelForm {
  const { weights, groups } = synapses;
  const span = spanOf(groups, source, target);
  // A span of all channels begins with the first, whichever groups a lane group meets.
  const step = span === source.channels ? 0 : source.channels / groups;
  return {
    kind: R.KIND_CONVOLUTION,
    window: synapses,
    span,
    groupOutputs: target.channels / groups,
    groupInputs: step,
    bytes: laneGroups(target.channels) * taps(synapses) * span * R.LANES,
    write(memory, address) {
      if (groups === 1) packRows(weights, target.channels, memory, address, R.EVEN_CHANNEL_OFFSET);
      else packGroups(synapses, source, target, span, step, new Int8Array(memory, address));
    },
  };
}

/** Rows of all channels that reach a lane group, with weights of 0 where two groups have nothing to do with each other. */
function packGroups(
  synapses: Synapses,
  source: Shape,
  target: Shape,
  span: number,
  step: number,
  bytes: Int8Array,
): void {
  const { weights, groups } = synapses;
  const inputs = source.channels / groups;
  const outputs = target.channels / groups;
  let at = 0;
  for (let first = 0; first < target.channels; first += R.LANES) {
    const firstChannel = Math.floor(first / outputs) * step;
    for (let tap = 0; tap < taps(synapses); tap++) {
      for (let channel = firstChannel; channel < firstChannel + span; channel++) {
        for (let output = first; output < first + R.LANES; output++) {
          const joined =
            output < target.channels &&
            channel < source.channels &&
            Math.floor(channel / inputs) === Math.floor(output / outputs);
          const weight = joined
            ? weights[(tap * inputs + (channel % inputs)) * target.channels + output]!
            : 0;
          bytes[at++] = output % 2 === 0 ? weight + R.EVEN_CHANNEL_OFFSET : weight;
        }
      }
    }
  }
}
