/**
 * The trained network beside the spiking one, population by population: where activations and rates part, what that
 * costs, and which population loses most.
 */
import type { Simulation } from '../engine/simulation.js';
import type { TrainedPass } from '../engine/trained.js';
import type { CalibrationInput } from './correct.js';

/** One population in both networks, over all images. */
export interface PopulationComparison {
  readonly name: string;
  /** Pearson's, between activation and rate over neurons and images; 0 where one of them never moves. */
  readonly correlation: number;
  /** Root of the mean squared difference of rate and activation / lambda. */
  readonly error: number;
  /** The same for this population alone: what its own clamping and rounding cost, with inputs as trained. */
  readonly ownError: number;
  /** Share of activations above lambda. */
  readonly saturated: number;
  /** Share of neurons whose rate is 0 on every image. */
  readonly silent: number;
  /** Synaptic operations received, an image. */
  readonly synapticOperations: number;
}

/**
 * Compares in radix coding.
 *
 * @param simulation - of the spiking network
 * @returns one entry a population, in order
 */
export function comparePopulations(
  trained: TrainedPass,
  simulation: Simulation,
  inputs: readonly CalibrationInput[],
  digits: number,
): PopulationComparison[] {
  const { populations } = simulation.network;
  const levels = 2 ** digits - 1;
  const sums = populations.map(({ shape }) => new Sums(shape.channels * shape.height * shape.width));
  for (const input of inputs) {
    trained.run(input.trained);
    simulation.runUpTo(populations.length - 1, input.spiking, digits);
    for (const index of simulation.activePopulations) {
      const { shape, lambda } = populations[index]!;
      const { values, stride } = trained.activations(index);
      const numbers = simulation.numbers(index);
      const own = sums[index]!;
      for (let neuron = 0; neuron < numbers.length; neuron++) {
        const pixel = Math.floor(neuron / shape.channels);
        const activation = values[pixel * stride + (neuron % shape.channels)]! / lambda;
        own.add(neuron, activation, numbers[neuron]! / levels, levels);
      }
      for (let phase = 1; phase <= digits; phase++)
        own.operations += simulation.layerOperations(index, phase);
    }
  }
  return populations.map(({ name }, index) => sums[index]!.result(name, inputs.length));
}

class Sums {
  operations = 0;
  readonly #awake: Uint8Array;
  #count = 0;
  #x = 0;
  #y = 0;
  #xx = 0;
  #yy = 0;
  #xy = 0;
  #squared = 0;
  #own = 0;
  #saturated = 0;

  constructor(neurons: number) {
    this.#awake = new Uint8Array(neurons);
  }

  add(neuron: number, activation: number, rate: number, levels: number): void {
    this.#count++;
    this.#x += activation;
    this.#y += rate;
    this.#xx += activation * activation;
    this.#yy += rate * rate;
    this.#xy += activation * rate;
    this.#squared += (activation - rate) ** 2;
    const rounded = Math.min(Math.floor(activation * levels + 0.5) / levels, 1);
    this.#own += (activation - rounded) ** 2;
    if (activation > 1) this.#saturated++;
    if (rate > 0) this.#awake[neuron] = 1;
  }

  result(name: string, images: number): PopulationComparison {
    const n = this.#count;
    const varianceX = this.#xx / n - (this.#x / n) ** 2;
    const varianceY = this.#yy / n - (this.#y / n) ** 2;
    const covariance = this.#xy / n - (this.#x / n) * (this.#y / n);
    const moves = varianceX > 0 && varianceY > 0;
    const awake = this.#awake.reduce((sum, one) => sum + one, 0);
    return {
      name,
      correlation: moves ? covariance / Math.sqrt(varianceX * varianceY) : 0,
      error: Math.sqrt(this.#squared / n),
      ownError: Math.sqrt(this.#own / n),
      saturated: this.#saturated / n,
      silent: 1 - awake / this.#awake.length,
      synapticOperations: this.operations / images,
    };
  }
}
