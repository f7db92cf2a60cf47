/** Dense synapses, a fully connected layer over a flattened source: a convolution whose window is the whole source. */

import { sizeOf, wholeWindow } from '../extents.js';
import type { Convolution, Dense, Shape } from '../network.js';
import { convolution, convolutionForm } from './convolution.js';
import { checkRows } from './geometry.js';
import type { Weights } from './kernel-form.js';
import type { SynapsesKind } from './kind.js';

export const dense: SynapsesKind<Dense<Weights>> = {
  kind: 'dense',
  weightType: 'int8',
  exportAxes: [3, 2, 0, 1],
  windowForm: asConvolution,
  window: (_, source) => wholeWindow(source),
  weightShape: (_, source, target) => [source.height, source.width, source.channels, target.channels],
  tapFanOut: (synapses, source, target) =>
    convolution.tapFanOut(asConvolution(synapses, source), source, target),

  read(field, source, target) {
    field.fields('kind', 'source', 'weights');
    if (target.height !== 1 || target.width !== 1) {
      field.complain(`must feed a population of 1 x 1 pixel, but feeds ${target.height} x ${target.width}`);
    }
    checkRows(field, source.height * source.width, source.channels);
    return {};
  },

  write: () => ({}),
  describe: () => ({}),
  kernelForm: (synapses, source, target) => convolutionForm(asConvolution(synapses, source), source, target),
};

function asConvolution(synapses: Dense<Weights>, source: Shape): Convolution<Weights> {
  if (sizeOf(source) === 0) throw new RangeError('a source has neurons');
  return { ...synapses, ...wholeWindow(source), kind: 'convolution', groups: 1 };
}
