/** Prior and posterior of the firing rates, eqs. (10) to (18), and the ranking of the classes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { betaMean } from '../../src/fusion/beta.js';
import { probabilityHighest } from '../../src/fusion/highest.js';
import { fuse, type HeadPrior, rateInterval, spikeFusionScore } from '../../src/fusion/posterior.js';
import { betaPrior, firingRate, type SpikeCounts } from '../../src/fusion/prior.js';

/** Counts of the final and an internal head over the same timesteps. */
const observation = fc
  .record({ timesteps: fc.integer({ min: 1, max: 400 }), classes: fc.integer({ min: 1, max: 20 }) })
  .chain(({ timesteps, classes }) => {
    const counts = fc.array(fc.integer({ min: 0, max: timesteps }), {
      minLength: classes,
      maxLength: classes,
    });
    return fc.record({ timesteps: fc.constant(timesteps), final: counts, head: counts });
  });

/** Relative to the size of the value, absolute below 1. */
function expectClose(actual: number, expected: number, tolerance: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected)));
}

describe('prior', () => {
  it('has the internal rate as its mean and P as its strength, eq. (15) to (18)', () => {
    expect(betaPrior(3, 12, 10)).toEqual({ alpha: 2.5, beta: 7.5 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0.01, max: 1e4, noNaN: true }),
        (timesteps, fraction, strength) => {
          const count = Math.round(fraction * timesteps);
          const prior = betaPrior(count, timesteps, strength);
          expectClose(prior.alpha + prior.beta, strength, 1e-14);
          expectClose(betaMean(prior), firingRate(count, timesteps), 1e-14);
        },
      ),
    );
  });
});

