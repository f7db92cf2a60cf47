/** The records of many images, unpacked into the arrays that curves and fits walk. */
import { orderOf } from '../engine/order.js';
import type { SpikingNetwork } from '../graph/network.js';
import type { ImageRecord, RecordShape } from './record.js';

/** Everything an evaluation knows after its pass over the images. */
export class Observations {
  readonly network: SpikingNetwork;
  readonly rows: readonly number[];
  /** Indices into `network.heads`; the final head is the last. */
  readonly heads: readonly number[];
  readonly labels: Uint8Array;
  /** `[head][image]`: the class that each head of the trained network chooses. */
  readonly annChoices: readonly Uint8Array[];
  /** `[head]`, each `[image][row][class]`: output spikes until then, M of eq. (10). */
  readonly counts: readonly Uint16Array[];
  /** `[layer, then head][image][row]`: synaptic operations until then. */
  readonly operations: readonly Float64Array[];
  /** `[layer, then head][row]`: spikes until then, summed over images. */
  readonly spikes: readonly Float64Array[];
  readonly #shape: RecordShape;

  constructor(network: SpikingNetwork, rows: readonly number[], heads: readonly number[], images: number) {
    this.network = network;
    this.rows = rows;
    this.heads = heads;
    const shape = {
      rows: rows.length,
      layers: network.populations.length,
      heads: heads.length,
      classes: network.labels.length,
    };
    this.#shape = shape;
    this.labels = new Uint8Array(images);
    this.annChoices = heads.map(() => new Uint8Array(images));
    this.counts = heads.map(() => new Uint16Array(images * shape.rows * shape.classes));
    const parts = Array.from({ length: shape.layers + shape.heads });
    this.operations = parts.map(() => new Float64Array(images * shape.rows));
    this.spikes = parts.map(() => new Float64Array(shape.rows));
  }

  /**
   * Collects the records of images, one after the other.
   *
   * @param recordOf - the record of an image, by its number from 0
   */
  static async collect(
    network: SpikingNetwork,
    rows: readonly number[],
    heads: readonly number[],
    images: number,
    recordOf: (image: number) => ImageRecord | Promise<ImageRecord>,
  ): Promise<Observations> {
    const observations = new Observations(network, rows, heads, images);
    for (let image = 0; image < images; image++) observations.set(image, await recordOf(image));
    return observations;
  }

  get images(): number {
    return this.labels.length;
  }

  get shape(): RecordShape {
    return this.#shape;
  }

  /** Unpacks the record of one image; sums increments into counts until then. */
  set(image: number, record: ImageRecord): void {
    const { rows, classes } = this.#shape;
    this.labels[image] = record.label;
    this.counts.forEach((counts, head) => {
      this.annChoices[head]![image] = record.annChoices[head]!;
      const from = record.outputs.subarray(head * rows * classes, (head + 1) * rows * classes);
      const start = image * rows * classes;
      for (let index = 0; index < from.length; index++) {
        counts[start + index] = (index < classes ? 0 : counts[start + index - classes]!) + from[index]!;
      }
    });
    this.operations.forEach((operations, part) => {
      let sum = 0;
      let spikes = 0;
      for (let row = 0; row < rows; row++) {
        sum += record.operations[part * rows + row]!;
        operations[image * rows + row] = sum;
        spikes += record.spikes[part * rows + row]!;
        this.spikes[part]![row]! += spikes;
      }
    });
  }

  /** Indices into `operations` and `spikes` of what has to run for some heads (positions in `heads`) to answer. */
  partsOf(positions: readonly number[]): number[] {
    const asked = positions.map((position) => this.heads[position]!);
    const populations = orderOf(this.network, asked).flatMap(({ kind, index }) =>
      kind === 'population' ? [index] : [],
    );
    return [...populations, ...positions.map((position) => this.#shape.layers + position)];
  }
}
