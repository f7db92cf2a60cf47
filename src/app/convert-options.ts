/** How a checkpoint is converted: every setting, described once for programs and for the command line. */
import { MAXIMUM_DIGITS, MAXIMUM_TIMESTEPS } from '../graph/bounds.js';
import type { Coding, Propagation, Provenance } from '../graph/network.js';
import {
  choice,
  decimal,
  given,
  instance,
  isFunction,
  isObject,
  isSignal,
  isTexts,
  type Kind,
  text,
  whole,
} from '../settings/kinds.js';
import { readOptions, type Schema } from '../settings/setting.js';
import type { KernelSource } from './load.js';

/** How a checkpoint is converted; all is optional. */
export interface ConvertOptions {
  /** Name of the model; default `model`. */
  readonly name?: string | undefined;
  /** Images from which the lambdas are found; default: all that `priorSamples` leaves, at most 5,000. */
  readonly samples?: number | undefined;
  /** The percentile of the activations that becomes lambda, 50 to 100; default 99.9. */
  readonly percentile?: number | undefined;
  /** Other images, on which the prior strengths are fitted; default a tenth of all, at most 500. */
  readonly priorSamples?: number | undefined;
  /** Which images are drawn; default 1. */
  readonly seed?: number | undefined;
  /** The input is rounded to multiples of 2^-inputFractionBits, 0 to 12; default 7. */
  readonly inputFractionBits?: number | undefined;
  /** How the model's neurons say numbers; default `rate`. */
  readonly coding?: Coding | undefined;
  /** Binary digits of radix coding, 1 to 8; default: those that the network was trained for, or 4. */
  readonly digits?: number | undefined;
  /** Default timesteps of the model; default 64. */
  readonly timesteps?: number | undefined;
  /** Default membrane potential at the start, in thresholds, 0 to 1; default 0.5. */
  readonly initialPotential?: number | undefined;
  /** Default propagation of the model; default `synchronous`. */
  readonly propagation?: Propagation | undefined;
  /** Class names; default: those in the checkpoint. */
  readonly labels?: readonly string[] | undefined;
  /** The block that each head follows, counted from 1, as in `{ a: 2 }`; default: as the checkpoint says. */
  readonly heads?: Readonly<Record<string, number>> | undefined;
  /** Whatever is to be remembered of the model's origin, such as hashes of its files; text or numbers by name. */
  readonly provenance?: Provenance | undefined;
  /** The kernels; default: the file of this package. */
  readonly kernels?: KernelSource | undefined;
  /** Told after every image what is being done, and how far it is. */
  readonly onProgress?: ((stage: string, done: number, total: number) => void) | undefined;
  /** Ends the conversion between two images; its reason is then thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** Places of heads by their names; on the command line as in `a=2,b=4`. */
const places: Kind<Readonly<Record<string, number>>> = {
  expects: 'an object with the block that each head follows, as in { a: 2 }',
  writing: 'Write it as in a=2,b=4.',
  accept: (value) => (isPlaces(value) ? value : undefined),
  fromText: (words) => {
    const found = words.split(',').map((place) => /^([^=]+)=(\d{1,4})$/.exec(place));
    if (found.some((place) => place === null)) return undefined;
    return Object.fromEntries(found.map((place) => [place![1]!, Number(place![2])]));
  },
};

function isPlaces(value: unknown): value is Readonly<Record<string, number>> {
  if (!isObject(value) || Array.isArray(value)) return false;
  return Object.values(value).every((place) => typeof place === 'number');
}

const MOST_SAMPLES = 5000;
const MOST_PRIOR_SAMPLES = 500;
/** What is fixed, where nothing is said. */
const DEFAULTS = {
  name: 'model',
  percentile: 99.9,
  seed: 1,
  inputFractionBits: 7,
  timesteps: 64,
  initialPotential: 0.5,
  propagation: 'synchronous',
  coding: 'rate',
} as const;

/** The settings of `convertCheckpoint`, and of `snnwasm convert`. */
export const CONVERT_SETTINGS = {
  name: {
    kind: text(),
    help: 'name of the model',
    otherwise: 'from the output file',
    flag: '--name <name>',
  },
  samples: {
    kind: whole(1, 1e6),
    help: 'training images from which the lambdas are found',
    otherwise: `all others, at most ${MOST_SAMPLES}`,
    flag: '--samples <n>',
  },
  percentile: {
    kind: decimal(50, 100),
    help: 'percentile of the activations that becomes lambda',
    otherwise: String(DEFAULTS.percentile),
    flag: '--percentile <p>',
  },
  priorSamples: {
    kind: whole(0, 1e6),
    help: 'training images to fit the prior strengths on',
    otherwise: `a tenth of all, at most ${MOST_PRIOR_SAMPLES}`,
    flag: '--prior-samples <n>',
  },
  seed: {
    kind: whole(0, 2 ** 32 - 1),
    help: 'which images are drawn',
    otherwise: String(DEFAULTS.seed),
    flag: '--seed <n>',
  },
  inputFractionBits: {
    kind: whole(0, 12),
    help: 'binary digits after the point of the input',
    otherwise: String(DEFAULTS.inputFractionBits),
    flag: '--input-bits <n>',
  },
  coding: {
    kind: choice('rate', 'radix'),
    help: 'neurons fire whenever they can, or send binary digits once their sources have said all',
    otherwise: DEFAULTS.coding,
    flag: '--coding <code>',
  },
  digits: {
    kind: whole(1, MAXIMUM_DIGITS),
    help: 'binary digits of radix coding',
    otherwise: 'those that the network was trained for, or 4',
    flag: '--digits <b>',
  },
  timesteps: {
    kind: whole(1, MAXIMUM_TIMESTEPS),
    help: 'default timesteps of the model',
    otherwise: String(DEFAULTS.timesteps),
    flag: '--timesteps <n>',
  },
  initialPotential: {
    kind: decimal(0, 1),
    help: 'default membrane potential at the start, in thresholds',
    otherwise: String(DEFAULTS.initialPotential),
    flag: '--initial-potential <v>',
  },
  propagation: {
    kind: choice('synchronous', 'pipelined'),
    help: 'default propagation',
    otherwise: DEFAULTS.propagation,
    flag: '--propagation <mode>',
  },
  labels: {
    kind: instance('a list of names', isTexts),
    help: 'class names',
    otherwise: 'those in the checkpoint',
    flag: null,
  },
  heads: {
    kind: places,
    help: 'the block that each head follows, as in a=2,b=4',
    otherwise: 'as the checkpoint says',
    flag: '--heads <places>',
  },
  provenance: {
    kind: instance('an object of texts and numbers', isObject<Provenance>),
    help: "what is to be remembered of the model's origin",
    otherwise: null,
    flag: null,
  },
  kernels: {
    kind: given<KernelSource>('a compiled WebAssembly.Module, or the bytes of snnwasm.wasm'),
    help: 'the kernels',
    otherwise: 'the file of this package',
    flag: null,
  },
  onProgress: {
    kind: instance('a function', isFunction<NonNullable<ConvertOptions['onProgress']>>),
    help: 'told what is being done',
    otherwise: null,
    flag: null,
  },
  signal: {
    kind: instance('an AbortSignal', isSignal),
    help: 'ends the conversion between two images',
    otherwise: null,
    flag: null,
  },
} as const satisfies Schema<ConvertOptions>;

/** What was said, with what is fixed where nothing was. */
type Chosen = ConvertOptions & {
  readonly [Name in keyof typeof DEFAULTS]: NonNullable<ConvertOptions[Name]>;
};

/** @throws UserError if an option is unknown, of a wrong kind or out of range */
export function chosenOptions(options: ConvertOptions): Chosen {
  return { ...DEFAULTS, ...readOptions(CONVERT_SETTINGS, options) };
}

/** How many images of those that there are find the lambdas, and how many others the prior strengths. */
export function splitImages(
  { samples, priorSamples }: ConvertOptions,
  images: number,
): { samples: number; priorSamples: number } {
  const others = priorSamples ?? Math.min(MOST_PRIOR_SAMPLES, Math.floor(images / 10));
  return { samples: samples ?? Math.min(MOST_SAMPLES, Math.max(1, images - others)), priorSamples: others };
}
