/** What every kind of synapses has to say of itself, so that nobody else needs to know it. */
import type { Field } from '../../untrusted/field.js';
import type { AnySynapses, Convolution, Depthwise, Shape, Window } from '../network.js';
import type { TapFanOut } from './fan-out.js';
import type { KernelForm, Weights } from './kernel-form.js';

/** Synapses of any kind, whatever holds their weights. */
export type SomeSynapses = AnySynapses<Weights, Weights>;

/** Numbers and words for a file's header or for people. */
export type Geometry = Readonly<Record<string, unknown>>;

/** One kind of synapses; `S` is its type in the graph. */
export interface SynapsesKind<S extends SomeSynapses> {
  readonly kind: S['kind'];
  /** int8 where weights are many, int32 where there is one a channel. */
  readonly weightType: 'int8' | 'int32';
  /** Extents of the weights tensor; the output channel comes last. */
  weightShape(synapses: S, source: Shape, target: Shape): readonly number[];
  /** In PyTorch's order, as the tensor is written for other tools: which of our axes each axis is. */
  readonly exportAxes: readonly number[];
  /** Where targets look. */
  window(synapses: S, source: Shape): Window;
  /** How many synapses leave each tap. */
  tapFanOut(synapses: S, source: Shape, target: Shape): TapFanOut;
  /** Reads the geometry from a file's header, and checks that it leads from one shape to the other. */
  read(field: Field, source: Shape, target: Shape): Omit<S, 'kind' | 'source' | 'weights'>;
  /** The geometry for a file's header: what `read` reads. */
  write(synapses: S): Geometry;
  /** The geometry for people: what `inspect` prints. */
  describe(synapses: S): Geometry;
  /** As the spiking kernels take them. */
  kernelForm(synapses: S, source: Shape, target: Shape): KernelForm;
  /** As a convolution of whatever kind, which the trained pass computes and the image feeds. */
  windowForm(synapses: S, source: Shape): Convolution<Weights> | Depthwise<Weights>;
}

/** One synapse where a weight is not 0. */
export function existingOf(weights: Weights): Uint32Array {
  return Uint32Array.from(weights, (weight) => (weight === 0 ? 0 : 1));
}

/** @throws UserError where the source has other channels than the target */
export function readSameChannels(field: Field, source: Shape, target: Shape): void {
  if (source.channels === target.channels) return;
  field.complain(
    `must join populations of as many channels, but joins ${source.channels} to ${target.channels}`,
  );
}
