/**
 * From the normalised network, whose thresholds are all 1, to integers. Every output channel has a unit of its own,
 * chosen so that its largest weight is 127 of it: the threshold is then 127 / max |w|, the bias and the skip weight
 * are rounded to the same unit, and all that a membrane ever sums are integers.
 *
 *   threshold = scale * 127 / max |w|      weight = round(w * threshold / scale)      bias = round(b * threshold)
 *
 * `scale` is what one unit of source activity counts as: 1 for a spike; 2^fractionBits for the analog image, whose
 * pixels are integers of that resolution; the number of pixels for a head, whose pooling is a sum instead of a mean.
 *
 * Where all weights of a channel vanish, or nearly so, the unit is coarser than that: the integers must fit, and the
 * membrane must not run out of int32 within a few timesteps of bias.
 */
import { MAXIMUM_STEP } from '../graph/bounds.js';
import { IMAGE, type SpikingHead, type SpikingPopulation, type SpikingSynapses } from '../graph/network.js';
import type { NormalisedHead, NormalisedNetwork, NormalisedPopulation } from './normalise.js';

const LARGEST_WEIGHT = 127;
/** Units in a threshold, at most, times `scale`. */
const LARGEST_UNITS = 1 << 20;
/** Bias and skips of a timestep in units, at most: they alone take 4,096 timesteps to carry a membrane out of int32. */
const LARGEST_DRIFT = 1 << 19;
/** The same times `scale`, where a fine input moves the membranes that much anyway. */
const LARGEST_ANALOG_DRIFT = 1 << 12;

export type QuantisedHead = Omit<SpikingHead, 'priorStrength'>;

/** All populations in integers; `fractionBits` is the resolution of the input tensor. */
export function quantisePopulations(network: NormalisedNetwork, fractionBits: number): SpikingPopulation[] {
  return network.populations.map((population) => quantisePopulation(population, fractionBits));
}

/** All heads in integers. */
export function quantiseHeads(network: NormalisedNetwork): QuantisedHead[] {
  return network.heads.map((head) => {
    const { height, width } = network.populations[head.population]!.shape;
    return quantiseHead(head, height * width);
  });
}

function quantisePopulation(population: NormalisedPopulation, fractionBits: number): SpikingPopulation {
  const { channels } = population.shape;
  const analog = population.synapses.some(({ source }) => source === IMAGE);
  const scale = analog ? 2 ** fractionBits : 1;
  const drift = analog ? Math.max(LARGEST_DRIFT, LARGEST_ANALOG_DRIFT * scale) : LARGEST_DRIFT;
  const weights = new Float64Array(channels);
  const steady = Float64Array.from(population.bias, Math.abs);
  for (const synapses of population.synapses) {
    if (synapses.kind !== 'per-channel') trackLargest(synapses.weights, weights);
    else {
      synapses.weights.forEach((weight, channel) => {
        steady[channel]! += Math.abs(weight);
      });
    }
  }
  const threshold = thresholds(weights, scale, steady, drift);
  return {
    name: population.name,
    shape: population.shape,
    lambda: population.lambda,
    threshold,
    bias: scaled(population.bias, threshold, drift),
    synapses: population.synapses.map((synapses): SpikingSynapses => {
      return synapses.kind === 'per-channel'
        ? { ...synapses, weights: scaled(synapses.weights, threshold, drift) }
        : { ...synapses, weights: roundWeights(synapses.weights, threshold, scale) };
    }),
  };
}

function quantiseHead(head: NormalisedHead, pixels: number): QuantisedHead {
  const largest = new Float64Array(head.bias.length);
  trackLargest(head.weights, largest);
  // The membranes of a head are 64 bits wide.
  const threshold = thresholds(largest, pixels, Float64Array.from(head.bias, Math.abs), MAXIMUM_STEP);
  return {
    name: head.name,
    population: head.population,
    lambda: head.lambda,
    threshold,
    bias: scaled(head.bias, threshold, MAXIMUM_STEP),
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

/**
 * The integer threshold of every channel; rounded down, so that no weight passes 127.
 *
 * @param weights - largest magnitude of each channel's weights
 * @param steady - magnitude of each channel's bias and skips together
 * @param drift - units that these may have
 */
function thresholds(weights: Float64Array, scale: number, steady: Float64Array, drift: number): Int32Array {
  return Int32Array.from(weights, (weight, channel) => {
    const units = Math.min(LARGEST_WEIGHT / weight, LARGEST_UNITS) * scale;
    return Math.max(1, Math.floor(Math.min(units, drift / steady[channel]!, MAXIMUM_STEP)));
  });
}

function scaled(values: Float32Array | Float64Array, threshold: Int32Array, drift: number): Int32Array {
  return Int32Array.from(values, (value, channel) => {
    const units = Math.round(value * threshold[channel]!);
    return Math.max(-drift, Math.min(drift, units));
  });
}

function roundWeights(weights: Float32Array, threshold: Int32Array, scale: number): Int8Array {
  const channels = threshold.length;
  return Int8Array.from(weights, (weight, index) => {
    const units = Math.round((weight * threshold[index % channels]!) / scale);
    return Math.max(-LARGEST_WEIGHT, Math.min(LARGEST_WEIGHT, units));
  });
}
