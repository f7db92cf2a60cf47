/**
 * The two graphs that everything else speaks of: the trained network in floating point, and the spiking
 * network that it becomes. Both are plain data. A graph is a list of layers in an order in which every source
 * comes before its users, so that one walk down the list is one pass through the network.
 *
 * Convolution weights are *tap-major* everywhere: `[kernelY][kernelX][inputChannel][outputChannel]`. One spike
 * of one input channel then meets one contiguous row of output channels, which is what the kernels read.
 */

/** The image itself, as the `source` of a connection. */
export const IMAGE = -1;

/** Channels and spatial extent of an image or of a layer's neurons. */
export interface Shape {
  /** Values a pixel. */
  readonly channels: number;
  /** In pixels. */
  readonly height: number;
  /** In pixels. */
  readonly width: number;
}

/** Where a convolution looks; the same for both graphs. Kernels are square, padding is zeros. */
export interface ConvolutionGeometry {
  /** Index of the layer that feeds this connection, or -1 for the image. */
  readonly source: number;
  /** Side of the square kernel, in pixels. */
  readonly kernel: number;
  /** Source pixels from one target pixel to the next. */
  readonly stride: number;
  /** Zeros around the source, on every side, in pixels. */
  readonly padding: number;
}

/** Batch normalisation after a convolution, eq. (2), one value per output channel. */
export interface BatchNormalisation {
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  readonly epsilon: number;
}

/** A convolution of the trained network. */
export interface Convolution extends ConvolutionGeometry {
  readonly kind: 'convolution';
  /** Tap-major, `kernel * kernel * inputChannels * outputChannels` values. */
  readonly weights: Float32Array;
  /** Present until it is folded into the weights and the layer's bias (src/convert/fold.ts). */
  readonly batchNormalisation?: BatchNormalisation;
}

/** A skip connection that adds its source unchanged. */
export interface Identity {
  readonly kind: 'identity';
  readonly source: number;
}

export type Connection = Convolution | Identity;

/** A layer of the trained network: ReLU(sum of the connections + bias), eq. (1). */
export interface Layer {
  readonly name: string;
  readonly shape: Shape;
  /** The residual block to which the layer belongs, counted from 1; 0 for the stem. */
  readonly block: number;
  readonly connections: readonly Connection[];
  /** One value per channel. */
  readonly bias: Float32Array;
}

/** A prediction head: global average pooling over its layer, then one fully connected layer. */
export interface Head {
  readonly name: string;
  /** The residual block that it follows, counted from 1. */
  readonly block: number;
  /** Index of the layer that it reads. */
  readonly layer: number;
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
  readonly layers: readonly Layer[];
  readonly heads: readonly Head[];
}

/** A convolution of the spiking network: int8 weights, in units of the receiving channel's own step. */
export interface SpikingConvolution extends ConvolutionGeometry {
  /** Tells it from an identity. */
  readonly kind: 'convolution';
  /** Tap-major: `[kernelY][kernelX][inputChannel][outputChannel]`. */
  readonly weights: Int8Array;
}

/** A skip connection of the spiking network: channel c of the source adds `weights[c]` to channel c. */
export interface SpikingIdentity {
  /** Tells it from a convolution. */
  readonly kind: 'identity';
  /** Index of the layer that feeds it. */
  readonly source: number;
  /** One a channel. */
  readonly weights: Int32Array;
}

/** What carries spikes from one layer to another. */
export type SpikingConnection = SpikingConvolution | SpikingIdentity;

/**
 * A population of integrate-and-fire neurons. Weights, bias, threshold and membrane potential of a channel share
 * one unit, in which all are integers; the unit is 1 / threshold of the normalised network, whose threshold is 1.
 */
export interface SpikingLayer {
  /** As in the checkpoint. */
  readonly name: string;
  /** Channels and extent of its neurons. */
  readonly shape: Shape;
  /** The residual block to which it belongs, counted from 1; 0 for the stem. */
  readonly block: number;
  /** What feeds it. */
  readonly connections: readonly SpikingConnection[];
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
  /** The residual block that it follows, counted from 1. */
  readonly block: number;
  /** Index of the layer that it reads. */
  readonly layer: number;
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

/** `synchronous`: a spike crosses the whole network within its timestep. `pipelined`: one layer a timestep. */
export type Propagation = 'synchronous' | 'pipelined';

/** What a run uses where its user says nothing. */
export interface RunDefaults {
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
  readonly layers: readonly SpikingLayer[];
  /** The last is the final prediction, the others are internal. */
  readonly heads: readonly SpikingHead[];
  /** What a run uses where its user says nothing. */
  readonly defaults: RunDefaults;
  /** Where the model came from. */
  readonly provenance: Provenance;
}
