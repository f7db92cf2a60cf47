/** The kernels against the reference simulator: the same spikes, bit for bit, and the same synaptic operations. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLOCK_TIMESTEPS } from '../src/engine/plan.js';
import { Simulation } from '../src/engine/simulation.js';
import type { Propagation, SpikingNetwork } from '../src/model/graph.js';
import { kernelModule } from '../src/node/kernels.js';
import { arbitraryNetwork, uniform } from './generate.js';
import { simulate, size } from './reference/simulator.js';

interface Run {
  readonly heads: readonly number[];
  readonly propagation: Propagation;
  readonly initialPotential: number;
  readonly timesteps: number;
}

function randomInput(network: SpikingNetwork, seed: number): Int16Array {
  const random = uniform(seed);
  return Int16Array.from({ length: size(network.input) }, () => Math.floor((random() - 0.5) * 1200));
}

/** Runs both and compares everything that either records. */
function expectEqualRun(simulation: Simulation, network: SpikingNetwork, input: Int16Array, run: Run): void {
  const reference = simulate(network, input, { ...run, heads: undefined, recordSpikes: true });
  simulation.start(input, run);
  for (let done = 0; done < run.timesteps; ) {
    const steps = simulation.advance(run.timesteps - done);
    for (let timestep = done + 1; timestep <= done + steps; timestep++) {
      for (let layer = 0; layer < simulation.activeLayers; layer++) {
        const expected = reference.layers[layer]!;
        const at = `layer ${layer}, timestep ${timestep}`;
        expect(simulation.layerSpikeMap(layer, timestep), at).toEqual(expected.spikeTensors[timestep - 1]);
        expect(simulation.layerSpikes(layer, timestep), at).toBe(expected.spikes[timestep - 1]);
        expect(simulation.layerOperations(layer, timestep), at).toBe(
          expected.synapticOperations[timestep - 1],
        );
      }
      for (const head of run.heads) {
        const expected = reference.heads[head]!;
        const at = `head ${head}, timestep ${timestep}`;
        expect(new Uint8Array(simulation.fired(head, timestep)), at).toEqual(
          expected.spikeBits[timestep - 1],
        );
        expect(simulation.headSpikes(head, timestep), at).toBe(expected.spikes[timestep - 1]);
        expect(simulation.headOperations(head, timestep), at).toBe(expected.synapticOperations[timestep - 1]);
      }
    }
    done += steps;
  }
}

describe('the kernels equal the reference simulator', () => {
  it('on random networks, with all heads', async () => {
    const module = await kernelModule();
    await fc.assert(
      fc.asyncProperty(
        arbitraryNetwork({ channels: 140 }),
        fc.integer(),
        fc.constantFrom<Propagation>('synchronous', 'pipelined'),
        fc.constantFrom(0, 0.5, 0.37, 1),
        async (network, seed, propagation, initialPotential) => {
          const simulation = await Simulation.create(module, network);
          const heads = network.heads.map((_, index) => index);
          const run = { heads, propagation, initialPotential, timesteps: 2 * BLOCK_TIMESTEPS + 3 };
          expectEqualRun(simulation, network, randomInput(network, seed), run);
        },
      ),
      { numRuns: 60 },
    );
  }, 120_000);

  it('image after image in one instance, whatever heads were selected before', async () => {
    const module = await kernelModule();
    await fc.assert(
      fc.asyncProperty(arbitraryNetwork(), fc.integer(), async (network, seed) => {
        const simulation = await Simulation.create(module, network);
        const random = uniform(seed);
        for (let image = 0; image < 3; image++) {
          const heads = network.heads.map((_, index) => index).filter(() => random() < 0.5);
          const run: Run = {
            heads: heads.length > 0 ? heads : [network.heads.length - 1],
            propagation: random() < 0.5 ? 'synchronous' : 'pipelined',
            initialPotential: random(),
            timesteps: 1 + Math.floor(random() * 12),
          };
          expectEqualRun(simulation, network, randomInput(network, seed + image), run);
        }
      }),
      { numRuns: 30 },
    );
  }, 120_000);

  it('where more than 256 spikes meet in one window', async () => {
    const module = await kernelModule();
    await fc.assert(
      fc.asyncProperty(
        arbitraryNetwork({ channels: 140, extent: 5 }),
        fc.integer(),
        async (network, seed) => {
          // Thresholds of 1 make every neuron with a positive input fire; weights of 127 nearly everywhere would then
          // carry an i16 sum past its range within 258 rows.
          const eager: SpikingNetwork = {
            ...network,
            layers: network.layers.map((layer) => ({
              ...layer,
              threshold: layer.threshold.map(() => 1),
              connections: layer.connections.map((connection) =>
                connection.kind === 'convolution'
                  ? {
                      ...connection,
                      weights: connection.weights.map((weight) => (weight > -115 ? 127 : -128)),
                    }
                  : connection,
              ),
            })),
          };
          const simulation = await Simulation.create(module, eager);
          const run = { heads: [network.heads.length - 1], initialPotential: 0.5, timesteps: 9 };
          expectEqualRun(simulation, eager, randomInput(network, seed), {
            ...run,
            propagation: 'synchronous',
          });
        },
      ),
      { numRuns: 20 },
    );
  }, 120_000);
});
