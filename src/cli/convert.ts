/** `snnwasm convert CHECKPOINT`: turns a trained network into a spiking one and writes the model file. */
import { basename } from 'node:path';
import { Command } from 'commander';
import { prepareConversion } from '../app/convert.js';
import { CONVERT_SETTINGS, type ConvertOptions } from '../app/convert-options.js';
import { UserError } from '../errors.js';
import { readFileChecked, writeFileAtomic } from '../host/node/files.js';
import { sha256 } from '../host/node/hash.js';
import { kernelModule } from '../host/node/kernels.js';
import { checkOutput } from '../host/node/output.js';
import { CalibrationFile } from './calibration-file.js';
import { addSettings, givenSettings } from './flags.js';
import { ProgressLine } from './progress.js';

const LARGEST_FILE = 2 ** 30;

interface ConvertFlags {
  readonly calibration: string;
  readonly output: string;
  readonly labels?: string;
}

export function convertCommand(): Command {
  const command = new Command('convert')
    .description('turn a trained network into a spiking one')
    .argument('<checkpoint>', 'the trained network, a .safetensors file')
    .requiredOption('--calibration <file>', 'training images: train.bin of the binary version of CIFAR-100')
    .requiredOption('-o, --output <file>', 'the model file to write (.snn)');
  return addSettings(command, CONVERT_SETTINGS)
    .option(
      '--labels <file>',
      `${CONVERT_SETTINGS.labels.help}, one a line (default: those in the checkpoint)`,
    )
    .action(convert);
}

async function convert(checkpointPath: string, flags: ConvertFlags): Promise<void> {
  const { calibration, output } = flags;
  const inputs = [checkpointPath, calibration, ...(flags.labels === undefined ? [] : [flags.labels])];
  const partial = `${output}.partial`;
  await checkOutput(output, inputs);
  await checkOutput(partial, inputs);
  const [checkpointBytes, calibrationBytes, labels] = await Promise.all([
    readFileChecked(checkpointPath, LARGEST_FILE),
    readFileChecked(calibration, LARGEST_FILE),
    flags.labels === undefined ? undefined : readLabels(flags.labels),
  ]);
  const given = givenSettings<ConvertOptions>(CONVERT_SETTINGS, flags);
  const { network, options, convert } = prepareConversion(
    checkpointBytes,
    calibrationBytes,
    { name: basename(output).replace(/\.snn$/, ''), labels, ...given },
    {
      checkpointName: checkpointPath,
      calibrationName: calibration,
      provenance: (measured) => ({
        checkpoint: basename(checkpointPath),
        checkpointSha256: sha256(checkpointBytes),
        ...measured,
        calibrationSha256: sha256(calibrationBytes),
      }),
    },
  );
  const { provenance, samples, priorSamples, seed } = options;
  const file = new CalibrationFile(partial, [provenance, samples, priorSamples, seed, given.heads]);
  const progress = new ProgressLine();
  const model = await convert(await kernelModule(), {
    resume: await file.read(network, samples),
    onState: (state) => file.keep(state),
    onProgress: (stage, done, total) => progress.update(stage, done, total),
  });
  await writeFileAtomic(output, model);
  await file.remove();
}

async function readLabels(path: string): Promise<string[]> {
  const text = new TextDecoder().decode(await readFileChecked(path, 2 ** 20));
  const labels = text.split(/\r?\n/).filter((line) => line !== '');
  if (labels.length === 0) throw new UserError(`${path} holds no class names`);
  return labels;
}
