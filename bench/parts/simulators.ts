/**
 * The same converted network, stepped by the simulators that researchers use: SpikingJelly and snnTorch on PyTorch.
 * They run in a process of their own (peers/simulate.py), which checks every population's spikes against the engine's first.
 */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CALL_TIMESTEPS } from '../../src/engine/plan.js';
import { Simulation } from '../../src/engine/simulation.js';
import { modelTensors } from '../../src/file/export.js';
import { writeSafetensors } from '../../src/file/write-safetensors.js';
import type { SpikingNetwork } from '../../src/graph/network.js';
import { writeFileAtomic } from '../../src/host/node/files.js';
import { sha256 } from '../../src/host/node/hash.js';
import { plainSynapses } from '../baselines/baseline.js';
import type { Measurement, Part } from '../measure/result.js';
import { timeRow } from '../measure/rows.js';
import { measureTogether, perUnit } from '../measure/together.js';
import { INSTALL, PEERS, peerPython, WORK } from '../peers/paths.js';
import { EngineRun } from '../workload/engine-run.js';
import { ENGINE } from './network.js';
import type { Workplace } from './workplace.js';

const THREADS = [1, 2] as const;
const BATCHES = [1, 32] as const;
/** Timesteps whose spikes are compared. */
const CHECKED = 16;
/** Timesteps at once in SpikingJelly's multi-step mode; CHECKED is a multiple. */
const MULTI_STEP = 8;
const LARGEST_OUTPUT = 2 ** 24;

interface Output {
  readonly rows: readonly {
    readonly library: string;
    readonly batch: number;
    /** At once. */
    readonly timesteps: number;
    /** Milliseconds for one timestep of one image. */
    readonly samples: readonly number[];
    readonly compared: number;
  }[];
  readonly versions: Readonly<Record<string, string>>;
}

export async function measureSimulators(workplace: Workplace): Promise<Part> {
  const { module, network, inputs, settings, versions } = workplace;
  const run = await EngineRun.create(module, network, { inputs, timesteps: settings.timesteps, settling: 0 });
  const rounds = await measureTogether([run.task(ENGINE)], settings.engine);
  const rows: Measurement[] = [
    timeRow(ENGINE, 'image-timestep', perUnit(rounds.get(ENGINE)!, CALL_TIMESTEPS), run.operations, {
      batch: 1,
      threads: 1,
    }),
  ];
  const part = {
    name: 'simulators',
    title: 'The same converted network in other simulators',
    rows,
    reference: ENGINE,
  };
  const python = peerPython();
  if (python === null)
    return { ...part, notes: [], skipped: [`SpikingJelly and snnTorch are not installed: ${INSTALL}`] };
  await writeWork(module, network, inputs);
  let compared = 0;
  for (const threads of THREADS) {
    const output = await simulate(python, threads, settings.name === 'full' ? 9 : 1);
    for (const { library, batch, timesteps, samples, compared: spikes } of output.rows) {
      const steps = timesteps === 1 ? '' : `, ${timesteps} timesteps at once`;
      const name = `${library}, batch ${batch}${steps}, ${threads} thread${threads === 1 ? '' : 's'}`;
      rows.push(timeRow(name, 'image-timestep', samples, undefined, { batch, threads }));
      compared = spikes;
    }
    Object.assign(versions, output.versions);
  }
  return {
    ...part,
    notes: [
      `checked before timing: all ${compared} spikes of the first image's first ${CHECKED} timesteps, all populations, are the engine's, in both libraries`,
      'the engine steps one image on one thread; batch 32 is given per image; the current of an image is computed once, as here; the simulators leave the heads out',
    ],
    skipped: [],
  };
}

async function simulate(python: string, threads: number, samples: number): Promise<Output> {
  const script = join(PEERS, 'simulate.py');
  const options = ['--threads', String(threads), '--samples', String(samples)];
  const { stdout } = await promisify(execFile)(python, [script, WORK, ...options], {
    maxBuffer: LARGEST_OUTPUT,
  });
  return JSON.parse(stdout) as Output;
}

/** Writes tensors, graph, images and the hashes of the spikes that are expected. */
async function writeWork(
  module: WebAssembly.Module,
  network: SpikingNetwork,
  inputs: readonly Int16Array[],
): Promise<void> {
  await mkdir(WORK, { recursive: true });
  await writeFileAtomic(join(WORK, 'tensors.safetensors'), writeSafetensors(modelTensors(network)));
  const graph = {
    input: network.input,
    initialPotential: network.defaults.initialPotential,
    populations: network.populations.map(({ name, shape, synapses }) => ({
      name,
      shape,
      synapses: synapses.map(plainSynapses).map((one) => {
        const { kind, source } = one;
        if (one.kind === 'per-channel') return { kind, source };
        const { stride, padding } = one;
        return { kind, source, stride: [stride.height, stride.width], padding: [padding.top, padding.left] };
      }),
    })),
    batches: BATCHES,
    multiStep: MULTI_STEP,
    images: inputs.flatMap((input) => Array.from(input)),
    expected: await spikeHashes(module, network, inputs[0]!),
  };
  await writeFileAtomic(join(WORK, 'simulate.json'), new TextEncoder().encode(JSON.stringify(graph)));
}

/** SHA-256 of every population's spikes, one byte a neuron, timestep by timestep. */
async function spikeHashes(
  module: WebAssembly.Module,
  network: SpikingNetwork,
  input: Int16Array,
): Promise<string[][]> {
  const simulation = await Simulation.create(module, network);
  simulation.start(input, {
    heads: [network.heads.length - 1],
    propagation: 'synchronous',
    initialPotential: network.defaults.initialPotential,
  });
  const hashes: string[][] = [];
  while (simulation.timestep < CHECKED) {
    const first = simulation.timestep + 1;
    simulation.advance(CHECKED - simulation.timestep);
    for (let timestep = first; timestep <= simulation.timestep; timestep++) {
      hashes.push(
        network.populations.map((_, population) => sha256(simulation.layerSpikeMap(population, timestep))),
      );
    }
  }
  return hashes;
}
