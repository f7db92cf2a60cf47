/**
 * The plain JavaScript dense baseline: one timestep of the same integer network, every synapse computed whether a
 * spike came or not. Honest JavaScript: typed arrays, flat loops, output channels innermost so that weights and sums
 * are walked in order, no bounds tests inside.
 */
import { IMAGE, type SpikingConvolution, type SpikingNetwork } from '../../src/model/graph.js';
import { sizeOf, sourceShape } from '../../src/model/synapses.js';

export class DenseBaseline {
  readonly network: SpikingNetwork;
  readonly #membranes: readonly Int32Array[];
  readonly #spikes: readonly Uint8Array[];
  readonly #current: Int32Array;
  /** Spikes emitted in the last timestep, per layer. */
  readonly spikeCounts: number[];

  /** Presents the image; membranes start at `initialPotential` thresholds. */
  constructor(network: SpikingNetwork, input: Int16Array, initialPotential: number) {
    this.network = network;
    this.#membranes = network.layers.map(({ shape, threshold }) =>
      Int32Array.from({ length: sizeOf(shape) }, (_, neuron) =>
        Math.floor(threshold[neuron % shape.channels]! * initialPotential + 0.5),
      ),
    );
    this.#spikes = network.layers.map(({ shape }) => new Uint8Array(sizeOf(shape)));
    this.#current = new Int32Array(sizeOf(network.layers[0]!.shape));
    this.#convolve(network.layers[0]!.connections[0] as SpikingConvolution, input, this.#current, 0);
    this.spikeCounts = network.layers.map(() => 0);
  }

  /** One timestep of all layers, synchronous. */
  step(): void {
    this.network.layers.forEach((layer, index) => {
      const membrane = this.#membranes[index]!;
      for (const connection of layer.connections) {
        if (connection.source === IMAGE) addAll(membrane, this.#current);
        else if (connection.kind === 'convolution') {
          this.#convolve(connection, this.#spikes[connection.source]!, membrane, index);
        } else addIdentity(membrane, this.#spikes[connection.source]!, connection.weights);
      }
      this.spikeCounts[index] = fire(membrane, layer.bias, layer.threshold, this.#spikes[index]!);
    });
  }

  #convolve(
    connection: SpikingConvolution,
    values: ArrayLike<number>,
    sums: Int32Array,
    layer: number,
  ): void {
    const from = sourceShape(this.network, connection.source);
    const to = this.network.layers[layer]!.shape;
    const { kernel, stride, padding, weights } = connection;
    for (let y = 0; y < to.height; y++) {
      for (let x = 0; x < to.width; x++) {
        const out = (y * to.width + x) * to.channels;
        for (let ky = 0; ky < kernel; ky++) {
          const sourceY = y * stride + ky - padding;
          if (sourceY < 0 || sourceY >= from.height) continue;
          for (let kx = 0; kx < kernel; kx++) {
            const sourceX = x * stride + kx - padding;
            if (sourceX < 0 || sourceX >= from.width) continue;
            const at = (sourceY * from.width + sourceX) * from.channels;
            let weight = (ky * kernel + kx) * from.channels * to.channels;
            for (let channel = 0; channel < from.channels; channel++) {
              const value = values[at + channel]!;
              for (let target = out; target < out + to.channels; target++) {
                sums[target] = sums[target]! + weights[weight++]! * value;
              }
            }
          }
        }
      }
    }
  }
}

function addAll(membrane: Int32Array, current: Int32Array): void {
  for (let index = 0; index < membrane.length; index++) membrane[index]! += current[index]!;
}

function addIdentity(membrane: Int32Array, spikes: Uint8Array, weights: Int32Array): void {
  const channels = weights.length;
  for (let start = 0; start < membrane.length; start += channels) {
    for (let channel = 0; channel < channels; channel++) {
      membrane[start + channel]! += spikes[start + channel]! * weights[channel]!;
    }
  }
}

function fire(membrane: Int32Array, bias: Int32Array, threshold: Int32Array, spikes: Uint8Array): number {
  const channels = bias.length;
  let count = 0;
  for (let start = 0; start < membrane.length; start += channels) {
    for (let channel = 0; channel < channels; channel++) {
      const potential = membrane[start + channel]! + bias[channel]!;
      const fired = potential > threshold[channel]! ? 1 : 0;
      membrane[start + channel] = fired ? potential - threshold[channel]! : potential;
      spikes[start + channel] = fired;
      count += fired;
    }
  }
  return count;
}
