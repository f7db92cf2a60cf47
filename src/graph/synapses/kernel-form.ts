/**
 * Synapses as the spiking kernels take them: which kernel, with which numbers in its record, and its weights in the
 * order in which the kernel reads them (drawn in assembly/records.ts).
 */
import * as R from '../../../assembly/records.js';
import type { Window } from '../network.js';

/** Weights as a graph holds them, of whatever type. */
export type Weights = ArrayLike<number>;

/** What a record says of synapses besides addresses and what follows from the source. */
export interface KernelForm {
  /** One of R.KIND_... */
  readonly kind: number;
  readonly window: Window;
  /** Source channels that reach one lane group. */
  readonly span: number;
  /** Output channels of one group of a convolution, and source channels from the first of one group to the next. */
  readonly groupOutputs: number;
  readonly groupInputs: number;
  /** Of the weights. */
  readonly bytes: number;
  /** Writes the weights at a byte address. */
  write(memory: ArrayBufferLike, address: number): void;
}

/** Lane groups that so many channels fill. */
export function laneGroups(channels: number): number {
  return Math.ceil(channels / R.LANES);
}

/** Taps of a window. */
export function taps({ kernel }: Window): number {
  return kernel.height * kernel.width;
}

/**
 * Rows of int8 weights, `[row][channel]`, as `[lane group][row][64]`, `offset` (two channels in an i16) added to every
 * pair of channels. Lanes that no channel uses hold weights of 0.
 */
export function packRows(
  weights: Weights,
  channels: number,
  memory: ArrayBufferLike,
  address: number,
  offset: number,
): void {
  const rows = weights.length / channels;
  const pairs = R.LANES / 2;
  // Whole words where rows are whole words: eleven megabytes take 5 ms so, and 20 ms byte by byte.
  const source =
    weights instanceof Int8Array && channels % 2 === 0 && weights.byteOffset % 2 === 0
      ? new Int16Array(weights.buffer, weights.byteOffset, weights.length / 2)
      : evenRows(weights, channels);
  const rowPairs = Math.ceil(channels / 2);
  const target = new Int16Array(memory);
  for (let group = 0; group < laneGroups(channels); group++) {
    const first = group * pairs;
    const count = Math.min(pairs, rowPairs - first);
    let to = address / 2 + group * rows * pairs;
    for (let row = 0; row < rows; row++, to += pairs) {
      const from = row * rowPairs + first;
      for (let pair = 0; pair < count; pair++) target[to + pair] = source[from + pair]! ^ offset;
      for (let pair = count; pair < pairs; pair++) target[to + pair] = offset;
    }
  }
}

/** Rows of an odd number of channels with a weight of 0 appended to each. */
function evenRows(weights: Weights, channels: number): Int16Array {
  const rows = weights.length / channels;
  const even = channels + (channels % 2);
  const padded = new Int8Array(rows * even);
  for (let row = 0; row < rows; row++) {
    for (let channel = 0; channel < channels; channel++) {
      padded[row * even + channel] = weights[row * channels + channel]!;
    }
  }
  return new Int16Array(padded.buffer);
}
