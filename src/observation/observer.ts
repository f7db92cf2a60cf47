/** Runs one image through the trained network and through the spiking one, and keeps what an evaluation needs. */
import { TrainedPass } from '../engine/trained.js';
import type { ModelShare } from '../engine/shared-model.js';
import { Simulation } from '../engine/simulation.js';
import type { PixelImage } from '../image/pixel-image.js';
import { normaliseInput, quantiseInput } from '../image/tensor.js';
import type { Propagation, SpikingNetwork } from '../graph/network.js';
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
    rows.forEach((timestep, row) => {
      while (this.#simulation.timestep < timestep) {
        const first = this.#simulation.timestep + 1;
        this.#simulation.advance(timestep - this.#simulation.timestep);
        for (let t = first; t <= this.#simulation.timestep; t++) this.#collect(record, row, t);
      }
    });
    return record;
  }

  /** Allocates nothing, since it runs at every timestep. */
  #collect(record: ImageRecord, row: number, timestep: number): void {
    const { heads } = this.#options;
    const rows = this.#options.rows.length;
    const layers = this.network.populations.length;
    const classes = this.network.labels.length;
    for (let layer = 0; layer < layers; layer++) {
      record.spikes[layer * rows + row]! += this.#simulation.layerSpikes(layer, timestep);
      record.operations[layer * rows + row]! += this.#simulation.layerOperations(layer, timestep);
    }
    for (let position = 0; position < heads.length; position++) {
      const head = heads[position]!;
      record.spikes[(layers + position) * rows + row]! += this.#simulation.headSpikes(head, timestep);
      record.operations[(layers + position) * rows + row]! += this.#simulation.headOperations(head, timestep);
      this.#simulation.addFired(head, timestep, record.outputs, (position * rows + row) * classes);
    }
  }
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
