/** Polynomial forgetting: timestep t counts as t^k in the firing rates, and k = 0 is the paper's eq. (10). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Observations } from '../../src/fit/observations.js';
import { fitForgetting } from '../../src/fit/rules.js';
import { Evidence, RowWeights } from '../../src/fusion/evidence.js';
import { MAXIMUM_FORGETTING } from '../../src/graph/bounds.js';
import { buildNetwork } from '../generate.js';

/** Spikes of three classes over time, `[timestep][class]`. */
const trains = fc.array(fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 3, maxLength: 3 }), {
  minLength: 1,
  maxLength: 80,
});
const exponent = fc.integer({ min: 0, max: MAXIMUM_FORGETTING });

function evidenceOf(train: readonly (readonly number[])[], forgetting: number): Evidence {
  const evidence = new Evidence(3, forgetting);
  for (const fired of train) evidence.add(Uint8Array.from(fired));
  return evidence;
}

/** Spikes until each row, `[row][class]`. */
function countsAt(rows: readonly number[], train: readonly (readonly number[])[]): Uint16Array {
  return Uint16Array.from(
    rows.flatMap((row) => [0, 1, 2].map((j) => train.slice(0, row).filter((fired) => fired[j] === 1).length)),
  );
}

describe('evidence', () => {
  it('is spikes and timesteps, to the last bit, where nothing is forgotten', () => {
    fc.assert(
      fc.property(trains, (train) => {
        const { counts, timesteps } = evidenceOf(train, 0).counts();
        expect([...(counts as Float64Array)]).toEqual([...countsAt([train.length], train)]);
        expect(timesteps).toBe(train.length);
      }),
    );
  });

  it('is the rate with timestep t weighed by t^k, and the effective sample size of such weights', () => {
    fc.assert(
      fc.property(trains, exponent, (train, forgetting) => {
        const { counts, timesteps } = evidenceOf(train, forgetting).counts();
        const weights = train.map((_, index) => ((index + 1) / train.length) ** forgetting);
        const total = weights.reduce((a, b) => a + b, 0);
        const size = total ** 2 / weights.reduce((sum, weight) => sum + weight ** 2, 0);
        expect(timesteps / size).toBeCloseTo(1, 12);
        expect(timesteps).toBeLessThanOrEqual(train.length * (1 + 1e-12));
        expect(timesteps).toBeGreaterThanOrEqual(1);
        for (let j = 0; j < 3; j++) {
          const count = weights.reduce((sum, weight, index) => sum + weight * train[index]![j]!, 0);
          expect(counts[j]! / timesteps).toBeCloseTo(count / total, 12);
          expect(counts[j]!).toBeLessThanOrEqual(timesteps);
        }
      }),
    );
  });

  it('is worked by hand', () => {
    // Weights 1, 4, 9, 16, their sum 30, that of their squares 354.
    const { counts, timesteps } = evidenceOf(
      [
        [1, 0, 0],
        [1, 0, 1],
        [0, 0, 1],
        [0, 1, 1],
      ],
      2,
    ).counts();
    expect([...(counts as Float64Array)]).toEqual([5 * (30 / 354), 16 * (30 / 354), 29 * (30 / 354)]);
    expect(timesteps).toBe(30 * (30 / 354));
  });

  it('is nothing before the first timestep', () => {
    expect(new Evidence(2, 3).counts()).toEqual({ counts: new Float64Array(2), timesteps: 0 });
  });

  it('is a copy, which later timesteps leave as it is', () => {
    const evidence = evidenceOf([[1, 0, 1]], 1);
    const before = evidence.counts();
    evidence.add(Uint8Array.of(1, 1, 1));
    expect(before).toEqual({ counts: Float64Array.of(1, 0, 1), timesteps: 1 });
  });
});

describe('weighted rows', () => {
  it('are the evidence of a run, to the last bit, where every timestep is a row', () => {
    fc.assert(
      fc.property(trains, exponent, (train, forgetting) => {
        const rows = train.map((_, index) => index + 1);
        const weights = new RowWeights(rows, forgetting);
        const weighted = new Float64Array(3 * rows.length);
        weights.weigh(countsAt(rows, train), weighted);
        const evidence = new Evidence(3, forgetting);
        train.forEach((fired, row) => {
          evidence.add(Uint8Array.from(fired));
          const { counts, timesteps } = evidence.counts();
          expect(weighted.slice(3 * row, 3 * row + 3)).toEqual(counts);
          expect(weights.timesteps[row]).toBe(timesteps);
        });
      }),
    );
  });

  it('share the mean weight of the timesteps between two rows', () => {
    const weights = new RowWeights([2, 4], 1);
    const weighted = new Float64Array(2);
    weights.weigh(Uint16Array.of(1, 2), weighted);
    // The mean weights are 1.5 and 3.5; sums are 3 and 10, those of squares 5 and 30.
    expect([...weighted]).toEqual([1.5 * (3 / 5), (1.5 + 3.5) * (10 / 30)]);
    expect(weights.timesteps).toEqual([3 * (3 / 5), 10 * (10 / 30)]);
  });
});

describe('fit of k', () => {
  const network = buildNetwork({
    seed: 3,
    input: { channels: 3, height: 4, width: 4 },
    stem: { channels: 8, kernel: 3, stride: 1 },
    unpadded: false,
    blocks: [],
    classes: 3,
    propagation: 'synchronous',
  });
  const rows = Array.from({ length: 40 }, (_, index) => index + 1);

  /** One image of class 0; class 1 fires in its place until it is over. */
  function observed(over: number): Observations {
    const observations = new Observations(network, rows, [network.heads.length - 1], 1);
    const train = rows.map((row) => (row <= over ? [0, 1, 0] : [1, 0, 0]));
    observations.counts[0]!.set(countsAt(rows, train));
    return observations;
  }

  it('forgets nothing where nothing is to be forgotten', () => {
    expect(fitForgetting(observed(0))).toBe(0);
  });

  it('forgets a false start, and no more than it has to', () => {
    const right = (forgetting: number, over: number): number => {
      const evidence = new Evidence(2, forgetting);
      return rows.filter((row) => {
        evidence.add(row <= over ? Uint8Array.of(0, 1) : Uint8Array.of(1, 0));
        const { counts } = evidence.counts();
        return counts[0]! >= counts[1]!;
      }).length;
    };
    for (const over of [4, 9, 15]) {
      const found = fitForgetting(observed(over));
      expect(found).toBeGreaterThan(0);
      const areas = Array.from({ length: MAXIMUM_FORGETTING + 1 }, (_, k) => right(k, over));
      expect(found).toBe(areas.indexOf(Math.max(...areas)));
    }
  });
});
