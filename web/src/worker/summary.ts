/** The model as the page needs to know it: shapes, connections and figures, no weights. */

import { analogMultiplyAccumulates, multiplyAccumulates } from '../../../src/app/answer.js';
import { describeModel, type SpikingNetwork } from '../../../src/index.js';
import type { Model } from '../protocol.js';

export function summarise(network: SpikingNetwork): Model {
  const { layers, heads, ...description } = describeModel(network);
  return {
    name: description.name,
    labels: [...description.labels],
    input: description.input,
    neurons: description.neurons,
    synapses: description.synapses,
    layers: layers.map(
      ({ name, block, shape, neurons, synapses, lambda, threshold, connections }, index) => ({
        name,
        block,
        shape,
        neurons,
        synapses,
        lambda,
        threshold: [threshold.minimum, threshold.maximum],
        connections: connections.map(({ kernel = 0, stride = 1, synapses }, position) => ({
          source: network.layers[index]!.connections[position]!.source,
          kernel,
          stride,
          synapses,
        })),
      }),
    ),
    heads: heads.map(({ name, block, synapses, lambda, priorStrength }, index) => ({
      name,
      block,
      synapses,
      lambda,
      priorStrength,
      layer: network.heads[index]!.layer,
    })),
    analogMultiplyAccumulates: analogMultiplyAccumulates(network),
    multiplyAccumulates: multiplyAccumulates(network),
    defaults: description.defaults,
  };
}
