/**
 * Radix coding in the plainest words: every population waits for its sources' numbers, accumulates
 *
 *   A = sum weight * q + (2^digits - 1) * (bias + what the image drives)
 *
 * and says q = clamp(floor(A / threshold + 1/2), 0, 2^digits - 1) in binary digits, most significant first, one a phase.
 */
import type { SpikingNetwork } from '../../src/graph/network.js';
import { IMAGE } from '../../src/graph/network.js';
import { size } from './simulator.js';
import { arrivals } from './synapses.js';

export interface RadixPopulation {
  /** q of every neuron, `[y][x][channel]`. */
  readonly numbers: Uint16Array;
  /** Spikes, and synaptic operations received, phase by phase; the latter also with weights of 0. */
  readonly spikes: number[];
  readonly synapticOperations: number[];
  readonly allOperations: number[];
}

export interface RadixHead {
  /** A of every class. */
  readonly accumulated: Float64Array;
  readonly synapticOperations: number[];
  readonly allOperations: number[];
}

export interface RadixSimulation {
  readonly populations: RadixPopulation[];
  readonly heads: RadixHead[];
}

/** Simulates `network` on one image. */
export function simulateRadix(network: SpikingNetwork, input: Int16Array, digits: number): RadixSimulation {
  const timesteps = 2 ** digits - 1;
  const populations: RadixPopulation[] = [];
  for (const { shape, synapses, bias, threshold } of network.populations) {
    const accumulated = new Float64Array(size(shape));
    const operations = new Array<number>(digits).fill(0);
    const allOperations = new Array<number>(digits).fill(0);
    for (const one of synapses) {
      const analog = one.source === IMAGE;
      const from = analog ? network.input : network.populations[one.source]!.shape;
      arrivals(one, from, shape, (source, target, weight) => {
        if (analog) {
          accumulated[target]! += timesteps * weight * input[source]!;
          return;
        }
        const number = populations[one.source]!.numbers[source]!;
        accumulated[target]! += weight * number;
        for (let phase = 0; phase < digits; phase++) {
          if (digitOf(number, phase, digits) === 0) continue;
          allOperations[phase]! += 1;
          if (weight !== 0) operations[phase]! += 1;
        }
      });
    }
    const numbers = Uint16Array.from(accumulated, (sum, neuron) => {
      const channel = neuron % shape.channels;
      const total = sum + timesteps * bias[channel]!;
      return Math.max(0, Math.min(timesteps, Math.floor(total / threshold[channel]! + 0.5)));
    });
    const spikes = operations.map((_, phase) =>
      numbers.reduce((sum, number) => sum + digitOf(number, phase, digits), 0),
    );
    populations.push({ numbers, spikes, synapticOperations: operations, allOperations });
  }
  const heads = network.heads.map(({ population, weights, bias }): RadixHead => {
    const { numbers } = populations[population]!;
    const { channels } = network.populations[population]!.shape;
    const classes = bias.length;
    const accumulated = Float64Array.from(bias, (value) => timesteps * value);
    const operations = new Array<number>(digits).fill(0);
    const allOperations = new Array<number>(digits).fill(0);
    numbers.forEach((number, neuron) => {
      const channel = neuron % channels;
      for (let label = 0; label < classes; label++) {
        const weight = weights[channel * classes + label]!;
        accumulated[label]! += weight * number;
        for (let phase = 0; phase < digits; phase++) {
          if (digitOf(number, phase, digits) === 0) continue;
          allOperations[phase]! += 1;
          if (weight !== 0) operations[phase]! += 1;
        }
      }
    });
    return { accumulated, synapticOperations: operations, allOperations };
  });
  return { populations, heads };
}

/** 0 or 1; phase 0 carries the most significant digit. */
export function digitOf(number: number, phase: number, digits: number): number {
  return (number >> (digits - 1 - phase)) & 1;
}
