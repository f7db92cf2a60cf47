/**
 * The registry of synapses: whoever walks a graph asks it instead of looking at kinds. A new kind is a file beside
 * this one and a line in KINDS (ARCHITECTURE.md has a worked example).
 */
import { sourceShape } from '../extents.js';
import { IMAGE, type Shape, type SpikingNetwork, type SpikingSynapses } from '../network.js';
import { convolution } from './convolution.js';
import { dense } from './dense.js';
import { depthwise } from './depthwise.js';
import { countSynapses, type FanOut, type SynapseCount, windowFanOut } from './fan-out.js';
import { imageForm } from './image-form.js';
import type { KernelForm } from './kernel-form.js';
import type { SomeSynapses, SynapsesKind } from './kind.js';
import { perChannel } from './per-channel.js';

const KINDS = { convolution, depthwise, dense, 'per-channel': perChannel } as const;

/** Names of all kinds. */
export const SYNAPSES_KINDS = Object.keys(KINDS) as (keyof typeof KINDS)[];

/** What a kind has to say of itself. */
export function kindOf(kind: SomeSynapses['kind']): SynapsesKind<SomeSynapses> {
  return KINDS[kind] as unknown as SynapsesKind<SomeSynapses>;
}

/** Every weight is looked at for it, and planning, writing and describing all ask. */
const fanOuts = new WeakMap<SomeSynapses, FanOut>();

/** How many synapses leave each source neuron. */
export function fanOutOf(synapses: SomeSynapses, source: Shape, target: Shape): FanOut {
  const known = fanOuts.get(synapses);
  if (known !== undefined) return known;
  const kind = kindOf(synapses.kind);
  const tap = kind.tapFanOut(synapses, source, target);
  const fanOut = windowFanOut(kind.window(synapses, source), source, target, tap);
  fanOuts.set(synapses, fanOut);
  return fanOut;
}

/** How many synapses there are: what they would cost if every source neuron spiked once. */
export function synapsesOf(synapses: SomeSynapses, source: Shape, target: Shape): SynapseCount {
  return countSynapses(fanOutOf(synapses, source, target), source);
}

/** The same of one entry of a network. */
export function synapsesIn(
  network: Pick<SpikingNetwork, 'input' | 'populations'>,
  synapses: SpikingSynapses,
  target: Shape,
): SynapseCount {
  return synapsesOf(synapses, sourceShape(network, synapses.source), target);
}

/** Synapses as the spiking kernels take them. */
export function kernelFormOf(synapses: SpikingSynapses, source: Shape, target: Shape): KernelForm {
  const kind = kindOf(synapses.kind);
  return synapses.source === IMAGE
    ? imageForm(kind.windowForm(synapses, source), source, target)
    : kind.kernelForm(synapses, source, target);
}
