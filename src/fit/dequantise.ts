/**
 * Back from the model's integers to a network in floating point: the trained network as the spiking one sees it, after
 * quantisation. Run densely it is the accuracy that the spikes converge to; it undoes src/convert/quantise.ts and
 * src/convert/normalise.ts.
 */
import { IMAGE, type Network, type SpikingNetwork, type Synapses } from '../graph/network.js';

/**
 * The network in floating point. A skip whose weights were all 1 comes back with weights that differ from 1 by less
 * than one part in a thousand, as its rounded integers do; they are set to 1 again.
 */
export function dequantise(spiking: SpikingNetwork): Network {
  const lambdaOf = (source: number): number => (source === IMAGE ? 1 : spiking.populations[source]!.lambda);
  return {
    input: spiking.input,
    normalisation: spiking.normalisation,
    labels: spiking.labels,
    populations: spiking.populations.map(({ name, shape, bias, threshold, lambda, synapses }) => {
      const analog = synapses.some(({ source }) => source === IMAGE);
      const scale = analog ? 2 ** spiking.inputFractionBits : 1;
      return {
        name,
        shape,
        bias: Float32Array.from(bias, (value, channel) => (value / threshold[channel]!) * lambda),
        synapses: synapses.map((one): Synapses => {
          const ratio = lambda / lambdaOf(one.source);
          if (one.kind !== 'per-channel') {
            return { ...one, weights: toFloats(one.weights, threshold, scale * ratio) };
          }
          return { ...one, weights: toGains(one.weights, threshold, ratio) };
        }),
      };
    }),
    heads: spiking.heads.map(({ name, population, weights, bias, threshold, lambda }) => {
      const { height, width } = spiking.populations[population]!.shape;
      const ratio = (height * width * lambda) / lambdaOf(population);
      return {
        name,
        population,
        weights: toFloats(weights, threshold, ratio),
        bias: Float32Array.from(bias, (value, index) => (value / threshold[index]!) * lambda),
      };
    }),
  };
}

/** What a gain of exactly 1 would have been rounded to. */
function toGains(weights: Int32Array, threshold: Int32Array, ratio: number): Float32Array {
  return Float32Array.from(weights, (weight, channel) => {
    const one = Math.round(threshold[channel]! / ratio);
    return Math.abs(weight - one) <= 1 ? 1 : (weight / threshold[channel]!) * ratio;
  });
}

/** weight / threshold of its output channel, times `ratio`. */
function toFloats(weights: Int8Array, threshold: Int32Array, ratio: number): Float32Array {
  const channels = threshold.length;
  return Float32Array.from(weights, (weight, index) => (weight / threshold[index % channels]!) * ratio);
}
