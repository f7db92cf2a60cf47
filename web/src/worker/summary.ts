/** The model as the page needs to know it: shapes, synapses and figures, no weights. */

import { analogMultiplyAccumulates, multiplyAccumulates } from '../../../src/app/answer.js';
import { describeModel, type SpikingNetwork } from '../../../src/index.js';
import type { Model } from '../protocol.js';

export function summarise(network: SpikingNetwork): Model {
  const { populations, heads, ...description } = describeModel(network);
  const stages = stagesOf(network);
  return {
    name: description.name,
    labels: [...description.labels],
    input: description.input,
    neurons: description.neurons,
    synapses: description.synapses,
    layers: populations.map(({ name, shape, neurons, synapses, lambda, threshold, sources }, index) => ({
      name,
      stage: stages[index]!,
      shape,
      neurons,
      synapses,
      lambda,
      threshold: [threshold.minimum, threshold.maximum],
      connections: sources.map(({ kind, kernel, stride, synapses }, position) => ({
        kind,
        source: network.populations[index]!.synapses[position]!.source,
        kernel: sideOf(kernel),
        stride: sideOf(stride),
        synapses,
      })),
    })),
    heads: heads.map(({ name, synapses, lambda, priorStrength }, index) => {
      return { name, synapses, lambda, priorStrength, layer: network.heads[index]!.population };
    }),
    analogMultiplyAccumulates: analogMultiplyAccumulates(network),
    multiplyAccumulates: multiplyAccumulates(network),
    defaults: description.defaults,
  };
}

/** One number of a window's, the height where height and width differ; 0 where there is no window. */
function sideOf(value: unknown): number {
  if (Array.isArray(value)) return sideOf(value[0]);
  return typeof value === 'number' ? value : 0;
}

/**
 * The stage of every population. A stage ends with a population that no synapses pass by: all that goes through the
 * network goes through it. In a residual network these are the stem and the sums; in a plain one, all.
 */
function stagesOf({ populations }: SpikingNetwork): number[] {
  let stage = 0;
  return populations.map((_, index) => {
    const own = stage;
    const passed = populations.some(
      ({ synapses }, target) => target > index && synapses.some(({ source }) => source < index),
    );
    if (!passed) stage++;
    return own;
  });
}
