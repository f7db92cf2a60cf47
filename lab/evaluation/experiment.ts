/** The paper's experiment on CIFAR-100, from files to files. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ProgressLine } from '../../src/cli/progress.js';
import { packageVersion } from '../../src/cli/version.js';
import { UserError } from '../../src/errors.js';
import { readModel } from '../../src/file/file.js';
import type { Cifar100 } from '../../src/fit/cifar100.js';
import { drawIndices } from '../../src/fit/labelled-images.js';
import { fittingPicture } from '../../src/fit/pictures.js';
import { rowsUpTo } from '../../src/fit/rows.js';
import type { Propagation, SpikingNetwork } from '../../src/graph/network.js';
import { readFileChecked } from '../../src/host/node/files.js';
import { sha256 } from '../../src/host/node/hash.js';
import { paperModelPath } from '../../src/host/node/models.js';
import { explained } from '../../src/host/node/system-error.js';
import { type Cifar100Split, openCifar100 } from '../data/cifar100.js';
import { mirrored } from '../data/mirrored.js';
import { type EvaluationPlan, evaluateRecords } from '../evaluation/evaluate.js';
import { saveReport } from '../report/save.js';
import { type Observing, observe, type Pictures } from './observe.js';
import type { Results } from './results.js';

const LARGEST_FILE = 2 ** 30;
const FIT_SEED = 2;

/** What `snnwasm eval` is told. */
export interface EvaluationFlags {
  readonly data: string;
  readonly split: 'train' | 'test';
  readonly limit?: number;
  readonly timesteps: number;
  readonly propagation: Propagation;
  readonly initialPotential: number;
  readonly heads: string;
  readonly priorStrength: number | 'auto';
  readonly forgetting: number | 'auto';
  readonly fitImages: number;
  readonly fitOcclusion: number;
  readonly mirror?: boolean;
  readonly workers: number;
  readonly out: string;
}

/**
 * Runs the experiment and writes its results and its report; the same call goes on where an earlier one was interrupted.
 *
 * @param modelPath - default: the model that ships with the package
 * @throws UserError if a file cannot be read or written, or flags and model do not fit together
 */
export async function evaluate(modelPath: string | undefined, flags: EvaluationFlags): Promise<void> {
  const modelBytes = await readFileChecked(modelPath ?? paperModelPath(), LARGEST_FILE);
  const network = readModel(modelBytes, modelPath ?? paperModelPath());
  const reported = await openSplit(flags.data, flags.split);
  const training = await openSplit(flags.data, 'train');
  const plan = planOf(network, flags, reported.images);
  const context = contextOf(network, modelBytes, plan, flags, reported.sha256);
  await explained(`make the folder ${flags.out}`, () => mkdir(flags.out, { recursive: true }));
  const { propagation, initialPotential, workers } = flags;
  const observing: Observing = {
    network,
    options: { heads: plan.heads, rows: plan.rows, propagation, initialPotential },
    workers,
  };
  const fit = await observe(observing, fittingPictures(flags, plan, training), join(flags.out, 'fit.bin'));
  const all = await observe(
    observing,
    reportedPictures(flags, plan, reported),
    join(flags.out, 'journal.bin'),
  );
  const progress = new ProgressLine();
  const results = await evaluateRecords(
    plan,
    { fit: fit.read, reported: all.read },
    context,
    (stage, done, total) => progress.update(stage, done, total),
  );
  await Promise.all([fit.close(), all.close()]);
  await saveReport(flags.out, results, [['results.json', `${JSON.stringify(results)}\n`]]);
}

type Split = Awaited<ReturnType<typeof openSplit>>;

/** Training images, to fit strengths on. */
function fittingPictures(
  { fitOcclusion }: EvaluationFlags,
  plan: EvaluationPlan,
  { images, sha256 }: Split,
): Pictures {
  const drawn = drawIndices(images.length, plan.fitImages, FIT_SEED);
  const { normalisation } = plan.network;
  return {
    stage: 'observing training images',
    key: [sha256, FIT_SEED, fitOcclusion],
    count: plan.fitImages,
    at: (number) => {
      const { label, image } = images.image(drawn[number]!);
      return { label, image: fittingPicture(image, normalisation, fitOcclusion, number) };
    },
  };
}

