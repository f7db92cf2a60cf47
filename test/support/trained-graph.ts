/** Random trained networks of every kind of synapses, with the joints of random spiking graphs. */
import type { Network, Synapses } from '../../src/graph/network.js';
import { IMAGE } from '../../src/graph/network.js';
import { uniform } from '../generate.js';
import { randomGraph } from '../reference/random-graph.js';

/** The same seed gives the same network. No batch normalisation; one of its populations has a gain on the image too. */
export function trainedGraph(seed: number, populations = 6): Network {
  const graph = randomGraph(seed, populations);
  const random = uniform(seed);
  const floats = (length: number, spread: number) =>
    Float32Array.from({ length }, () => spread * (2 * random() - 1));
  const { input, normalisation, labels, heads } = graph;
  return {
    input,
    normalisation,
    labels,
    populations: graph.populations.map(({ name, shape, synapses }) => {
      const fitting =
        shape.channels === input.channels && shape.height === input.height && shape.width === input.width;
      const gain: Synapses = { kind: 'per-channel', source: IMAGE, weights: floats(shape.channels, 1) };
      return {
        name,
        shape,
        bias: floats(shape.channels, 0.5),
        synapses: [
          ...synapses.map((one): Synapses => {
            // So many inputs, at most, as rows of weights: sums stay near 1.
            const rows = one.weights.length / shape.channels;
            return { ...one, weights: floats(one.weights.length, 1.5 / Math.sqrt(rows)) } as Synapses;
          }),
          ...(fitting ? [gain] : []),
        ],
      };
    }),
    heads: heads.map(({ name, population, weights, bias }) => ({
      name,
      population,
      weights: floats(weights.length, 0.5),
      bias: floats(bias.length, 0.5),
    })),
  };
}
