/**
 * Fits the prior strength of every internal head for radix coding, on training images that are partly covered: the one
 * that makes the fused prediction right most often. There is no time to average over, so each image counts once. A head
 * becomes the default only where its gain is more than the standard error of the accuracy.
 */
import { Simulation } from '../engine/simulation.js';
import { radixCounts } from '../fusion/radix.js';
import type { SpikingNetwork } from '../graph/network.js';
import { quantiseInput } from '../picture/tensor.js';
import { fitByAccuracy, type StrengthAccuracy } from './accuracy.js';
import type { LabelledImages } from './labelled-images.js';
import { fittingPicture, PRIOR_OCCLUSION } from './pictures.js';

/**
 * @param indices - which images
 * @param onImage - called, and waited for, after every image
 * @returns the network with its heads' prior strengths and its default head
 */
export async function fitRadixPriors(
  module: WebAssembly.Module,
  network: SpikingNetwork,
  images: LabelledImages,
  indices: Uint32Array,
  onImage?: (done: number, total: number) => Promise<void>,
): Promise<SpikingNetwork> {
  if (indices.length === 0) return network;
  const { heads, defaults, normalisation, input, inputFractionBits } = network;
  const classes = network.labels.length;
  const final = heads.length - 1;
  const simulation = await Simulation.create(module, network);
  const labels: number[] = [];
  const counts = heads.map(() => new Float64Array(indices.length * classes));
  for (let number = 0; number < indices.length; number++) {
    const { label, image } = images.image(indices[number]!);
    const covered = fittingPicture(image, normalisation, PRIOR_OCCLUSION, number);
    simulation.start(quantiseInput(covered, input, normalisation, inputFractionBits), {
      heads: [...heads.keys()],
      propagation: 'synchronous',
      initialPotential: 0,
      coding: 'radix',
      digits: defaults.digits,
    });
    simulation.advanceTo(final);
    labels.push(label);
    heads.forEach(({ threshold }, head) => {
      const said = radixCounts(simulation.headMembrane(head), threshold, defaults.digits, defaults.readout);
      counts[head]!.set(said.counts as Float64Array, number * classes);
    });
    await onImage?.(number + 1, indices.length);
  }
  const timesteps = [2 ** defaults.digits - 1];
  const fits = counts.slice(0, final).map((head): StrengthAccuracy => {
    const { strength, tried } = fitByAccuracy({ classes, timesteps, labels, final: counts[final]!, head });
    return tried.find((one) => one.strength === strength)!;
  });
  const alone = fitByAccuracy(
    { classes, timesteps, labels, final: counts[final]!, head: counts[final]! },
    [0],
  ).tried[0]!.meanAccuracy;
  // A head costs operations: it has to gain more than so many images say by chance.
  const standardError = Math.sqrt((alone * (1 - alone)) / indices.length);
  const gain = ({ meanAccuracy }: StrengthAccuracy): number => meanAccuracy - alone;
  const best = fits.reduce<StrengthAccuracy | undefined>(
    (best, fit) => (best !== undefined && best.meanAccuracy >= fit.meanAccuracy ? best : fit),
    undefined,
  );
  return {
    ...network,
    heads: heads.map((head, index) => ({ ...head, priorStrength: fits[index]?.strength ?? 0 })),
    defaults: {
      ...defaults,
      head: best && gain(best) > standardError ? heads[fits.indexOf(best)]!.name : null,
    },
  };
}
