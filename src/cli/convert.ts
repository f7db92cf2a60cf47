/** `snnwasm convert CHECKPOINT`: turns a trained network into a spiking one and writes the model file. */
import { basename } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { readTrained } from '../convert/checkpoint.js';
import { type ConversionOptions, checkWritable, convertNetwork } from '../convert/convert.js';
import { UserError } from '../errors.js';
import { Cifar100 } from '../fit/cifar100.js';
import { writeModel } from '../file/file.js';
import type { Propagation } from '../graph/network.js';
import { readFileChecked, writeFileAtomic } from '../node/files.js';
import { sha256 } from '../node/hash.js';
import { kernelModule } from '../node/kernels.js';
import { CalibrationFile } from './calibration-file.js';
import { decimalNumber, wholeNumber } from './options.js';
import { ProgressLine } from './progress.js';

const LARGEST_FILE = 2 ** 30;

interface ConvertFlags {
  readonly calibration: string;
  readonly output: string;
  readonly name?: string;
  readonly samples: number;
  readonly percentile: number;
  readonly priorSamples: number;
  readonly seed: number;
  readonly inputBits: number;
  readonly timesteps: number;
  readonly initialPotential: number;
  readonly propagation: Propagation;
  readonly labels?: string;
  readonly heads?: Record<string, number>;
}

export function convertCommand(): Command {
  return new Command('convert')
    .description('turn a trained network into a spiking one')
    .argument('<checkpoint>', 'the trained network, a .safetensors file')
    .requiredOption('--calibration <file>', 'training images: train.bin of the binary version of CIFAR-100')
    .requiredOption('-o, --output <file>', 'the model file to write (.snn)')
    .option('--name <name>', 'name of the model (default: from the output file)')
    .option('--samples <n>', 'training images from which the lambdas are found', wholeNumber(1, 1e6), 5000)
    .option(
      '--percentile <p>',
      'percentile of the activations that becomes lambda',
      decimalNumber(50, 100),
      99.9,
    )
    .option('--prior-samples <n>', 'training images to fit the prior strengths on', wholeNumber(0, 1e6), 500)
    .option('--seed <n>', 'which images are drawn', wholeNumber(0, 2 ** 32 - 1), 1)
    .option('--input-bits <n>', 'binary digits after the point of the input', wholeNumber(0, 12), 7)
    .option('--timesteps <n>', 'default timesteps of the model', wholeNumber(1, 65535), 64)
    .option('--initial-potential <v>', 'default membrane potential at the start', decimalNumber(0, 1), 0.5)
    .addOption(
      new Option('--propagation <mode>', 'default propagation')
        .choices(['synchronous', 'pipelined'])
        .default('synchronous'),
    )
    .option('--labels <file>', 'class names, one a line (default: those in the checkpoint)')
    .option('--heads <places>', 'the block that each head follows, as in a=2,b=4', headPlaces)
    .action(convert);
}

async function convert(checkpointPath: string, flags: ConvertFlags): Promise<void> {
  const [checkpointBytes, calibrationBytes, labels] = await Promise.all([
    readFileChecked(checkpointPath, LARGEST_FILE),
    readFileChecked(flags.calibration, LARGEST_FILE),
    flags.labels === undefined ? undefined : readLabels(flags.labels),
  ]);
  const { network, trainedLambdas, testAccuracies } = readTrained(checkpointBytes, checkpointPath, {
    ...(labels && { labels }),
    ...(flags.heads && { heads: flags.heads }),
  });
  const images = new Cifar100(calibrationBytes, flags.calibration);
  const options: ConversionOptions = {
    ...flags,
    name: flags.name ?? basename(flags.output).replace(/\.snn$/, ''),
    inputFractionBits: flags.inputBits,
    trainedLambdas,
    provenance: {
      checkpoint: basename(checkpointPath),
      checkpointSha256: sha256(checkpointBytes),
      ...testAccuracies,
      calibrationSha256: sha256(calibrationBytes),
    },
  };
  checkWritable(network, options);
  const { samples, priorSamples, seed, heads } = flags;
  const file = new CalibrationFile(`${flags.output}.partial`, [
    options.provenance,
    samples,
    priorSamples,
    seed,
    heads,
  ]);
  const progress = new ProgressLine();
  const model = await convertNetwork(await kernelModule(), network, images, options, {
    resume: await file.read(network, samples),
    onState: (state) => file.keep(state),
    onProgress: (stage, done, total) => progress.update(stage, done, total),
  });
  await writeFileAtomic(flags.output, writeModel(model));
  await file.remove();
}

async function readLabels(path: string): Promise<string[]> {
  const text = new TextDecoder().decode(await readFileChecked(path, 2 ** 20));
  const labels = text.split(/\r?\n/).filter((line) => line !== '');
  if (labels.length === 0) throw new UserError(`${path} holds no class names`);
  return labels;
}

function headPlaces(text: string): Record<string, number> {
  const places = text.split(',').map((place) => /^([^=]+)=(\d{1,4})$/.exec(place));
  if (places.some((place) => place === null)) throw new InvalidArgumentError('Write it as in a=2,b=4.');
  return Object.fromEntries(places.map((place) => [place![1]!, Number(place![2])]));
}
