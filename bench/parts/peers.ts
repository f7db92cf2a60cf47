/**
 * The trained network, dense, once, batch 1, in other engines: what a web or Node developer would use instead. Each
 * must give the logits of this package's own dense pass, on several images, before it is timed.
 */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CALL_TIMESTEPS } from '../../src/engine/plan.js';
import { TrainedPass } from '../../src/engine/trained.js';
import { dequantise } from '../../src/fit/dequantise.js';
import { sizeOf } from '../../src/graph/extents.js';
import { writeFileAtomic } from '../../src/host/node/files.js';
import { resizeImage } from '../../src/picture/resize.js';
import { normaliseInput } from '../../src/picture/tensor.js';
import { Classifier } from '../../src/run/run.js';
import type { Measurement, Part } from '../measure/result.js';
import { timeRow } from '../measure/rows.js';
import { measureTogether, perUnit, type Task } from '../measure/together.js';
import { checkpointOf } from '../peers/checkpoint.js';
import { type DenseImage, type DensePeer, denseImage } from '../peers/dense-peer.js';
import { onnxRuntimeNode, onnxRuntimeWeb } from '../peers/onnxruntime.js';
import { INSTALL, peerPython, peerVersion, REPOSITORY, WORK } from '../peers/paths.js';
import { tensorFlow } from '../peers/tensorflow.js';
import { EngineRun } from '../workload/engine-run.js';
import type { Workplace } from './workplace.js';

const CHECKED_IMAGES = 4;
/** Logits of a peer may differ by float32 rounding in another order: this share of their range. */
const TOLERANCE = 1e-3;
const TIMESTEP = 'snnwasm, one timestep';
const MODEL = join(WORK, 'network.onnx');

export async function measurePeers(workplace: Workplace): Promise<Part> {
  const { module, network, images, inputs, settings, versions } = workplace;
  const trained = dequantise(network);
  const own = await TrainedPass.create(module, trained);
  const normalised = images
    .slice(0, CHECKED_IMAGES)
    .map((image) => normaliseInput(resizeImage(image, network.input), network.input, network.normalisation));
  const skipped: string[] = [];
  const peers = await openPeers(workplace, skipped);
  const notes: string[] = [];
  try {
    for (const peer of peers) notes.push(await checkPeer(peer, own, normalised, network.input.channels));
    const threaded = await measureThreaded(workplace, own, normalised);
    const run = await EngineRun.create(module, network, {
      inputs,
      timesteps: settings.timesteps,
      settling: 0,
    });
    const classifier = await Classifier.create(module, network);
    const passes = peers.map((peer): Task => passOf(peer));
    const answers = [16, 32, 64].map(
      (timesteps): Task => ({
        name: answerName(timesteps),
        run: () => classifier.start(images[0]!, { head: null }).advance(timesteps),
      }),
    );
    const rounds = await measureTogether(
      [
        run.task(TIMESTEP),
        ...answers,
        ...passes,
        { name: OWN, run: () => own.run(normalised[0]!), warmup: 3 },
      ],
      settings.passes,
    );
    const samples = (name: string, units = 1) => perUnit(rounds.get(name)!, units);
    const multiplications = densePassOperations(workplace);
    const rows: Measurement[] = [
      timeRow(TIMESTEP, 'timestep', samples(TIMESTEP, CALL_TIMESTEPS), run.operations),
      ...answers.map(({ name }) => timeRow(name, 'answer', samples(name))),
      ...[...passes.map(({ name }) => name), OWN].map((name) =>
        denseRow(name, samples(name), multiplications),
      ),
      ...threaded.map(({ name, samples }) => denseRow(name, samples, multiplications)),
    ];
    for (const name of ['onnxruntime-web', 'onnxruntime-node', '@tensorflow/tfjs-backend-wasm']) {
      if (peers.length > 0) versions[name] = peerVersion(name);
    }
    return {
      name: 'peers',
      title: 'The same trained network, dense, one image, in other engines',
      notes: [
        'a dense pass is a whole answer of the trained network; a timestep is one of the many of a spiking answer',
        ...notes,
      ],
      rows,
      reference: TIMESTEP,
      skipped,
    };
  } finally {
    await Promise.all(peers.map((peer) => peer.close()));
  }
}

const OWN = "snnwasm's dense float32 pass, WebAssembly SIMD";
const answerName = (timesteps: number): string => `snnwasm, an answer of ${timesteps} timesteps`;

