/**
 * Random networks of every kind of synapses: rectangular, strided, dilated, padded and grouped convolutions, depthwise,
 * dense and per-channel synapses, several sets into one population, the image into more than one, weights of 0 among
 * them. The same seed gives the same network.
 */
import { outputExtent, sizeOf, sourceShape } from '../../src/graph/extents.js';
import type {
  Shape,
  SpikingHead,
  SpikingNetwork,
  SpikingPopulation,
  SpikingSynapses,
  Window,
} from '../../src/graph/network.js';
import { IMAGE } from '../../src/graph/network.js';
import { kindOf } from '../../src/graph/synapses/index.js';
import { uniformNumbers } from '../../src/random.js';

type Draw = (low: number, high: number) => number;

/** A network of `populations` populations and two heads. */
export function randomGraph(seed: number, populations = 6): SpikingNetwork {
  const random = uniformNumbers(seed);
  const draw: Draw = (low, high) => low + Math.floor(random() * (high - low + 1));
  const input = { channels: draw(1, 3), height: draw(4, 9), width: draw(4, 9) };
  const list: SpikingPopulation[] = [];
  for (let index = 0; index < populations; index++)
    list.push(randomPopulation({ input, populations: list }, draw));
  const classes = draw(2, 9);
  const head = (name: string, population: number): SpikingHead => ({
    name,
    population,
    weights: bytes(draw, list[population]!.shape.channels * classes),
    bias: words(draw, classes, -100, 300),
    threshold: words(draw, classes, 300, 2000),
    lambda: 1,
    priorStrength: 10,
  });
  return {
    name: `graph-${seed}`,
    input,
    normalisation: {
      mean: new Array<number>(input.channels).fill(0.5),
      deviation: new Array<number>(input.channels).fill(0.25),
    },
    inputFractionBits: 8,
    labels: Array.from({ length: classes }, (_, j) => `class ${j}`),
    populations: list,
    heads: [head('early', draw(0, populations - 1)), head('final', populations - 1)],
    defaults: {
      coding: 'rate',
      digits: 4,
      readout: 'spikes',
      timesteps: 8,
      initialPotential: 0.5,
      propagation: 'synchronous',
      forgetting: 0,
      head: 'early',
    },
    provenance: {},
  };
}

type Prefix = Pick<SpikingNetwork, 'input' | 'populations'>;

function randomPopulation(prefix: Prefix, draw: Draw): SpikingPopulation {
  const number = prefix.populations.length;
  const source = number === 0 ? IMAGE : draw(Math.max(IMAGE, number - 3), number - 1);
  const { synapses, shape } = randomSynapses(prefix, source, draw);
  const more = sameShape(prefix, shape, draw);
  return {
    name: `population ${number}`,
    shape,
    synapses: [synapses, ...more],
    bias: words(draw, shape.channels, -50, 100),
    threshold: words(draw, shape.channels, 60, 500),
    lambda: 1,
  };
}

/** One set of any kind from a source, and the shape of what it feeds. */
function randomSynapses(
  prefix: Prefix,
  source: number,
  draw: Draw,
): { synapses: SpikingSynapses; shape: Shape } {
  const from = sourceShape(prefix, source);
  const kind = (['convolution', 'convolution', 'depthwise', 'dense', 'per-channel'] as const)[draw(0, 4)]!;
  if (kind === 'per-channel' && source !== IMAGE) {
    return { synapses: { kind, source, weights: words(draw, from.channels, -200, 400) }, shape: from };
  }
  if (kind === 'dense') {
    const shape = { channels: draw(1, 140), height: 1, width: 1 };
    return { synapses: { kind, source, weights: bytes(draw, sizeOf(from) * shape.channels) }, shape };
  }
  const window = randomWindow(from, draw);
  const extent = outputExtent(from, window);
  if (kind === 'depthwise') {
    const weights = bytes(draw, window.kernel.height * window.kernel.width * from.channels);
    return { synapses: { kind, source, ...window, weights }, shape: { channels: from.channels, ...extent } };
  }
  const divisors = [1, 2, 3, 5, 7, from.channels].filter((divisor) => from.channels % divisor === 0);
  const groups = divisors[draw(0, divisors.length - 1)]!;
  const channels = groups * draw(1, Math.max(1, Math.floor(150 / groups)));
  const shape = { channels, ...extent };
  const taps = window.kernel.height * window.kernel.width;
  const weights = bytes(draw, (taps * from.channels * channels) / groups);
  return { synapses: { kind: 'convolution', source, ...window, groups, weights }, shape };
}

function randomWindow(from: Shape, draw: Draw): Window {
  const kernel = { height: draw(1, 3), width: draw(1, 3) };
  const dilation = { height: draw(1, 2), width: draw(1, 2) };
  const high = (kernel.height - 1) * dilation.height;
  const wide = (kernel.width - 1) * dilation.width;
  const window = {
    kernel,
    dilation,
    stride: { height: draw(1, 2), width: draw(1, 2) },
    padding: { top: draw(0, high), bottom: draw(0, high), left: draw(0, wide), right: draw(0, wide) },
  };
  const { height, width } = outputExtent(from, window);
  return height > 0 && width > 0 ? window : { ...window, kernel: { height: 1, width: 1 }, padding: NONE };
}

const NONE = { top: 0, left: 0, bottom: 0, right: 0 };

/** Up to two further sets into a population of a shape that is given, from sources that happen to fit. */
function sameShape(prefix: Prefix, shape: Shape, draw: Draw): SpikingSynapses[] {
  const found: SpikingSynapses[] = [];
  prefix.populations.forEach((population, source) => {
    if (found.length === 2 || draw(0, 1) === 0) return;
    const from = population.shape;
    if (from.height === shape.height && from.width === shape.width) {
      found.push(
        from.channels === shape.channels
          ? { kind: 'per-channel', source, weights: words(draw, shape.channels, 0, 300) }
          : pointwise(source, from, shape, draw),
      );
    } else if (shape.height === 1 && shape.width === 1) {
      found.push({ kind: 'dense', source, weights: bytes(draw, sizeOf(from) * shape.channels) });
    }
  });
  return found;
}

function pointwise(source: number, from: Shape, to: Shape, draw: Draw): SpikingSynapses {
  const one = { height: 1, width: 1 };
  const weights = bytes(draw, from.channels * to.channels);
  return {
    kind: 'convolution',
    source,
    kernel: one,
    stride: one,
    dilation: one,
    padding: NONE,
    groups: 1,
    weights,
  };
}

/** int8 weights, a third of them 0. */
function bytes(draw: Draw, length: number): Int8Array {
  return Int8Array.from({ length }, () => (draw(0, 2) === 0 ? 0 : draw(-100, 127)));
}

function words(draw: Draw, length: number, low: number, high: number): Int32Array {
  return Int32Array.from({ length }, () => draw(low, high));
}

/** Which kinds a network has. */
export function kindsIn(network: SpikingNetwork): Set<string> {
  return new Set(
    network.populations.flatMap(({ synapses }) => synapses.map(({ kind }) => kindOf(kind).kind)),
  );
}
