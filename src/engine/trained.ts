/**
 * The trained network's forward pass in float32, for calibration and as the yardstick of the spiking network. The
 * kernels (assembly/trained.ts) do the convolutions, the host walks the graph.
 */
import { UserError } from '../errors.js';
import { sizeOf, sourceShape } from '../graph/extents.js';
import {
  type Convolution,
  type Depthwise,
  IMAGE,
  type Network,
  type Population,
  type Shape,
  type Synapses,
} from '../graph/network.js';
import { kindOf } from '../graph/synapses/index.js';
import { taps, type Weights } from '../graph/synapses/kernel-form.js';
import { Arena } from './arena.js';
import { ensureMemory, instantiateKernels, type Kernels } from './wasm.js';

/** Output channels of one tile of assembly/trained.ts. */
const TILE = 8;

interface Place {
  /** Address of f32 [pixel][stride]. */
  readonly output: number;
  readonly stride: number;
  readonly bias: number;
  /** One address a set of synapses. */
  readonly weights: readonly number[];
}

const padChannels = (channels: number): number => Math.ceil(channels / TILE) * TILE;

/** A trained network, batch normalisation folded, ready to run image after image. */
export class TrainedPass {
  readonly network: Network;
  readonly #kernels: Kernels;
  readonly #places: readonly Place[];
  readonly #image: number;
  readonly #padded: number;

  private constructor(network: Network, kernels: Kernels) {
    const arena = new Arena();
    this.network = network;
    this.#kernels = kernels;
    this.#image = arena.allocate(4 * sizeOf(network.input));
    this.#padded = arena.allocate(
      4 * (TILE + Math.max(...network.populations.map((population) => this.#largestPadded(population)))),
    );
    this.#places = network.populations.map((population) => this.#allocate(arena, population));
    // The last tile of a group of channels may reach beyond its population.
    arena.allocate(4 * TILE);
    ensureMemory(kernels.memory, arena.bytes);
    network.populations.forEach((population, index) => {
      this.#write(population, this.#places[index]!);
    });
  }

  /**
   * @param module - the compiled `snnwasm.wasm`
   * @param network - without batch normalisation (src/convert/fold.ts)
   */
  static async create(module: WebAssembly.Module, network: Network): Promise<TrainedPass> {
    return new TrainedPass(network, await instantiateKernels(module));
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
    this.network.populations.forEach((population, index) => {
      this.#run(population, this.#places[index]!);
    });
  }

  /** Rectified activations of a population: `values[pixel * stride + channel]`. A view; the next `run` overwrites it. */
  activations(population: number): { values: Float32Array; stride: number } {
    const { output, stride } = this.#places[population]!;
    const { height, width } = this.network.populations[population]!.shape;
    return { values: new Float32Array(this.#kernels.memory.buffer, output, height * width * stride), stride };
  }

  /** Logits of a head: global average pooling, then the fully connected layer. */
  logits(head: number): Float64Array {
    const { population, weights, bias } = this.network.heads[head]!;
    const { channels, height, width } = this.network.populations[population]!.shape;
    const { values, stride } = this.activations(population);
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

  #run({ shape, synapses }: Population, at: Place): void {
    const pixels = shape.height * shape.width;
    this.#kernels.trainedBias(at.output, at.bias, at.stride, pixels);
    synapses.forEach((one, index) => {
      this.#add(this.#windowForm(one), at.weights[index]!, at, shape);
    });
    this.#kernels.trainedRectify(at.output, pixels * at.stride);
  }

  /** output += what one set of synapses carries. */
  #add(synapses: WindowForm, weights: number, at: Place, shape: Shape): void {
    const { source, kernel, stride, padding, dilation } = synapses;
    const { channels, height, width } = this.#shapeOf(source);
    const input = source === IMAGE ? this.#image : this.#places[source]!.output;
    const inputStride = source === IMAGE ? channels : this.#places[source]!.stride;
    const tall = height + padding.top + padding.bottom;
    const wide = width + padding.left + padding.right;
    const { top, left } = padding;
    this.#kernels.trainedPad(
      input,
      channels,
      inputStride,
      height,
      width,
      top,
      left,
      tall,
      wide,
      this.#padded,
    );
    if (synapses.kind === 'depthwise') {
      this.#kernels.trainedDepthwise(
        this.#padded,
        channels,
        wide,
        kernel.height,
        kernel.width,
        stride.height,
        stride.width,
        dilation.height,
        dilation.width,
        weights,
        at.stride,
        at.output,
        shape.height,
        shape.width,
      );
      return;
    }
    const inputs = channels / synapses.groups;
    const outputs = shape.channels / synapses.groups;
    const contiguous = synapses.groups === 1 && dilation.width === 1;
    for (let group = 0; group < synapses.groups; group++) {
      this.#kernels.trainedConvolve(
        this.#padded + 4 * group * inputs,
        channels,
        wide,
        kernel.height,
        contiguous ? 1 : kernel.width,
        contiguous ? kernel.width * channels : inputs,
        contiguous ? kernel.width * channels : dilation.width * channels,
        dilation.height * wide * channels,
        stride.height,
        stride.width,
        weights + 4 * group * groupWeights(synapses, inputs, outputs),
        at.output + 4 * group * outputs,
        at.stride,
        padChannels(outputs),
        shape.height,
        shape.width,
      );
    }
  }

