/** Runs of the kernels that must equal the references, whatever either records. */
import { expect } from 'vitest';
import type { Simulation } from '../../src/engine/simulation.js';
import type { Propagation, SpikingNetwork } from '../../src/graph/network.js';
import { uniform } from '../generate.js';
import { digitOf, simulateRadix } from '../reference/radix.js';
import { simulate, size } from '../reference/simulator.js';

/** A run in rate coding. */
export interface RateRun {
  readonly heads: readonly number[];
  readonly propagation: Propagation;
  readonly initialPotential: number;
  readonly timesteps: number;
}

/** An input tensor with values of either sign. */
export function randomInput(network: SpikingNetwork, seed: number): Int16Array {
  const random = uniform(seed);
  return Int16Array.from({ length: size(network.input) }, () => Math.floor((random() - 0.5) * 1200));
}

/** Runs both and compares everything that either records; one assertion, since there are tens of thousands of values. */
export function expectEqualRun(
  simulation: Simulation,
  network: SpikingNetwork,
  input: Int16Array,
  run: RateRun,
): void {
  const reference = simulate(network, input, { ...run, heads: undefined, recordSpikes: true });
  const { differences, compare } = comparison();
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

/**
 * The same in radix coding, head by head: what is computed up to a head is compared before the run goes on.
 *
 * @param heads - in the order in which the run stops at them; each reads a population behind the last one's, or the same
 */
export function expectEqualRadixRun(
  simulation: Simulation,
  network: SpikingNetwork,
  input: Int16Array,
  digits: number,
  heads: readonly number[],
): void {
  const reference = simulateRadix(network, input, digits);
  const { differences, compare } = comparison();
  // Potential and propagation mean nothing here.
  const options = { heads, propagation: 'pipelined', initialPotential: 1, coding: 'radix', digits } as const;
  simulation.start(input, options);
  for (const head of heads) {
    simulation.advanceTo(head);
    for (const { kind, index } of simulation.computed) {
      for (let phase = 1; phase <= digits; phase++) {
        const at = `${digits} digits, ${kind} ${index}, phase ${phase}`;
        if (kind === 'population') {
          const { numbers, spikes, synapticOperations, allOperations } = reference.populations[index]!;
          const map = Uint8Array.from(numbers, (number) => digitOf(number, phase - 1, digits));
          compare(at, simulation.layerSpikeMap(index, phase), map);
          compare(at, simulation.layerSpikes(index, phase), spikes[phase - 1]!);
          compare(at, simulation.layerOperations(index, phase), synapticOperations[phase - 1]!);
          compare(at, simulation.layerAllOperations(index, phase), allOperations[phase - 1]!);
        } else {
          const { synapticOperations, allOperations } = reference.heads[index]!;
          compare(at, simulation.headSpikes(index, phase), 0);
          compare(at, simulation.headOperations(index, phase), synapticOperations[phase - 1]!);
          compare(at, simulation.headAllOperations(index, phase), allOperations[phase - 1]!);
        }
      }
      if (kind === 'population') {
        expect(simulation.numbers(index)).toEqual(reference.populations[index]!.numbers);
      } else {
        const { accumulated } = reference.heads[index]!;
        expect([...simulation.headMembrane(index)].map(Number)).toEqual([...accumulated]);
      }
    }
  }
  expect(differences).toEqual([]);
}

function comparison() {
  const differences: string[] = [];
  const compare = (what: string, actual: number | Uint8Array, expected: number | Uint8Array): void => {
    const equal =
      typeof actual === 'number' || typeof expected === 'number'
        ? actual === expected
        : Buffer.compare(actual, expected) === 0;
    if (!equal) differences.push(`${what}: ${actual} instead of ${expected}`);
  };
  return { differences, compare };
}
