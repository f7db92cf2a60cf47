/**
 * All synapses of the shipped network at the rates of real images: each population in turn becomes a source of forced
 * spikes (kernels.ts) whose every neuron fires at the rate that it has on the first image in the network itself. One
 * image, because a mean over several would spread the spikes over more neurons than ever fire together.
 */
import { Simulation } from '../../src/engine/simulation.js';
import { sizeOf } from '../../src/graph/extents.js';
import type { Shape, SpikingNetwork, SpikingSynapses } from '../../src/graph/network.js';
import type { Measurement, Part } from '../measure/result.js';
import type { MeasureSettings } from '../measure/together.js';
import { type ForcedSynapses, inputOfRates } from '../workload/forced.js';
import { type ForcedSource, KERNEL_NOTES, labelOf, measureSource } from './kernels.js';

export async function measureLayers(
  module: WebAssembly.Module,
  network: SpikingNetwork,
  input: Int16Array,
  timesteps: number,
  measure: MeasureSettings,
): Promise<Part> {
  const rates = await firingRates(module, network, input, timesteps);
  const rows: Measurement[] = [];
  for (const source of sourcesOf(network, rates))
    rows.push(...(await measureSource(module, source, measure)));
  // The final head's own row is the last one's; the other heads are not computed.
  const kept = rows.filter(
    ({ name, facts }) => facts?.kernel !== 'head' || name.startsWith(network.populations.at(-1)!.name),
  );
  return {
    name: 'layers',
    title: 'All synapses of the network, at the rates of real images',
    notes: [...KERNEL_NOTES, closing(kept)],
    rows: kept,
    skipped: [],
  };
}

/** What the parts add up to, to be held against the whole network. */
function closing(rows: readonly Measurement[]): string {
  const parts = rows.filter(({ facts }) => !String(facts?.kernel).startsWith('layer'));
  const sum = parts.reduce((total, { summary }) => total + summary.median, 0);
  return `spikes, lists, firing and the final head add up to ${sum.toFixed(2)} ms a timestep (windows without spikes are not in it)`;
}

/** Spikes per timestep of every neuron, population by population. */
async function firingRates(
  module: WebAssembly.Module,
  network: SpikingNetwork,
  input: Int16Array,
  timesteps: number,
): Promise<Float64Array[]> {
  const simulation = await Simulation.create(module, network);
  const rates = network.populations.map(({ shape }) => new Float64Array(sizeOf(shape)));
  simulation.start(input, {
    heads: [network.heads.length - 1],
    propagation: 'synchronous',
    initialPotential: network.defaults.initialPotential,
  });
  while (simulation.timestep < timesteps) {
    const first = simulation.timestep + 1;
    simulation.advance(timesteps - simulation.timestep);
    for (let timestep = first; timestep <= simulation.timestep; timestep++) {
      rates.forEach((sums, population) => {
        simulation.layerSpikeMap(population, timestep).forEach((spike, neuron) => {
          sums[neuron]! += spike / timesteps;
        });
      });
    }
  }
  return rates;
}

function sourcesOf(network: SpikingNetwork, rates: readonly Float64Array[]): ForcedSource[] {
  return network.populations.map(({ name, shape }, index) => ({
    label: name,
    shape,
    input: inputOfRates(rates[index]!),
    synapses: network.populations.flatMap((target) =>
      target.synapses
        .filter(({ source }) => source === index)
        .map((synapses) => {
          const forced = forcedOf(synapses, target.shape);
          return { label: `-> ${target.name}, ${labelOf(forced)}`, synapses: forced };
        }),
    ),
    firing: true,
  }));
}

/** The same synapses on forced spikes; windows are square there, and keep the extent but for their stride. */
function forcedOf(synapses: SpikingSynapses, { channels }: Shape): ForcedSynapses {
  const { kind } = synapses;
  if (kind === 'per-channel') return { kind };
  if (kind === 'dense') return { kind, channels };
  const { kernel, stride } = synapses;
  if (kernel.height !== kernel.width || stride.height !== stride.width) {
    throw new Error('forced spikes are measured through square windows alone');
  }
  const window = { kernel: kernel.height, stride: stride.height };
  return kind === 'depthwise' ? { kind, ...window } : { kind, channels, ...window };
}
