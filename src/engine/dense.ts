/**
 * The trained network's forward pass in float32, for calibration and as the yardstick of the spiking network. The
 * kernels (assembly/dense.ts) do the convolutions, the host walks the graph.
 */
import { UserError } from '../errors.js';
import { type Convolution, IMAGE, type Layer, type Network, type Shape } from '../model/graph.js';
import { sizeOf } from '../model/synapses.js';
import { Arena, ensureMemory, instantiateKernels, type Kernels } from './wasm.js';

/** Output channels of one tile of assembly/dense.ts. */
const TILE = 8;

interface DenseLayer {
  /** Address of f32 [pixel][stride]. */
  readonly output: number;
  readonly stride: number;
  readonly bias: number;
  /** One address a connection; 0 for an identity. */
  readonly weights: readonly number[];
}

const padChannels = (channels: number): number => Math.ceil(channels / TILE) * TILE;

/** A trained network, batch normalisation folded, ready to run image after image. */
export class DenseNetwork {
  readonly network: Network;
  readonly #kernels: Kernels;
  readonly #layers: readonly DenseLayer[];
  readonly #image: number;
  readonly #padded: number;

  private constructor(network: Network, kernels: Kernels) {
    const arena = new Arena();
    this.network = network;
    this.#kernels = kernels;
    this.#image = arena.allocate(4 * sizeOf(network.input));
    this.#padded = arena.allocate(4 * Math.max(...network.layers.map((layer) => this.#largestPadded(layer))));
    this.#layers = network.layers.map((layer) => this.#allocate(arena, layer));
    ensureMemory(kernels.memory, arena.bytes);
    network.layers.forEach((layer, index) => {
      this.#write(layer, this.#layers[index]!);
    });
  }

  /**
   * @param module - the compiled `snnwasm.wasm`
   * @param network - without batch normalisation (src/convert/fold.ts)
   */
  static async create(module: WebAssembly.Module, network: Network): Promise<DenseNetwork> {
    return new DenseNetwork(network, await instantiateKernels(module));
  }

  /**
   * Runs one image through all layers; `activations` and `logits` then answer for it.
   *
   * @param input - normalised, `[y][x][channel]`
   */
  run(input: Float32Array): void {
    if (input.length !== sizeOf(this.network.input)) {
      throw new UserError(`the network takes ${sizeOf(this.network.input)} values, but got ${input.length}`);
    }
    new Float32Array(this.#kernels.memory.buffer, this.#image, input.length).set(input);
    this.network.layers.forEach((layer, index) => {
      this.#runLayer(layer, this.#layers[index]!);
    });
  }

  /** Rectified activations of a layer: `values[pixel * stride + channel]`. A view; the next `run` overwrites it. */
  activations(layer: number): { values: Float32Array; stride: number } {
    const { output, stride } = this.#layers[layer]!;
    const { height, width } = this.network.layers[layer]!.shape;
    return { values: new Float32Array(this.#kernels.memory.buffer, output, height * width * stride), stride };
  }

  /** Logits of a head: global average pooling, then the fully connected layer. */
  logits(head: number): Float64Array {
    const { layer, weights, bias } = this.network.heads[head]!;
    const { channels, height, width } = this.network.layers[layer]!.shape;
    const { values, stride } = this.activations(layer);
    const logits = Float64Array.from(bias);
    for (let channel = 0; channel < channels; channel++) {
      let sum = 0;
      for (let index = channel; index < values.length; index += stride) sum += values[index]!;
      const mean = sum / (height * width);
      for (let index = 0; index < logits.length; index++) {
        logits[index]! += mean * weights[channel * logits.length + index]!;
      }
    }
    return logits;
  }

  #runLayer(layer: Layer, at: DenseLayer): void {
    const { shape } = layer;
    const pixels = shape.height * shape.width;
    this.#kernels.denseBias(at.output, at.bias, at.stride, pixels);
    layer.connections.forEach((connection, index) => {
      if (connection.kind === 'identity') {
        this.#kernels.denseAdd(at.output, this.#layers[connection.source]!.output, pixels * at.stride);
      } else {
        this.#convolve(connection, at.weights[index]!, at, shape);
      }
    });
    this.#kernels.denseRectify(at.output, pixels * at.stride);
  }

  #convolve(convolution: Convolution, weights: number, at: DenseLayer, shape: Shape): void {
    const { source, kernel, stride, padding } = convolution;
    const { channels, height, width } = this.#shapeOf(source);
    const input = source === IMAGE ? this.#image : this.#layers[source]!.output;
    const inputStride = source === IMAGE ? channels : this.#layers[source]!.stride;
    this.#kernels.densePad(input, channels, inputStride, height, width, padding, this.#padded);
    this.#kernels.denseConvolve(
      this.#padded,
      channels,
      width + 2 * padding,
      kernel,
      stride,
      weights,
      at.output,
      at.stride,
      shape.height,
      shape.width,
    );
  }

  #shapeOf(source: number): Shape {
    return source === IMAGE ? this.network.input : this.network.layers[source]!.shape;
  }

  #largestPadded(layer: Layer): number {
    const sizes = layer.connections.map((connection) => {
      if (connection.kind === 'identity') return 0;
      const { channels, height, width } = this.#shapeOf(connection.source);
      return channels * (height + 2 * connection.padding) * (width + 2 * connection.padding);
    });
    return Math.max(...sizes);
  }

  #allocate(arena: Arena, layer: Layer): DenseLayer {
    const { channels, height, width } = layer.shape;
    const stride = padChannels(channels);
    return {
      stride,
      output: arena.allocate(4 * height * width * stride),
      bias: arena.allocate(4 * stride),
      weights: layer.connections.map((connection) =>
        connection.kind === 'identity'
          ? 0
          : arena.allocate((connection.weights.length / channels) * stride * 4),
      ),
    };
  }

  /** Writes bias and weights, tap-major `[tap][in][out]` to tiles `[out / 8][tap][in][8]`. */
  #write(layer: Layer, at: DenseLayer): void {
    const floats = new Float32Array(this.#kernels.memory.buffer);
    const { channels } = layer.shape;
    floats.set(layer.bias, at.bias / 4);
    layer.connections.forEach((connection, index) => {
      if (connection.kind === 'identity') return;
      const rows = connection.weights.length / channels;
      const start = at.weights[index]! / 4;
      for (let row = 0; row < rows; row++) {
        for (let channel = 0; channel < channels; channel++) {
          const tile = Math.floor(channel / TILE);
          floats[start + (tile * rows + row) * TILE + (channel % TILE)] =
            connection.weights[row * channels + channel]!;
        }
      }
    });
  }
}
