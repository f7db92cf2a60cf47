/**
 * Fits the prior strength P of every internal head, eq. (16), on training images: the P whose fusion with the final
 * prediction comes within one point of the trained network at the least energy. The head that needs the least of all
 * becomes the model's default, if it needs less than the final prediction alone.
 */
import type { Cifar100 } from '../data/cifar100.js';
import type { SpikingNetwork } from '../model/graph.js';
import { Observations } from '../observation/observations.js';
import { Observer } from '../observation/observer.js';
import { rowsUpTo } from '../observation/rows.js';
import { fitHeadByEnergy } from '../observation/strengths.js';

/**
 * @param indices - which images
 * @param onProgress - called after every image
 * @returns the network with its heads' prior strengths and its default head; a head that reaches the target with no
 *   strength within the default timesteps gets 0
 */
export async function fitPriors(
  module: WebAssembly.Module,
  network: SpikingNetwork,
  images: Cifar100,
  indices: Uint32Array,
  onProgress?: (done: number, total: number) => void,
): Promise<SpikingNetwork> {
  const final = network.heads.length - 1;
  if (final === 0 || indices.length === 0) return network;
  const heads = network.heads.map((_, head) => head);
  const rows = rowsUpTo(network.defaults.timesteps);
  const observer = await Observer.create(module, network, { ...network.defaults, heads, rows });
  const observations = new Observations(network, rows, heads, indices.length);
  indices.forEach((index, position) => {
    const { label, image } = images.image(index);
    observations.set(position, observer.observe(image, label));
    onProgress?.(position + 1, indices.length);
  });
  const fits = heads.map((head) => fitHeadByEnergy(observations, head));
  const energies = fits.map((fit) => fit?.energy ?? Number.POSITIVE_INFINITY);
  const best = energies.indexOf(Math.min(...energies.slice(0, final)));
  const saves = energies[best]! < energies[final]!;
  return {
    ...network,
    heads: network.heads.map((head, index) => ({ ...head, priorStrength: fits[index]?.strength ?? 0 })),
    defaults: { ...network.defaults, head: saves ? network.heads[best]!.name : null },
  };
}
