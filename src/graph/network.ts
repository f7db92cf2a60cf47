/**
 * The two graphs that everything else speaks of: the trained network in floating point, and the spiking
 * network that it becomes. Both are plain data in one normal form:
 *
 *   a population of neurons = sum of what its synapses carry + bias -> neuron
 *
 * A graph is a list of populations in an order in which every source comes before its users, so that one walk down
 * the list is one pass through the network, and heads that read populations.
 *
 * Weights have their output channel last everywhere: one spike of one input channel then meets one contiguous row of
 * output channels, which is what the kernels read.
 */

/** The image itself, as the `source` of synapses. */
export const IMAGE = -1;

/** Channels and spatial extent of an image or of a population's neurons. */
export interface Shape {
  /** Values a pixel. */
  readonly channels: number;
  /** In pixels. */
  readonly height: number;
  /** In pixels. */
  readonly width: number;
}

/** Rows and columns of something. */
export interface Extent {
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
}

/** Zeros around a source, in pixels. */
export interface Padding {
  /** Rows before the first. */
  readonly top: number;
  /** Columns before the first. */
  readonly left: number;
  /** Rows behind the last. */
  readonly bottom: number;
  /** Columns behind the last. */
  readonly right: number;
}

/** Where the neurons of a target pixel look in the source: at pixel (y, x) from (y * stride - padding) on. */
export interface Window {
  /** Taps. */
  readonly kernel: Extent;
  /** Source pixels from one target pixel to the next. */
  readonly stride: Extent;
  /** Zeros that windows may look at beyond the source. */
  readonly padding: Padding;
  /** Source pixels from one tap to the next. */
  readonly dilation: Extent;
}

/** Every source channel of a group reaches every target channel of that group, through a window. */
export interface Convolution<Matrix> extends Window {
  /** Tells it from the other kinds. */
  readonly kind: 'convolution';
  /** Index of the population that feeds it, or -1 for the image. */
  readonly source: number;
  /** 1, or a common divisor of the source's and the target's channels. */
  readonly groups: number;
  /** Tap-major: `[kernelY][kernelX][inputChannel of a group][outputChannel]`. */
  readonly weights: Matrix;
}

/** Every channel reaches the same channel, through a window. */
export interface Depthwise<Matrix> extends Window {
  /** Tells it from the other kinds. */
  readonly kind: 'depthwise';
  /** Index of the population that feeds it, or -1 for the image. */
  readonly source: number;
  /** `[kernelY][kernelX][channel]`. */
  readonly weights: Matrix;
}

/** Every source neuron reaches every target neuron; the target has one pixel. */
export interface Dense<Matrix> {
  /** Tells it from the other kinds. */
  readonly kind: 'dense';
  /** Index of the population that feeds it, or -1 for the image. */
  readonly source: number;
  /** `[y][x][inputChannel][outputChannel]`. */
  readonly weights: Matrix;
}

/** Every neuron reaches the neuron of the same channel and pixel: a skip (all weights 1 before normalisation), a gain. */
export interface PerChannel<Vector> {
  /** Tells it from the other kinds. */
  readonly kind: 'per-channel';
  /** Index of the population that feeds it, or -1 for the image. */
  readonly source: number;
  /** One a channel. */
  readonly weights: Vector;
}

/** All kinds of synapses (src/graph/synapses/ has what is particular to each). */
export type AnySynapses<Matrix, Vector> =
  | Convolution<Matrix>
  | Depthwise<Matrix>
  | Dense<Matrix>
  | PerChannel<Vector>;

/** Batch normalisation behind synapses, eq. (2), one value per output channel. */
export interface BatchNormalisation {
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  readonly epsilon: number;
}

/** Synapses of the trained network. */
export type Synapses = AnySynapses<Float32Array, Float32Array> & {
  /** Present until it is folded into the weights and the population's bias (src/convert/fold.ts). */
  readonly batchNormalisation?: BatchNormalisation;
};

/** A population of the trained network: ReLU(sum of what its synapses carry + bias), eq. (1). */
export interface Population {
  readonly name: string;
  readonly shape: Shape;
  readonly synapses: readonly Synapses[];
  /** One value per channel. */
  readonly bias: Float32Array;
}