describe('posterior', () => {
  it('is eq. (14), worked by hand', () => {
    const posterior = fuse(
      { counts: [3, 0, 4], timesteps: 10 },
      { counts: [6, 1, 0], timesteps: 12, strength: 6 },
    );
    // alpha = 3, 0.5, 0; denominators 16.
    expect(Array.from(posterior.estimates)).toEqual([6 / 16, 0.5 / 16, 4 / 16]);
    expect(posterior.ranking).toEqual([0, 2, 1]);
    expect(posterior.distributions).toEqual([
      { alpha: 6, beta: 10 },
      { alpha: 1, beta: 15.5 },
      { alpha: 5, beta: 12 },
    ]);
  });

  it('is eq. (14) everywhere, and ranks by it', () => {
    fc.assert(
      fc.property(observation, fc.integer({ min: 1, max: 1000 }), ({ timesteps, final, head }, strength) => {
        const posterior = fuse({ counts: final, timesteps }, { counts: head, timesteps, strength });
        final.forEach((count, j) => {
          const { alpha, beta } = betaPrior(head[j]!, timesteps, strength);
          expectClose(posterior.estimates[j]!, (alpha + count) / (alpha + beta + timesteps), 1e-15);
          const ends = [firingRate(head[j]!, timesteps), firingRate(count, timesteps)].sort((a, b) => a - b);
          expect(posterior.estimates[j]).toBeGreaterThanOrEqual(ends[0]! - 1e-15);
          expect(posterior.estimates[j]).toBeLessThanOrEqual(ends[1]! + 1e-15);
        });
        const ranked = posterior.ranking.map((j) => posterior.estimates[j]!);
        expect(ranked).toEqual([...ranked].sort((a, b) => b - a));
        expect([...posterior.ranking].sort((a, b) => a - b)).toEqual(final.map((_, j) => j));
      }),
    );
  });

  it('falls back to eq. (10) exactly without a prior, with P = 0, and before the head has run', () => {
    fc.assert(
      fc.property(observation, ({ timesteps, final, head }) => {
        const observed: SpikeCounts = { counts: final, timesteps };
        const alone = fuse(observed, null);
        expect(Array.from(alone.estimates)).toEqual(final.map((count) => count / timesteps));
        expect(alone.distributions).toEqual(
          final.map((count) => ({ alpha: 1 + count, beta: 1 + timesteps - count })),
        );
        expect(fuse(observed, { counts: head, timesteps, strength: 0 })).toEqual(alone);
        expect(fuse(observed, { counts: head.map(() => 0), timesteps: 0, strength: 9 })).toEqual(alone);
      }),
    );
  });

  it('ranks as the head does when P is very large', () => {
    fc.assert(
      fc.property(observation, ({ timesteps, final, head }) => {
        const { ranking } = fuse({ counts: final, timesteps }, { counts: head, timesteps, strength: 1e9 });
        const ranked = ranking.map((j) => head[j]!);
        expect(ranked).toEqual([...ranked].sort((a, b) => b - a));
      }),
    );
  });

  it('breaks ties by final spikes, then by the lower index', () => {
    const prior: HeadPrior = { counts: [4, 0, 4, 2], timesteps: 4, strength: 4 };
    expect(fuse({ counts: [0, 4, 0, 2], timesteps: 4 }, prior).ranking).toEqual([1, 3, 0, 2]);
    expect(fuse({ counts: [2, 3, 2, 3], timesteps: 4 }, null).ranking).toEqual([1, 3, 0, 2]);
  });

  it('starts undecided at N = 0', () => {
    const posterior = fuse({ counts: [0, 0], timesteps: 0 }, { counts: [0, 0], timesteps: 0, strength: 10 });
    expect(Array.from(posterior.estimates)).toEqual([0, 0]);
    expect(posterior.ranking).toEqual([0, 1]);
    const [first, second] = probabilityHighest(posterior.distributions);
    expectClose(first!, 0.5, 1e-6);
    expectClose(second!, 0.5, 1e-6);
  });

  it('ranks by score, then by final spikes, then by index', () => {
    fc.assert(
      fc.property(observation, fc.integer({ min: 0, max: 50 }), ({ timesteps, final, head }, strength) => {
        const score = (j: number) => strength * head[j]! + timesteps * final[j]!;
        const expected = final
          .map((_, j) => j)
          .sort((a, b) => score(b) - score(a) || final[b]! - final[a]! || a - b);
        const prior = { counts: head, timesteps, strength };
        expect(fuse({ counts: final, timesteps }, prior).ranking).toEqual(expected);
      }),
    );
  });

  it('has intervals that hold the estimate and narrow as evidence grows', () => {
    fc.assert(
      fc.property(observation, fc.integer({ min: 0, max: 200 }), ({ timesteps, final, head }, strength) => {
        const posterior = fuse({ counts: final, timesteps }, { counts: head, timesteps, strength });
        const { lower, upper } = rateInterval(posterior, 0);
        expect(lower).toBeLessThanOrEqual(posterior.estimates[0]!);
        expect(upper).toBeGreaterThanOrEqual(posterior.estimates[0]!);
        expect(lower).toBeGreaterThanOrEqual(0);
        expect(upper).toBeLessThanOrEqual(1);
      }),
    );
    const width = (n: number) => {
      const { lower, upper } = rateInterval(fuse({ counts: [n / 4], timesteps: n }, null), 0);
      return upper - lower;
    };
    expect(width(400)).toBeLessThan(width(100) / 1.8);
    expect(rateInterval(fuse({ counts: [0], timesteps: 20 }, null), 0).lower).toBe(0);
    expect(rateInterval(fuse({ counts: [20], timesteps: 20 }, null), 0).upper).toBe(1);
  });

  it('refuses counts that cannot be', () => {
    const good: SpikeCounts = { counts: [1, 2], timesteps: 4 };
    expect(() => fuse({ counts: [5], timesteps: 4 }, null)).toThrow(/class 0 has 5 spikes/);
    expect(() => fuse({ counts: [Number.NaN], timesteps: 4 }, null)).toThrow(UserError);
    expect(() => fuse({ counts: [0], timesteps: -1 }, null)).toThrow(/number of timesteps/);
    expect(() => fuse(good, { counts: [1], timesteps: 4, strength: 1 })).toThrow(/1 classes/);
    expect(() => fuse(good, { counts: [1, 9], timesteps: 4, strength: 1 })).toThrow(/class 1 has 9/);
    expect(() => fuse(good, { ...good, strength: -1 })).toThrow(/prior strength P/);
    expect(() => rateInterval(fuse(good, null), 2)).toThrow(/no class 2/);
  });
});

describe('the score of BayesianSpikeFusion', () => {
  it('is (alpha + M) / (alpha / E + N), times N', () => {
    fc.assert(
      fc.property(observation, fc.double({ min: 0.01, max: 1000, noNaN: true }), (counts, alpha) => {
        const { timesteps, final, head } = counts;
        final.forEach((count, j) => {
          const rate = head[j]! / timesteps;
          const expected = rate === 0 ? 0 : (timesteps * (alpha + count)) / (alpha / rate + timesteps);
          expectClose(spikeFusionScore(count, head[j]!, alpha), expected, 1e-9);
        });
      }),
    );
  });

  it('is the final count alone without a prior', () => {
    expect(spikeFusionScore(7, 3, 0)).toBe(7);
    expect(spikeFusionScore(7, 0, 0)).toBe(7);
  });
});
