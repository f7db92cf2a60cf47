/**
 * The engine kernel by kernel, on forced spikes (workload/forced.ts). A kernel cannot be called alone, so its cost is
 * a difference of whole runs, measured side by side:
 *
 *   synapses                (with(rate) - with(0)) - (without(rate) - without(0))    what the spikes cost
 *     as a layer            with(rate) - without(rate)                 the same, empty windows and firing included
 *   depthwise               with(rate) - without(rate) - firing      their loop runs whether spikes came or not
 *   firing                  without(0) - nothing                       integrate, compare, scan the empty masks
 *   spike lists             without(rate) - without(0)
 *   pooling and head        with head(rate) - without(rate)
 *
 * where `with` holds source, synapses and silent target, `without` the source alone, `nothing` a source of one pixel.
 */
import { CALL_TIMESTEPS } from '../../src/engine/plan.js';
import { sizeOf } from '../../src/graph/extents.js';
import type { Shape } from '../../src/graph/network.js';
import type { Facts, Measurement, Part } from '../measure/result.js';
import { timeRow } from '../measure/rows.js';
import { differences, type MeasureSettings, measureTogether, type Rounds } from '../measure/together.js';
import { EngineRun } from '../workload/engine-run.js';
import {
  type ForcedNetworkOptions,
  type ForcedSynapses,
  forcedInput,
  forcedNetwork,
} from '../workload/forced.js';

export const RATES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5] as const;

const square = (channels: number, extent: number): Shape => ({ channels, height: extent, width: extent });
const convolution = (channels: number, kernel: number, stride: number): ForcedSynapses => ({
  kind: 'convolution',
  channels,
  kernel,
  stride,
});
const depthwise = (kernel: number, stride: number): ForcedSynapses => ({ kind: 'depthwise', kernel, stride });

/** Every shape of synapses that the shipped ResNet-18 has, by its source, and other networks' kinds on the same sources. */
export const SHAPES: readonly {
  readonly source: Shape;
  readonly synapses: readonly ForcedSynapses[];
}[] = [
  {
    source: square(64, 32),
    synapses: [
      convolution(64, 3, 1),
      convolution(128, 3, 2),
      convolution(128, 1, 2),
      { kind: 'per-channel' },
      depthwise(3, 1),
    ],
  },
  {
    source: square(128, 16),
    synapses: [
      convolution(128, 3, 1),
      convolution(256, 3, 2),
      convolution(256, 1, 2),
      { kind: 'per-channel' },
      depthwise(3, 1),
    ],
  },
  {
    source: square(256, 8),
    synapses: [
      convolution(256, 3, 1),
      convolution(512, 3, 2),
      convolution(512, 1, 2),
      { kind: 'per-channel' },
      depthwise(3, 1),
    ],
  },
  {
    source: square(512, 4),
    synapses: [
      convolution(512, 3, 1),
      { kind: 'per-channel' },
      depthwise(3, 1),
      { kind: 'dense', channels: 512 },
      { kind: 'dense', channels: 100 },
    ],
  },
];

const CLASSES = 100;
/** Timesteps before the first timed one, and until the run starts again, far below what a membrane can hold. */
const SETTLING = 64;
const TIMESTEPS = 512;

export interface KernelSettings {
  readonly measure: MeasureSettings;
  readonly rates: readonly number[];
  readonly shapes: typeof SHAPES;
}

/** A source of forced spikes and the synapses out of it. */
export interface ForcedSource {
  readonly label: string;
  readonly shape: Shape;
  /** Currents of its neurons (workload/forced.ts). */
  readonly input: Int16Array;
  readonly synapses: readonly { readonly label: string; readonly synapses: ForcedSynapses }[];
  /** Measure the firing of its neurons too, which does not depend on the input. */
  readonly firing: boolean;
  readonly facts?: Facts;
}

/** Measures all kernels at all rates. */
export async function measureKernels(module: WebAssembly.Module, settings: KernelSettings): Promise<Part> {
  const rows: Measurement[] = [];
  for (const { source, synapses } of settings.shapes) {
    for (const [index, rate] of settings.rates.entries()) {
      const forced: ForcedSource = {
        label: `${nameOf(source)}, ${rate * 100} %:`,
        shape: source,
        input: forcedInput(source, rate),
        synapses: synapses.map((one) => ({ label: labelOf(one), synapses: one })),
        firing: index === 0,
        facts: { nominalRate: rate },
      };
      rows.push(...(await measureSource(module, forced, settings.measure)));
    }
  }
  return {
    name: 'kernels',
    title: 'Kernel by kernel, on forced spikes',
    notes: KERNEL_NOTES,
    rows,
    skipped: [],
  };
}

