/**
 * Bias correction for radix coding. Rounding activations to 2^digits levels and clamping them at lambda shifts every
 * channel's mean; the shifts add up from population to population. From front to back, each channel's bias is moved
 * until its mean rate equals the mean of the trained network's clamped activations, which are what it stands for.
 */
import { Simulation } from '../engine/simulation.js';
import type { TrainedPass } from '../engine/trained.js';
import type { SpikingNetwork } from '../graph/network.js';

/** Images for it, in both of their forms. */
export interface CalibrationInput {
  /** For the trained network, normalised. */
  readonly trained: Float32Array;
  /** For the spiking one, quantised. */
  readonly spiking: Int16Array;
}

/** Moves of a channel's bias: later ones see what the first ones did to rounding. */
const PASSES = 3;

/**
 * The network with corrected biases.
 *
 * @param onStep - called, and waited for, after every population
 */
export async function correctBiases(
  module: WebAssembly.Module,
  trained: TrainedPass,
  network: SpikingNetwork,
  inputs: readonly CalibrationInput[],
  digits: number,
  onStep: (done: number, total: number) => Promise<void> | void = () => {},
): Promise<SpikingNetwork> {
  const targets = trainedMeans(trained, network, inputs);
  let corrected = network;
  const total = network.populations.length;
  for (let population = 0; population < total; population++) {
    for (let pass = 0; pass < PASSES; pass++) {
      const rates = await meanRates(module, corrected, inputs, population, digits);
      corrected = withMovedBias(corrected, population, targets[population]!, rates);
    }
    await onStep(population + 1, total);
  }
  return corrected;
}

/** `[population][channel]`: mean of activations clamped at lambda, as fractions of lambda. */
function trainedMeans(
  trained: TrainedPass,
  network: SpikingNetwork,
  inputs: readonly CalibrationInput[],
): Float64Array[] {
  const sums = network.populations.map(({ shape }) => new Float64Array(shape.channels));
  for (const input of inputs) {
    trained.run(input.trained);
    network.populations.forEach(({ shape, lambda }, index) => {
      const { values, stride } = trained.activations(index);
      const own = sums[index]!;
      for (let pixel = 0; pixel < shape.height * shape.width; pixel++) {
        for (let channel = 0; channel < shape.channels; channel++) {
          own[channel]! += Math.min(values[pixel * stride + channel]! / lambda, 1);
        }
      }
    });
  }
  return sums.map((own, index) => {
    const { height, width } = network.populations[index]!.shape;
    return own.map((sum) => sum / (height * width * inputs.length));
  });
}

/** `[channel]`: mean number of a population, as a fraction of the largest. */
async function meanRates(
  module: WebAssembly.Module,
  network: SpikingNetwork,
  inputs: readonly CalibrationInput[],
  population: number,
  digits: number,
): Promise<Float64Array> {
  const simulation = await Simulation.create(module, network);
  const { channels, height, width } = network.populations[population]!.shape;
  const sums = new Float64Array(channels);
  for (const { spiking } of inputs) {
    simulation.runUpTo(population, spiking, digits);
    for (let phase = 1; phase <= digits; phase++) {
      const weight = 2 ** (digits - phase);
      simulation.layerSpikesPerChannel(population, phase).forEach((count, channel) => {
        sums[channel]! += weight * count;
      });
    }
  }
  return sums.map((sum) => sum / (height * width * inputs.length * (2 ** digits - 1)));
}

function withMovedBias(
  network: SpikingNetwork,
  population: number,
  target: Float64Array,
  rates: Float64Array,
): SpikingNetwork {
  return {
    ...network,
    populations: network.populations.map((one, index) => {
      if (index !== population) return one;
      const bias = one.bias.map((value, channel) => {
        return value + Math.round((target[channel]! - rates[channel]!) * one.threshold[channel]!);
      });
      return { ...one, bias };
    }),
  };
}
