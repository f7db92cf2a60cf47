/**
 * What the page and its worker say to each other. Each side checks what it receives against these schemas, so that a
 * message of another version, or from elsewhere, ends in one clear error instead of a wrong picture.
 */
import * as v from 'valibot';
import { MAXIMUM_FORGETTING } from '../../src/graph/bounds.js';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const name = v.pipe(v.string(), v.maxLength(300));
/** k: timestep t counts as t^k. */
const forgetting = v.pipe(count, v.maxValue(MAXIMUM_FORGETTING));

/** How a picture is run; a null strength is the one that the model holds for the head. */
const settings = v.object({
  head: v.nullable(name),
  priorStrength: v.nullable(v.number()),
  propagation: v.picklist(['synchronous', 'pipelined']),
  initialPotential: v.number(),
  forgetting,
  /** The run may end at this probability; null where it may not. */
  stopWhenSure: v.nullable(v.number()),
});

/** A picture as a file has it, or as a canvas holds it: straight RGBA. */
const picture = v.variant('from', [
  v.object({ from: v.literal('file'), bytes: v.instance(ArrayBuffer) }),
  v.object({ from: v.literal('canvas'), width: count, height: count, rgba: v.instance(ArrayBuffer) }),
]);

/** An asset of the page; its size is known when the page is built. */
const file = v.object({ url: v.string(), bytes: count });

/** Page to worker. A run has a number that the page gives it; answers about another one are out of date. */
const command = v.variant('kind', [
  v.object({ kind: v.literal('load'), model: file, kernels: file }),
  /** Presents a picture; null presents the one before once more. */
  v.object({ kind: v.literal('start'), run: count, picture: v.nullable(picture), settings }),
  /** Advances until so many timesteps are done or the time is used up, at least by one, and sends one frame. */
  v.object({ kind: v.literal('advance'), run: count, timesteps: count, milliseconds: v.number() }),
  /** Weighs the same spikes with another prior strength and forgetting. */
  v.object({ kind: v.literal('weigh'), run: count, strength: v.number(), forgetting }),
  /** Chooses the layer whose single neurons come with every frame. */
  v.object({ kind: v.literal('watch'), layer: v.nullable(count) }),
  v.object({ kind: v.literal('report'), run: count, file: name }),
]);

const shape = v.object({ channels: count, height: count, width: count });

const layer = v.object({
  name,
  stage: count,
  shape,
  neurons: count,
  synapses: count,
  lambda: v.number(),
  threshold: v.tuple([v.number(), v.number()]),
  /** Sources are indices of layers; -1 is the image. Kernel and stride are 0 where the kind has none. */
  connections: v.array(
    v.object({
      kind: v.picklist(['convolution', 'depthwise', 'dense', 'per-channel']),
      source: v.number(),
      kernel: count,
      stride: count,
      synapses: count,
    }),
  ),
});

const head = v.object({
  name,
  layer: count,
  synapses: count,
  lambda: v.number(),
  priorStrength: v.number(),
});

const model = v.object({
  name,
  labels: v.array(v.string()),
  input: shape,
  neurons: count,
  synapses: count,
  layers: v.array(layer),
  /** The last is the final prediction. */
  heads: v.array(head),
  analogMultiplyAccumulates: count,
  multiplyAccumulates: count,
  defaults: v.object({
    coding: v.picklist(['rate', 'radix']),
    digits: count,
    readout: v.picklist(['spikes', 'membrane']),
    timesteps: count,
    initialPotential: v.number(),
    propagation: v.picklist(['synchronous', 'pipelined']),
    forgetting,
    head: v.nullable(name),
  }),
});

const prediction = v.object({
  label: v.string(),
  index: count,
  rate: v.number(),
  interval: v.tuple([v.number(), v.number()]),
  probability: v.number(),
});

/** What a head says by itself. */
const guess = v.object({ label: v.string(), index: count, rate: v.number(), probability: v.number() });

const float64 = v.instance(Float64Array);
const uint32 = v.instance(Uint32Array);

/** The network after some more timesteps; sums are over those that this frame is about. */
const frame = v.object({
  kind: v.literal('frame'),
  run: count,
  /** N, and how many of them are new. */
  timesteps: count,
  steps: count,
  /** Spent in the kernels since the run began. */
  milliseconds: v.number(),
  /** New spikes of every layer, summed over channels: all layers' `[y][x]` one after the other. */
  perPixel: uint32,
  /** New spikes of every layer, summed over pixels: all layers' channels one after the other. */
  perChannel: uint32,
  /** New spikes of the watched layer, neuron by neuron: `[y][x][channel]`. */
  neurons: v.nullable(v.object({ layer: count, spikes: v.instance(Uint8Array) })),
  /** Per layer, since the run began. */
  layerSpikes: float64,
  layerOperations: float64,
  spikes: count,
  synapticOperations: count,
  neuronUpdates: count,
  /** Whether the answer is as sure as was asked for, so that the run is over. */
  sure: v.boolean(),
  finalCounts: uint32,
  headCounts: v.nullable(uint32),
  /** What the posterior makes of these counts: M_j and N_k (portable/evidence.ts). */
  evidence: v.object({ timesteps: v.number(), final: float64, head: v.nullable(float64) }),
  priorStrength: v.number(),
  forgetting,
  predictions: v.array(prediction),
  early: v.nullable(guess),
  final: guess,
  /** Fused rates `[timestep][class]` of the timesteps from `ratesFrom` (counted from 1) on; the head's alike. */
  ratesFrom: count,
  rates: float64,
  headRates: v.nullable(float64),
});

/** Worker to page. */
const reply = v.variant('kind', [
  v.object({ kind: v.literal('progress'), loaded: count, total: count }),
  v.object({ kind: v.literal('ready'), model }),
  /** The picture as the network sees it: RGB, `[y][x][channel]`. */
  v.object({
    kind: v.literal('started'),
    run: count,
    seen: v.instance(Uint8ClampedArray),
    priorStrength: v.number(),
  }),
  frame,
  v.object({ kind: v.literal('report'), json: v.string() }),
  /** A request that could not be met; the run before it, if any, still stands where `fatal` is false. */
  v.object({ kind: v.literal('refused'), message: v.string(), run: v.nullable(count), fatal: v.boolean() }),
]);

export type Settings = v.InferOutput<typeof settings>;
export type AssetFile = v.InferOutput<typeof file>;
export type Picture = v.InferOutput<typeof picture>;
export type Command = v.InferOutput<typeof command>;
export type Model = v.InferOutput<typeof model>;
export type ModelLayer = v.InferOutput<typeof layer>;
export type ModelHead = v.InferOutput<typeof head>;
export type Prediction = v.InferOutput<typeof prediction>;
export type Guess = v.InferOutput<typeof guess>;
export type Frame = v.InferOutput<typeof frame>;
export type Reply = v.InferOutput<typeof reply>;

/** @throws ValiError where the message is none of the page's */
export function readCommand(message: unknown): Command {
  return v.parse(command, message);
}

/** @throws ValiError where the message is none of the worker's */
export function readReply(message: unknown): Reply {
  return v.parse(reply, message);
}