const denseRow = (name: string, samples: readonly number[], operations: number): Measurement =>
  timeRow(name, 'dense pass', samples, operations, {
    kernel: 'dense pass',
    operation: 'multiply-accumulate',
  });

/** Two native threads, alone: threads that wait by spinning would disturb whatever else is measured beside them. */
async function measureThreaded(
  { network, settings }: Workplace,
  own: TrainedPass,
  images: readonly Float32Array[],
): Promise<{ readonly name: string; readonly samples: readonly number[] }[]> {
  const { channels, height, width } = network.input;
  if (peerPython() === null) return [];
  const peer = await onnxRuntimeNode(MODEL, [1, channels, height, width], 2);
  if (peer === null) return [];
  try {
    await checkPeer(peer, own, images, channels);
    const rounds = await measureTogether([passOf(peer)], settings.passes);
    return [{ name: peer.name, samples: perUnit(rounds.get(peer.name)!, 1) }];
  } finally {
    await peer.close();
  }
}

function passOf(peer: DensePeer): Task {
  return {
    name: peer.name,
    asynchronous: peer.asynchronous,
    run: peer.asynchronous ? async () => void (await peer.run()) : () => void peer.run(),
  };
}

async function openPeers({ network }: Workplace, skipped: string[]): Promise<DensePeer[]> {
  const found: DensePeer[] = [];
  const tensorflow = await tensorFlow(dequantise(network));
  if (tensorflow !== null) found.push(tensorflow);
  else skipped.push(`TensorFlow.js is not installed: ${INSTALL}`);
  const model = await exportOnnx(network);
  if (model === null) {
    skipped.push(`onnxruntime: no ONNX file without PyTorch: ${INSTALL}`);
    return found;
  }
  const { channels, height, width } = network.input;
  const shape = [1, channels, height, width];
  const runtimes = [await onnxRuntimeWeb(model, shape), await onnxRuntimeNode(model, shape, 1)];
  found.push(...runtimes.filter((peer) => peer !== null));
  if (runtimes.includes(null)) skipped.push(`onnxruntime is not installed: ${INSTALL}`);
  return found;
}

/** Writes the shipped model's trained network as a checkpoint and lets train/ make ONNX of it; null without PyTorch. */
async function exportOnnx(network: Workplace['network']): Promise<string | null> {
  const python = peerPython();
  if (python === null) return null;
  await mkdir(WORK, { recursive: true });
  const checkpoint = join(WORK, 'network.safetensors');
  await writeFileAtomic(checkpoint, checkpointOf(dequantise(network)));
  await promisify(execFile)(python, ['-m', 'snnwasm_train', 'export-onnx', checkpoint, MODEL], {
    cwd: join(REPOSITORY, 'train'),
  });
  return MODEL;
}

/** @throws Error if the peer computes another network */
async function checkPeer(
  peer: DensePeer,
  own: TrainedPass,
  images: readonly Float32Array[],
  channels: number,
): Promise<string> {
  const head = own.network.heads.length - 1;
  let worst = 0;
  for (const pixels of images) {
    own.run(pixels);
    const expected = own.logits(head);
    peer.load(denseImage(pixels, channels) satisfies DenseImage);
    const logits = await peer.run();
    const range = Math.max(...expected) - Math.min(...expected);
    const difference = Math.max(...expected.map((value, index) => Math.abs(value - logits[index]!))) / range;
    if (
      logits.length !== expected.length ||
      !(difference <= TOLERANCE) ||
      largest(logits) !== largest(expected)
    ) {
      throw new Error(
        `${peer.name} does not compute this network: its logits differ by ${difference} of their range`,
      );
    }
    worst = Math.max(worst, difference);
  }
  return `${peer.name}: the same class on ${images.length} images, logits within ${worst.toExponential(1)} of their range`;
}

function largest(values: Float32Array | Float64Array): number {
  let best = 0;
  values.forEach((value, index) => {
    if (value > values[best]!) best = index;
  });
  return best;
}

/** Multiply-accumulates of a dense pass, padding counted. */
function densePassOperations({ network }: Workplace): number {
  return network.populations.reduce(
    (sum, { shape, synapses }) =>
      sum +
      synapses.reduce((own, one) => {
        if (one.kind === 'per-channel') return own;
        return own + (one.weights.length / shape.channels) * sizeOf(shape);
      }, 0),
    0,
  );
}
