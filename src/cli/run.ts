/** `snnwasm run IMAGE...`: classifies images with a spiking network. */
import { Command } from 'commander';
import { type Answer, DEFAULT_ENERGY_MODEL, type EnergyModel, energyModel } from '../app/answer.js';
import type { Model } from '../app/model.js';
import { CLASSIFY_SETTINGS, type ClassifyOptions } from '../app/options.js';
import { loadModel } from '../entry/index-node.js';
import { UserError } from '../errors.js';
import { nodeCodecs } from '../host/node/codecs.js';
import { listImages, readFileChecked } from '../host/node/files.js';
import { decodeImage } from '../picture/decode.js';
import { addSettings, givenSettings } from './flags.js';
import { formatAnswer } from './print.js';
import { say } from './terminal.js';
import { type Trace, TraceRecorder } from './trace.js';

const LARGEST_IMAGE = 256 * 2 ** 20;

interface RunFlags {
  readonly model?: string;
  readonly json?: boolean;
  readonly trace?: boolean;
}

/** What is known about one file in the end. */
type Result =
  | (Answer & { readonly milliseconds: number; readonly trace?: Trace })
  | { readonly error: string };

export function runCommand(): Command {
  const command = new Command('run')
    .description('classify images with a spiking network')
    .argument('<image...>', 'PNG, JPEG or WebP files, or folders of them')
    .option(
      '--model <file>',
      'model file (default: the ResNet-18 for CIFAR-100 that ships with the package)',
    );
  return addSettings(command, CLASSIFY_SETTINGS)
    .option('--trace', 'show how the rates of the top classes moved over time')
    .option('--json', 'print a JSON array, one object an image')
    .action(run);
}

async function run(paths: string[], flags: RunFlags): Promise<void> {
  const model = await loadModel(flags.model);
  const options = givenSettings<ClassifyOptions>(CLASSIFY_SETTINGS, flags);
  // What no image can run with is said once, and not once an image.
  for (const line of await model.check(options)) say(line);
  const energy =
    typeof options.energyModel === 'string' ? energyModel(options.energyModel) : DEFAULT_ENERGY_MODEL;
  const results: { file: string; result: Result }[] = [];
  for (const { file, error } of await expand(paths)) {
    const result = error === undefined ? await classifyFile(model, file, options, flags.trace) : { error };
    results.push({ file, result });
    if (!flags.json) printResult(file, result, energy, results.length > 1);
  }
  if (flags.json) {
    const objects = results.map(({ file, result }) => ({ file, ...result }));
    process.stdout.write(`${JSON.stringify(objects, null, 2)}\n`);
  }
  if (results.some(({ result }) => 'error' in result)) process.exitCode = 1;
}

/** Folders become their images; a path that cannot be read stays, with its error, so that the others still answer. */
async function expand(paths: readonly string[]): Promise<{ file: string; error?: string }[]> {
  const lists = await Promise.all(
    paths.map(async (path) => {
      try {
        return (await listImages([path])).map((file) => ({ file }));
      } catch (error) {
        return [{ file: path, error: messageOf(error) }];
      }
    }),
  );
  return lists.flat();
}

async function classifyFile(
  model: Model,
  file: string,
  options: ClassifyOptions,
  trace = false,
): Promise<Result> {
  try {
    const image = await decodeImage(await readFileChecked(file, LARGEST_IMAGE), nodeCodecs);
    const start = performance.now();
    const recorder = trace ? new TraceRecorder() : undefined;
    const answer = await model.classify(image, options, recorder && ((run) => recorder.record(run)));
    const milliseconds = performance.now() - start;
    return { ...answer, milliseconds, ...(recorder && { trace: recorder.trace(answer.predictions) }) };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

function printResult(file: string, result: Result, energy: EnergyModel, separated: boolean): void {
  if ('error' in result) {
    say(withFile(file, result.error));
    return;
  }
  const text = formatAnswer(file, result, result.milliseconds, { energy, trace: result.trace });
  process.stdout.write(`${separated ? '\n' : ''}${text}\n`);
}

/** Messages about reading a file name it already; those about its content do not. */
function withFile(file: string, message: string): string {
  return message.includes(file) ? message : `${file}: ${message}`;
}

function messageOf(error: unknown): string {
  if (error instanceof UserError) return error.message;
  throw error;
}
