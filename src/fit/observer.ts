/** Runs one image through the trained network and through the spiking one, and keeps what an evaluation needs. */

import type { ModelShare } from '../engine/shared-model.js';
import { Simulation } from '../engine/simulation.js';
import { eachTimestep, Tally } from '../engine/tally.js';
import { TrainedPass } from '../engine/trained.js';
import type { Propagation, SpikingNetwork } from '../graph/network.js';
import type { PixelImage } from '../picture/pixel-image.js';
import { normaliseInput, quantiseInput } from '../picture/tensor.js';
import { dequantise } from './dequantise.js';
import { type ImageRecord, newRecord, type RecordShape } from './record.js';

export interface ObserverOptions {
  /** Indices of the heads to simulate, the final one among them. */
  readonly heads: readonly number[];
  readonly rows: readonly number[];
  readonly propagation: Propagation;
  readonly initialPotential: number;
}

export class Observer {
  readonly network: SpikingNetwork;
  readonly #options: ObserverOptions;
  readonly #simulation: Simulation;
  readonly #dense: TrainedPass;

  private constructor(simulation: Simulation, dense: TrainedPass, options: ObserverOptions) {
    this.network = simulation.network;
    this.#simulation = simulation;
    this.#dense = dense;
    this.#options = options;
  }

  static async create(
    module: WebAssembly.Module,
    network: SpikingNetwork,
    options: ObserverOptions,
  ): Promise<Observer> {
    const dense = await TrainedPass.create(module, dequantise(network));
    return new Observer(await Simulation.create(module, network), dense, options);
  }

  /**
   * On a model that other threads share; the trained network is still this observer's own.
   *
   * @param module - the compiled `snnwasm.wasm`
   */
  static async of(
    module: WebAssembly.Module,
    share: ModelShare,
    options: ObserverOptions,
  ): Promise<Observer> {
    const dense = await TrainedPass.create(module, dequantise(share.network));
    return new Observer(await Simulation.of(share), dense, options);
  }

  /** The shape of all records. */
  get shape(): RecordShape {
    return shapeOf(this.network, this.#options);
  }

  /** @param image - of the network's input size */
  observe(image: PixelImage, label: number): ImageRecord {
    const { input, normalisation, inputFractionBits } = this.network;
    const { rows, heads } = this.#options;
    const record = newRecord(this.shape, label);
    this.#dense.run(normaliseInput(image, input, normalisation));
    heads.forEach((head, position) => {
      record.annChoices[position] = indexOfLargest(this.#dense.logits(head));
    });
    this.#simulation.start(quantiseInput(image, input, normalisation, inputFractionBits), this.#options);
    const tally = new Tally(this.#simulation, heads);
    rows.forEach((timestep, row) => {
      tally.clear();
      eachTimestep(this.#simulation, timestep, (reached) => tally.add(reached));
      keepRow(record, this.shape, row, tally);
    });
    return record;
  }
}

/** Writes what happened since the row before into a record. */
function keepRow(record: ImageRecord, { rows, classes }: RecordShape, row: number, tally: Tally): void {
  [...tally.populations, ...tally.heads].forEach(({ spikes, synapticOperations }, part) => {
    record.spikes[part * rows + row] = spikes;
    record.operations[part * rows + row] = synapticOperations;
  });
  tally.heads.forEach(({ counts }, position) => {
    record.outputs.set(counts, (position * rows + row) * classes);
  });
}

/** The shape of the records that an observer of these options makes. */
export function shapeOf(
  network: SpikingNetwork,
  options: Pick<ObserverOptions, 'heads' | 'rows'>,
): RecordShape {
  return {
    rows: options.rows.length,
    layers: network.populations.length,
    heads: options.heads.length,
    classes: network.labels.length,
  };
}

function indexOfLargest(values: Float64Array): number {
  let best = 0;
  values.forEach((value, index) => {
    if (value > values[best]!) best = index;
  });
  return best;
}
