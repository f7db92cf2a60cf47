/**
 * Fills the memory that plan.ts has divided: records, and the weights in the order in which the kernels read them.
 */
import * as L from '../../assembly/layout.js';
import {
  IMAGE,
  type SpikingConnection,
  type SpikingHead,
  type SpikingLayer,
  type SpikingNetwork,
} from '../model/graph.js';
import { type HeadPlan, type LayerPlan, type Plan, planMemory, SLOTS } from './plan.js';
import { ensureMemory, type Kernels } from './wasm.js';

/** The threshold of lanes that no channel uses. */
const NEVER = 2 ** 31 - 1;

/** The words of a record, by their byte offsets. */
export type RecordWords = Readonly<Record<number, number>>;

/** Plans the network and writes it into the kernels' memory; afterwards only results move. */
export function writePlan(kernels: Pick<Kernels, 'memory'>, network: SpikingNetwork): Plan {
  const plan = planMemory(network);
  ensureMemory(kernels.memory, plan.bytes);
  new PlanWriter(kernels.memory, plan, network).write();
  return plan;
}

/** The record of a head, which is written when the head is selected. */
export function headRecord(network: SpikingNetwork, plan: Plan, head: number): RecordWords {
  const at = plan.heads[head]!;
  return {
    [L.HEAD_LAYER]: plan.layers[network.heads[head]!.layer]!.record,
    [L.HEAD_CLASSES]: network.labels.length,
    [L.HEAD_PADDED_CLASSES]: at.paddedClasses,
    [L.HEAD_WEIGHTS]: at.weights,
    [L.HEAD_BIAS]: at.bias,
    [L.HEAD_THRESHOLD]: at.threshold,
    [L.HEAD_MEMBRANE]: at.membrane,
    [L.HEAD_SUMS]: at.sums,
    [L.HEAD_POOL]: at.pool,
    [L.HEAD_FIRED]: at.fired,
    [L.HEAD_SPIKES]: at.spikes,
    [L.HEAD_OPERATIONS]: at.operations,
  };
}

/** Writes words at their offsets into a record. */
export function writeRecord(view: DataView, address: number, words: RecordWords): void {
  for (const [offset, value] of Object.entries(words)) view.setInt32(address + Number(offset), value, true);
}

class PlanWriter {
  readonly #view: DataView;
  readonly #words: Int32Array;

  constructor(
    memory: WebAssembly.Memory,
    private readonly plan: Plan,
    private readonly network: SpikingNetwork,
  ) {
    this.#view = new DataView(memory.buffer);
    this.#words = new Int32Array(memory.buffer);
  }

