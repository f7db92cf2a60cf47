/** Synapses of every neuron to the one of the same channel and pixel: skips, and gains between populations. */
import * as R from '../../../assembly/records.js';
import { SINGLE } from '../extents.js';
import type { PerChannel } from '../network.js';
import { laneGroups, type Weights } from './kernel-form.js';
import { existingOf, readSameChannels, type SynapsesKind } from './kind.js';

export const perChannel: SynapsesKind<PerChannel<Weights>> = {
  kind: 'per-channel',
  weightType: 'int32',
  exportAxes: [0],
  windowForm: (synapses) => ({ ...synapses, ...SINGLE, kind: 'depthwise' }),
  window: () => SINGLE,
  weightShape: (_, __, target) => [target.channels],
  tapFanOut: ({ weights }) => ({ existing: existingOf(weights), every: 1 }),

  read(field, source, target) {
    field.fields('kind', 'source', 'weights');
    readSameChannels(field, source, target);
    if (source.height !== target.height || source.width !== target.width) {
      field.complain('must join populations of equal shape');
    }
    return {};
  },

  write: () => ({}),
  describe: () => ({}),

  kernelForm({ weights }, source, target) {
    return {
      kind: R.KIND_PER_CHANNEL,
      window: SINGLE,
      span: 1,
      groupOutputs: target.channels,
      groupInputs: source.channels,
      bytes: laneGroups(target.channels) * R.LANE_BYTES,
      write: (memory, address) => new Int32Array(memory, address).set(weights),
    };
  },
};
