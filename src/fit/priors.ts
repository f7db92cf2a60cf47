/**
 * Fits how the final prediction is read, on training images: how fast early timesteps are forgotten
 * (portable/evidence.ts), then the prior strength P of every internal head, eq. (16). Each is what makes the prediction
 * right most often, counted over all timesteps of a default run. That is the area under the curve of accuracy against
 * energy; the energy to reach one accuracy says the same with far more noise, because curves run flat into it. The head with the largest area becomes the model's default, and none does where the final prediction
 * alone has it.
 *
 * A network knows its training images by heart, and there the final prediction needs no help; a square over a part of
 * each (src/fit/pictures.ts) makes them about as hard as images that it has not seen.
 */
import type { SpikingNetwork } from '../graph/network.js';
import type { StrengthAccuracy } from './accuracy.js';
import type { LabelledImages } from './labelled-images.js';
import { Observations } from './observations.js';
import { Observer } from './observer.js';
import { fittingPicture, PRIOR_OCCLUSION } from './pictures.js';
import { rowsUpTo } from './rows.js';
import { fitForgetting, fitHeadByArea } from './rules.js';

/**
 * @param indices - which images
 * @param onImage - called, and waited for, after every image
 * @returns the network with its forgetting, its heads' prior strengths and its default head
 */
export async function fitPriors(
  module: WebAssembly.Module,
  network: SpikingNetwork,
  images: LabelledImages,
  indices: Uint32Array,
  onImage?: (done: number, total: number) => Promise<void>,
): Promise<SpikingNetwork> {
  const final = network.heads.length - 1;
  if (indices.length === 0) return network;
  const heads = network.heads.map((_, head) => head);
  const rows = rowsUpTo(network.defaults.timesteps);
  const observer = await Observer.create(module, network, { ...network.defaults, heads, rows });
  const observations = await Observations.collect(network, rows, heads, indices.length, async (number) => {
    const { label, image } = images.image(indices[number]!);
    const covered = fittingPicture(image, network.normalisation, PRIOR_OCCLUSION, number);
    const record = observer.observe(covered, label);
    await onImage?.(number + 1, indices.length);
    return record;
  });
  const forgetting = fitForgetting(observations);
  const fits = heads.slice(0, final).map((head) => fitHeadByArea(observations, head, forgetting));
  const best = fits.reduce<StrengthAccuracy | undefined>(
    (best, fit) => (best !== undefined && best.meanAccuracy >= fit.meanAccuracy ? best : fit),
    undefined,
  );
  return {
    ...network,
    heads: network.heads.map((head, index) => ({ ...head, priorStrength: fits[index]?.strength ?? 0 })),
    defaults: {
      ...network.defaults,
      forgetting,
      head: best && best.strength > 0 ? network.heads[fits.indexOf(best)]!.name : null,
    },
  };
}
