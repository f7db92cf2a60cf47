/** What a run has to say when it is asked: the most likely classes, how sure they are, and what the answer cost. */

import { probabilityHighest } from '../fusion/highest.js';
import { rateInterval } from '../fusion/posterior.js';
import { type Coding, IMAGE, type Readout, type SpikingNetwork } from '../graph/network.js';
import { synapsesIn } from '../graph/synapses/index.js';
import {
  annEnergyMillijoules,
  DEFAULT_ENERGY_MODEL,
  type EnergyModel,
  energyMillijoules,
  energyModel,
} from './energy.js';
import type { Run } from './run.js';

/** One class of an answer. */
export interface Prediction {
  /** The class's name. */
  readonly label: string;
  /** Class index. */
  readonly index: number;
  /** Estimated firing rate, eq. (14), or eq. (10) without a prior: the score that ranks the classes. */
  readonly rate: number;
  /** Equal-tailed 95 % credible interval of the rate. */
  readonly interval: readonly [number, number];
  /** Posterior probability that this class has the highest firing rate of all: how sure the network is. */
  readonly probability: number;
}

/** What an answer is made of: a {@link Run} has it, and so have the same spikes weighed otherwise. */
export type Answerable = Pick<
  Run,
  | 'posterior'
  | 'activity'
  | 'timesteps'
  | 'head'
  | 'priorStrength'
  | 'forgetting'
  | 'coding'
  | 'digits'
  | 'readout'
>;

/** What a run has to say: the most likely classes and what it has cost to find them. */
export interface Answer {
  /** The best first. */
  readonly predictions: readonly Prediction[];
  /** How neurons said numbers. */
  readonly coding: Coding;
  /** Binary digits of a number in radix coding; null in rate coding. */
  readonly digits: number | null;
  /** What output neurons were asked for. */
  readonly readout: Readout;
  /** Timesteps computed, N of eq. (10); in radix coding the 2^digits - 1 that a number stands for. */
  readonly timesteps: number;
  /** Spikes emitted by all populations and simulated heads. */
  readonly spikes: number;
  /** Spikes times the synapses over which each was delivered. */
  readonly synapticOperations: number;
  /** Under the energy model that was asked for; `truenorth-sop`, 26 pJ a synaptic operation, by default. */
  readonly energyMillijoules: number;
  /**
   * One dense pass of the trained network under the same energy model, or, where that has no figure for it, at 4.6 pJ
   * a multiply-accumulate (`horowitz-45nm-fp32`).
   */
  readonly annEnergyMillijoules: number;
  /** The internal head that was the prior, or null. */
  readonly head: string | null;
  /** P of eq. (16); 0 without a head. */
  readonly priorStrength: number;
  /** k: a timestep's spikes counted as t^k. */
  readonly forgetting: number;
}

/**
 * The answer of a run as it stands.
 *
 * @param top - how many classes
 * @param energy - what an event costs
 */
export function answerOf(
  network: SpikingNetwork,
  run: Answerable,
  top: number,
  energy: EnergyModel = DEFAULT_ENERGY_MODEL,
): Answer {
  const posterior = run.posterior();
  const probabilities = probabilityHighest(posterior.distributions);
  const { spikes, synapticOperations, neuronUpdates } = run.activity();
  return {
    predictions: posterior.ranking.slice(0, top).map((index) => {
      const { lower, upper } = rateInterval(posterior, index);
      return {
        label: network.labels[index]!,
        index,
        rate: posterior.estimates[index]!,
        interval: [lower, upper],
        probability: probabilities[index]!,
      };
    }),
    coding: run.coding,
    digits: run.digits,
    readout: run.readout,
    timesteps: run.timesteps,
    spikes,
    synapticOperations,
    energyMillijoules: energyMillijoules(
      {
        spikes,
        synapticOperations,
        neuronUpdates,
        analogMultiplyAccumulates: analogMultiplyAccumulates(network),
      },
      energy,
    ),
    annEnergyMillijoules: annEnergyMillijoules(multiplyAccumulates(network), denseModel(energy)),
    head: run.head,
    priorStrength: run.priorStrength,
    forgetting: run.forgetting,
  };
}

/** What prices the trained network: the model itself where its hardware runs that, else 45 nm logic. */
export function denseModel(energy: EnergyModel): EnergyModel {
  return energy.picojoulesPerMultiplyAccumulate === null ? energyModel('horowitz-45nm-fp32') : energy;
}

/** Multiply-accumulates of the first layer, which receives the analog image: once an image. */
export function analogMultiplyAccumulates(network: SpikingNetwork): number {
  return multiplyAccumulatesOf(network, true);
}

/**
 * Multiply-accumulates of one dense pass of the trained network with its final head: one for every synapse that a
 * convolution or the fully connected layer has. The additions of skips and pooling multiply nothing and are left out.
 */
export function multiplyAccumulates(network: SpikingNetwork): number {
  const final = network.heads[network.heads.length - 1]!;
  return multiplyAccumulatesOf(network, false) + final.weights.length;
}

function multiplyAccumulatesOf(network: SpikingNetwork, analogOnly: boolean): number {
  let total = 0;
  for (const { shape, synapses } of network.populations) {
    for (const one of synapses) {
      if (one.kind === 'per-channel' || (analogOnly && one.source !== IMAGE)) continue;
      total += synapsesIn(network, one, shape).every;
    }
  }
  return total;
}
