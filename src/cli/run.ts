/** `snnwasm run IMAGE...`: classifies images with a spiking network. */
import { Command, Option } from 'commander';
import { type Answer, answerOf } from '../answer.js';
import { Classifier, type RunOptions } from '../classifier.js';
import { UserError } from '../errors.js';
import { decodeImage } from '../image/decode.js';
import { MAXIMUM_FORGETTING, MAXIMUM_PRIOR_STRENGTH } from '../graph/bounds.js';
import type { Propagation } from '../graph/network.js';
import { nodeCodecs } from '../node/codecs.js';
import { listImages, readFileChecked } from '../node/files.js';
import { kernelModule } from '../node/kernels.js';
import { loadModelFile, shippedModelPath } from '../node/models.js';
import { decimalNumber, wholeNumber } from './options.js';
import { formatAnswer } from './print.js';
import { type Trace, TraceRecorder } from './trace.js';

const LARGEST_IMAGE = 256 * 2 ** 20;

interface RunFlags {
  readonly model?: string;
  readonly timesteps?: number;
  readonly head?: string;
  readonly priorStrength?: number;
  readonly propagation?: Propagation;
  readonly initialPotential?: number;
  readonly forgetting?: number;
  readonly top: number;
  readonly json?: boolean;
  readonly trace?: boolean;
}

/** What the flags and the model say together, the same for every image. */
interface Settings {
  readonly options: RunOptions;
  readonly timesteps: number;
  readonly top: number;
  readonly trace: boolean;
}

/** What is known about one file in the end. */
type Result =
  | (Answer & { readonly milliseconds: number; readonly trace?: Trace })
  | { readonly error: string };

export function runCommand(): Command {
  return new Command('run')
    .description('classify images with a spiking network')
    .argument('<image...>', 'PNG, JPEG or WebP files, or folders of them')
    .option('--model <file>', 'model file (default: the ResNet-18 for CIFAR-100 that ships with the package)')
    .option('--timesteps <n>', "timesteps to simulate (default: the model's)", wholeNumber(1, 65535))
    .option(
      '--head <name>',
      'internal head whose prediction is the prior: 1 to 7 in the shipped model, or none',
    )
    .option(
      '--prior-strength <p>',
      'strength P of the prior (default: fitted for each head)',
      decimalNumber(0, MAXIMUM_PRIOR_STRENGTH),
    )
    .addOption(
      new Option(
        '--propagation <mode>',
        'within a timestep a spike crosses the network, or one layer',
      ).choices(['synchronous', 'pipelined']),
    )
    .option('--initial-potential <v>', 'membrane potential at the start, in thresholds', decimalNumber(0, 1))
    .option(
      '--forgetting <k>',
      "count timestep t as t^k; 0: all alike, as in the paper (default: the model's)",
      wholeNumber(0, MAXIMUM_FORGETTING),
    )
    .option('--top <n>', 'classes to show', wholeNumber(1, 1000), 5)
    .option('--trace', 'show how the rates of the top classes moved over time')
    .option('--json', 'print a JSON array, one object an image')
    .action(run);
}

async function run(paths: string[], flags: RunFlags): Promise<void> {
  const [module, network] = await Promise.all([
    kernelModule(),
    loadModelFile(flags.model ?? shippedModelPath()),
  ]);
  const classifier = await Classifier.create(module, network);
  const settings: Settings = {
    options: runOptions(flags),
    timesteps: flags.timesteps ?? network.defaults.timesteps,
    top: flags.top,
    trace: flags.trace === true,
  };
  // What no image can run with is said once, and not once an image.
  classifier.check(settings.options, settings.timesteps);
  const results: { file: string; result: Result }[] = [];
  for (const { file, error } of await expand(paths)) {
    const result = error === undefined ? await classifyFile(classifier, file, settings) : { error };
    results.push({ file, result });
    if (!flags.json) printResult(file, result, results.length > 1);
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

async function classifyFile(classifier: Classifier, file: string, settings: Settings): Promise<Result> {
  const { options, timesteps, top, trace } = settings;
  try {
    const image = await decodeImage(await readFileChecked(file, LARGEST_IMAGE), nodeCodecs);
    const start = performance.now();
    const run = classifier.start(image, options);
    const recorder = trace ? new TraceRecorder(run) : undefined;
    run.advance(timesteps, () => recorder?.record());
    const answer = answerOf(classifier.network, run, top);
    const milliseconds = performance.now() - start;
    return { ...answer, milliseconds, ...(recorder && { trace: recorder.trace(answer.predictions) }) };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

function runOptions(flags: RunFlags): RunOptions {
  return {
    head: flags.head === 'none' ? null : flags.head,
    priorStrength: flags.priorStrength,
    propagation: flags.propagation,
    initialPotential: flags.initialPotential,
    forgetting: flags.forgetting,
  };
}

function printResult(file: string, result: Result, separated: boolean): void {
  if ('error' in result) {
    process.stderr.write(`snnwasm: ${withFile(file, result.error)}\n`);
    return;
  }
  const text = formatAnswer(file, result, result.milliseconds, result.trace);
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
