/**
 * Random ResNet-18s of any width and image size that fire at a chosen mean rate in every layer. The rate is set by the
 * converter's own means: it is the lambdas (eq. (8)) that are chosen, so that the mean of min(activation / lambda, 1),
 * which is what firing rates tend to, becomes the rate. The weights of a random network cost what trained ones do.
 */
import { normaliseWeights } from '../../src/convert/normalise.js';
import { quantiseHeads, quantisePopulations } from '../../src/convert/quantise.js';
import { TrainedPass } from '../../src/engine/trained.js';
import { outputExtent, sourceShape, squareWindow } from '../../src/graph/extents.js';
import {
  type Convolution,
  IMAGE,
  type Network,
  type Population,
  type Shape,
  type SpikingNetwork,
  type Synapses,
} from '../../src/graph/network.js';
import { uniformNumbers } from '../../src/random.js';
import { RATE_CODING } from './forced.js';

const INPUT_CHANNELS = 3;
const FRACTION_BITS = 7;
/** Channels that fire at all must outnumber those that shall at any time, so biases are positive. */
const BIAS = 0.7;
const BISECTIONS = 20;

export interface GeneratedOptions {
  /** Channels of the first stage; the other three double them. */
  readonly width: number;
  /** Height and width of the image. */
  readonly extent: number;
  readonly classes?: number;
  readonly seed?: number;
}

/** A random trained network in floating point. */
export function generatedNetwork({ width, extent, classes = 100, seed = 1 }: GeneratedOptions): Network {
  const random = uniformNumbers(seed);
  const input: Shape = { channels: INPUT_CHANNELS, height: extent, width: extent };
  const populations: Population[] = [];
  const shapeOf = (source: number) => sourceShape({ input, populations }, source);
  const convolution = (source: number, to: number, kernel: number, stride: number) => {
    const { channels } = shapeOf(source);
    const fanIn = kernel ** 2 * channels;
    // Uniform with the variance of He's initialisation, 2 / fan-in.
    const bound = Math.sqrt(6 / fanIn);
    const weights = Float32Array.from({ length: fanIn * to }, () => (2 * random() - 1) * bound);
    const window = squareWindow(kernel, stride, (kernel - 1) / 2);
    return { kind: 'convolution', source, ...window, groups: 1, weights } as const satisfies Synapses;
  };
  const add = (
    name: string,
    channels: number,
    first: Convolution<Float32Array>,
    ...others: Synapses[]
  ): number => {
    const shape = { channels, ...outputExtent(shapeOf(first.source), first) };
    const bias = new Float32Array(channels).fill(BIAS);
    populations.push({ name, shape, synapses: [first, ...others], bias });
    return populations.length - 1;
  };
  let last = add('stem', width, convolution(IMAGE, width, 3, 1));
  for (let block = 1; block <= 8; block++) {
    const stage = Math.floor((block - 1) / 2);
    const stride = stage > 0 && block % 2 === 1 ? 2 : 1;
    const channels = width << stage;
    const before = last;
    const first = add(`block ${block}, first`, channels, convolution(before, channels, 3, stride));
    const skip: Synapses =
      stride === 2
        ? convolution(before, channels, 1, 2)
        : { kind: 'per-channel', source: before, weights: new Float32Array(channels).fill(1) };
    last = add(`block ${block}`, channels, convolution(first, channels, 3, 1), skip);
  }
  const features = populations[last]!.shape.channels;
  const weights = Float32Array.from({ length: features * classes }, () => random() - 0.5);
  return {
    input,
    normalisation: { mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25] },
    labels: Array.from({ length: classes }, (_, index) => `class ${index}`),
    populations,
    heads: [{ name: 'final', population: last, weights, bias: new Float32Array(classes) }],
  };
}

/**
 * The spiking networks of a trained one, whose layers all tend to these mean rates on an image.
 *
 * @param input - the normalised image, `[y][x][channel]`
 * @param rates - spikes per neuron and timestep, above 0 and below 1
 */
export async function spikingAtRates(
  module: WebAssembly.Module,
  network: Network,
  input: Float32Array,
  rates: readonly number[],
): Promise<SpikingNetwork[]> {
  const dense = await TrainedPass.create(module, network);
  dense.run(input);
  const activations = network.populations.map(({ shape }, index) => {
    const { values, stride } = dense.activations(index);
    return values.filter((_, at) => at % stride < shape.channels);
  });
  const logits = network.heads.map((_, index) => Math.max(...dense.logits(index).map(Math.abs)));
  return rates.map((rate) => {
    const lambdas = { layers: activations.map((values) => lambdaFor(values, rate)), heads: logits };
    return quantised(network, lambdas, rate);
  });
}

function quantised(
  network: Network,
  lambdas: { readonly layers: number[]; readonly heads: number[] },
  rate: number,
): SpikingNetwork {
  const normalised = normaliseWeights(network, lambdas);
  return {
    name: `random network at ${rate}`,
    input: network.input,
    normalisation: network.normalisation,
    inputFractionBits: FRACTION_BITS,
    labels: network.labels,
    populations: quantisePopulations(normalised, FRACTION_BITS),
    heads: quantiseHeads(normalised).map((head) => ({ ...head, priorStrength: 0 })),
    defaults: RATE_CODING,
    provenance: {},
  };
}

/** The lambda at which the mean of min(activation / lambda, 1) is the rate, by bisection of its logarithm. */
function lambdaFor(activations: Float32Array, rate: number): number {
  const rateAt = (lambda: number) =>
    activations.reduce((sum, value) => sum + Math.min(value / lambda, 1), 0) / activations.length;
  const largest = activations.reduce((a, b) => Math.max(a, b), 0);
  let low = largest / 2 ** 12;
  let high = largest / rate;
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = Math.sqrt(low * high);
    if (rateAt(middle) > rate) low = middle;
    else high = middle;
  }
  return high;
}
