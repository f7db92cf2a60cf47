/** What an explanation is made of, and what it is made from. */
import type { EnergyModel } from '../../src/index.js';
import type { Frame, Model, Settings } from './protocol.js';

/** What an explanation may speak of. */
export interface Situation {
  readonly model: Model;
  readonly frame: Frame | null;
  readonly settings: Settings;
  readonly timesteps: number;
  /** P in use. */
  readonly priorStrength: number;
  readonly energyModel: EnergyModel;
  readonly annModel: EnergyModel;
  readonly spent: number;
  readonly ann: number;
  readonly settledSince: number | null;
}

export interface Explanation {
  readonly title: string;
  /** Equation or source, or ''. */
  readonly reference: string;
  readonly paragraphs: readonly string[];
  readonly facts: readonly (readonly [string, string])[];
}