/** A prediction head: global average pooling over its population, then one fully connected layer. */
export interface Head {
  readonly name: string;
  /** Index of the population that it reads. */
  readonly population: number;
  /** `[inputChannel][class]`. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** How pixels become the network's input: (pixel / 255 - mean) / deviation, per channel. */
export interface InputNormalisation {
  /** One a channel, of values from 0 to 1. */
  readonly mean: readonly number[];
  /** One a channel, positive. */
  readonly deviation: readonly number[];
}

/** A trained network in floating point. The last head is the final prediction, the others are internal. */
export interface Network {
  readonly input: Shape;
  readonly normalisation: InputNormalisation;
  readonly labels: readonly string[];
  readonly populations: readonly Population[];
  readonly heads: readonly Head[];
}

/** Synapses of the spiking network, in units of the receiving channel's own step: int8, or int32 where one a channel. */
export type SpikingSynapses = AnySynapses<Int8Array, Int32Array>;

/**
 * A population of integrate-and-fire neurons. Weights, bias, threshold and membrane potential of a channel share
 * one unit, in which all are integers; the unit is 1 / threshold of the normalised network, whose threshold is 1.
 */
export interface SpikingPopulation {
  /** As in the checkpoint. */
  readonly name: string;
  /** Channels and extent of its neurons. */
  readonly shape: Shape;
  /** What feeds it. */
  readonly synapses: readonly SpikingSynapses[];
  /** Added at every timestep, per channel. */
  readonly bias: Int32Array;
  /** Per channel, positive. */
  readonly threshold: Int32Array;
  /** The activation that a firing rate of 1 stands for, eq. (8). */
  readonly lambda: number;
}

/**
 * A head whose output neurons spike. Pooling is linear and has no neurons of its own: a spike of channel c adds
 * `weights[c][class]` to every class, and the threshold is scaled by the number of pixels instead.
 */
export interface SpikingHead {
  /** By which it is asked for; `final` is the final prediction. */
  readonly name: string;
  /** Index of the population that it reads. */
  readonly population: number;
  /** `[inputChannel][class]`. */
  readonly weights: Int8Array;
  /** Added at every timestep, per class. */
  readonly bias: Int32Array;
  /** Per class, positive. */
  readonly threshold: Int32Array;
  /** The activation that a firing rate of 1 stands for, eq. (8). */
  readonly lambda: number;
  /** P of eq. (16) for this head as the prior of the final prediction, fitted on training images. */
  readonly priorStrength: number;
}

/** `synchronous`: a spike crosses the whole network within its timestep. `pipelined`: one population a timestep. */
export type Propagation = 'synchronous' | 'pipelined';

/**
 * `rate`: a neuron fires whenever its potential passes the threshold. `radix`: it waits until its sources have sent all
 * their binary digits, then sends its own spike count as digits, most significant first, one phase each.
 */
export type Coding = 'rate' | 'radix';

/**
 * `spikes`: M counts the spikes of an output neuron. `membrane`: output neurons integrate, and M is what they received in
 * all, in thresholds, clamped to what spikes could say.
 */
export type Readout = 'spikes' | 'membrane';

/** What a run uses where its user says nothing. */
export interface RunDefaults {
  /** How neurons say numbers. */
  readonly coding: Coding;
  /** What output neurons are asked for. */
  readonly readout: Readout;
  /** Binary digits b of a number in radix coding, which then stands for a spike count of 0 to 2^b - 1. */
  readonly digits: number;
  /** N of eq. (10). */
  readonly timesteps: number;
  /** Membrane potential at the start, as a fraction of the threshold. */
  readonly initialPotential: number;
  /** How far a spike travels within a timestep. */
  readonly propagation: Propagation;
  /** k: a timestep's spikes count as t^k (portable/evidence.ts). */
  readonly forgetting: number;
  /** Name of the internal head whose prediction is the prior, or null for the final prediction alone. */
  readonly head: string | null;
}

/** Where a model came from; strings and numbers for people and reports, nothing computes with them. */
export type Provenance = Readonly<Record<string, string | number | readonly (string | number)[]>>;

/** A network that is ready to spike: what a model file (.snn) holds. */
export interface SpikingNetwork {
  /** Given at conversion. */
  readonly name: string;
  /** What an image is brought to. */
  readonly input: Shape;
  /** How pixels become input. */
  readonly normalisation: InputNormalisation;
  /** The input tensor is rounded to multiples of 2^-fractionBits. */
  readonly inputFractionBits: number;
  /** Names of the classes, by index. */
  readonly labels: readonly string[];
  /** In an order in which each comes after all that feed it. */
  readonly populations: readonly SpikingPopulation[];
  /** The last is the final prediction, the others are internal. */
  readonly heads: readonly SpikingHead[];
  /** What a run uses where its user says nothing. */
  readonly defaults: RunDefaults;
  /** Where the model came from. */
  readonly provenance: Provenance;
}
