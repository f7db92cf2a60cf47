/**
 * Fits the prior strength P of every internal head, eq. (16), on training images, by empirical Bayes: the P under which
 * the final prediction's counts at the end of a default run are likeliest given the head's (fitByEvidence). Accuracy cannot decide there: a network
 * is nearly always right about the images that it was trained on, whatever P. P also says how far a head can be
 * trusted, and the head with the largest becomes the model's default.
 */
import type { LabelledImages } from '../data/cifar100.js';
import type { SpikingNetwork } from '../model/graph.js';
import { Observations } from '../observation/observations.js';
import { Observer } from '../observation/observer.js';
import { rowsUpTo } from '../observation/rows.js';
import { fitHeadByEvidence } from '../observation/strengths.js';

/**
 * @param indices - which images
 * @param onImage - called, and waited for, after every image
 * @returns the network with its heads' prior strengths and its default head
 * @throws UserError if a head never fires
 */
export async function fitPriors(
  module: WebAssembly.Module,
  network: SpikingNetwork,
  images: LabelledImages,
  indices: Uint32Array,
  onImage?: (done: number, total: number) => Promise<void>,
): Promise<SpikingNetwork> {
  const final = network.heads.length - 1;
  if (final === 0 || indices.length === 0) return network;
  const heads = network.heads.map((_, head) => head);
  const rows = rowsUpTo(network.defaults.timesteps);
  const observer = await Observer.create(module, network, { ...network.defaults, heads, rows });
  const observations = new Observations(network, rows, heads, indices.length);
  for (const [position, index] of indices.entries()) {
    const { label, image } = images.image(index);
    observations.set(position, observer.observe(image, label));
    await onImage?.(position + 1, indices.length);
  }
  const strengths = heads.slice(0, final).map((head) => round(fitHeadByEvidence(observations, head)));
  const trusted = strengths.indexOf(Math.max(...strengths));
  return {
    ...network,
    heads: network.heads.map((head, index) => ({ ...head, priorStrength: strengths[index] ?? 0 })),
    defaults: { ...network.defaults, head: network.heads[trusted]!.name },
  };
}

/** Three digits: more than some hundred images can tell. */
function round(strength: number): number {
  return Number(strength.toPrecision(3));
}
