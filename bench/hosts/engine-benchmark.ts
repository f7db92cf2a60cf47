/** The engine's own benchmark, portable: the same code runs in every Node and in a browser's page. */

import { CALL_TIMESTEPS } from '../../src/engine/plan.js';
import { Simulation } from '../../src/engine/simulation.js';
import { readModel } from '../../src/file/file.js';
import type { SpikingNetwork } from '../../src/graph/network.js';
import type { Measurement } from '../measure/result.js';
import { timeRow } from '../measure/rows.js';
import { type MeasureSettings, measureTogether, perUnit } from '../measure/together.js';
import { labelOf, measureSource, nameOf, SHAPES } from '../parts/kernels.js';
import { EngineRun } from '../workload/engine-run.js';
import { forcedInput } from '../workload/forced.js';

/** Plain data, so that it can be sent to another process or page. */
export interface HostJob {
  readonly inputs: readonly (readonly number[])[];
  readonly timesteps: number;
  readonly measure: MeasureSettings;
}

export interface HostReport {
  readonly rows: readonly Measurement[];
  /** Spikes and synaptic operations of every population on the first image: the same on every host. */
  readonly counts: readonly number[];
}

const RATE = 0.1;
export const TIMESTEP = 'whole network, one timestep';

/**
 * @param module - the compiled kernels
 * @param model - the bytes of a model file
 */
export async function engineBenchmark(
  module: WebAssembly.Module,
  model: Uint8Array,
  job: HostJob,
): Promise<HostReport> {
  const network = readModel(model);
  const inputs = job.inputs.map((input) => Int16Array.from(input));
  const run = await EngineRun.create(module, network, { inputs, timesteps: job.timesteps, settling: 0 });
  const rounds = await measureTogether([run.task(TIMESTEP)], job.measure);
  const samples = perUnit(rounds.get(TIMESTEP)!, CALL_TIMESTEPS);
  const rows = [timeRow(TIMESTEP, 'timestep', samples, run.operations, { rate: run.rate })];
  for (const { source, synapses } of SHAPES) {
    const forced = {
      label: nameOf(source),
      shape: source,
      input: forcedInput(source, RATE),
      synapses: synapses.slice(0, 1).map((one) => ({ label: labelOf(one), synapses: one })),
      firing: true,
    };
    rows.push(...(await measureSource(module, forced, job.measure)));
  }
  return { rows, counts: await countsOf(module, network, inputs[0]!, job.timesteps) };
}

async function countsOf(
  module: WebAssembly.Module,
  network: SpikingNetwork,
  input: Int16Array,
  timesteps: number,
): Promise<number[]> {
  const simulation = await Simulation.create(module, network);
  simulation.start(input, {
    heads: [network.heads.length - 1],
    propagation: 'synchronous',
    initialPotential: network.defaults.initialPotential,
  });
  const counts = new Array<number>(2 * network.populations.length).fill(0);
  while (simulation.timestep < timesteps) {
    const first = simulation.timestep + 1;
    simulation.advance(timesteps - simulation.timestep);
    for (let timestep = first; timestep <= simulation.timestep; timestep++) {
      network.populations.forEach((_, population) => {
        counts[2 * population]! += simulation.layerSpikes(population, timestep);
        counts[2 * population + 1]! += simulation.layerOperations(population, timestep);
      });
    }
  }
  return counts;
}
