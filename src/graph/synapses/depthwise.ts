/** A depthwise convolution: every channel through a window of its own to the same channel. */
import * as R from '../../../assembly/records.js';
import type { Depthwise } from '../network.js';
import { describeWindow, readWindow, WINDOW_FIELDS, writeWindow } from './geometry.js';
import { laneGroups, packRows, taps, type Weights } from './kernel-form.js';
import { existingOf, readSameChannels, type SynapsesKind } from './kind.js';

export const depthwise: SynapsesKind<Depthwise<Weights>> = {
  kind: 'depthwise',
  weightType: 'int8',
  exportAxes: [2, 0, 1],
  windowForm: (synapses) => synapses,
  window: (synapses) => synapses,
  weightShape: ({ kernel }, _, target) => [kernel.height, kernel.width, target.channels],
  tapFanOut: ({ weights }) => ({ existing: existingOf(weights), every: 1 }),

  read(field, source, target) {
    const fields = field.fields('kind', 'source', ...WINDOW_FIELDS, 'weights');
    readSameChannels(field, source, target);
    const window = readWindow(field, fields, source, target);
    // The sums of a window stay in 16 bits.
    if (taps(window) > R.ROWS_PER_FLUSH) {
      field.complain(`must have at most ${R.ROWS_PER_FLUSH} taps, but has ${taps(window)}`);
    }
    return window;
  },

  write: writeWindow,
  describe: describeWindow,

  kernelForm(synapses, source, target) {
    return {
      kind: R.KIND_DEPTHWISE,
      window: synapses,
      span: 1,
      groupOutputs: target.channels,
      groupInputs: source.channels,
      bytes: laneGroups(target.channels) * taps(synapses) * R.LANES,
      write: (memory, address) => packRows(synapses.weights, target.channels, memory, address, 0),
    };
  },
};
