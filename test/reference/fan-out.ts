/**
 * A second count of synaptic operations, from the other end: how many synapses leave each source neuron. It
 * shares no loop with the simulator, which counts synapses where they arrive.
 */
import type { Shape, SpikingSynapses, SpikingNetwork } from '../../src/graph/network.js';
import { IMAGE } from '../../src/graph/network.js';
import type { SimulationOptions } from './simulator.js';

/** Synapses from the source pixel (`sourceY`, `sourceX`), any one channel, into a layer of shape `to`. */
export function fanOut(connection: SpikingSynapses, to: Shape, sourceY: number, sourceX: number): number {
  if (connection.kind === 'identity') return 1;
  return receivers(connection, to.height, sourceY) * receivers(connection, to.width, sourceX) * to.channels;
}

/** Along one axis: pairs of output place and tap that look at place `source`. */
function receivers(
  geometry: { kernel: number; stride: number; padding: number },
  extent: number,
  source: number,
): number {
  let count = 0;
  for (let place = 0; place < extent; place++) {
    const tap = source + geometry.padding - place * geometry.stride;
    if (tap >= 0 && tap < geometry.kernel) count++;
  }
  return count;
}

/**
 * Synaptic operations that layer `index` received at each timestep, from the spike tensors of all layers
 * (`[layer][timestep]`).
 */
export function synapticOperationsByFanOut(
  network: SpikingNetwork,
  index: number,
  spikeTensors: readonly (readonly Uint8Array[])[],
  options: SimulationOptions,
): number[] {
  const layer = network.layers[index]!;
  const delay = options.propagation === 'pipelined' ? 1 : 0;
  return Array.from({ length: options.timesteps }, (_, t) => {
    let operations = 0;
    for (const connection of layer.connections) {
      if (connection.source === IMAGE || t < delay) continue;
      const from = network.layers[connection.source]!.shape;
      spikeTensors[connection.source]![t - delay]!.forEach((spike, neuron) => {
        if (spike === 0) return;
        const pixel = Math.floor(neuron / from.channels);
        operations += fanOut(connection, layer.shape, Math.floor(pixel / from.width), pixel % from.width);
      });
    }
    return operations;
  });
}