  write(): void {
    writeRecord(this.#view, this.plan.network, {
      [L.NETWORK_LAYERS]: this.plan.layers[0]!.record,
      [L.NETWORK_SLOTS]: SLOTS,
      [L.NETWORK_SUMS]: this.plan.sums,
      [L.NETWORK_WINDOW_ROWS]: this.plan.windowRows,
    });
    this.network.layers.forEach((layer, index) => {
      this.#layer(layer, this.plan.layers[index]!);
    });
    this.network.heads.forEach((head, index) => {
      this.#head(head, this.plan.heads[index]!);
    });
  }

  #layer(layer: SpikingLayer, at: LayerPlan): void {
    const { blocks } = at;
    writeRecord(this.#view, at.record, {
      [L.LAYER_CHANNELS]: layer.shape.channels,
      [L.LAYER_BLOCKS]: blocks,
      [L.LAYER_HEIGHT]: layer.shape.height,
      [L.LAYER_WIDTH]: layer.shape.width,
      [L.LAYER_CONNECTIONS]: at.connections,
      [L.LAYER_CONNECTION_COUNT]: layer.connections.length,
      [L.LAYER_BIAS]: at.bias,
      [L.LAYER_THRESHOLD]: at.threshold,
      [L.LAYER_MEMBRANE]: at.membrane,
      [L.LAYER_MASK]: at.mask,
      [L.LAYER_LIST]: at.list,
      [L.LAYER_ROW_START]: at.rowStart,
      [L.LAYER_MASK_STRIDE]: at.maskStride,
      [L.LAYER_LIST_STRIDE]: at.listStride,
      [L.LAYER_ROW_START_STRIDE]: at.rowStartStride,
      [L.LAYER_SPIKES]: at.spikes,
      [L.LAYER_OPERATIONS]: at.operations,
    });
    this.#words.fill(NEVER, at.threshold >> 2, (at.threshold >> 2) + blocks * L.LANES);
    this.#words.set(layer.threshold, at.threshold >> 2);
    this.#words.set(layer.bias, at.bias >> 2);
    layer.connections.forEach((connection, index) => {
      this.#connection(
        layer,
        connection,
        at.connections + index * L.CONNECTION_BYTES,
        at.weights[index]!,
        at.current,
      );
    });
  }

  #connection(
    layer: SpikingLayer,
    connection: SpikingConnection,
    record: number,
    weights: number,
    current: number,
  ): void {
    if (connection.kind === 'identity') {
      this.#words.set(connection.weights, weights >> 2);
      writeRecord(this.#view, record, {
        [L.CONNECTION_KIND]: L.KIND_IDENTITY,
        [L.CONNECTION_SOURCE]: this.plan.layers[connection.source]!.record,
        [L.CONNECTION_WEIGHTS]: weights,
      });
      return;
    }
    const { input } = this.network;
    const analog = connection.source === IMAGE;
    // Flipping the top bit of a byte adds 128.
    this.#packRows(connection.weights, layer.shape.channels, weights, analog ? 0 : L.EVEN_CHANNEL_OFFSET);
    writeRecord(this.#view, record, {
      [L.CONNECTION_KIND]: analog ? L.KIND_ANALOG : L.KIND_CONVOLUTION,
      [L.CONNECTION_SOURCE]: analog ? this.plan.image : this.plan.layers[connection.source]!.record,
      [L.CONNECTION_KERNEL]: connection.kernel,
      [L.CONNECTION_STRIDE]: connection.stride,
      [L.CONNECTION_PADDING]: connection.padding,
      [L.CONNECTION_WEIGHTS]: weights,
      [L.CONNECTION_CURRENT]: current,
      [L.CONNECTION_IMAGE_CHANNELS]: input.channels,
      [L.CONNECTION_IMAGE_HEIGHT]: input.height,
      [L.CONNECTION_IMAGE_WIDTH]: input.width,
    });
  }

  /**
   * Tap-major `[tap][in][out]` to lane blocks `[out / 64][tap][in][64]`, `offset` (two channels in an i16) added to
   * every pair of channels. Lanes that no channel uses hold weights of 0.
   */
  #packRows(weights: Int8Array, channels: number, address: number, offset: number): void {
    const rows = weights.length / channels;
    const pairs = L.LANES / 2;
    // Whole words where rows are whole words: eleven megabytes take 5 ms so, and 20 ms byte by byte.
    const source =
      channels % 2 === 0 && weights.byteOffset % 2 === 0
        ? new Int16Array(weights.buffer, weights.byteOffset, weights.length / 2)
        : evenRows(weights, channels);
    const rowPairs = Math.ceil(channels / 2);
    const target = new Int16Array(this.#view.buffer);
    for (let block = 0; block < Math.ceil(channels / L.LANES); block++) {
      const first = block * pairs;
      const count = Math.min(pairs, rowPairs - first);
      let to = address / 2 + block * rows * pairs;
      for (let row = 0; row < rows; row++, to += pairs) {
        const from = row * rowPairs + first;
        for (let pair = 0; pair < count; pair++) target[to + pair] = source[from + pair]! ^ offset;
        for (let pair = count; pair < pairs; pair++) target[to + pair] = offset;
      }
    }
  }

  #head(head: SpikingHead, at: HeadPlan): void {
    const classes = head.bias.length;
    const { paddedClasses } = at;
    this.#words.set(head.bias, at.bias >> 2);
    this.#words.set(head.threshold, at.threshold >> 2);
    const pairs = new Int16Array(this.#view.buffer);
    head.weights.forEach((weight, index) => {
      const channel = Math.floor(index / classes);
      const column = index % classes;
      pairs[at.weights / 2 + ((channel >> 1) * paddedClasses + column) * 2 + (channel & 1)] = weight;
    });
  }
}

/** Rows of an odd number of channels with a weight of 0 appended to each. */
function evenRows(weights: Int8Array, channels: number): Int16Array {
  const rows = weights.length / channels;
  const even = channels + (channels % 2);
  const padded = new Int8Array(rows * even);
  for (let row = 0; row < rows; row++) {
    padded.set(weights.subarray(row * channels, (row + 1) * channels), row * even);
  }
  return new Int16Array(padded.buffer);
}
