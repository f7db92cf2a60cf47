/** The loop over timesteps, and the sums over them. */
import { describe, expect, it } from 'vitest';
import { CALL_TIMESTEPS } from '../../src/engine/plan.js';
import { Simulation } from '../../src/engine/simulation.js';
import { eachTimestep, Tally } from '../../src/engine/tally.js';
import { kernelModule } from '../../src/node/kernels.js';
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
  it('sums what the simulation says of every layer, head and class', () => {
    const heads = [FINAL, 0];
    start(heads);
    const tally = new Tally(simulation, heads);
    const layers = tally.layers.map(() => [0, 0] as [number, number]);
    const outputs = heads.map(() => ({ events: [0, 0], counts: rgb.labels.map(() => 0) }));
    eachTimestep(simulation, LAST, (timestep) => {
      tally.add(timestep);
      layers.forEach((sums, layer) => {
        sums[0] += simulation.layerSpikes(layer, timestep);
        sums[1] += simulation.layerOperations(layer, timestep);
      });
      outputs.forEach(({ events, counts }, position) => {
        events[0]! += simulation.headSpikes(heads[position]!, timestep);
        events[1]! += simulation.headOperations(heads[position]!, timestep);
        simulation.fired(heads[position]!, timestep).forEach((fired, label) => {
          counts[label]! += fired;
        });
      });
    });
    expect(tally.layers.map(({ spikes, synapticOperations }) => [spikes, synapticOperations])).toEqual(
      layers,
    );
    expect(
      tally.heads.map(({ head, spikes, synapticOperations, counts }) => ({
        head,
        events: [spikes, synapticOperations],
        counts: [...counts],
      })),
    ).toEqual(outputs.map((output, position) => ({ head: heads[position], ...output })));
    expect(layers.every(([spikes]) => spikes > 0)).toBe(true);
    expect(outputs[0]!.counts.some((count) => count > 0)).toBe(true);

    tally.clear();
    expect([...tally.layers, ...tally.heads].every(({ spikes }) => spikes === 0)).toBe(true);
    expect(tally.heads.flatMap(({ counts }) => [...counts]).every((count) => count === 0)).toBe(true);
  });
});
