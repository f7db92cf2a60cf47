/**
 * For how many timesteps the 32-bit membranes of a network are certain not to overflow, so that integer arithmetic
 * stays exact. A membrane moves by at most its drift in one timestep: the sum of the magnitudes of all that can
 * reach it at once.
 */
import { IMAGE, type SpikingConnection, type SpikingLayer, type SpikingNetwork } from '../model/graph.js';

const LARGEST = 2 ** 31 - 1;

/** A limit on the safe side that costs a glance at every layer: all weights are taken for -128. */
export function quickTimestepLimit(network: SpikingNetwork): number {
  return limit(network, (layer, connection, drift) => {
    const { channels } = layer.shape;
    if (connection.kind === 'identity') {
      connection.weights.forEach((weight, channel) => {
        drift[channel]! += Math.abs(weight);
      });
    } else {
      const rows = connection.weights.length / channels;
      for (let channel = 0; channel < channels; channel++)
        drift[channel]! += 128 * rows * scale(network, connection);
    }
  });
}

/** The true limit, for which every weight is read. */
export function exactTimestepLimit(network: SpikingNetwork): number {
  return limit(network, (layer, connection, drift) => {
    const { channels } = layer.shape;
    const factor = scale(network, connection);
    const { weights } = connection;
    for (let start = 0; start < weights.length; start += channels) {
      for (let channel = 0; channel < channels; channel++) {
        drift[channel]! += Math.abs(weights[start + channel]!) * factor;
      }
    }
  });
}

function limit(
  network: SpikingNetwork,
  addDrift: (layer: SpikingLayer, connection: SpikingConnection, drift: Float64Array) => void,
): number {
  let timesteps = LARGEST;
  for (const layer of network.layers) {
    const drift = Float64Array.from(layer.bias, Math.abs);
    for (const connection of layer.connections) addDrift(layer, connection, drift);
    drift.forEach((value, channel) => {
      const room = LARGEST - layer.threshold[channel]!;
      timesteps = Math.min(timesteps, Math.floor(room / Math.max(value, 1)));
    });
  }
  return timesteps;
}

/** What one unit of weight can carry: one spike, or the largest input integer (a black or a white pixel). */
function scale(network: SpikingNetwork, connection: SpikingConnection): number {
  if (connection.source !== IMAGE) return 1;
  const { mean, deviation } = network.normalisation;
  const extremes = mean.flatMap((value, channel) => [
    value / deviation[channel]!,
    (1 - value) / deviation[channel]!,
  ]);
  return Math.ceil(Math.max(...extremes.map(Math.abs)) * 2 ** network.inputFractionBits);
}
