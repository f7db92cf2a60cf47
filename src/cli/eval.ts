/** `snnwasm eval MODEL`: the paper's experiment on CIFAR-100. */
import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type Cifar100, drawIndices } from '../data/cifar100.js';
import { UserError } from '../errors.js';
import { type EvaluationPlan, evaluateRecords } from '../evaluation/evaluate.js';
import type { Results } from '../evaluation/results.js';
import { MAXIMUM_FORGETTING, MAXIMUM_PRIOR_STRENGTH } from '../graph/bounds.js';
import { readModel } from '../file/file.js';
import type { Propagation, SpikingNetwork } from '../graph/network.js';
import { type Cifar100Split, openCifar100 } from '../node/cifar100.js';
import { readFileChecked, writeFileAtomic } from '../node/files.js';
import { sha256 } from '../node/hash.js';
import { shippedModelPath } from '../node/models.js';
import { explained } from '../node/system-error.js';
import { fittingPicture, mirrored, PRIOR_OCCLUSION } from '../observation/pictures.js';
import { rowsUpTo } from '../observation/rows.js';
import { writeReport } from '../report/report.js';
import { type Observing, observe, type Pictures } from './observe.js';
import { decimalNumber, wholeNumber } from './options.js';
import { ProgressLine } from './progress.js';
import { packageVersion } from './version.js';

const LARGEST_FILE = 2 ** 30;
const FIT_SEED = 2;

interface EvalFlags {
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

export function evalCommand(): Command {
  return new Command('eval')
    .description("the paper's experiment: accuracy against energy, with and without fusion")
    .argument('[model]', 'model file (default: the one that ships with the package)')
    .requiredOption('--data <folder>', 'the binary version of CIFAR-100, unpacked (see "snnwasm data")')
    .addOption(new Option('--split <name>', 'images to report on').choices(['train', 'test']).default('test'))
    .option('--limit <n>', 'only the first n records', wholeNumber(1, 1e6))
    .option('--timesteps <n>', 'timesteps to simulate', wholeNumber(1, 65535), 256)
    .addOption(
      new Option('--propagation <mode>', 'within a timestep a spike crosses the network, or one layer')
        .choices(['synchronous', 'pipelined'])
        .default('synchronous'),
    )
    .option(
      '--initial-potential <v>',
      'membrane potential at the start; 0 in the paper',
      decimalNumber(0, 1),
      0,
    )
    .option('--heads <names>', 'internal heads to evaluate, as in 1,5; all; or none', 'all')
    .option(
      '--prior-strength <p>',
      'P for every head, or auto to fit it on training images',
      strength,
      'auto' as const,
    )
    .option(
      '--forgetting <k>',
      "count timestep t as t^k, beside the paper's k = 0, or auto to fit k on training images",
      forgetting,
      'auto' as const,
    )
    .option('--fit-images <n>', 'training images to fit P and k on', wholeNumber(1, 1e6), 500)
    .option(
      '--fit-occlusion <n>',
      'cover a random square of up to n x n pixels of each of these, so that they are about as hard as unseen ones',
      wholeNumber(0, 32),
      PRIOR_OCCLUSION,
    )
    .option('--mirror', 'mirror every image left to right')
    .option('--workers <n>', 'worker threads', wholeNumber(1, 1024), availableParallelism())
    .option('--out <folder>', 'where results and progress are kept', 'results')
    .action(evaluate);
}

async function evaluate(modelPath: string | undefined, flags: EvalFlags): Promise<void> {
  const modelBytes = await readFileChecked(modelPath ?? shippedModelPath(), LARGEST_FILE);
  const network = readModel(modelBytes, modelPath ?? shippedModelPath());
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
  await writeResults(flags.out, results);
}

type Split = Awaited<ReturnType<typeof openSplit>>;

/** Training images, to fit strengths on. */
function fittingPictures(
  { fitOcclusion }: EvalFlags,
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
  { mirror, split }: EvalFlags,
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

function planOf(network: SpikingNetwork, flags: EvalFlags, images: Cifar100): EvaluationPlan {
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
  flags: EvalFlags,
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
function commandLine(flags: EvalFlags): string {
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

/** results.json, and with it all figures and tables that `snnwasm report` makes of it. */
async function writeResults(folder: string, results: Results): Promise<void> {
  const files = await writeReport(results);
  files.set('results.json', `${JSON.stringify(results)}\n`);
  for (const [name, content] of files) {
    const path = join(folder, name);
    await writeFileAtomic(path, new TextEncoder().encode(content));
    process.stdout.write(`${path}\n`);
  }
}

async function openSplit(
  folder: string,
  split: Cifar100Split,
): Promise<{ readonly images: Cifar100; readonly sha256: string }> {
  const images = await openCifar100(folder, split);
  return { images, sha256: sha256(images.bytes) };
}

function strength(text: string): number | 'auto' {
  if (text === 'auto') return text;
  const value = Number(text);
  if (!/^[\d.]+$/.test(text) || !(value <= MAXIMUM_PRIOR_STRENGTH))
    throw new InvalidArgumentError(`It must be a number from 0 to ${MAXIMUM_PRIOR_STRENGTH}, or auto.`);
  return value;
}

function forgetting(text: string): number | 'auto' {
  if (text === 'auto') return text;
  if (!/^\d+$/.test(text) || Number(text) > MAXIMUM_FORGETTING)
    throw new InvalidArgumentError(`It must be a whole number from 0 to ${MAXIMUM_FORGETTING}, or auto.`);
  return Number(text);
}
