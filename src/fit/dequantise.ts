/**
 * Back from the model's integers to a network in floating point: the trained network as the spiking one sees it, after
 * quantisation. Run densely it is the accuracy that the spikes converge to; it undoes src/convert/quantise.ts and
 * src/convert/normalise.ts.
 */
import { type Connection, IMAGE, type Network, type SpikingNetwork } from '../model/graph.js';

/**
 * The network in floating point. A skip connection comes back with weight exactly 1, from which the rounded skip
 * weights differ by less than one part in a thousand.
 */
export function dequantise(spiking: SpikingNetwork): Network {
  const lambdaOf = (source: number): number => (source === IMAGE ? 1 : spiking.layers[source]!.lambda);
  return {
    input: spiking.input,
    normalisation: spiking.normalisation,
    labels: spiking.labels,
    layers: spiking.layers.map((layer) => {
      const analog = layer.connections.some((connection) => connection.source === IMAGE);
      const scale = analog ? 2 ** spiking.inputFractionBits : 1;
      return {
        name: layer.name,
        shape: layer.shape,
        block: layer.block,
        bias: Float32Array.from(
          layer.bias,
          (value, channel) => (value / layer.threshold[channel]!) * layer.lambda,
        ),
        connections: layer.connections.map((connection): Connection => {
          if (connection.kind === 'identity') return { kind: 'identity', source: connection.source };
          const ratio = (scale * layer.lambda) / lambdaOf(connection.source);
          return { ...connection, weights: toFloats(connection.weights, layer.threshold, ratio) };
        }),
      };
    }),
    heads: spiking.heads.map((head) => {
      const { height, width } = spiking.layers[head.layer]!.shape;
      const ratio = (height * width * head.lambda) / lambdaOf(head.layer);
      return {
        name: head.name,
        block: head.block,
        layer: head.layer,
        weights: toFloats(head.weights, head.threshold, ratio),
        bias: Float32Array.from(head.bias, (value, index) => (value / head.threshold[index]!) * head.lambda),
      };
    }),
  };
}

/** weight / threshold of its output channel, times `ratio`. */
function toFloats(weights: Int8Array, threshold: Int32Array, ratio: number): Float32Array {
  const channels = threshold.length;
  return Float32Array.from(weights, (weight, index) => (weight / threshold[index % channels]!) * ratio);
}
