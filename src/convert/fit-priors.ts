/**
 * Fits the prior strength P of every internal head, eq. (16), on training images: the P whose fusion with the final
 * prediction has the highest accuracy, averaged over the timesteps of a default run. The head with the highest such
 * average becomes the model's default.
 */
import type { Cifar100 } from '../data/cifar100.js';
import { Simulation } from '../engine/simulation.js';
import { fitByAccuracy } from '../fusion/strength.js';
import { quantiseInput } from '../image/tensor.js';
import type { SpikingNetwork } from '../model/graph.js';

/** Timesteps between two rows of kept counts; accuracy moves little in so few. */
const ROW_INTERVAL = 4;
/** Longer runs keep their counts less often, so that the memory stays bounded. */
const MOST_ROWS = 256;

/**
 * @param indices - which images
 * @param onProgress - called after every image
 * @returns the network with its heads' prior strengths and its default head
 */
export async function fitPriors(
  module: WebAssembly.Module,
  network: SpikingNetwork,
  images: Cifar100,
  indices: Uint32Array,
  onProgress?: (done: number, total: number) => void,
): Promise<SpikingNetwork> {
  const finalIndex = network.heads.length - 1;
  if (finalIndex === 0 || indices.length === 0) return network;
  const { labels, timesteps, counts } = await countSpikes(module, network, images, indices, onProgress);
  const fits = network.heads.slice(0, finalIndex).map((_, head) =>
    fitByAccuracy({
      classes: network.labels.length,
      timesteps,
      labels,
      final: counts[finalIndex]!,
      head: counts[head]!,
    }),
  );
  const areas = fits.map((fit) => fit.tried.find(({ strength }) => strength === fit.strength)!.meanAccuracy);
  const best = areas.indexOf(Math.max(...areas));
  return {
    ...network,
    heads: network.heads.map((head, index) => ({ ...head, priorStrength: fits[index]?.strength ?? 0 })),
    defaults: { ...network.defaults, head: fits[best]!.strength > 0 ? network.heads[best]!.name : null },
  };
}

interface Counts {
  readonly labels: Uint8Array;
  /** N of every row. */
  readonly timesteps: readonly number[];
  /** One array a head, `[image][row][class]`. */
  readonly counts: readonly Uint16Array[];
}

/** Runs every image with all heads and keeps their cumulative counts every few timesteps. */
async function countSpikes(
  module: WebAssembly.Module,
  network: SpikingNetwork,
  images: Cifar100,
  indices: Uint32Array,
  onProgress?: (done: number, total: number) => void,
): Promise<Counts> {
  const { defaults, heads, input, normalisation, inputFractionBits } = network;
  const classes = network.labels.length;
  const timesteps = rowTimesteps(defaults.timesteps);
  const rows = timesteps.length;
  const simulation = await Simulation.create(module, network);
  const labels = new Uint8Array(indices.length);
  const counts = heads.map(() => new Uint16Array(indices.length * rows * classes));
  indices.forEach((index, position) => {
    const { label, image } = images.image(index);
    labels[position] = label;
    simulation.start(quantiseInput(image, input, normalisation, inputFractionBits), {
      ...defaults,
      heads: heads.map((_, head) => head),
    });
    const sums = heads.map(() => new Uint16Array(classes));
    timesteps.forEach((timestep, row) => {
      advanceTo(simulation, timestep, sums);
      sums.forEach((sum, head) => {
        counts[head]!.set(sum, (position * rows + row) * classes);
      });
    });
    onProgress?.(position + 1, indices.length);
  });
  return { labels, timesteps, counts };
}

/** The evenly spaced timesteps at which counts are kept; the last is at most `timesteps`. */
function rowTimesteps(timesteps: number): number[] {
  const interval = Math.min(timesteps, Math.max(ROW_INTERVAL, Math.ceil(timesteps / MOST_ROWS)));
  return Array.from({ length: Math.floor(timesteps / interval) }, (_, row) => (row + 1) * interval);
}

/** Advances to a timestep and adds each head's output spikes to its sums. */
function advanceTo(simulation: Simulation, end: number, sums: readonly Uint16Array[]): void {
  while (simulation.timestep < end) {
    const start = simulation.timestep;
    simulation.advance(end - start);
    for (let timestep = start + 1; timestep <= simulation.timestep; timestep++) {
      sums.forEach((sum, head) => {
        simulation.fired(head, timestep).forEach((fired, index) => {
          sum[index]! += fired;
        });
      });
    }
  }
}
