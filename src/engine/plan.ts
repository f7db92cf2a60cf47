/**
 * Lays a spiking network out in WebAssembly memory: every record, weight, membrane and spike list gets its address
 * once, as drawn in assembly/layout.ts, and nothing is allocated afterwards.
 */
import * as L from '../../assembly/layout.js';
import {
  IMAGE,
  type SpikingConnection,
  type SpikingHead,
  type SpikingLayer,
  type SpikingNetwork,
} from '../model/graph.js';
import { Arena, ensureMemory, type Kernels } from './wasm.js';

/** Timesteps that one call may advance. More keep weights longer in cache but need longer spike rings. */
export const BLOCK_TIMESTEPS = 8;
const SLOTS = BLOCK_TIMESTEPS + 1;
const NEVER = 2 ** 31 - 1;

/** Addresses and sizes of one layer, for the host to read results from. */
export interface PlannedLayer {
  readonly record: number;
  /** u32 [slot] */
  readonly spikes: number;
  readonly operations: number;
  readonly mask: number;
  readonly maskStride: number;
  readonly blocks: number;
}

export interface PlannedHead {
  /** Values of the head's record; it is written to the head table when the head is selected. */
  readonly words: Readonly<Record<number, number>>;
  /** u8 [slot][classes] */
  readonly fired: number;
  readonly spikes: number;
  readonly operations: number;
}

export interface Plan {
  readonly slots: number;
  readonly network: number;
  /** i16 [y][x][channel] */
  readonly image: number;
  readonly layers: readonly PlannedLayer[];
  readonly heads: readonly PlannedHead[];
  /** Where the records of the selected heads go. */
  readonly headTable: number;
  readonly bytes: number;
}

const paddedBlocks = (channels: number): number => Math.ceil(channels / L.LANES);

/** Writes plan and weights into the kernels' memory; afterwards only results move. */
export function writePlan(kernels: Kernels, network: SpikingNetwork): Plan {
  const arena = new Arena();
  const plan = allocate(arena, network);
  ensureMemory(kernels.memory, arena.bytes);
  const writer = new PlanWriter(kernels.memory, plan.addresses, network);
  writer.write();
  return plan.plan;
}

interface LayerAddresses {
  readonly record: number;
  readonly connections: number;
  readonly bias: number;
  readonly threshold: number;
  readonly membrane: number;
  readonly mask: number;
  readonly list: number;
  readonly rowStart: number;
  readonly spikes: number;
  readonly operations: number;
  readonly weights: readonly number[];
  readonly current: number;
}

interface HeadAddresses {
  readonly weights: number;
  readonly bias: number;
  readonly threshold: number;
}

interface Addresses {
  readonly network: number;
  readonly image: number;
  readonly layers: readonly LayerAddresses[];
  readonly heads: readonly HeadAddresses[];
}

const maskStride = (layer: SpikingLayer): number =>
  layer.shape.height * layer.shape.width * paddedBlocks(layer.shape.channels) * 8;
const listStride = (layer: SpikingLayer): number =>
  layer.shape.height * layer.shape.width * layer.shape.channels * 2;
const rowStartStride = (layer: SpikingLayer): number => layer.shape.height * (layer.shape.width + 1) * 2;
const paddedClasses = (classes: number): number => Math.ceil(classes / 8) * 8;

function channelsOf(network: SpikingNetwork, source: number): number {
  return source === IMAGE ? network.input.channels : network.layers[source]!.shape.channels;
}

function weightBytes(network: SpikingNetwork, layer: SpikingLayer, connection: SpikingConnection): number {
  const blocks = paddedBlocks(layer.shape.channels);
  if (connection.kind === 'identity') return blocks * L.LANE_BYTES;
  return blocks * connection.kernel ** 2 * channelsOf(network, connection.source) * L.LANES;
}

function allocate(arena: Arena, network: SpikingNetwork): { plan: Plan; addresses: Addresses } {
  const { input } = network;
  const networkRecord = arena.allocate(L.NETWORK_BYTES);
  const layerTable = arena.allocate(network.layers.length * L.LAYER_BYTES);
  const headTable = arena.allocate(network.heads.length * L.HEAD_BYTES);
  const image = arena.allocate(input.channels * input.height * input.width * 2);
  const layers = network.layers.map((layer, index): LayerAddresses => {
    const blocks = paddedBlocks(layer.shape.channels);
    const neurons = layer.shape.height * layer.shape.width * blocks;
    const analog = layer.connections.some((connection) => connection.source === IMAGE);
    return {
      record: layerTable + index * L.LAYER_BYTES,
      connections: arena.allocate(layer.connections.length * L.CONNECTION_BYTES),
      bias: arena.allocate(blocks * L.LANE_BYTES),
      threshold: arena.allocate(blocks * L.LANE_BYTES),
      weights: layer.connections.map((connection) => arena.allocate(weightBytes(network, layer, connection))),
      membrane: arena.allocate(neurons * L.LANE_BYTES),
      mask: arena.allocate(SLOTS * maskStride(layer)),
      list: arena.allocate(SLOTS * listStride(layer)),
      rowStart: arena.allocate(SLOTS * rowStartStride(layer)),
      spikes: arena.allocate(SLOTS * 4),
      operations: arena.allocate(SLOTS * 4),
      current: analog ? arena.allocate(neurons * L.LANE_BYTES) : 0,
    };
  });
  const heads = network.heads.map((head) => allocateHead(arena, network, head, layers[head.layer]!.record));
  const plan: Plan = {
    slots: SLOTS,
    network: networkRecord,
    image,
    headTable,
    layers: layers.map((addresses, index) => ({
      record: addresses.record,
      spikes: addresses.spikes,
      operations: addresses.operations,
      mask: addresses.mask,
      maskStride: maskStride(network.layers[index]!),
      blocks: paddedBlocks(network.layers[index]!.shape.channels),
    })),
    heads: heads.map(({ planned }) => planned),
    bytes: arena.bytes,
  };
  return {
    plan,
    addresses: { network: networkRecord, image, layers, heads: heads.map(({ addresses }) => addresses) },
  };
}

