/** How an image is classified: every setting, described once, and what a caller says joined with what the model says. */
import { MAXIMUM_CLASSES, MAXIMUM_TIMESTEPS } from '../graph/bounds.js';
import type { SpikingNetwork } from '../graph/network.js';
import {
  checkEnergyModel,
  DEFAULT_ENERGY_MODEL,
  ENERGY_MODELS,
  type EnergyModel,
  energyModel,
} from '../run/energy.js';
import { RUN_SETTINGS, type RunOptions } from '../run/settings.js';
import { instance, isSignal, type Kind, openProbability, whole } from '../settings/kinds.js';
import { readOptions, type Schema } from '../settings/setting.js';

/** How an image is classified; what is left out comes from the model. */
export interface ClassifyOptions extends RunOptions {
  /** Timesteps to simulate, at most: 1 to 65,535. */
  readonly timesteps?: number | undefined;
  /** Classes in the answer; default 5. */
  readonly top?: number | undefined;
  /**
   * Stop as soon as the leading class has the highest firing rate with this posterior probability, above 0 and below
   * 1 (as in 0.95); default: run to the end.
   *
   * The probability is about the network's own firing rates: that this class would lead if the network ran for ever,
   * with spikes taken for independent draws. It says how settled the answer is. It is not how often such answers are
   * right, since a network can be sure and wrong, and looking after every timestep makes it a little too sure.
   */
  readonly stopWhenSure?: number | undefined;
  /** Timesteps before which `stopWhenSure` stops nothing; default 16. */
  readonly minimumTimesteps?: number | undefined;
  /** What an event costs: the name of one of {@link ENERGY_MODELS}, or a model of your own; default `truenorth-sop`. */
  readonly energyModel?: string | EnergyModel | undefined;
  /** Ends the run between two timesteps; its reason is then thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** How an image is classified step by step. */
export interface StepOptions extends ClassifyOptions {
  /** A step after every so many timesteps, and one after the last; default 1. */
  readonly every?: number | undefined;
}

/** Names of the shipped energy models, or models of a program's own. */
const energy: Kind<string | EnergyModel> = {
  expects: 'the name of an energy model, or an object with prices',
  choices: ENERGY_MODELS.map(({ name }) => name),
  accept: (value) => {
    if (typeof value === 'string') return energyModel(value).name;
    return typeof value === 'object' && value !== null ? checkEnergyModel(value) : undefined;
  },
  fromText: (text) => text,
};

const TOP = 5;
/**
 * Before it, a strong prior can make a network that still fills up sure too soon. With the shipped model's own priors it
 * hardly matters: on 500 training images, partly covered, stopping at 0.95 gives 73.0 % after 41 timesteps with any minimum
 * from 4 to 16, as much as at the end.
 */
const MINIMUM_TIMESTEPS = 16;

/** The settings of `classify`, and of `snnwasm run`. */
export const CLASSIFY_SETTINGS = {
  timesteps: {
    kind: whole(1, MAXIMUM_TIMESTEPS),
    help: 'timesteps to simulate',
    otherwise: "the model's",
    flag: '--timesteps <n>',
    label: 'Timesteps',
    offered: { least: 1, most: 1000, step: 1 },
  },
  ...RUN_SETTINGS,
  stopWhenSure: {
    kind: openProbability(),
    help: 'stop once the leading class fires fastest with this probability, as in 0.95',
    otherwise: 'run to the end',
    flag: '--stop-when-sure <p>',
    label: 'Stop when sure',
  },
  minimumTimesteps: {
    kind: whole(1, MAXIMUM_TIMESTEPS),
    help: 'timesteps before which no answer is sure enough to stop',
    otherwise: String(MINIMUM_TIMESTEPS),
    flag: '--minimum-timesteps <n>',
  },
  energyModel: {
    kind: energy,
    help: 'what an event costs',
    otherwise: DEFAULT_ENERGY_MODEL.name,
    flag: '--energy-model <name>',
    label: 'Counted as',
  },
  top: {
    kind: whole(1, MAXIMUM_CLASSES),
    help: 'classes to show',
    otherwise: String(TOP),
    flag: '--top <n>',
  },
  signal: {
    kind: instance('an AbortSignal', isSignal),
    help: 'ends the run between two timesteps',
    otherwise: null,
    flag: null,
  },
} as const satisfies Schema<ClassifyOptions>;

/** The settings of `steps`. */
export const STEP_SETTINGS = {
  ...CLASSIFY_SETTINGS,
  every: {
    kind: whole(1, MAXIMUM_TIMESTEPS),
    help: 'timesteps from one step to the next',
    otherwise: '1',
    flag: null,
  },
} as const satisfies Schema<StepOptions>;

/** All that was asked for, checked. */
export interface Settings {
  readonly run: RunOptions;
  readonly timesteps: number;
  readonly top: number;
  /** Probability at which the run ends; above 1 where it never does. */
  readonly sure: number;
  readonly minimumTimesteps: number;
  readonly energy: EnergyModel;
  readonly every: number;
  readonly signal: AbortSignal | undefined;
}

const NEVER = 2;

/**
 * What `classify` is to do.
 *
 * @throws UserError if an option is unknown, of a wrong kind or out of range
 */
export function classifySettings(network: SpikingNetwork, options: ClassifyOptions): Settings {
  const settings = settingsOf(network, readOptions(CLASSIFY_SETTINGS, options));
  // Without a condition there is nothing to look at before the end.
  return { ...settings, every: settings.sure < 1 ? 1 : settings.timesteps };
}

/**
 * What `steps` is to do.
 *
 * @throws UserError as {@link classifySettings}
 */
export function stepSettings(network: SpikingNetwork, options: StepOptions): Settings {
  return settingsOf(network, readOptions(STEP_SETTINGS, options));
}

function settingsOf({ defaults }: SpikingNetwork, options: StepOptions): Settings {
  const {
    timesteps,
    top,
    stopWhenSure,
    minimumTimesteps,
    energyModel: energy,
    every,
    signal,
    ...run
  } = options;
  // Radix coding has no time to stop in: the timesteps are those that its numbers stand for.
  const radix = (run.coding ?? defaults.coding) === 'radix';
  return {
    run,
    timesteps: radix ? 2 ** (run.digits ?? defaults.digits) - 1 : (timesteps ?? defaults.timesteps),
    top: top ?? TOP,
    sure: radix ? NEVER : (stopWhenSure ?? NEVER),
    minimumTimesteps: minimumTimesteps ?? MINIMUM_TIMESTEPS,
    energy: typeof energy === 'object' ? energy : energyModel(energy ?? DEFAULT_ENERGY_MODEL.name),
    every: every ?? 1,
    signal,
  };
}

/** Settings that one coding has and the other has not, by the one that has them not. */
const IN_OTHER_CODING = {
  rate: ['digits'],
  radix: ['timesteps', 'propagation', 'initialPotential', 'forgetting', 'stopWhenSure', 'minimumTimesteps'],
} as const;

/**
 * What was said for nothing: options that change no answer beside the others, one line each, for people.
 *
 * @throws UserError as {@link classifySettings}
 */
export function withoutEffect(network: SpikingNetwork, options: ClassifyOptions): string[] {
  const given = readOptions(CLASSIFY_SETTINGS, options);
  const head = given.head === undefined ? network.defaults.head : given.head;
  const { timesteps } = settingsOf(network, given);
  const coding = given.coding ?? network.defaults.coding;
  const lines = IN_OTHER_CODING[coding].flatMap((name) =>
    given[name] === undefined ? [] : [`${name} has no effect in ${coding} coding`],
  );
  if (given.priorStrength !== undefined && head === null) {
    lines.push('the prior strength has no effect without a head: name one');
  }
  if (coding === 'rate' && given.minimumTimesteps !== undefined && given.stopWhenSure === undefined) {
    lines.push('the minimum of timesteps has no effect without a probability to stop at');
  }
  if (
    coding === 'rate' &&
    given.stopWhenSure !== undefined &&
    settingsOf(network, given).minimumTimesteps >= timesteps
  ) {
    lines.push(`the probability to stop at has no effect: the run ends after ${timesteps} timesteps anyway`);
  }
  if (given.top !== undefined && given.top > network.labels.length) {
    lines.push(`the model tells only ${network.labels.length} classes apart, so no more are shown`);
  }
  return lines;
}
