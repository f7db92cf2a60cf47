/**
 * Fits the prior strength P of a head by every rule, on training images. All rules but `evidence` try the strengths of
 * one grid.
 */
import {
  accuracyCurve,
  chooseClass,
  type EnergyFit,
  type FusionCounts,
  type FusionScore,
  fitByAccuracy,
  fitByEnergy,
  fitByEvidence,
  STRENGTHS,
  type StrengthAccuracy,
} from '../fusion/strength.js';
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
const scoreOf = (rule: StrengthRule): FusionScore => (rule === 'schedule' ? 'spike-fusion' : 'eap');

export interface FittedStrength {
  readonly rule: StrengthRule;
  /** P, or one alpha a row. */
  readonly strength: number | readonly number[];
}

/** Rows on either side over which the schedule's accuracy is averaged, against the noise of few images. */
const SCHEDULE_WINDOW = 3;
/** The paper's target: within one point of the ANN. */
export const TARGET_LOSS = 0.01;

/**
 * @param training - observations of training images
 * @param position - the head, as a position in `training.heads`
 */
export function fitStrengths(training: Observations, position: number): FittedStrength[] {
  const data = fusionCounts(training, position);
  const { strength: area, tried: curves } = fitByAccuracy(data);
  return [
    { rule: 'energy', strength: leastEnergy(training, position, data)?.strength ?? area },
    { rule: 'area', strength: area },
    { rule: 'evidence', strength: fitByEvidence(data, evidenceRow(training, curves[0]!.accuracy)).strength },
    { rule: 'schedule', strength: schedule(data) },
  ];
}

/** The strength with the largest area under the accuracy curve. */
export function fitHeadByArea(training: Observations, position: number): StrengthAccuracy {
  const { strength, tried } = fitByAccuracy(fusionCounts(training, position));
  return tried.find((curve) => curve.strength === strength)!;
}

/** The strength that comes within one point of the ANN at the least energy, in synaptic operations; null if none does. */
function leastEnergy(training: Observations, position: number, data: FusionCounts): EnergyFit | null {
  const energy = meanOperations(training, training.partsOf([position, training.heads.length - 1]));
  return fitByEnergy(data, energy, annAccuracy(training) - TARGET_LOSS);
}

/** The counts of the final head and of one internal head in the form that src/fusion/strength.ts takes. */
function fusionCounts(training: Observations, position: number): FusionCounts {
  return {
    classes: training.shape.classes,
    timesteps: training.rows,
    labels: training.labels,
    final: training.counts[training.heads.length - 1]!,
    head: training.counts[position]!,
  };
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

/** The class chosen at one row of one image. */
export function chosenClass(
  observations: Observations,
  position: number,
  image: number,
  row: number,
  strength: number,
  rule: StrengthRule,
): number {
  const { classes, rows } = observations.shape;
  const final = observations.counts[observations.heads.length - 1]!;
  const head = observations.counts[position]!;
  return chooseClass(
    { classes, final, head },
    (image * rows + row) * classes,
    observations.rows[row]!,
    strength,
    scoreOf(rule),
  );
}
