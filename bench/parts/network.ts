/**
 * The shipped network on real images: the engine beside plain JavaScript that computes the same spikes, and a whole
 * answer from pixels to class.
 */

import { CALL_TIMESTEPS } from '../../src/engine/plan.js';
import { Simulation } from '../../src/engine/simulation.js';
import { TrainedPass } from '../../src/engine/trained.js';
import { dequantise } from '../../src/fit/dequantise.js';
import type { SpikingNetwork } from '../../src/graph/network.js';
import type { PixelImage } from '../../src/picture/pixel-image.js';
import { resizeImage } from '../../src/picture/resize.js';
import { normaliseInput } from '../../src/picture/tensor.js';
import { answerOf } from '../../src/run/answer.js';
import { Classifier } from '../../src/run/run.js';
import { checkSameSpikes } from '../baselines/check.js';
import { DenseBaseline } from '../baselines/dense.js';
import { EventDrivenBaseline } from '../baselines/event-driven.js';
import type { Measurement, Part } from '../measure/result.js';
import { timeRow } from '../measure/rows.js';
import { measureTogether, perUnit, type Task } from '../measure/together.js';
import type { BenchSettings } from '../settings.js';
import { EngineRun } from '../workload/engine-run.js';

export const ENGINE = 'snnwasm';
/** The same work as the baselines': what they are divided by. */
export const FIRST_IMAGE = 'snnwasm, first image alone';
export const ANSWER = 'an answer: pixels in, class and energy out';
/** Milliseconds a call, so few calls. */
const SLOW = { iterations: 1, warmup: 3 } as const;

export interface NetworkWorkload {
  readonly network: SpikingNetwork;
  readonly images: readonly PixelImage[];
  /** `images` as the network takes them. */
  readonly inputs: readonly Int16Array[];
}

/** Engine and baselines, one timestep, turn by turn. */
export async function measureNetwork(
  module: WebAssembly.Module,
  { network, images, inputs }: NetworkWorkload,
  settings: BenchSettings,
): Promise<Part> {
  const { initialPotential } = network.defaults;
  const input = inputs[0]!;
  const dense = new DenseBaseline(network, input, initialPotential);
  const eventDriven = new EventDrivenBaseline(network, input, initialPotential);
  const simulation = await Simulation.create(module, network);
  simulation.start(input, {
    heads: [network.heads.length - 1],
    propagation: 'synchronous',
    initialPotential,
  });
  const compared = checkSameSpikes(simulation, { dense, 'event-driven': eventDriven }, settings.checked);

  const run = await EngineRun.create(module, network, { inputs, timesteps: settings.timesteps, settling: 0 });
  const single = await EngineRun.create(module, network, {
    inputs: [input],
    timesteps: settings.timesteps,
    settling: 0,
  });
  const rounds = await measureTogether(
    [
      run.task(ENGINE),
      single.task(FIRST_IMAGE),
      { name: 'plain JavaScript, event-driven', run: () => eventDriven.step(), ...SLOW, iterations: 2 },
      { name: 'plain JavaScript, dense', run: () => dense.step(), ...SLOW },
      ...(await answerTasks(module, network, images, settings.timesteps)),
    ],
    settings.engine,
  );
  const samples = (name: string, units: number) => perUnit(rounds.get(name)!, units);
  const rate = { rate: run.rate };
  const rows: Measurement[] = [
    timeRow(ENGINE, 'timestep', samples(ENGINE, CALL_TIMESTEPS), run.operations, rate),
    timeRow(FIRST_IMAGE, 'timestep', samples(FIRST_IMAGE, CALL_TIMESTEPS), single.operations, {
      rate: single.rate,
    }),
    ...['plain JavaScript, event-driven', 'plain JavaScript, dense'].map((name) =>
      timeRow(name, 'timestep', samples(name, 1), single.operations, { image: 'first' }),
    ),
    timeRow(
      ANSWER,
      `answer of ${settings.timesteps} timesteps`,
      samples(ANSWER, 1),
      run.operations * settings.timesteps,
    ),
    timeRow(PRESENT, 'image', samples(PRESENT, 1)),
    timeRow(DENSE_PASS, 'dense pass', samples(DENSE_PASS, 1)),
  ];
  return {
    name: 'network',
    title: 'The whole network, one thread',
    notes: [
      `${compared} spikes of ${settings.checked} timesteps, all layers: engine, dense and event-driven JavaScript emit the same`,
      'the baselines step the first image and leave the heads out; ratios are to the engine on that image, final head included',
      `memory: ${(run.memoryBytes / 2 ** 20).toFixed(1)} MiB of WebAssembly memory`,
    ],
    rows,
    reference: FIRST_IMAGE,
    skipped: [],
  };
}

const PRESENT = 'of which presenting the image';
const DENSE_PASS = "the trained network's dense float32 pass in this engine's kernels";

async function answerTasks(
  module: WebAssembly.Module,
  network: SpikingNetwork,
  images: readonly PixelImage[],
  timesteps: number,
): Promise<Task[]> {
  const classifier = await Classifier.create(module, network);
  const trained = await TrainedPass.create(module, dequantise(network));
  const normalised = normaliseInput(
    resizeImage(images[0]!, network.input),
    network.input,
    network.normalisation,
  );
  let image = 0;
  const next = () => images[image++ % images.length]!;
  return [
    {
      name: ANSWER,
      iterations: 2,
      run: () => {
        const run = classifier.start(next(), { head: null });
        run.advance(timesteps);
        answerOf(network, run, 5);
      },
    },
    { name: PRESENT, run: () => void classifier.start(next(), { head: null }) },
    { name: DENSE_PASS, iterations: 2, run: () => trained.run(normalised) },
  ];
}