function allocateHead(
  arena: Arena,
  network: SpikingNetwork,
  head: SpikingHead,
  layerRecord: number,
): { planned: PlannedHead; addresses: HeadAddresses } {
  const channels = Math.ceil(network.layers[head.layer]!.shape.channels / 2) * 2;
  const classes = head.bias.length;
  const padded = paddedClasses(classes);
  const addresses = {
    weights: arena.allocate(channels * padded * 2),
    bias: arena.allocate(classes * 4),
    threshold: arena.allocate(classes * 4),
  };
  const fired = arena.allocate(SLOTS * classes);
  const spikes = arena.allocate(SLOTS * 4);
  const operations = arena.allocate(SLOTS * 4);
  const words = {
    [L.HEAD_LAYER]: layerRecord,
    [L.HEAD_CLASSES]: classes,
    [L.HEAD_PADDED_CLASSES]: padded,
    [L.HEAD_WEIGHTS]: addresses.weights,
    [L.HEAD_BIAS]: addresses.bias,
    [L.HEAD_THRESHOLD]: addresses.threshold,
    [L.HEAD_MEMBRANE]: arena.allocate(classes * 8),
    [L.HEAD_SUMS]: arena.allocate(padded * 4),
    [L.HEAD_POOL]: arena.allocate(channels * 2),
    [L.HEAD_FIRED]: fired,
    [L.HEAD_SPIKES]: spikes,
    [L.HEAD_OPERATIONS]: operations,
  };
  return { planned: { words, fired, spikes, operations }, addresses };
}

/** Fills the memory that `allocate` has divided. */
class PlanWriter {
  readonly #view: DataView;
  readonly #bytes: Int8Array;
  readonly #words: Int32Array;

  constructor(
    memory: WebAssembly.Memory,
    private readonly addresses: Addresses,
    private readonly network: SpikingNetwork,
  ) {
    this.#view = new DataView(memory.buffer);
    this.#bytes = new Int8Array(memory.buffer);
    this.#words = new Int32Array(memory.buffer);
  }

  write(): void {
    this.#record(this.addresses.network, {
      [L.NETWORK_LAYERS]: this.addresses.layers[0]!.record,
      [L.NETWORK_SLOTS]: SLOTS,
    });
    this.network.layers.forEach((layer, index) => {
      this.#layer(layer, this.addresses.layers[index]!);
    });
    this.network.heads.forEach((head, index) => {
      this.#head(head, this.addresses.heads[index]!);
    });
  }

  #record(address: number, words: Readonly<Record<number, number>>): void {
    for (const [offset, value] of Object.entries(words))
      this.#view.setInt32(address + Number(offset), value, true);
  }

  #layer(layer: SpikingLayer, at: LayerAddresses): void {
    const blocks = paddedBlocks(layer.shape.channels);
    this.#record(at.record, {
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
      [L.LAYER_MASK_STRIDE]: maskStride(layer),
      [L.LAYER_LIST_STRIDE]: listStride(layer),
      [L.LAYER_ROW_START_STRIDE]: rowStartStride(layer),
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
      this.#record(record, {
        [L.CONNECTION_KIND]: L.KIND_IDENTITY,
        [L.CONNECTION_SOURCE]: this.addresses.layers[connection.source]!.record,
        [L.CONNECTION_WEIGHTS]: weights,
      });
      return;
    }
    const { input } = this.network;
    const analog = connection.source === IMAGE;
    this.#packRows(connection.weights, layer.shape.channels, weights);
    this.#record(record, {
      [L.CONNECTION_KIND]: analog ? L.KIND_ANALOG : L.KIND_CONVOLUTION,
      [L.CONNECTION_SOURCE]: analog ? this.addresses.image : this.addresses.layers[connection.source]!.record,
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

  /** Tap-major `[tap][in][out]` to lane blocks `[out / 64][tap][in][64]`. */
  #packRows(weights: Int8Array, channels: number, address: number): void {
    const rows = weights.length / channels;
    // Whole words where rows are whole words: eleven megabytes take 4 ms so, and 20 ms byte by byte.
    const wordwise = channels % 4 === 0 && weights.byteOffset % 4 === 0;
    const unit = wordwise ? 4 : 1;
    const source = wordwise
      ? new Int32Array(weights.buffer, weights.byteOffset, weights.length / 4)
      : weights;
    const target = wordwise ? this.#words : this.#bytes;
    const rowLength = channels / unit;
    const lanes = L.LANES / unit;
    for (let block = 0; block < paddedBlocks(channels); block++) {
      const first = block * lanes;
      const count = Math.min(lanes, rowLength - first);
      let to = address / unit + block * rows * lanes;
      for (let row = 0; row < rows; row++, to += lanes) {
        const from = row * rowLength + first;
        for (let lane = 0; lane < count; lane++) target[to + lane] = source[from + lane]!;
      }
    }
  }

  #head(head: SpikingHead, at: HeadAddresses): void {
    const classes = head.bias.length;
    const padded = paddedClasses(classes);
    this.#words.set(head.bias, at.bias >> 2);
    this.#words.set(head.threshold, at.threshold >> 2);
    const pairs = new Int16Array(this.#view.buffer);
    head.weights.forEach((weight, index) => {
      const channel = Math.floor(index / classes);
      const column = index % classes;
      pairs[at.weights / 2 + ((channel >> 1) * padded + column) * 2 + (channel & 1)] = weight;
    });
  }
}
