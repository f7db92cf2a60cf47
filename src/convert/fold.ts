/**
 * Folds batch normalisation into the convolution before it, eqs. (3) and (4):
 *
 *   w' = (gamma / sigma) w        b' = (gamma / sigma) (b - mu) + beta        sigma = sqrt(variance + epsilon)
 *
 * Convolutions before a batch normalisation have no bias of their own here (b = 0), so that of a layer with two
 * convolutions, the sum of its two paths, is the sum of both b'.
 */
import type { BatchNormalisation, Connection, Layer, Network } from '../model/graph.js';

/** The same network without batch normalisation. */
export function foldBatchNormalisation(network: Network): Network {
  return { ...network, layers: network.layers.map(foldLayer) };
}

function foldLayer(layer: Layer): Layer {
  const bias = Float64Array.from(layer.bias);
  const connections = layer.connections.map((connection): Connection => {
    if (connection.kind === 'identity' || connection.batchNormalisation === undefined) return connection;
    const { batchNormalisation, ...convolution } = connection;
    const gain = gains(batchNormalisation);
    gain.forEach((value, channel) => {
      bias[channel]! += batchNormalisation.beta[channel]! - value * batchNormalisation.mean[channel]!;
    });
    const channels = gain.length;
    const weights = convolution.weights.map((weight, index) => weight * gain[index % channels]!);
    return { ...convolution, weights };
  });
  return { ...layer, connections, bias: Float32Array.from(bias) };
}

/** gamma / sigma for every channel. */
function gains({ gamma, variance, epsilon }: BatchNormalisation): Float64Array {
  return Float64Array.from(gamma, (value, channel) => value / Math.sqrt(variance[channel]! + epsilon));
}
