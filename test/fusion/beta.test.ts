/** The Beta distribution against scipy, and what must hold for all shapes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import {
  type Beta,
  betaCumulative,
  betaMean,
  betaQuantile,
  credibleInterval,
  logBeta,
  logGamma,
} from '../../src/fusion/beta.js';

const shape = fc.double({ min: 0.5, max: 3000, noNaN: true });
const distribution = fc.record({ alpha: shape, beta: shape });
const probability = fc.double({ min: 1e-4, max: 1 - 1e-4, noNaN: true });

/** Relative to the size of the value, absolute below 1. */
function expectClose(actual: number, expected: number, tolerance: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected)));
}

describe('Beta distribution', () => {
  it.each([
    [0.001, 6.907178885383853],
    [0.5, 0.5723649429247],
    [1, 0],
    [3.7, 1.428072326665388],
    [11.9, 17.25847745059552],
    [12, 17.502307845873887],
    [3000.5, 21020.021627595055],
    [1e6, 12815504.569147611],
  ])('log gamma of %d, as scipy 1.17.1 has it', (x, expected) => {
    expectClose(logGamma(x), expected, 1e-14);
  });

  it.each([
    [0.5, 0.5, 0.3, 0.36901011956554536],
    [2, 5, 0.1, 0.11426500000000002],
    [10, 3, 0.9, 0.889130022255],
    [1, 110, 0.02, 0.8916401672168941],
    [150.5, 850.5, 0.16, 0.80514036683351],
    [3000, 1, 0.9995, 0.22304647413401898],
    [0.01, 10, 1e-5, 0.9167531321937997],
    [20000, 30000, 0.405, 0.9886864079077433],
    [0.2, 0.1, 0.999, 0.6566813160068354],
  ])('cumulative of Beta(%d, %d) at %d, as scipy has it', (alpha, beta, x, expected) => {
    expectClose(betaCumulative({ alpha, beta }, x), expected, 1e-11);
  });

  it.each([
    [0.5, 0.5, 0.025, 0.001541333133436012],
    [2, 5, 0.975, 0.6412345789976748],
    [10, 3, 0.025, 0.5158622513140328],
    [1, 110, 0.975, 0.032979194032219696],
    [150.5, 850.5, 0.025, 0.12889304420708794],
    [3000, 1, 0.5, 0.9997689776295918],
    [0.01, 10, 0.5, 4.695928649538474e-32],
    [20000, 30000, 0.999, 0.4067814709234831],
    [0.2, 0.1, 0.3, 0.3686485493252837],
  ])('quantile of Beta(%d, %d) at %d, as scipy has it', (alpha, beta, p, expected) => {
    expect(Math.abs(betaQuantile({ alpha, beta }, p) / expected - 1)).toBeLessThan(2e-12);
  });

  it('has the closed forms of integer shapes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, x) => {
        expectClose(betaCumulative({ alpha: n, beta: 1 }, x), x ** n, 1e-11);
        expectClose(betaCumulative({ alpha: 1, beta: n }, x), 1 - (1 - x) ** n, 1e-11);
        expectClose(logBeta(n, 1), -Math.log(n), 1e-12);
      }),
    );
  });

  it('takes a quantile back to its probability', () => {
    fc.assert(
      fc.property(distribution, probability, (d, p) => {
        // Close to 1 the last digit of x is worth up to 2e-9 here.
        expectClose(betaCumulative(d, betaQuantile(d, p)), p, 1e-8);
      }),
      { numRuns: 300 },
    );
  });

  it('takes a probability back to its quantile', () => {
    fc.assert(
      fc.property(distribution, fc.double({ min: -3, max: 3, noNaN: true }), (d, deviations) => {
        const mean = betaMean(d);
        const x = mean + deviations * Math.sqrt((mean * (1 - mean)) / (d.alpha + d.beta + 1));
        const p = betaCumulative(d, x);
        fc.pre(x > 0 && x < 1 && p > 1e-6 && p < 1 - 1e-6);
        expectClose(betaQuantile(d, p), x, 1e-9);
      }),
      { numRuns: 300 },
    );
  });

  it('is symmetric: Beta(b, a) mirrors Beta(a, b)', () => {
    fc.assert(
      fc.property(distribution, probability, ({ alpha, beta }, x) => {
        const mirrored = 1 - betaCumulative({ alpha: beta, beta: alpha }, 1 - x);
        expectClose(betaCumulative({ alpha, beta }, x), mirrored, 1e-10);
      }),
    );
    expectClose(betaCumulative({ alpha: 7.5, beta: 7.5 }, 0.5), 0.5, 1e-14);
  });

  it('has quantiles that rise, and end, for every shape', () => {
    const anyShape = fc.oneof(shape, fc.double({ min: 1e-6, max: 1e6, noNaN: true }));
    fc.assert(
      fc.property(anyShape, anyShape, probability, probability, (alpha, beta, p, q) => {
        const [low, high] = [p, q].sort((a, b) => a - b).map((each) => betaQuantile({ alpha, beta }, each));
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(high! - low!).toBeGreaterThanOrEqual(-1e-12);
      }),
      { numRuns: 300 },
    );
  });

  it('has credible intervals that hold the mean and the probability they say', () => {
    fc.assert(
      fc.property(distribution, fc.double({ min: 0.9, max: 0.999, noNaN: true }), (d, mass) => {
        const { lower, upper } = credibleInterval(d, mass);
        expect(lower).toBeLessThanOrEqual(betaMean(d));
        expect(upper).toBeGreaterThanOrEqual(betaMean(d));
        expectClose(betaCumulative(d, upper) - betaCumulative(d, lower), mass, 1e-8);
      }),
    );
  });

  it.each([
    [1, 1, 0.025, 0.975],
    [3, 9, 0.06021773417290667, 0.5177558523601726],
    [41, 61, 0.3093085156900544, 0.49825592150743475],
    [1, 17, 0.001488174391266636, 0.19506432296909318],
  ])('interval of Beta(%d, %d), as scipy has it', (alpha, beta, lower, upper) => {
    const interval = credibleInterval({ alpha, beta });
    expectClose(interval.lower, lower, 1e-12);
    expectClose(interval.upper, upper, 1e-12);
  });

  it('takes a shape of 0 as a point mass', () => {
    const atZero: Beta = { alpha: 0, beta: 10 };
    const atOne: Beta = { alpha: 10, beta: 0 };
    expect([-0.1, 0, 0.3].map((x) => betaCumulative(atZero, x))).toEqual([0, 1, 1]);
    expect([0, 0.999, 1].map((x) => betaCumulative(atOne, x))).toEqual([0, 0, 1]);
    expect(credibleInterval(atZero)).toEqual({ lower: 0, upper: 0 });
    expect(credibleInterval(atOne)).toEqual({ lower: 1, upper: 1 });
    expect([betaMean(atZero), betaMean(atOne)]).toEqual([0, 1]);
  });

  it('refuses what is no distribution', () => {
    for (const [alpha, beta] of [
      [0, 0],
      [-1, 2],
      [Number.NaN, 1],
      [1, Infinity],
    ] as const) {
      expect(() => betaQuantile({ alpha, beta }, 0.5)).toThrow(UserError);
      expect(() => betaCumulative({ alpha, beta }, 0.5)).toThrow(/is no distribution/);
      expect(() => betaMean({ alpha, beta })).toThrow(UserError);
    }
    expect(() => betaQuantile({ alpha: 1, beta: 1 }, 1.5)).toThrow(UserError);
    expect(() => credibleInterval({ alpha: 1, beta: 1 }, 1)).toThrow(UserError);
  });
});
