/** The evaluation's arithmetic: what is kept of an image, and how curves, targets and intervals follow from it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fraction, percentileInterval, resample } from '../../lab/evaluation/bootstrap.js';
import { CurveCollector, type CurveCounts, type CurvePlan, planCurves } from '../../lab/evaluation/curves.js';
import { targetsOf } from '../../lab/evaluation/targets.js';
import { crossing } from '../../src/fit/crossing.js';
import { Observations } from '../../src/fit/observations.js';
import { Observer } from '../../src/fit/observer.js';
import {
  decodeRecord,
  encodeRecord,
  type ImageRecord,
  newRecord,
  recordBytes,
} from '../../src/fit/record.js';
import { rowsUpTo } from '../../src/fit/rows.js';
import type { FittedStrength } from '../../src/fit/rules.js';
import { RowWeights } from '../../src/fusion/evidence.js';
import { fuse } from '../../src/fusion/posterior.js';
import type { SpikeCounts } from '../../src/fusion/prior.js';
import { kernelModule } from '../../src/host/node/kernels.js';
import { quantiseInput } from '../../src/picture/tensor.js';
import { uniformNumbers } from '../../src/random.js';
import { DEFAULT_ENERGY_MODEL } from '../../src/run/energy.js';
import { buildNetwork } from '../generate.js';
import { simulate } from '../reference/simulator.js';

const network = buildNetwork({
  seed: 5,
  input: { channels: 3, height: 6, width: 6 },
  stem: { channels: 8, kernel: 3, stride: 1 },
  unpadded: false,
  blocks: [
    { channels: 8, stride: 1, kernel: 3, head: true },
    { channels: 12, stride: 2, kernel: 3, head: true },
  ],
  classes: 7,
  propagation: 'synchronous',
});
const rows = [1, 2, 3, 5, 8, 12, 20];
const heads = network.heads.map((_, index) => index);

function picture(seed: number) {
  const random = uniformNumbers(seed);
  const pixels = Uint8ClampedArray.from({ length: 6 * 6 * 3 }, () => Math.floor(random() * 256));
  return { width: 6, height: 6, pixels };
}

async function observeMany(count: number): Promise<ImageRecord[]> {
  const options = { heads, rows, propagation: 'synchronous', initialPotential: 0.5 } as const;
  const observer = await Observer.create(await kernelModule(), network, options);
  return Array.from({ length: count }, (_, image) => observer.observe(picture(image), image % 7));
}

describe('rows', () => {
  it('rise from 1 to the last timestep, and no two are more than 16 apart', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 65535 }), (timesteps) => {
        const all = rowsUpTo(timesteps);
        expect(all[0]).toBe(1);
        expect(all[all.length - 1]).toBe(timesteps);
        const steps = all.slice(1).map((row, index) => row - all[index]!);
        expect(steps.every((step) => step > 0 && step <= 16)).toBe(true);
      }),
    );
  });
});

describe('a record', () => {
  it('survives its bytes, and bytes of another length are refused', () => {
    const shape = { rows: 3, layers: 2, heads: 2, classes: 5 };
    const record = newRecord(shape, 4);
    const random = uniformNumbers(1);
    record.annChoices.set([1, 3]);
    record.outputs.forEach((_, index) => {
      record.outputs[index] = Math.floor(random() * 16);
    });
    record.spikes.forEach((_, index) => {
      record.spikes[index] = Math.floor(random() * 2 ** 32);
      record.operations[index] = Math.floor(random() * 2 ** 32);
    });
    const bytes = encodeRecord(record);
    expect(bytes.length).toBe(recordBytes(shape));
    expect(decodeRecord(bytes, shape)).toEqual(record);
    expect(() => decodeRecord(bytes.subarray(1), shape)).toThrow(/instead of/);
  });

  it('holds the counts and costs of the reference simulator', async () => {
    const [record] = await observeMany(1);
    const observations = new Observations(network, rows, heads, 1);
    observations.set(0, record!);
    const { input, normalisation, inputFractionBits } = network;
    const reference = simulate(network, quantiseInput(picture(0), input, normalisation, inputFractionBits), {
      timesteps: 20,
      propagation: 'synchronous',
      initialPotential: 0.5,
    });
    rows.forEach((timestep, row) => {
      const until = (values: readonly number[]) => values.slice(0, timestep).reduce((a, b) => a + b, 0);
      const parts = [...reference.populations, ...reference.heads];
      parts.forEach((part, index) => {
        expect(observations.operations[index]![row]).toBe(until(part.synapticOperations));
        expect(observations.spikes[index]![row]).toBe(until(part.spikes));
      });
      reference.heads.forEach((head, position) => {
        const counts = Array.from({ length: 7 }, (_, j) => until(head.spikeBits.map((bits) => bits[j]!)));
        expect([...observations.counts[position]!.subarray(row * 7, row * 7 + 7)]).toEqual(counts);
      });
    });
  });
});

/** The class with the highest (alpha + M) / (alpha / E + N), of equals the one with more final spikes. */
function highestSpikeFusion(final: SpikeCounts, head: ArrayLike<number>, alpha: number): number {
  const scores = Array.from(final.counts, (count, j) => {
    const rate = head[j]! / final.timesteps;
    return rate === 0 ? 0 : (alpha + count) / (alpha / rate + final.timesteps);
  });
  const order = scores.map((_, j) => j);
  // Sums of few small numbers: scores that differ do so by far more than this.
  order.sort((a, b) =>
    Math.abs(scores[b]! - scores[a]!) > 1e-9
      ? scores[b]! - scores[a]!
      : final.counts[b]! - final.counts[a]! || a - b,
  );
  return order[0]!;
}

