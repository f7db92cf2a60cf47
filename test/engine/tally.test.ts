/** The loop over timesteps, and the sums over them. */
import { describe, expect, it } from 'vitest';
import { CALL_TIMESTEPS } from '../../src/engine/plan.js';
import { Simulation } from '../../src/engine/simulation.js';
import { type Events, eachTimestep, Tally } from '../../src/engine/tally.js';
import { sizeOf } from '../../src/graph/extents.js';
import { kernelModule } from '../../src/host/node/kernels.js';
import { inputOf, picture, rgb } from '../support/rgb.js';

const simulation = await Simulation.create(await kernelModule(), rgb);
const input = inputOf(rgb, picture(rgb, 1));
const FINAL = rgb.heads.length - 1;
const LAST = 2 * CALL_TIMESTEPS + 5;

const start = (heads: readonly number[]): void =>
  simulation.start(input, { heads, propagation: 'synchronous', initialPotential: 0.5 });

describe('eachTimestep', () => {
  it('visits every timestep once, in order, and goes on from where it was', () => {
    start([FINAL]);
    const visited: number[] = [];
    for (const last of [0, 3, 3, CALL_TIMESTEPS + 1, LAST]) {
      eachTimestep(simulation, last, (timestep) => visited.push(timestep));
    }
    expect(visited).toEqual(Array.from({ length: LAST }, (_, index) => index + 1));
  });

  it('ends where the visit presents another image, which is not advanced', () => {
    start([FINAL]);
    const visited: number[] = [];
    eachTimestep(simulation, LAST, (timestep) => {
      visited.push(timestep);
      if (timestep === 4) start([FINAL]);
    });
    expect(visited).toEqual([1, 2, 3, 4]);
    expect(simulation.timestep).toBe(0);
  });
});

describe('a tally', () => {
  it('sums what the simulation says of every population, head and class', () => {
    const heads = [FINAL, 0];
    start(heads);
    const tally = new Tally(simulation, heads);
    const zeros = (): Events => ({
      spikes: 0,
      synapticOperations: 0,
      synapticOperationsWithZeros: 0,
      neuronUpdates: 0,
    });
    const populations = tally.populations.map(zeros);
    const outputs = heads.map((head) => ({ head, ...zeros(), counts: rgb.labels.map(() => 0) }));
    eachTimestep(simulation, LAST, (timestep) => {
      tally.add(timestep);
      populations.forEach((sums, index) => {
        sums.spikes += simulation.layerSpikes(index, timestep);
        sums.synapticOperations += simulation.layerOperations(index, timestep);
        sums.synapticOperationsWithZeros += simulation.layerAllOperations(index, timestep);
        sums.neuronUpdates += sizeOf(rgb.populations[index]!.shape);
      });
      outputs.forEach((sums) => {
        sums.spikes += simulation.headSpikes(sums.head, timestep);
        sums.synapticOperations += simulation.headOperations(sums.head, timestep);
        sums.synapticOperationsWithZeros += simulation.headAllOperations(sums.head, timestep);
        sums.neuronUpdates += rgb.labels.length;
        simulation.fired(sums.head, timestep).forEach((fired, label) => {
          sums.counts[label]! += fired;
        });
      });
    });
    expect(tally.populations).toEqual(populations);
    expect(tally.heads.map((events) => ({ ...events, counts: [...events.counts] }))).toEqual(outputs);
    const total = zeros();
    for (const part of [...populations, ...outputs]) {
      total.spikes += part.spikes;
      total.synapticOperations += part.synapticOperations;
      total.synapticOperationsWithZeros += part.synapticOperationsWithZeros;
      total.neuronUpdates += part.neuronUpdates;
    }
    expect(tally.total()).toEqual(total);
    expect(total.synapticOperations).toBeLessThan(total.synapticOperationsWithZeros);
    expect(populations.every(({ spikes }) => spikes > 0)).toBe(true);
    expect(outputs[0]!.counts.some((count) => count > 0)).toBe(true);

    tally.clear();
    expect(tally.total()).toEqual(zeros());
    expect(tally.populations).toEqual(populations.map(zeros));
    expect(tally.heads.flatMap(({ counts }) => [...counts]).every((count) => count === 0)).toBe(true);
  });
});
