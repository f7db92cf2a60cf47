/**
 * Every connection of the shipped network at the rates of real images: each layer in turn becomes a source of forced
 * spikes (kernels.ts) whose every neuron fires at the rate that it has on the first image in the network itself. One
 * image, because a mean over several would spread the spikes over more neurons than ever fire together.
 */
import { Simulation } from '../../src/engine/simulation.js';
import { sizeOf } from '../../src/graph/extents.js';
import type { SpikingNetwork } from '../../src/graph/network.js';
import type { Measurement, Part } from '../measure/result.js';
import type { MeasureSettings } from '../measure/together.js';
import { inputOfRates } from '../workload/forced.js';
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
    ({ name, facts }) => facts?.kernel !== 'head' || name.startsWith(network.layers.at(-1)!.name),
  );
  return {
    name: 'layers',
    title: 'Every connection of the network, at the rates of real images',
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

/** Spikes per timestep of every neuron, layer by layer. */
async function firingRates(
  module: WebAssembly.Module,
  network: SpikingNetwork,
  input: Int16Array,
  timesteps: number,
): Promise<Float64Array[]> {
  const simulation = await Simulation.create(module, network);
  const rates = network.layers.map(({ shape }) => new Float64Array(sizeOf(shape)));
  simulation.start(input, {
    heads: [network.heads.length - 1],
    propagation: 'synchronous',
    initialPotential: network.defaults.initialPotential,
  });
  while (simulation.timestep < timesteps) {
    const first = simulation.timestep + 1;
    simulation.advance(timesteps - simulation.timestep);
    for (let timestep = first; timestep <= simulation.timestep; timestep++) {
      rates.forEach((sums, layer) => {
        simulation.layerSpikeMap(layer, timestep).forEach((spike, neuron) => {
          sums[neuron]! += spike / timesteps;
        });
      });
    }
  }
  return rates;
}

function sourcesOf(network: SpikingNetwork, rates: readonly Float64Array[]): ForcedSource[] {
  return network.layers.map(({ name, shape }, index) => ({
    label: name,
    shape,
    input: inputOfRates(rates[index]!),
    connections: network.layers.flatMap((layer) =>
      layer.connections
        .filter(({ source }) => source === index)
        .map((connection) => {
          const forced =
            connection.kind === 'identity'
              ? ({ kind: 'identity' } as const)
              : ({
                  kind: 'convolution',
                  channels: layer.shape.channels,
                  kernel: connection.kernel,
                  stride: connection.stride,
                } as const);
          return { label: `-> ${layer.name}, ${labelOf(forced)}`, connection: forced };
        }),
    ),
    firing: true,
  }));
}
