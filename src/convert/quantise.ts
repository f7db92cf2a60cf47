/**
 * From the normalised network, whose thresholds are all 1, to integers. Every output channel has a unit of its own,
 * chosen so that its largest weight is 127 of it: the threshold is then 127 / max |w|, the bias and the skip weight
 * are rounded to the same unit, and all that a membrane ever sums are integers.
 *
 *   threshold = scale * 127 / max |w|      weight = round(w * threshold / scale)      bias = round(b * threshold)
 *
 * `scale` is what one unit of source activity counts as: 1 for a spike; 2^fractionBits for the analog image, whose
 * pixels are integers of that resolution; the number of pixels for a head, whose pooling is a sum instead of a mean.
 */
import { IMAGE, type SpikingConnection, type SpikingHead, type SpikingLayer } from '../model/graph.js';
import type { NormalisedHead, NormalisedLayer, NormalisedNetwork } from './normalise.js';

const LARGEST_WEIGHT = 127;
/** Channels whose weights nearly vanish get no finer unit than this: the membranes must keep room above. */
const LARGEST_UNITS = 1 << 20;

export type QuantisedHead = Omit<SpikingHead, 'priorStrength'>;

/** All layers in integers; `fractionBits` is the resolution of the input tensor. */
export function quantiseLayers(network: NormalisedNetwork, fractionBits: number): SpikingLayer[] {
  return network.layers.map((layer) => quantiseLayer(layer, fractionBits));
}

/** All heads in integers. */
export function quantiseHeads(network: NormalisedNetwork): QuantisedHead[] {
  return network.heads.map((head) => {
    const { height, width } = network.layers[head.layer]!.shape;
    return quantiseHead(head, height * width);
  });
}

function quantiseLayer(layer: NormalisedLayer, fractionBits: number): SpikingLayer {
  const { channels } = layer.shape;
  const analog = layer.connections.some((connection) => connection.source === IMAGE);
  const scale = analog ? 2 ** fractionBits : 1;
  const largest = new Float64Array(channels);
  for (const connection of layer.connections) {
    if (connection.kind === 'convolution') trackLargest(connection.weights, largest);
  }
  const threshold = thresholds(largest, scale);
  return {
    name: layer.name,
    shape: layer.shape,
    block: layer.block,
    lambda: layer.lambda,
    threshold,
    bias: scaled(layer.bias, threshold),
    connections: layer.connections.map((connection): SpikingConnection => {
      if (connection.kind === 'identity') {
        const weights = threshold.map((value) => Math.round(connection.weight * value));
        return { kind: 'identity', source: connection.source, weights };
      }
      const { kind, source, kernel, stride, padding } = connection;
      return {
        kind,
        source,
        kernel,
        stride,
        padding,
        weights: roundWeights(connection.weights, threshold, scale),
      };
    }),
  };
}

function quantiseHead(head: NormalisedHead, pixels: number): QuantisedHead {
  const largest = new Float64Array(head.bias.length);
  trackLargest(head.weights, largest);
  const threshold = thresholds(largest, pixels);
  return {
    name: head.name,
    block: head.block,
    layer: head.layer,
    lambda: head.lambda,
    threshold,
    bias: scaled(head.bias, threshold),
    weights: roundWeights(head.weights, threshold, pixels),
  };
}

/** Raises `largest[channel]` to the largest magnitude of that output channel's weights. */
function trackLargest(weights: Float32Array, largest: Float64Array): void {
  const channels = largest.length;
  weights.forEach((weight, index) => {
    const channel = index % channels;
    largest[channel] = Math.max(largest[channel]!, Math.abs(weight));
  });
}

/** The integer threshold of every channel; rounded down, so that no weight passes 127. */
function thresholds(largest: Float64Array, scale: number): Int32Array {
  return Int32Array.from(largest, (value) =>
    Math.max(1, Math.floor(Math.min(LARGEST_WEIGHT / value, LARGEST_UNITS) * scale)),
  );
}

function scaled(values: Float32Array, threshold: Int32Array): Int32Array {
  return Int32Array.from(values, (value, channel) => Math.round(value * threshold[channel]!));
}

function roundWeights(weights: Float32Array, threshold: Int32Array, scale: number): Int8Array {
  const channels = threshold.length;
  return Int8Array.from(weights, (weight, index) => {
    const units = Math.round((weight * threshold[index % channels]!) / scale);
    return Math.max(-LARGEST_WEIGHT, Math.min(LARGEST_WEIGHT, units));
  });
}
