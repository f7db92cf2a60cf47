/** How an image is classified: what a caller may say, checked, with what the model says where the caller is silent. */
import type { RunOptions } from '../classifier.js';
import { DEFAULT_ENERGY_MODEL, type EnergyModel, energyModel } from '../energy.js';
import { UserError } from '../errors.js';
import { MAXIMUM_CLASSES, MAXIMUM_TIMESTEPS } from '../graph/bounds.js';
import type { SpikingNetwork } from '../graph/network.js';

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
 * Before it, a strong prior can make a network that still fills up sure too soon. With the shipped model's own priors it
 * hardly matters: on 500 training images, partly covered, stopping at 0.95 gives 73.0 % after 41 timesteps with any minimum
 * from 4 to 16, as much as at the end.
 */
const MINIMUM_TIMESTEPS = 16;

/** @throws UserError if an option is out of range */
export function settingsOf({ defaults }: SpikingNetwork, options: StepOptions): Settings {
  const { stopWhenSure, energyModel: energy = DEFAULT_ENERGY_MODEL, signal, ...run } = options;
  if (stopWhenSure !== undefined && !(stopWhenSure > 0 && stopWhenSure < 1)) {
    throw new UserError(`stopWhenSure is a probability above 0 and below 1, not ${stopWhenSure}`);
  }
  return {
    run,
    timesteps: whole('timesteps', options.timesteps ?? defaults.timesteps, MAXIMUM_TIMESTEPS),
    top: whole('top', options.top ?? 5, MAXIMUM_CLASSES),
    sure: stopWhenSure ?? NEVER,
    minimumTimesteps: whole(
      'minimumTimesteps',
      options.minimumTimesteps ?? MINIMUM_TIMESTEPS,
      MAXIMUM_TIMESTEPS,
    ),
    energy: typeof energy === 'string' ? energyModel(energy) : energy,
    every: whole('every', options.every ?? 1, MAXIMUM_TIMESTEPS),
    signal,
  };
}

function whole(name: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new UserError(`${name} is a whole number from 1 to ${most}, not ${value}`);
}
