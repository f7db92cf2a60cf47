/**
 * The plain JavaScript dense baseline: one timestep of the same integer network, every synapse computed whether a
 * spike came or not. As fast as plain JavaScript was found to go: typed arrays, flat loops, sums in local variables,
 * a border of zeros instead of bounds tests, weights in the order in which they are read.
 *
 * A tile is 2 pixels x 4 output channels: eight sums share four weights and two spikes. Weights and spikes are
 * float32 and sums float64 (exact: all are integers far below 2^53), which V8 multiplies faster than integers here;
 * int8 weights took 1.2 to 1.6 times as long, and a loop over output channels innermost 3 times.
 */
import type { SpikingNetwork } from '../../src/graph/network.js';
import {
  analogCurrent,
  type Baseline,
  borderOf,
  initialMembrane,
  packConvolutions,
  padded,
  plainSynapses,
  type SpikingConvolution,
} from './baseline.js';

const TILE_PIXELS = 2;
const TILE_CHANNELS = 4;

/** A population's state. Rows and channels are padded to whole tiles; what lies beyond the population is never read. */
interface State {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** `[y][x][channel]`, columns and channels padded. */
  readonly membrane: Float64Array;
  readonly columns: number;
  readonly stride: number;
  /** `[y + border][x + border][channel]`, 0 or 1. */
  readonly spikes: Float32Array;
  readonly border: number;
  /** One array a set of synapses, `[out / 4][ky][kx][in][4]`; empty for others than convolutions. */
  readonly weights: readonly Float32Array[];
}

export class DenseBaseline implements Baseline {
  readonly #network: SpikingNetwork;
  readonly #states: readonly State[];
  readonly #current: Int32Array;

  /** Presents the image; membranes start at `initialPotential` thresholds. */
  constructor(network: SpikingNetwork, input: Int16Array, initialPotential: number) {
    this.#network = network;
    this.#states = network.populations.map((_, index) => createState(network, index, initialPotential));
    this.#current = analogCurrent(network, input);
  }

  step(): void {
    this.#network.populations.forEach((population, index) => {
      const state = this.#states[index]!;
      population.synapses.map(plainSynapses).forEach((synapses, position) => {
        const source = this.#states[synapses.source];
        if (source === undefined) addCurrent(state, this.#current);
        else if (synapses.kind === 'per-channel') addPerChannel(state, source, synapses.weights);
        else convolve(state, source, synapses, state.weights[position]!);
      });
      fire(state, population.bias, population.threshold);
    });
  }

  spikes(population: number): Uint8Array {
    const { height, width, channels, spikes, border } = this.#states[population]!;
    const map = new Uint8Array(height * width * channels);
    for (let y = 0; y < height; y++) {
      const start = ((y + border) * (width + 2 * border) + border) * channels;
      map.set(spikes.subarray(start, start + width * channels), y * width * channels);
    }
    return map;
  }
}

function createState(network: SpikingNetwork, index: number, initialPotential: number): State {
  const population = network.populations[index]!;
  const { height, width, channels } = population.shape;
  const border = borderOf(network, index);
  const columns = padded(width, TILE_PIXELS);
  const stride = padded(channels, TILE_CHANNELS);
  const membrane = new Float64Array(height * columns * stride);
  const start = initialMembrane(population, initialPotential);
  for (let at = 0; at < membrane.length; at += stride) membrane.set(start, at);
  // The second pixel of a last tile may read beyond the image: by one stride of at most the width.
  const room = 2 * (width + 2 * border) * channels;
  const spikes = new Float32Array((height + 2 * border) * (width + 2 * border) * channels + room);
  const weights = packConvolutions(population, (own) => packTiles(own, channels), new Float32Array(0));
  return { height, width, channels, membrane, columns, stride, spikes, border, weights };
}

function packTiles(weights: Int8Array, channels: number): Float32Array {
  const rows = weights.length / channels;
  const packed = new Float32Array(rows * padded(channels, TILE_CHANNELS));
  weights.forEach((weight, index) => {
    const row = Math.floor(index / channels);
    const channel = index % channels;
    const tile = Math.floor(channel / TILE_CHANNELS);
    packed[(tile * rows + row) * TILE_CHANNELS + (channel % TILE_CHANNELS)] = weight;
  });
  return packed;
}

