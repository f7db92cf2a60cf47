/**
 * What an evaluation writes to results.json. Everything in it is a count, or follows from its counts by the formulas
 * beside the fields, so that another program can check it.
 *
 * A *row* is a timestep at which counts were kept; every list that is said to be "a row" has one entry for each.
 */
import type { StrengthRule } from '../../src/fit/rules.js';

/** A fraction of images with its 95 % bootstrap interval over images. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** What answers: the final prediction alone, fused with an internal one, or the network cut behind a head. */
export type CurveKind = 'final' | 'fused' | 'truncated';

/** Accuracy against cost, over time. */
export interface Curve {
  readonly kind: CurveKind;
  /** The internal head that is fused or that answers alone; null for the final prediction alone. */
  readonly head: string | null;
  /** The residual block that the head follows, from 1; of the final head for kind `final`. */
  readonly block: number;
  /** P, eq. (16); null unless fused; one value a row for the rule `schedule`. */
  readonly strength: number | readonly number[] | null;
  readonly rule: StrengthRule | null;
  /** k: a timestep's spikes counted as t^k; 0 is the paper's eq. (10). */
  readonly forgetting: number;
  /** Images classified rightly, a row. */
  readonly correct: readonly number[];
  /** correct / images, with the bootstrap interval, a row. */
  readonly accuracy: readonly Estimate[];
  /** Spikes emitted until then by all that this curve computes, summed over images, a row. */
  readonly spikes: readonly number[];
  /** Synaptic operations until then, summed over images, a row. */
  readonly synapticOperations: readonly number[];
  /** Mean energy of an image until then in millijoules, a row, for every energy model by its name. */
  readonly energyMillijoules: Readonly<Record<string, readonly number[]>>;
}

/** Energy that a curve needs to reach the target accuracy, in the default energy model. */
export interface TargetEnergy {
  readonly kind: CurveKind;
  readonly head: string | null;
  readonly block: number;
  readonly rule: StrengthRule | null;
  readonly forgetting: number;
  /** Timestep of the first row whose accuracy is at the target or above; null if there is none. */
  readonly timesteps: number | null;
  /** Mean energy of an image there in millijoules, interpolated from the row before; null if not reached. */
  readonly energyMillijoules: Estimate | null;
  /**
   * 1 - energy / energy of the final prediction alone without forgetting, the paper's baseline; null where the energy is,
   * and for what neither fuses nor forgets. Where the baseline (or a resample of it) does not reach the target, the
   * energy of its whole run stands in its place, so that the saving is a lower bound.
   */
  readonly saving: Estimate | null;
}

export interface LayerResult {
  readonly name: string;
  readonly neurons: number;
  readonly synapses: number;
  /** Spikes emitted until then, summed over images, a row. */
  readonly spikes: readonly number[];
  /** Synaptic operations received until then, summed over images, a row. */
  readonly synapticOperations: readonly number[];
}

export interface Results {
  readonly format: 'snnwasm-results-1';
  readonly created: { readonly snnwasm: string; readonly command: string };
  readonly model: {
    readonly name: string;
    readonly sha256: string;
    readonly provenance: Readonly<Record<string, unknown>>;
  };
  readonly data: {
    readonly split: 'train' | 'test';
    readonly images: number;
    readonly sha256: string;
    /** Images were mirrored left to right. */
    readonly mirrored: boolean;
    /** Training images on which strengths and forgetting were fitted. */
    readonly fitImages: number;
    /** Side in pixels of the largest square that covered a part of them. */
    readonly fitOcclusion: number;
  };
  readonly settings: {
    readonly timesteps: number;
    readonly propagation: 'synchronous' | 'pipelined';
    /** In thresholds. */
    readonly initialPotential: number;
  };
  /** The trained network itself (the model's integers, run densely with ReLU), on the same images. */
  readonly ann: {
    readonly accuracy: Estimate;
    /** Of every internal head: `block` is its place among all heads, from 1, `layer` the index of what it reads. */
    readonly heads: readonly {
      readonly name: string;
      readonly block: number;
      readonly layer: number;
      readonly accuracy: Estimate;
    }[];
    readonly multiplyAccumulates: number;
    /** By energy model; null where the model has no energy per multiply-accumulate. */
    readonly energyMillijoules: Readonly<Record<string, number | null>>;
  };
  /** ANN accuracy - 0.01, the paper's target. */
  readonly targetAccuracy: number;
  /** Timestep of every row. */
  readonly rows: readonly number[];
  readonly curves: readonly Curve[];
  readonly targets: readonly TargetEnergy[];
  readonly layers: readonly LayerResult[];
}
