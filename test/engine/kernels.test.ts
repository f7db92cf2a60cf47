/** The kernels against the reference simulator: the same spikes, bit for bit, and the same synaptic operations. */
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CALL_TIMESTEPS } from '../../src/engine/plan.js';
import { Simulation } from '../../src/engine/simulation.js';
import type { Propagation, SpikingNetwork } from '../../src/graph/network.js';
import { SYNAPSES_KINDS } from '../../src/graph/synapses/index.js';
import { nodeCodecs } from '../../src/host/node/codecs.js';
import { kernelModule } from '../../src/host/node/kernels.js';
import { loadModelFile, paperModelPath } from '../../src/host/node/models.js';
import { decodeImage } from '../../src/picture/decode.js';
import { resizeImage } from '../../src/picture/resize.js';
import { quantiseInput } from '../../src/picture/tensor.js';
import { arbitraryNetwork, uniform } from '../generate.js';
import { kindsIn, randomGraph } from '../reference/random-graph.js';
import { expectEqualRun, type RateRun, randomInput } from '../support/equal-run.js';

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
          const run = { heads, propagation, initialPotential, timesteps: 2 * CALL_TIMESTEPS + 3 };
          expectEqualRun(simulation, network, randomInput(network, seed), run);
        },
      ),
      { numRuns: 80 },
    );
  }, 120_000);

  it('on random graphs of every kind of synapses, with all heads', async () => {
    const module = await kernelModule();
    const kinds = new Set<string>();
    for (let seed = 1; seed <= 60; seed++) {
      const network = randomGraph(seed);
      for (const kind of kindsIn(network)) kinds.add(kind);
      const simulation = await Simulation.create(module, network);
      const heads = [...network.heads.keys()];
      for (const propagation of ['synchronous', 'pipelined'] as const) {
        const run = { heads, propagation, initialPotential: 0.5, timesteps: CALL_TIMESTEPS + 2 };
        expectEqualRun(simulation, network, randomInput(network, seed), run);
      }
    }
    expect([...kinds].sort()).toEqual([...SYNAPSES_KINDS].sort());
  }, 120_000);

  it('image after image in one instance, whatever heads were selected before', async () => {
    const module = await kernelModule();
    await fc.assert(
      fc.asyncProperty(arbitraryNetwork(), fc.integer(), async (network, seed) => {
        const simulation = await Simulation.create(module, network);
        const random = uniform(seed);
        for (let image = 0; image < 3; image++) {
          const heads = network.heads.map((_, index) => index).filter(() => random() < 0.5);
          const run: RateRun = {
            heads: heads.length > 0 ? heads : [network.heads.length - 1],
            propagation: random() < 0.5 ? 'synchronous' : 'pipelined',
            initialPotential: random(),
            timesteps: 1 + Math.floor(random() * 12),
          };
          expectEqualRun(simulation, network, randomInput(network, seed + image), run);
        }
      }),
      { numRuns: 60 },
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
            populations: network.populations.map((population) => ({
              ...population,
              threshold: population.threshold.map(() => 1),
              synapses: population.synapses.map((one) =>
                one.kind === 'convolution'
                  ? { ...one, weights: one.weights.map((weight) => (weight > -115 ? 127 : -128)) }
                  : one,
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

  it.each(['synchronous', 'pipelined'] as const)(
    'on the shipped network and a picture, %s',
    async (propagation) => {
      const network = await loadModelFile(paperModelPath());
      const bytes = await readFile(new URL('../../examples/sunflower.png', import.meta.url));
      const image = resizeImage(await decodeImage(bytes, nodeCodecs), network.input);
      const input = quantiseInput(image, network.input, network.normalisation, network.inputFractionBits);
      const simulation = await Simulation.create(await kernelModule(), network);
      const heads = network.heads.map((_, index) => index);
      expectEqualRun(simulation, network, input, {
        heads,
        propagation,
        initialPotential: 0.5,
        timesteps: 10,
      });
    },
    120_000,
  );
});