function convolve(
  to: State,
  from: State,
  { kernel, stride, padding }: SpikingConvolution,
  weights: Float32Array,
) {
  const { membrane } = to;
  const { spikes, channels } = from;
  const rowLength = (from.width + 2 * from.border) * channels;
  const origin = (from.border - padding.top) * rowLength + (from.border - padding.left) * channels;
  const run = kernel.width * channels;
  const next = stride.width * channels;
  const tileWeights = kernel.height * run * TILE_CHANNELS;
  for (let channel = 0, tile = 0; channel < to.stride; channel += TILE_CHANNELS, tile += tileWeights) {
    for (let y = 0; y < to.height; y++) {
      for (let x = 0; x < to.width; x += TILE_PIXELS) {
        let sum00 = 0.0;
        let sum01 = 0.0;
        let sum02 = 0.0;
        let sum03 = 0.0;
        let sum10 = 0.0;
        let sum11 = 0.0;
        let sum12 = 0.0;
        let sum13 = 0.0;
        let at = tile;
        let start = origin + y * stride.height * rowLength + x * next;
        for (let ky = 0; ky < kernel.height; ky++, start += rowLength) {
          // The taps of one kernel row and their channels are contiguous.
          for (let index = start; index < start + run; index++, at += TILE_CHANNELS) {
            const weight0 = weights[at]!;
            const weight1 = weights[at + 1]!;
            const weight2 = weights[at + 2]!;
            const weight3 = weights[at + 3]!;
            const first = spikes[index]!;
            const second = spikes[index + next]!;
            sum00 += first * weight0;
            sum01 += first * weight1;
            sum02 += first * weight2;
            sum03 += first * weight3;
            sum10 += second * weight0;
            sum11 += second * weight1;
            sum12 += second * weight2;
            sum13 += second * weight3;
          }
        }
        const out = (y * to.columns + x) * to.stride + channel;
        const other = out + to.stride;
        membrane[out]! += sum00;
        membrane[out + 1]! += sum01;
        membrane[out + 2]! += sum02;
        membrane[out + 3]! += sum03;
        membrane[other]! += sum10;
        membrane[other + 1]! += sum11;
        membrane[other + 2]! += sum12;
        membrane[other + 3]! += sum13;
      }
    }
  }
}

function addCurrent(to: State, current: Int32Array): void {
  const { membrane, channels } = to;
  let from = 0;
  for (let y = 0; y < to.height; y++) {
    for (let x = 0; x < to.width; x++) {
      const out = (y * to.columns + x) * to.stride;
      for (let channel = 0; channel < channels; channel++) membrane[out + channel]! += current[from++]!;
    }
  }
}

function addPerChannel(to: State, from: State, weights: Int32Array): void {
  const { membrane, channels } = to;
  const { spikes, border } = from;
  for (let y = 0; y < to.height; y++) {
    for (let x = 0; x < to.width; x++) {
      const out = (y * to.columns + x) * to.stride;
      const at = ((y + border) * (from.width + 2 * border) + x + border) * channels;
      for (let channel = 0; channel < channels; channel++) {
        membrane[out + channel]! += spikes[at + channel]! * weights[channel]!;
      }
    }
  }
}

function fire(state: State, bias: Int32Array, threshold: Int32Array): void {
  const { membrane, spikes, border, channels } = state;
  for (let y = 0; y < state.height; y++) {
    for (let x = 0; x < state.width; x++) {
      const out = (y * state.columns + x) * state.stride;
      const at = ((y + border) * (state.width + 2 * border) + x + border) * channels;
      for (let channel = 0; channel < channels; channel++) {
        const potential = membrane[out + channel]! + bias[channel]!;
        const limit = threshold[channel]!;
        const fired = potential > limit ? 1 : 0;
        membrane[out + channel] = potential - fired * limit;
        spikes[at + channel] = fired;
      }
    }
  }
}