describe('curves', () => {
  it('choose as the posterior ranks, and cost what they compute', async () => {
    const records = await observeMany(6);
    const strengths: FittedStrength[][] = [
      [
        { rule: 'fixed', strength: 4, forgetting: 0 },
        { rule: 'fixed', strength: 2.5, forgetting: 3 },
      ],
      [{ rule: 'schedule', strength: rows.map((_, row) => row * 3), forgetting: 0 }],
    ];
    const plans = planCurves(3, strengths, [0, 3]);
    expect(plans.map(({ kind, position, forgetting }) => `${kind} ${position} ${forgetting}`)).toEqual([
      ...['final 2 0', 'fused 0 0', 'fused 1 0', 'truncated 0 0', 'truncated 1 0'],
      ...['final 2 3', 'fused 0 3', 'truncated 0 3', 'truncated 1 3'],
    ]);
    const collector = new CurveCollector(network, rows, heads, plans, records.length);
    const all = new Observations(network, rows, heads, records.length);
    records.forEach((record, image) => {
      collector.add(image, record);
      all.set(image, record);
    });
    const countsOf = (position: number, image: number, row: number, forgetting: number) => {
      const first = image * rows.length * 7;
      const weights = new RowWeights(rows, forgetting);
      const weighted = new Float64Array(rows.length * 7);
      weights.weigh(all.counts[position]!.subarray(first, first + weighted.length), weighted);
      return { counts: weighted.subarray(row * 7, (row + 1) * 7), timesteps: weights.timesteps[row]! };
    };
    for (const { plan, correct, operations, spikes } of collector.curves) {
      const length = network.heads[plan.kind === 'fused' ? 2 : plan.position]!.population + 1;
      const parts = Array.from({ length }, (_, population) => population);
      parts.push(network.populations.length + plan.position);
      if (plan.kind === 'fused') parts.push(network.populations.length + 2);
      rows.forEach((_, row) => {
        expect(spikes[row]).toBe(parts.reduce((sum, part) => sum + all.spikes[part]![row]!, 0));
        records.forEach((record, image) => {
          const strength = typeof plan.strength === 'object' ? (plan.strength?.[row] ?? 0) : plan.strength;
          const final = countsOf(plan.kind === 'fused' ? 2 : plan.position, image, row, plan.forgetting);
          const head = countsOf(plan.position, image, row, plan.forgetting);
          const prior = strength === null ? null : { ...head, strength };
          const chosen =
            plan.rule === 'schedule' && strength !== null && strength > 0
              ? highestSpikeFusion(final, head.counts, strength)
              : fuse(final, prior).ranking[0];
          expect(correct[image * rows.length + row]).toBe(chosen === record.label ? 1 : 0);
          const cost = parts.reduce(
            (sum, part) => sum + all.operations[part]![image * rows.length + row]!,
            0,
          );
          expect(operations[image * rows.length + row]).toBe(cost);
        });
      });
    }
  });
});

describe('a crossing', () => {
  it('is the first row at the target, its energy interpolated', () => {
    expect(crossing([0.1, 0.5, 0.7], [1, 2, 4], 0.6)).toEqual({ row: 2, energy: 3 });
    expect(crossing([0.1, 0.5, 0.7], [1, 2, 4], 0.1)).toEqual({ row: 0, energy: 1 });
    expect(crossing([0.1, 0.5, 0.7], [1, 2, 4], 0.8)).toBeNull();
  });
});

