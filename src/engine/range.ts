/**
 * For how long the 32-bit membranes of a network are certain not to overflow, so that integer arithmetic stays exact. A
 * membrane moves by at most its drift in one timestep: the sum of the magnitudes of all that can reach it at once.
 */
import {
  IMAGE,
  type SpikingNetwork,
  type SpikingPopulation,
  type SpikingSynapses,
} from '../graph/network.js';

const LARGEST = 2 ** 31 - 1;

/** A limit on the safe side that costs a glance at every population: all int8 weights are taken for -128. */
export function quickTimestepLimit(network: SpikingNetwork): number {
  return timestepLimit(network, quickDrift);
}

/** The true limit, for which every weight is read. */
export function exactTimestepLimit(network: SpikingNetwork): number {
  return timestepLimit(network, exactDrift);
}

/**
 * Whether radix coding with so many digits is exact. A neuron accumulates its drift once for each of the 2^digits - 1
 * timesteps that digits stand for, half a threshold is added, and the largest digit is compared with 2^(digits - 1)
 * thresholds.
 */
export function radixIsExact(network: SpikingNetwork, digits: number): boolean {
  const timesteps = 2 ** digits - 1;
  const fits = (addDrift: AddDrift): boolean =>
    network.populations.every((population) =>
      driftOf(network, population, addDrift).every((drift, channel) => {
        const threshold = population.threshold[channel]!;
        return (
          drift * timesteps + Math.floor(threshold / 2) <= LARGEST && threshold * 2 ** (digits - 1) <= LARGEST
        );
      }),
    );
  return fits(quickDrift) || fits(exactDrift);
}

type AddDrift = (synapses: SpikingSynapses, factor: number, drift: Float64Array) => void;

/** Every kind has its output channel last. */
const quickDrift: AddDrift = (synapses, factor, drift) => {
  const { weights } = synapses;
  if (weights instanceof Int32Array) return exactDrift(synapses, factor, drift);
  const rows = weights.length / drift.length;
  for (let channel = 0; channel < drift.length; channel++) drift[channel]! += 128 * rows * factor;
};

const exactDrift: AddDrift = ({ weights }, factor, drift) => {
  for (let start = 0; start < weights.length; start += drift.length) {
    for (let channel = 0; channel < drift.length; channel++) {
      drift[channel]! += Math.abs(weights[start + channel]!) * factor;
    }
  }
};

function timestepLimit(network: SpikingNetwork, addDrift: AddDrift): number {
  let timesteps = LARGEST;
  for (const population of network.populations) {
    driftOf(network, population, addDrift).forEach((drift, channel) => {
      const room = LARGEST - population.threshold[channel]!;
      timesteps = Math.min(timesteps, Math.floor(room / Math.max(drift, 1)));
    });
  }
  return timesteps;
}

function driftOf(network: SpikingNetwork, population: SpikingPopulation, addDrift: AddDrift): Float64Array {
  const drift = Float64Array.from(population.bias, Math.abs);
  for (const synapses of population.synapses) addDrift(synapses, scale(network, synapses), drift);
  return drift;
}

/** What one unit of weight can carry: one spike, or the largest input integer (a black or a white pixel). */
function scale(network: SpikingNetwork, { source }: SpikingSynapses): number {
  if (source !== IMAGE) return 1;
  const { mean, deviation } = network.normalisation;
  const extremes = mean.flatMap((value, channel) => [
    value / deviation[channel]!,
    (1 - value) / deviation[channel]!,
  ]);
  return Math.ceil(Math.max(...extremes.map(Math.abs)) * 2 ** network.inputFractionBits);
}
