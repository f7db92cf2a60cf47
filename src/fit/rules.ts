/**
 * Fits what fusion leaves open on training images: how fast early timesteps are forgotten, and the prior strength P of a
 * head by every rule. All rules but `evidence` try the strengths of one grid.
 */
import { RowWeights } from '../fusion/evidence.js';
import { MAXIMUM_FORGETTING } from '../graph/bounds.js';
import {
  accuracyCurve,
  type FusionScore,
  fitByAccuracy,
  STRENGTHS,
  type StrengthAccuracy,
} from './accuracy.js';
import type { FusionCounts } from './counts.js';
import { type EnergyFit, fitByEnergy } from './energy.js';
import { fitByEvidence } from './likelihood.js';
import type { Observations } from './observations.js';

/** How the strength of the prior was chosen, always on training images. */
export type StrengthRule =
  /** Given by the user. */
  | 'fixed'
  /** The strength of a grid with the least energy to come within 1 % of the ANN on training images. */
  | 'energy'
  /** The strength of a grid with the largest area under the accuracy curve. */
  | 'area'
  /** The strength with the largest Beta-Binomial likelihood (empirical Bayes). */
  | 'evidence'
  /** A strength alpha for every timestep, and another score (BayesianSpikeFusion, Frontiers in Neuroscience 2024). */
  | 'schedule';

/** What ranks the classes under a rule. */
export const scoreOf = (rule: StrengthRule): FusionScore => (rule === 'schedule' ? 'spike-fusion' : 'eap');

export interface FittedStrength {
  readonly rule: StrengthRule;
  /** k, with which it was fitted (portable/evidence.ts). */
  readonly forgetting: number;
  /** P, or one alpha a row. */
  readonly strength: number | readonly number[];
}

/** Rows on either side over which the schedule's accuracy is averaged, against the noise of few images. */
const SCHEDULE_WINDOW = 3;
/** The paper's target: within one point of the ANN. */
export const TARGET_LOSS = 0.01;

/** What the user gives instead of fitting it; null is fitted. */
export interface GivenFusion {
  /** P. */
  readonly strength: number | null;
  /** k. */
  readonly forgetting: number | null;
}

/** All that fusion leaves open. */
export interface FittedFusion {
  /** Of every internal head, by its position: by every rule and with every k. */
  readonly strengths: readonly (readonly FittedStrength[])[];
  /** 0, and another k if there is one. */
  readonly forgettings: readonly number[];
}

/** Fits the strengths of every head by every rule, for the paper's k = 0 and for the k that is given or fitted. */
export function fitFusion(training: Observations, given: GivenFusion): FittedFusion {
  const forgettings = [...new Set([0, given.forgetting ?? fitForgetting(training)])];
  const strengths = training.heads.slice(0, -1).map((_, position) =>
    forgettings.flatMap((forgetting): FittedStrength[] => {
      if (given.strength !== null) return [{ rule: 'fixed', strength: given.strength, forgetting }];
      return fitStrengths(training, position, forgetting);
    }),
  );
  return { strengths, forgettings };
}

/** The k with which the final prediction alone has the largest area under the accuracy curve; of equals the smallest. */
export function fitForgetting(training: Observations): number {
  const areas = Array.from({ length: MAXIMUM_FORGETTING + 1 }, (_, forgetting) => {
    return accuracyCurve(fusionCounts(training, training.heads.length - 1, forgetting), 0).meanAccuracy;
  });
  return areas.indexOf(Math.max(...areas));
}

/**
 * By every rule; with forgetting only by those that do not need whole counts.
 *
 * @param training - observations of training images
 * @param position - the head, as a position in `training.heads`
 * @param forgetting - k
 */
