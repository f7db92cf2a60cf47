/** The kernels against the reference simulator: the same spikes, bit for bit, and the same synaptic operations. */
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CALL_TIMESTEPS } from '../../src/engine/plan.js';
import { Simulation } from '../../src/engine/simulation.js';
import type { Propagation, SpikingNetwork } from '../../src/graph/network.js';
import { nodeCodecs } from '../../src/host/node/codecs.js';
import { kernelModule } from '../../src/host/node/kernels.js';
import { loadModelFile, paperModelPath } from '../../src/host/node/models.js';
import { decodeImage } from '../../src/picture/decode.js';
import { resizeImage } from '../../src/picture/resize.js';
import { quantiseInput } from '../../src/picture/tensor.js';
import { arbitraryNetwork, uniform } from '../generate.js';
import { simulate, size } from '../reference/simulator.js';

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

/** Runs both and compares everything that either records; one assertion, since there are tens of thousands of values. */
function expectEqualRun(simulation: Simulation, network: SpikingNetwork, input: Int16Array, run: Run): void {
  const reference = simulate(network, input, { ...run, heads: undefined, recordSpikes: true });
  const differences: string[] = [];
  const compare = (what: string, actual: number | Uint8Array, expected: number | Uint8Array): void => {
    const equal =
      typeof actual === 'number' || typeof expected === 'number'
        ? actual === expected
        : Buffer.compare(actual, expected) === 0;
    if (!equal) differences.push(`${what}: ${actual} instead of ${expected}`);
  };
  simulation.start(input, run);
  while (simulation.timestep < run.timesteps) {
    const first = simulation.timestep + 1;
    simulation.advance(run.timesteps - simulation.timestep);
    for (let timestep = first; timestep <= simulation.timestep; timestep++) {
      for (const population of simulation.activePopulations) {
        const { spikeTensors, spikes, synapticOperations, allOperations } =
          reference.populations[population]!;
        const at = `population ${population}, timestep ${timestep}`;
        compare(at, simulation.layerSpikeMap(population, timestep), spikeTensors[timestep - 1]!);
        compare(at, simulation.layerSpikes(population, timestep), spikes[timestep - 1]!);
        compare(at, simulation.layerOperations(population, timestep), synapticOperations[timestep - 1]!);
        compare(at, simulation.layerAllOperations(population, timestep), allOperations[timestep - 1]!);
      }
      for (const head of run.heads) {
        const { spikeBits, spikes, synapticOperations, allOperations } = reference.heads[head]!;
        const at = `head ${head}, timestep ${timestep}`;
        compare(at, simulation.fired(head, timestep), spikeBits[timestep - 1]!);
        compare(at, simulation.headSpikes(head, timestep), spikes[timestep - 1]!);
        compare(at, simulation.headOperations(head, timestep), synapticOperations[timestep - 1]!);
        compare(at, simulation.headAllOperations(head, timestep), allOperations[timestep - 1]!);
      }
    }
  }
  expect(simulation.timestep).toBe(run.timesteps);
  expect(differences).toEqual([]);
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
          const run = { heads, propagation, initialPotential, timesteps: 2 * CALL_TIMESTEPS + 3 };
          expectEqualRun(simulation, network, randomInput(network, seed), run);
        },
      ),
      { numRuns: 80 },
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
