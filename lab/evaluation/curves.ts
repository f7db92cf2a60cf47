/**
 * Accuracy against cost for every way to answer: the final prediction alone, fused with each internal head by each
 * rule, and the network cut behind each head. Records come one by one; kept are one bit of right or wrong and one cost
 * an image, row and curve, which is what the bootstrap needs.
 */

import { chooseClass } from '../../src/fit/accuracy.js';
import { Observations } from '../../src/fit/observations.js';
import type { ImageRecord } from '../../src/fit/record.js';
import { type FittedStrength, type StrengthRule, scoreOf } from '../../src/fit/rules.js';
import { RowWeights } from '../../src/fusion/evidence.js';
import type { SpikingNetwork } from '../../src/graph/network.js';
import type { CurveKind } from './results.js';

/** One way to answer. */
export interface CurvePlan {
  readonly kind: CurveKind;
  /** Position of the internal head among the evaluated heads; of the final one for kind `final`. */
  readonly position: number;
  readonly strength: number | readonly number[] | null;
  readonly rule: StrengthRule | null;
  /** k, by which early timesteps count less. */
  readonly forgetting: number;
}

/** The counts of one image, weighted by one k: `[head]`, each `[row][class]`. */
interface Weighted {
  readonly weights: RowWeights;
  readonly counts: readonly Float64Array[];
}

/** A curve's raw counts. */
export interface CurveCounts {
  readonly plan: CurvePlan;
  /** `[image][row]`: 1 where the class is right. */
  readonly correct: Uint8Array;
  /** `[image][row]`: synaptic operations until then. Curves that compute the same share it. */
  readonly operations: Float64Array;
  /** Spikes until then of all that the curve computes, summed over images, a row. */
  readonly spikes: Float64Array;
}

/**
 * Plans all curves of an evaluation. The first is the final prediction alone as in the paper.
 *
 * @param strengths - of every internal head, by its position
 * @param forgettings - every k, 0 first
 */
export function planCurves(
  heads: number,
  strengths: readonly (readonly FittedStrength[])[],
  forgettings: readonly number[],
): CurvePlan[] {
  const internal = Array.from({ length: heads - 1 }, (_, position) => position);
  const plain = { strength: null, rule: null };
  return forgettings.flatMap((forgetting): CurvePlan[] => [
    { kind: 'final', position: heads - 1, ...plain, forgetting },
    ...internal.flatMap((position) =>
      strengths[position]!.filter((fitted) => fitted.forgetting === forgetting).map(
        (fitted): CurvePlan => ({ kind: 'fused', position, ...fitted }),
      ),
    ),
    ...internal.map((position): CurvePlan => ({ kind: 'truncated', position, ...plain, forgetting })),
  ]);
}

export class CurveCollector {
  readonly curves: readonly CurveCounts[];
  readonly labels: Uint8Array;
  /** `[head][image]`: the class that each head of the trained network chooses. */
  readonly annChoices: readonly Uint8Array[];
  /** Counts of one image at a time. */
  readonly #single: Observations;
  /** By k. */
  readonly #weighted: ReadonlyMap<number, Weighted>;
  readonly #partsOfCurve: readonly (readonly number[])[];
  /** `[layer, then head][row]`, summed over images. */
  readonly layerSpikes: readonly Float64Array[];
  readonly layerOperations: readonly Float64Array[];

  constructor(
    network: SpikingNetwork,
    rows: readonly number[],
    heads: readonly number[],
    plans: readonly CurvePlan[],
    images: number,
  ) {
    this.#single = new Observations(network, rows, heads, 1);
    this.labels = new Uint8Array(images);
    this.annChoices = heads.map(() => new Uint8Array(images));
    this.#weighted = new Map(
      plans.map(({ forgetting }) => {
        const counts = heads.map(() => new Float64Array(rows.length * network.labels.length));
        return [forgetting, { weights: new RowWeights(rows, forgetting), counts }];
      }),
    );
    this.#partsOfCurve = plans.map((plan) => this.#single.partsOf(headsOf(plan, heads.length - 1)));
    const shared = new Map<string, Float64Array>();
    this.curves = plans.map((plan, index) => {
      const key = this.#partsOfCurve[index]!.join();
      const operations = shared.get(key) ?? new Float64Array(images * rows.length);
      shared.set(key, operations);
      return {
        plan,
        correct: new Uint8Array(images * rows.length),
        operations,
        spikes: new Float64Array(rows.length),
      };
    });
    this.layerSpikes = this.#single.spikes.map(() => new Float64Array(rows.length));
    this.layerOperations = this.#single.spikes.map(() => new Float64Array(rows.length));
  }

  /** Adds the record of one image. */
  add(image: number, record: ImageRecord): void {
    const single = this.#single;
    const rows = single.rows.length;
    for (const spikes of single.spikes) spikes.fill(0);
    single.set(0, record);
    for (const { weights, counts } of this.#weighted.values()) {
      counts.forEach((weighted, head) => {
        weights.weigh(single.counts[head]!, weighted);
      });
    }
    this.labels[image] = record.label;
    this.annChoices.forEach((choices, head) => {
      choices[image] = record.annChoices[head]!;
    });
    this.layerSpikes.forEach((spikes, part) => {
      for (let row = 0; row < rows; row++) {
        spikes[row]! += single.spikes[part]![row]!;
        this.layerOperations[part]![row]! += single.operations[part]![row]!;
      }
    });
    this.curves.forEach((curve, index) => {
      this.#addToCurve(curve, this.#partsOfCurve[index]!, image);
    });
  }

  #addToCurve(
    { plan, correct, operations, spikes }: CurveCounts,
    parts: readonly number[],
    image: number,
  ): void {
    const single = this.#single;
    const rows = single.rows.length;
    for (let row = 0; row < rows; row++) {
      const at = image * rows + row;
      correct[at] = this.#choose(plan, row) === single.labels[0] ? 1 : 0;
      operations[at] = 0;
      for (const part of parts) {
        operations[at]! += single.operations[part]![row]!;
        spikes[row]! += single.spikes[part]![row]!;
      }
    }
  }

  /** A head that answers alone has no prior: its class is that of strength 0. */
  #choose({ kind, position, strength, rule, forgetting }: CurvePlan, row: number): number {
    const { weights, counts } = this.#weighted.get(forgetting)!;
    const { classes } = this.#single.shape;
    const head = counts[position]!;
    const fused = kind === 'fused';
    return chooseClass(
      { classes, final: fused ? counts[counts.length - 1]! : head, head },
      row * classes,
      weights.timesteps[row]!,
      !fused ? 0 : typeof strength === 'number' ? strength : strength![row]!,
      fused ? scoreOf(rule!) : 'eap',
    );
  }
}

/** Which heads a curve computes. */
function headsOf({ kind, position }: CurvePlan, final: number): number[] {
  return kind === 'fused' ? [position, final] : [position];
}
