/** How an answer's cost grows: with the firing rate, with timesteps, with the network's width, with the image's size. */
import { CALL_TIMESTEPS } from '../../src/engine/plan.js';
import { Simulation } from '../../src/engine/simulation.js';
import type { SpikingNetwork } from '../../src/graph/network.js';
import type { PixelImage } from '../../src/picture/pixel-image.js';
import { resizeImage } from '../../src/picture/resize.js';
import { normaliseInput, quantiseInput } from '../../src/picture/tensor.js';
import type { Measurement, Part } from '../measure/result.js';
import { timeRow } from '../measure/rows.js';
import { type MeasureSettings, measureTogether, perUnit, type Task } from '../measure/together.js';
import { EngineRun } from '../workload/engine-run.js';
import { type GeneratedOptions, generatedNetwork, spikingAtRates } from '../workload/generated.js';

export interface GrowthSettings {
  readonly measure: MeasureSettings;
  /** Width, size and rate of the network of which the others vary one. */
  readonly base: { readonly width: number; readonly extent: number; readonly rate: number };
  readonly rates: readonly number[];
  /** Channels of the first stage. */
  readonly widths: readonly number[];
  /** Height and width of the image. */
  readonly extents: readonly number[];
  readonly timesteps: readonly number[];
}

export const GROWTH: Omit<GrowthSettings, 'measure'> = {
  base: { width: 64, extent: 32, rate: 0.1 },
  rates: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5],
  widths: [16, 32, 64, 128],
  extents: [16, 32, 64],
  timesteps: [1, 2, 4, 8, 16, 32, 64, 128, 256],
};

const SETTLING = 64;
const TIMESTEPS = 512;

interface Variant extends GeneratedOptions {
  readonly row: string;
  readonly rate: number;
}

export async function measureGrowth(
  module: WebAssembly.Module,
  network: SpikingNetwork,
  image: PixelImage,
  settings: GrowthSettings,
): Promise<Part> {
  const { base } = settings;
  const variants: Variant[] = [
    ...settings.rates.map((rate) => ({ ...base, rate, row: `rate ${rate * 100} %` })),
    ...settings.widths.map((width) => ({ ...base, width, row: `width ${width}` })),
    ...settings.extents.map((extent) => ({ ...base, extent, row: `image ${extent}x${extent}` })),
  ];
  const runs = await createRuns(module, image, variants);
  const rounds = await measureTogether(
    [...runs].map(([name, run]) => run.task(name)),
    settings.measure,
  );
  const rows = variants.map(({ row, width, extent }): Measurement => {
    const run = runs.get(row)!;
    return timeRow(row, 'timestep', perUnit(rounds.get(row)!, CALL_TIMESTEPS), run.operations, {
      rate: run.rate,
      width,
      extent,
      mebibytes: run.memoryBytes / 2 ** 20,
    });
  });
  return {
    name: 'growth',
    title: 'How the cost grows',
    notes: [
      `random ResNet-18s: ${base.width} channels in the first stage, ${base.extent}x${base.extent} pixels and ${base.rate * 100} % firing in every layer, one of them varied; "rate" is what was counted`,
      'timesteps: the shipped network on one image, from its presentation on',
    ],
    rows: [...rows, ...(await timestepRows(module, network, image, settings))],
    skipped: [],
  };
}

/** One network at a time is generated, and used for all its rates. */
async function createRuns(
  module: WebAssembly.Module,
  image: PixelImage,
  variants: readonly Variant[],
): Promise<Map<string, EngineRun>> {
  const runs = new Map<string, EngineRun>();
  const shapes = groupByShape(variants);
  for (const group of shapes.values()) {
    const trained = generatedNetwork(group[0]!);
    const pixels = resizeImage(image, trained.input);
    const normalised = normaliseInput(pixels, trained.input, trained.normalisation);
    const spiking = await spikingAtRates(
      module,
      trained,
      normalised,
      group.map(({ rate }) => rate),
    );
    for (const [index, { row }] of group.entries()) {
      const made = spiking[index]!;
      const input = quantiseInput(pixels, made.input, made.normalisation, made.inputFractionBits);
      const options = { inputs: [input], timesteps: TIMESTEPS, settling: SETTLING };
      runs.set(row, await EngineRun.create(module, made, options));
    }
  }
  return runs;
}

function groupByShape(variants: readonly Variant[]): Map<string, Variant[]> {
  const groups = new Map<string, Variant[]>();
  for (const variant of variants) {
    const key = `${variant.width} ${variant.extent}`;
    groups.set(key, [...(groups.get(key) ?? []), variant]);
  }
  return groups;
}

async function timestepRows(
  module: WebAssembly.Module,
  network: SpikingNetwork,
  image: PixelImage,
  { timesteps, measure }: GrowthSettings,
): Promise<Measurement[]> {
  const simulation = await Simulation.create(module, network);
  const { input, normalisation, inputFractionBits, defaults } = network;
  const presented = quantiseInput(resizeImage(image, input), input, normalisation, inputFractionBits);
  const head = network.heads.length - 1;
  const operations = new Map<string, number>();
  const present = () =>
    simulation.start(presented, {
      heads: [head],
      propagation: 'synchronous',
      initialPotential: defaults.initialPotential,
    });
  const nameOf = (count: number) => `${count} timestep${count === 1 ? '' : 's'}`;
  for (const count of timesteps) {
    present();
    operations.set(nameOf(count), countOperations(simulation, count, head));
  }
  const tasks = timesteps.map(
    (count): Task => ({
      name: nameOf(count),
      ...(count > 32 && { iterations: 1 }),
      run: () => {
        present();
        while (simulation.timestep < count) simulation.advance(count - simulation.timestep);
      },
    }),
  );
  const rounds = await measureTogether(tasks, measure);
  return tasks.map(({ name }) =>
    timeRow(name, 'answer', perUnit(rounds.get(name)!, 1), operations.get(name)!),
  );
}

function countOperations(simulation: Simulation, timesteps: number, head: number): number {
  let operations = 0;
  while (simulation.timestep < timesteps) {
    const first = simulation.timestep + 1;
    simulation.advance(timesteps - simulation.timestep);
    for (let timestep = first; timestep <= simulation.timestep; timestep++) {
      for (const population of simulation.activePopulations) {
        operations += simulation.layerOperations(population, timestep);
      }
      operations += simulation.headOperations(head, timestep);
    }
  }
  return operations;
}