function reportedPictures(
  { mirror, split }: EvaluationFlags,
  plan: EvaluationPlan,
  { images, sha256 }: Split,
): Pictures {
  return {
    stage: `observing ${split} images`,
    key: [sha256, mirror === true],
    count: plan.images,
    at: (number) => {
      const { label, image } = images.image(number);
      return { label, image: mirror ? mirrored(image) : image };
    },
  };
}

function planOf(network: SpikingNetwork, flags: EvaluationFlags, images: Cifar100): EvaluationPlan {
  if (network.labels.length !== 100) {
    throw new UserError(`the model tells ${network.labels.length} classes apart, but CIFAR-100 has 100`);
  }
  const fits = flags.forgetting === 'auto' || (flags.priorStrength === 'auto' && flags.heads !== 'none');
  return {
    network,
    heads: [...internalHeads(network, flags.heads), network.heads.length - 1],
    rows: rowsUpTo(flags.timesteps),
    fitImages: fits ? flags.fitImages : 0,
    images: Math.min(flags.limit ?? images.length, images.length),
    fixedStrength: flags.priorStrength === 'auto' ? null : flags.priorStrength,
    fixedForgetting: flags.forgetting === 'auto' ? null : flags.forgetting,
  };
}

function internalHeads(network: SpikingNetwork, names: string): number[] {
  const internal = network.heads.slice(0, -1);
  if (names === 'none') return [];
  if (names === 'all') return internal.map((_, index) => index);
  return names.split(',').map((name) => {
    const index = internal.findIndex((head) => head.name === name);
    if (index < 0)
      throw new UserError(
        `the model has no internal head "${name}": it has ${internal.map((head) => head.name).join(', ')}`,
      );
    return index;
  });
}

function contextOf(
  network: SpikingNetwork,
  modelBytes: Uint8Array,
  plan: EvaluationPlan,
  flags: EvaluationFlags,
  dataSha256: string,
): Pick<Results, 'created' | 'model' | 'data' | 'settings'> {
  return {
    created: { snnwasm: packageVersion(), command: commandLine(flags) },
    model: { name: network.name, sha256: sha256(modelBytes), provenance: network.provenance },
    data: {
      split: flags.split,
      images: plan.images,
      sha256: dataSha256,
      mirrored: flags.mirror === true,
      fitImages: plan.fitImages,
      fitOcclusion: plan.fitImages > 0 ? flags.fitOcclusion : 0,
    },
    settings: {
      timesteps: flags.timesteps,
      propagation: flags.propagation,
      initialPotential: flags.initialPotential,
    },
  };
}

/** The command that repeats the evaluation: what does not change the results is left out. */
function commandLine(flags: EvaluationFlags): string {
  const words = ['snnwasm eval MODEL --data DIR', `--split ${flags.split}`];
  if (flags.limit !== undefined) words.push(`--limit ${flags.limit}`);
  words.push(
    `--timesteps ${flags.timesteps}`,
    `--propagation ${flags.propagation}`,
    `--initial-potential ${flags.initialPotential}`,
    `--heads ${flags.heads}`,
    `--prior-strength ${flags.priorStrength}`,
    `--forgetting ${flags.forgetting}`,
    `--fit-images ${flags.fitImages}`,
    `--fit-occlusion ${flags.fitOcclusion}`,
  );
  if (flags.mirror) words.push('--mirror');
  return words.join(' ');
}

async function openSplit(
  folder: string,
  split: Cifar100Split,
): Promise<{ readonly images: Cifar100; readonly sha256: string }> {
  const images = await openCifar100(folder, split);
  return { images, sha256: sha256(images.bytes) };
}