describe('targets', () => {
  const images = 200;
  /** Right from a row on in all images but the first few. */
  const curve = (plan: Partial<CurvePlan>, from: number, wrong: number): CurveCounts => ({
    plan: { kind: 'fused', position: 0, strength: 1, rule: 'area', forgetting: 0, ...plan },
    correct: Uint8Array.from({ length: images * 3 }, (_, index) =>
      index % 3 >= from && Math.floor(index / 3) >= wrong ? 1 : 0,
    ),
    operations: Float64Array.from({ length: images * 3 }, (_, index) => [1e8, 2e8, 4e8][index % 3]!),
    spikes: new Float64Array(3),
  });
  const answers = (curves: readonly CurveCounts[]) => ({
    labels: new Uint8Array(images),
    annChoices: [new Uint8Array(images)],
    curves,
  });
  const alone = { kind: 'final', strength: null, rule: null } as const;
  const find = (curves: readonly CurveCounts[]) =>
    targetsOf(answers(curves), uniformNumbers(1), DEFAULT_ENERGY_MODEL);

  it('are reached at an energy, and save against the first curve', () => {
    const [final, fused] = find([curve(alone, 1, 0), curve({}, 0, 0)]);
    // Row 1 costs 5.2 mJ; 99 % lie 99 % of the way there from row 0 with its 2.6 mJ.
    expect(final!.energyMillijoules!.value).toBeCloseTo(2.6 + 0.99 * 2.6, 10);
    expect(final!.saving).toBeNull();
    expect(fused!.row).toBe(0);
    expect(fused!.saving!.value).toBeCloseTo(1 - 2.6 / (1.99 * 2.6), 10);
    expect(fused!.saving!.low).toBe(fused!.saving!.value);
  });

  it('count the whole run for a baseline that does not get there: savings are at least so large', () => {
    const [final, fused, forgetting] = find([
      curve(alone, 1, 8),
      curve({}, 1, 0),
      curve({ ...alone, forgetting: 2 }, 1, 0),
    ]);
    expect(final).toMatchObject({ row: null, energyMillijoules: null, saving: null });
    for (const { saving } of [fused!, forgetting!]) {
      expect(saving!.value).toBeCloseTo(1 - (1.99 * 2.6) / 10.4, 10);
    }
  });

  it('have no saving where resamples often miss the target, or nothing is fused or forgotten', () => {
    const [, seldom, often, cut] = find([
      curve(alone, 0, 0),
      curve({}, 1, 0),
      curve({}, 1, 2),
      curve({ ...alone, kind: 'truncated' }, 0, 0),
    ]);
    expect(seldom!.saving).not.toBeNull();
    expect(often!.row).toBe(1);
    expect(often!.saving).toBeNull();
    expect(cut!.energyMillijoules).not.toBeNull();
    expect(cut!.saving).toBeNull();
  });
});

describe('bootstrap intervals', () => {
  it('of a fraction are the percentiles of resampled fractions', () => {
    const total = 400;
    const correct = 300;
    const random = uniformNumbers(3);
    const fractions = Array.from({ length: 4000 }, () => {
      const weights = resample(total, random);
      return weights.subarray(0, correct).reduce((sum, weight) => sum + weight, 0) / total;
    }).sort((a, b) => a - b);
    const estimate = fraction(correct, total);
    expect(estimate.value).toBe(0.75);
    expect(estimate.low).toBeCloseTo(fractions[100]!, 2);
    expect(estimate.high).toBeCloseTo(fractions[3900]!, 2);
    expect(fraction(0, 10)).toEqual({ value: 0, low: 0, high: 0 });
    expect(fraction(10, 10)).toEqual({ value: 1, low: 1, high: 1 });
  });

  it('draw every image once on average', () => {
    const weights = resample(1000, uniformNumbers(9));
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBe(1000);
    expect(weights.filter((weight) => weight === 0).length / 1000).toBeCloseTo(Math.exp(-1), 1);
  });

  it('are open where resamples often miss the target', () => {
    expect(percentileInterval(null, [1, 2, 3])).toBeNull();
    expect(percentileInterval(2, [1, 2, null])).toBeNull();
    const values = Array.from({ length: 1001 }, (_, index) => index);
    expect(percentileInterval(500, values)).toEqual({ value: 500, low: 25, high: 975 });
  });
});