function fitStrengths(training: Observations, position: number, forgetting: number): FittedStrength[] {
  const data = fusionCounts(training, position, forgetting);
  const { strength: area, tried: curves } = fitByAccuracy(data);
  const energy = leastEnergy(training, position, curves)?.strength ?? area;
  const weighted: FittedStrength[] = [
    { rule: 'energy', forgetting, strength: energy },
    { rule: 'area', forgetting, strength: area },
  ];
  if (forgetting > 0) return weighted;
  const { strength: likeliest } = fitByEvidence(data, evidenceRow(training, curves[0]!.accuracy));
  return [
    ...weighted,
    { rule: 'evidence', forgetting, strength: likeliest },
    { rule: 'schedule', forgetting, strength: schedule(data) },
  ];
}

/** The strength with the largest area under the accuracy curve. */
export function fitHeadByArea(
  training: Observations,
  position: number,
  forgetting: number,
): StrengthAccuracy {
  const { strength, tried } = fitByAccuracy(fusionCounts(training, position, forgetting));
  return tried.find((curve) => curve.strength === strength)!;
}

/** The strength that comes within one point of the ANN at the least energy, in synaptic operations; null if none does. */
function leastEnergy(
  training: Observations,
  position: number,
  curves: readonly StrengthAccuracy[],
): EnergyFit | null {
  const energy = meanOperations(training, training.partsOf([position, training.heads.length - 1]));
  return fitByEnergy(curves, energy, annAccuracy(training) - TARGET_LOSS);
}

/** The counts of the final head and of one internal head in the form that src/fit/counts.ts asks for. */
function fusionCounts(training: Observations, position: number, forgetting: number): FusionCounts {
  const { rows, labels, images, counts } = training;
  const [final, head] = [counts[training.heads.length - 1]!, counts[position]!];
  const { classes } = training.shape;
  if (forgetting === 0) return { classes, timesteps: rows, labels, final, head };
  const weights = new RowWeights(rows, forgetting);
  const weighed = (counts: Uint16Array): Float64Array => {
    const result = new Float64Array(counts.length);
    const size = counts.length / images;
    for (let start = 0; start < counts.length; start += size) {
      weights.weigh(counts.subarray(start, start + size), result.subarray(start, start + size));
    }
    return result;
  };
  const { timesteps } = weights;
  const weighedFinal = weighed(final);
  const weighedHead = head === final ? weighedFinal : weighed(head);
  return { classes, timesteps, labels, final: weighedFinal, head: weighedHead };
}

/** The timestep at which evidence is weighed: where the final prediction alone has come near its end. */
function evidenceRow(training: Observations, accuracy: readonly number[]): number {
  const end = accuracy[accuracy.length - 1]!;
  const row = accuracy.findIndex((value) => value >= end - TARGET_LOSS);
  return training.rows[row]!;
}

/** For every row the alpha with the highest accuracy around it; of equals the smallest. */
function schedule(data: FusionCounts): number[] {
  const curves = STRENGTHS.map((alpha) => accuracyCurve(data, alpha, scoreOf('schedule')));
  return data.timesteps.map((_, row) => {
    const around = ({ accuracy }: StrengthAccuracy): number => {
      const near = accuracy.slice(Math.max(0, row - SCHEDULE_WINDOW), row + SCHEDULE_WINDOW + 1);
      return near.reduce((sum, value) => sum + value, 0);
    };
    return curves.reduce((best, curve) => (around(curve) > around(best) ? curve : best)).strength;
  });
}

/** Synaptic operations until each row, the mean of an image. */
function meanOperations(observations: Observations, parts: readonly number[]): Float64Array {
  const rows = observations.rows.length;
  const means = new Float64Array(rows);
  for (const part of parts) {
    observations.operations[part]!.forEach((value, index) => {
      means[index % rows]! += value / observations.images;
    });
  }
  return means;
}

/** Accuracy of the trained network's final head on these images. */
function annAccuracy(observations: Observations): number {
  const choices = observations.annChoices[observations.heads.length - 1]!;
  return (
    choices.filter((choice, image) => choice === observations.labels[image]).length / observations.images
  );
}
