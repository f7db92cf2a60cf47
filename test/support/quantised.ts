/** A trained network as a spiking one, with the lambdas that a test chooses. */
import type { Lambdas } from '../../src/convert/calibrate.js';
import { quantiseNetwork } from '../../src/convert/convert.js';
import type { Network, SpikingNetwork } from '../../src/graph/network.js';

/** @param network - batch normalisation folded */
export function quantised(network: Network, lambdas: Lambdas, inputFractionBits: number): SpikingNetwork {
  return quantiseNetwork(network, lambdas, {
    name: 'test',
    inputFractionBits,
    timesteps: 64,
    initialPotential: 0.5,
    coding: 'rate',
    digits: 4,
    propagation: 'synchronous',
    provenance: {},
  });
}