  #windowForm(synapses: Synapses): WindowForm {
    return kindOf(synapses.kind).windowForm(synapses, this.#shapeOf(synapses.source));
  }

  #shapeOf(source: number): Shape {
    return sourceShape(this.network, source);
  }

  #largestPadded({ synapses }: Population): number {
    const sizes = synapses.map((one) => {
      const { channels, height, width } = this.#shapeOf(one.source);
      const { padding } = this.#windowForm(one);
      return channels * (height + padding.top + padding.bottom) * (width + padding.left + padding.right);
    });
    return Math.max(...sizes);
  }

  #allocate(arena: Arena, { shape, synapses }: Population): Place {
    const { channels, height, width } = shape;
    const stride = padChannels(channels);
    return {
      stride,
      output: arena.allocate(4 * height * width * stride),
      bias: arena.allocate(4 * stride),
      weights: synapses.map((one) => {
        const form = this.#windowForm(one);
        if (form.kind === 'depthwise') return arena.allocate(4 * taps(form) * stride);
        const inputs = this.#shapeOf(one.source).channels / form.groups;
        return arena.allocate(4 * form.groups * groupWeights(form, inputs, channels / form.groups));
      }),
    };
  }

  /** Writes bias and weights: `[tap][channel]`, or tap-major `[tap][in][out]` to tiles `[group][out / 8][tap][in][8]`. */
  #write({ shape, bias, synapses }: Population, at: Place): void {
    const floats = new Float32Array(this.#kernels.memory.buffer);
    const { channels } = shape;
    floats.set(bias, at.bias / 4);
    synapses.forEach((one, index) => {
      const form = this.#windowForm(one);
      const start = at.weights[index]! / 4;
      const rows = form.weights.length / channels;
      const groups = form.kind === 'depthwise' ? 1 : form.groups;
      const outputs = channels / groups;
      for (let row = 0; row < rows; row++) {
        for (let channel = 0; channel < channels; channel++) {
          const weight = form.weights[row * channels + channel]!;
          if (form.kind === 'depthwise') {
            floats[start + row * at.stride + channel] = weight;
            continue;
          }
          const group = Math.floor(channel / outputs);
          const tile = group * (padChannels(outputs) / TILE) + Math.floor((channel % outputs) / TILE);
          floats[start + (tile * rows + row) * TILE + ((channel % outputs) % TILE)] = weight;
        }
      }
    });
  }
}

type WindowForm = Convolution<Weights> | Depthwise<Weights>;

/** Values that the weights of one group take in tiles. */
function groupWeights(convolution: Convolution<Weights>, inputs: number, outputs: number): number {
  return taps(convolution) * inputs * padChannels(outputs);
}
