/**
 * Old kernels against new ones: one timestep of the whole network in another checkout's engine and in this one, call by
 * call in turn. Processor time is taken, not the clock's, and the ratio is the median of the pairs': so other work on the
 * machine disturbs it little.
 */
import { readFile } from 'node:fs/promises';
import { CALL_TIMESTEPS } from '../../src/engine/plan.js';
import { Simulation } from '../../src/engine/simulation.js';
import { paperModelPath } from '../../src/host/node/models.js';
import type { Measurement, Part } from '../measure/result.js';
import { timeRow } from '../measure/rows.js';
import { summarise } from '../measure/statistics.js';
import { type AnySimulation, openCheckout } from '../workload/checkout.js';
import type { Workplace } from './workplace.js';

/** The checkout that holds the old kernels. */
export const BASELINE = 'SNNWASM_BASELINE';
const WARMUP = 60;
const OLD = 'the kernels before';
const NEW = 'these kernels';

export async function measureBefore(workplace: Workplace): Promise<Part> {
  const { module, network, inputs, settings } = workplace;
  const part = { name: 'before', title: 'These kernels against those of another checkout', reference: OLD };
  const folder = process.env[BASELINE];
  if (folder === undefined || folder === '') {
    return {
      ...part,
      notes: [],
      rows: [],
      skipped: [`no other checkout is named: set ${BASELINE} to its path`],
    };
  }
  const old = await openCheckout(folder, await readFile(paperModelPath()));
  const own = await Simulation.create(module, network);
  const options = {
    heads: [network.heads.length - 1],
    propagation: 'synchronous',
    initialPotential: network.defaults.initialPotential,
  } as const;
  const start = (image: number) => {
    for (const simulation of [old, own]) simulation.start(inputs[image % inputs.length]!, options);
  };
  start(0);
  const { spikes, operations } = checkSame(old, own, network.populations.length, settings.timesteps);
  const times = { old: [] as number[], own: [] as number[] };
  for (let pair = -WARMUP; pair < settings.pairs; pair++) {
    const call = pair + WARMUP;
    const image = Math.floor((call * CALL_TIMESTEPS) / settings.timesteps);
    if ((call * CALL_TIMESTEPS) % settings.timesteps < CALL_TIMESTEPS) start(image);
    const first = call % 2 === 0 ? old : own;
    const one = processorTime(first);
    const other = processorTime(first === old ? own : old);
    if (pair < 0) continue;
    times.old.push(first === old ? one : other);
    times.own.push(first === old ? other : one);
  }
  const speed = summarise(times.old.map((time, pair) => time / times.own[pair]!));
  const rows: Measurement[] = [
    timeRow(OLD, 'timestep', times.old, operations),
    timeRow(NEW, 'timestep', times.own, operations, { 'times as fast': speed.median.toFixed(3) }),
  ];
  return {
    ...part,
    notes: [
      `${spikes} spikes of ${settings.timesteps} timesteps, all populations, are the same, as are the operations of each`,
      `processor time; weights of 0 count as synapses here, as they did before; ${settings.pairs} pairs of calls in turn, speed against before: ${speed.median.toFixed(3)} (quartiles ${speed.p25.toFixed(3)} to ${speed.p75.toFixed(3)})`,
    ],
    rows,
    skipped: [],
  };
}

/** Milliseconds of processor time for a timestep. */
function processorTime(simulation: AnySimulation): number {
  const start = process.cpuUsage();
  simulation.advance(CALL_TIMESTEPS);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000 / CALL_TIMESTEPS;
}

/** @throws Error if the two do not spike alike; else how many spikes there were, and operations a timestep */
function checkSame(old: AnySimulation, own: Simulation, populations: number, timesteps: number) {
  let spikes = 0;
  let operations = 0;
  while (own.timestep < timesteps) {
    const first = own.timestep + 1;
    own.advance(timesteps - own.timestep);
    while (old.timestep < own.timestep) old.advance(own.timestep - old.timestep);
    for (let timestep = first; timestep <= own.timestep; timestep++) {
      for (let population = 0; population < populations; population++) {
        const all = own.layerAllOperations(population, timestep);
        const before =
          old.layerAllOperations?.(population, timestep) ?? old.layerOperations(population, timestep);
        if (
          own.layerSpikes(population, timestep) !== old.layerSpikes(population, timestep) ||
          all !== before
        ) {
          throw new Error(`the kernels differ: population ${population}, timestep ${timestep}`);
        }
        spikes += own.layerSpikes(population, timestep);
        operations += all / timesteps;
      }
    }
  }
  return { spikes, operations };
}