export const KERNEL_NOTES = [
  'a row is what the spikes of one timestep cost in that kernel: a difference of runs with and without it',
  'depthwise rows hold all that the kernel does but firing, since its loop runs whether spikes came or not',
  '"as layer" adds the windows that hold no spike, the firing of the target and the scan of its masks',
] as const;

/** Measures what the spikes of one source cost wherever they go. */
export async function measureSource(
  module: WebAssembly.Module,
  source: ForcedSource,
  measure: MeasureSettings,
): Promise<Measurement[]> {
  const { shape, input } = source;
  const runs = new Map<string, EngineRun>();
  const add = async (name: string, shape: Shape, input: Int16Array, options: ForcedNetworkOptions = {}) => {
    const run = { inputs: [input], timesteps: TIMESTEPS, settling: SETTLING };
    runs.set(name, await EngineRun.create(module, forcedNetwork(shape, options), run));
  };
  const silence = new Int16Array(input.length);
  await add('nothing', square(shape.channels, 1), new Int16Array(shape.channels));
  await add('without', shape, input);
  await add('without, silent', shape, silence);
  await add('head', shape, input, { classes: CLASSES });
  for (const [index, { synapses }] of source.synapses.entries()) {
    await add(`with ${index}`, shape, input, { synapses });
    await add(`with ${index}, silent`, shape, silence, { synapses });
  }
  const rounds = await measureTogether(
    [...runs].map(([name, run]) => run.task(name)),
    measure,
  );
  return rowsOf(source, runs, rounds);
}

function rowsOf(
  { label, shape, synapses, firing, facts: more }: ForcedSource,
  runs: ReadonlyMap<string, EngineRun>,
  rounds: ReadonlyMap<string, Rounds>,
): Measurement[] {
  const less = (name: string, other: string) =>
    differences(rounds.get(name)!, rounds.get(other)!, CALL_TIMESTEPS);
  const neurons = sizeOf(shape);
  const facts = { ...more, rate: runs.get('without')!.rateOf(0), neurons };
  const listing = less('without', 'without, silent');
  const silent = less('without, silent', 'nothing');
  const rows = synapses.flatMap(({ label: what, synapses: { kind } }, index) => {
    const operations = runs.get(`with ${index}`)!.operationsOf(1);
    const whole = less(`with ${index}`, 'without');
    const targets = sizeOf(runs.get(`with ${index}`)!.network.populations[1]!.shape) / neurons;
    const spikes =
      kind === 'depthwise'
        ? whole.map((value, round) => value - targets * silent[round]!)
        : less(`with ${index}`, `with ${index}, silent`).map((value, round) => value - listing[round]!);
    const name = `${label} ${what}`;
    return [
      timeRow(name, 'timestep', spikes, operations, { kernel: kind, ...facts }),
      timeRow(`${name}, as layer`, 'timestep', whole, operations, { kernel: `layer of ${kind}`, ...facts }),
    ];
  });
  const head = runs.get('head')!.operations;
  rows.push(
    timeRow(`${label} spike lists`, 'timestep', listing, undefined, { kernel: 'lists', ...facts }),
    timeRow(`${label} pooling and head`, 'timestep', less('head', 'without'), head, {
      kernel: 'head',
      ...facts,
    }),
  );
  if (firing) {
    rows.push(timeRow(`${label} firing`, 'timestep', silent, undefined, { kernel: 'firing', neurons }));
  }
  return rows;
}

export const nameOf = ({ channels, height }: Shape): string => `${channels} @ ${height}x${height}`;

export function labelOf(synapses: ForcedSynapses): string {
  if (synapses.kind === 'per-channel') return 'per channel';
  if (synapses.kind === 'dense') return `dense to ${synapses.channels}`;
  const { kernel, stride } = synapses;
  const what = synapses.kind === 'depthwise' ? 'depthwise' : `to ${synapses.channels}`;
  return `${kernel}x${kernel} ${what}${stride > 1 ? `, stride ${stride}` : ''}`;
}
