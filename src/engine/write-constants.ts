/** Writes the numbers of a network, in the order in which the kernels read them, where plan.ts has put them. */
import * as L from '../../assembly/layout.js';
import {
  IMAGE,
  type SpikingConnection,
  type SpikingHead,
  type SpikingLayer,
  type SpikingNetwork,
} from '../model/graph.js';
import type { ConstantPlan, HeadConstants, LayerConstants } from './plan.js';

/** The threshold of lanes that no channel uses. */
const NEVER = 2 ** 31 - 1;

/** Writes all constants; the memory must be as large as planned. Once is enough for all simulations in it. */
export function writeConstants(
  memory: WebAssembly.Memory,
  network: SpikingNetwork,
  plan: ConstantPlan,
): void {
  const writer = new ConstantWriter(memory);
  network.layers.forEach((layer, index) => {
    writer.layer(layer, plan.layers[index]!);
  });
  network.heads.forEach((head, index) => {
    writer.head(head, plan.heads[index]!);
  });
}

class ConstantWriter {
  readonly #words: Int32Array;
  readonly #pairs: Int16Array;

  constructor(memory: WebAssembly.Memory) {
    this.#words = new Int32Array(memory.buffer);
    this.#pairs = new Int16Array(memory.buffer);
  }

  layer(layer: SpikingLayer, at: LayerConstants): void {
    this.#words.fill(NEVER, at.threshold >> 2, (at.threshold >> 2) + at.blocks * L.LANES);
    this.#words.set(layer.threshold, at.threshold >> 2);
    this.#words.set(layer.bias, at.bias >> 2);
    layer.connections.forEach((connection, index) => {
      this.#connection(connection, layer.shape.channels, at.weights[index]!);
    });
  }

  head(head: SpikingHead, at: HeadConstants): void {
    const classes = head.bias.length;
    const { paddedClasses } = at;
    this.#words.set(head.bias, at.bias >> 2);
    this.#words.set(head.threshold, at.threshold >> 2);
    head.weights.forEach((weight, index) => {
      const channel = Math.floor(index / classes);
      const column = index % classes;
      this.#pairs[at.weights / 2 + ((channel >> 1) * paddedClasses + column) * 2 + (channel & 1)] = weight;
    });
  }

  #connection(connection: SpikingConnection, channels: number, weights: number): void {
    if (connection.kind === 'identity') {
      this.#words.set(connection.weights, weights >> 2);
    } else {
      // Flipping the top bit of a byte adds 128.
      const offset = connection.source === IMAGE ? 0 : L.EVEN_CHANNEL_OFFSET;
      this.#packRows(connection.weights, channels, weights, offset);
    }
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
    const target = this.#pairs;
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
