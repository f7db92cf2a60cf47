/**
 * A whole answer by how neurons say numbers: in rate coding, where they fire whenever they can, and in radix coding, where
 * they wait for their sources and send binary digits. The same network in both, and the one that was trained for radix.
 */
import { Simulation, type SimulationOptions } from '../../src/engine/simulation.js';
import type { SpikingNetwork } from '../../src/graph/network.js';
import { loadModelFile, shippedModelPath } from '../../src/host/node/models.js';
import type { Measurement, Part } from '../measure/result.js';
import { timeRow } from '../measure/rows.js';
import { measureTogether, perUnit, type Task } from '../measure/together.js';
import { networkInputs } from '../workload/images.js';
import type { Workplace } from './workplace.js';

/** Digits at which the network of the experiment, which was not trained for them, keeps its accuracy. */
const DIGITS = 4;

/** Answers of one network in one code, image after image. */
class Answers {
  readonly #simulation: Simulation;
  readonly #inputs: readonly Int16Array[];
  readonly #options: SimulationOptions;
  /** Timesteps of rate coding, or digits. */
  readonly length: number;
  #image = 0;
  #operations = 0;
  #counted = 0;

  private constructor(
    simulation: Simulation,
    inputs: readonly Int16Array[],
    coding: 'rate' | 'radix',
    length: number,
  ) {
    const { heads, defaults } = simulation.network;
    this.#simulation = simulation;
    this.#inputs = inputs;
    this.length = length;
    this.#options = {
      heads: [heads.length - 1],
      propagation: 'synchronous',
      initialPotential: defaults.initialPotential,
      coding,
      ...(coding === 'radix' && { digits: length }),
    };
  }

  static async create(
    module: WebAssembly.Module,
    network: SpikingNetwork,
    inputs: readonly Int16Array[],
    coding: 'rate' | 'radix',
    length: number,
  ): Promise<Answers> {
    return new Answers(await Simulation.create(module, network), inputs, coding, length);
  }

  /** Synaptic operations of an answer, over all images. */
  get operations(): number {
    for (; this.#counted < this.#inputs.length; this.#counted++)
      this.#operations += this.#answer(this.#counted, true);
    return this.#operations / this.#inputs.length;
  }

  task(name: string): Task {
    return { name, iterations: 2, run: () => void this.#answer(this.#image++, false) };
  }

  /** Computes one answer; returns its operations if they are asked for. */
  #answer(image: number, counting: boolean): number {
    const simulation = this.#simulation;
    simulation.start(this.#inputs[image % this.#inputs.length]!, this.#options);
    let operations = 0;
    while (simulation.timestep < this.length) {
      const first = simulation.timestep + 1;
      if (this.#options.coding === 'radix') simulation.advanceTo(this.#options.heads[0]!);
      else simulation.advance(this.length - simulation.timestep);
      if (counting) operations += this.#operationsFrom(first);
    }
    return operations;
  }

  #operationsFrom(first: number): number {
    let operations = 0;
    for (let timestep = first; timestep <= this.#simulation.timestep; timestep++) {
      for (const population of this.#simulation.activePopulations) {
        operations += this.#simulation.layerOperations(population, timestep);
      }
      operations += this.#simulation.headOperations(this.#options.heads[0]!, timestep);
    }
    return operations;
  }
}

export async function measureCoding({ module, network, images, inputs, settings }: Workplace): Promise<Part> {
  const trained = await loadModelFile(shippedModelPath());
  const { digits } = trained.defaults;
  const answers = new Map([
    [
      `rate coding, ${settings.timesteps} timesteps`,
      await Answers.create(module, network, inputs, 'rate', settings.timesteps),
    ],
    [`radix coding, ${DIGITS} digits`, await Answers.create(module, network, inputs, 'radix', DIGITS)],
    [
      `radix coding, ${digits} digits, the shipped model`,
      await Answers.create(module, trained, networkInputs(trained, images), 'radix', digits),
    ],
  ]);
  const rounds = await measureTogether(
    [...answers].map(([name, own]) => own.task(name)),
    settings.engine,
  );
  const rows = [...answers].map(([name, own]): Measurement => {
    const { operations } = own;
    return timeRow(name, 'answer', perUnit(rounds.get(name)!, 1), operations, {
      kernel: 'answer',
      'million operations': operations / 1e6,
    });
  });
  return {
    name: 'coding',
    title: 'One answer by how neurons say numbers',
    notes: [
      `${network.name} in the first two rows; ${trained.name}, trained for radix coding, in the last`,
      'from the presented image to the final head; weights of 0 are no operations',
    ],
    rows,
    reference: rows[0]!.name,
    skipped: [],
  };
}
