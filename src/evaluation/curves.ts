/**
 * Accuracy against cost for every way to answer: the final prediction alone, fused with each internal head by each
 * rule, and the network cut behind each head. Records come one by one; kept are one bit of right or wrong and one cost
 * an image, row and curve, which is what the bootstrap needs.
 */
import type { SpikingNetwork } from '../model/graph.js';
import { Observations } from '../observation/observations.js';
import type { ImageRecord } from '../observation/record.js';
import { chosenClass, type FittedStrength, type StrengthRule } from '../observation/strengths.js';
import type { CurveKind } from './results.js';

/** One way to answer. */
export interface CurvePlan {
  readonly kind: CurveKind;
  /** Position of the internal head among the evaluated heads; of the final one for kind `final`. */
  readonly position: number;
  readonly strength: number | readonly number[] | null;
  readonly rule: StrengthRule | null;
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

/** Plans all curves of an evaluation; `strengths` are those of every internal head, by its position. */
export function planCurves(heads: number, strengths: readonly (readonly FittedStrength[])[]): CurvePlan[] {
  const internal = Array.from({ length: heads - 1 }, (_, position) => position);
  return [
    { kind: 'final', position: heads - 1, strength: null, rule: null },
    ...internal.flatMap((position) =>
      strengths[position]!.map(
        ({ rule, strength }): CurvePlan => ({ kind: 'fused', position, strength, rule }),
      ),
    ),
    ...internal.map((position): CurvePlan => ({ kind: 'truncated', position, strength: null, rule: null })),
  ];
}

export class CurveCollector {
  readonly curves: readonly CurveCounts[];
  readonly labels: Uint8Array;
  /** `[head][image]`: the class that each head of the trained network chooses. */
  readonly annChoices: readonly Uint8Array[];
  /** Counts of one image at a time. */
  readonly #single: Observations;
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

  #choose({ kind, position, strength, rule }: CurvePlan, row: number): number {
    if (kind !== 'fused') return this.#plainChoice(position, row);
    return chosenClass(
      this.#single,
      position,
      0,
      row,
      typeof strength === 'number' ? strength : strength![row]!,
      rule!,
    );
  }

  /** The class with the most spikes of one head alone; of equals the lower index. */
  #plainChoice(position: number, row: number): number {
    const { classes } = this.#single.shape;
    const counts = this.#single.counts[position]!;
    let best = 0;
    for (let index = 1; index < classes; index++) {
      if (counts[row * classes + index]! > counts[row * classes + best]!) best = index;
    }
    return best;
  }
}

/** Which heads a curve computes. */
function headsOf({ kind, position }: CurvePlan, final: number): number[] {
  return kind === 'fused' ? [position, final] : [position];
}
