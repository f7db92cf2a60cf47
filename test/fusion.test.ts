/** Beta distribution, prior, posterior, probability of the highest rate, and the fit of the prior strength. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../src/errors.js';
import {
  type Beta,
  betaCumulative,
  betaMean,
  betaQuantile,
  credibleInterval,
  logBeta,
  logGamma,
} from '../src/fusion/beta.js';
import { probabilityHighest } from '../src/fusion/highest.js';
import { bestClass, fuse, type HeadPrior, rateInterval } from '../src/fusion/posterior.js';
import { betaPrior, firingRate, type SpikeCounts } from '../src/fusion/prior.js';
import { accuracyCurve, type FusionCounts, fitByAccuracy, fitByEvidence } from '../src/fusion/strength.js';
import { randomNumbers } from './reference/random-network.js';

const shape = fc.double({ min: 0.5, max: 3000, noNaN: true });
const distribution = fc.record({ alpha: shape, beta: shape });
const probability = fc.double({ min: 1e-4, max: 1 - 1e-4, noNaN: true });

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

  it('names the best class as the ranking does', () => {
    fc.assert(
      fc.property(observation, fc.integer({ min: 0, max: 50 }), ({ timesteps, final, head }, strength) => {
        const prior = { counts: head, timesteps, strength };
        expect(bestClass({ counts: final, timesteps }, prior)).toBe(
          fuse({ counts: final, timesteps }, prior).ranking[0],
        );
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
    expect(() => fuse({ counts: [0.5], timesteps: 4 }, null)).toThrow(UserError);
    expect(() => fuse({ counts: [0], timesteps: -1 }, null)).toThrow(/number of timesteps/);
    expect(() => fuse(good, { counts: [1], timesteps: 4, strength: 1 })).toThrow(/1 classes/);
    expect(() => fuse(good, { counts: [1, 9], timesteps: 4, strength: 1 })).toThrow(/class 1 has 9/);
    expect(() => bestClass(good, { ...good, strength: -1 })).toThrow(/prior strength P/);
    expect(() => bestClass({ counts: [], timesteps: 4 }, null)).toThrow(/no classes/);
    expect(() => rateInterval(fuse(good, null), 2)).toThrow(/no class 2/);
  });
});

describe('probability of the highest rate', () => {
  it('agrees with adaptive quadrature in scipy', () => {
    const shapes: [number, number][] = [
      [6.2, 13.8],
      [4.5, 15.5],
      [1, 20],
      [3, 17],
      [1, 20],
      [1, 20],
    ];
    const expected = [
      0.6885087710680048, 0.24075101942005012, 0.0022322507771633236, 0.06404345718045522,
      0.0022322507771633236, 0.0022322507771633236,
    ];
    probabilityHighest(shapes.map(([alpha, beta]) => ({ alpha, beta }))).forEach((value, j) => {
      expectClose(value, expected[j]!, 1e-6);
    });
  });

  it('has the closed form of powers: x^a is highest with probability a over the sum', () => {
    const check = (alphas: number[], tolerance: number) => {
      const sum = alphas.reduce((a, b) => a + b, 0);
      probabilityHighest(alphas.map((alpha) => ({ alpha, beta: 1 }))).forEach((value, j) => {
        expectClose(value, alphas[j]! / sum, tolerance);
      });
    };
    const powers = fc.array(fc.double({ min: 1, max: 300, noNaN: true }), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(powers, (alphas) => check(alphas, 1e-6)),
      { numRuns: 20 },
    );
    check([0.5], 1e-4);
    check([0.5, 0.6, 0.6, 2], 1e-4);
  });

  it('agrees with brute force on posteriors of a hundred classes', () => {
    const random = randomNumbers(5);
    for (const [timesteps, strength] of [
      [2, 10],
      [16, 0],
      [64, 10],
      [200, 100],
    ] as const) {
      const rates = Array.from({ length: 100 }, (_, j) => (j < 8 ? random() : 0));
      const draw = () => rates.map((rate) => Math.min(timesteps, Math.floor(rate * timesteps + random())));
      const final = { counts: draw().map((count, j) => (j < 8 ? count : 0)), timesteps };
      const { distributions } = fuse(final, { counts: draw(), timesteps, strength });
      const expected = bruteForceHighest(distributions);
      const actual = probabilityHighest(distributions);
      actual.forEach((value, j) => {
        expectClose(value, expected[j]!, 1e-4);
      });
      expectClose(
        actual.reduce((a, b) => a + b, 0),
        1,
        1e-6,
      );
    }
  });

  it('copes with a narrow distribution among broad ones', () => {
    // P(U > X) = 1 - E[X] for a uniform U.
    for (const [alpha, beta] of [
      [30000, 70000],
      [9, 1],
      [1, 2000],
    ] as const) {
      const [uniform, other] = probabilityHighest([
        { alpha: 1, beta: 1 },
        { alpha, beta },
      ]);
      expectClose(uniform!, beta / (alpha + beta), 1e-4);
      expectClose(other!, alpha / (alpha + beta), 1e-4);
    }
  });

  it('refuses shapes that it cannot integrate, and no classes at all', () => {
    expect(() => probabilityHighest([])).toThrow(UserError);
    for (const alpha of [0, 0.4, Number.NaN, Infinity]) {
      expect(() => probabilityHighest([{ alpha, beta: 2 }])).toThrow(/cannot be compared/);
    }
  });
});

/** Midpoint sums over a fine grid of the angle arcsin(sqrt(x)), the cumulatives as running sums of the densities. */
function bruteForceHighest(distributions: readonly Beta[], points = 20000): number[] {
  const step = Math.PI / 2 / points;
  const logNormalisers = distributions.map(({ alpha, beta }) => logBeta(alpha, beta));
  const below = distributions.map(() => 0);
  const result = distributions.map(() => 0);
  for (let i = 0; i < points; i++) {
    const angle = (i + 0.5) * step;
    const [logSine, logCosine] = [Math.log(Math.sin(angle)), Math.log(Math.cos(angle))];
    const masses = distributions.map(({ alpha, beta }, j) => {
      const log = (2 * alpha - 1) * logSine + (2 * beta - 1) * logCosine - logNormalisers[j]!;
      return 2 * step * Math.exp(log);
    });
    const middles = masses.map((mass, j) => below[j]! + mass / 2);
    const all = middles.reduce((product, middle) => product * middle, 1);
    masses.forEach((mass, j) => {
      if (all > 0) result[j]! += (mass * all) / middles[j]!;
      below[j]! += mass;
    });
  }
  return result;
}

/** Data in which every image has its own rates: head and final counts drawn from them, at the given timesteps. */
function drawData(
  images: number,
  timesteps: readonly number[],
  draw: (image: number, j: number, n: number) => { final: number; head: number },
): FusionCounts {
  const classes = 5;
  const size = images * timesteps.length * classes;
  const data = { final: new Uint16Array(size), head: new Uint16Array(size) };
  for (let place = 0; place < size; place++) {
    const row = Math.floor(place / classes) % timesteps.length;
    const image = Math.floor(place / classes / timesteps.length);
    const { final, head } = draw(image, place % classes, timesteps[row]!);
    data.final[place] = final;
    data.head[place] = head;
  }
  return { classes, timesteps, labels: Array.from({ length: images }, (_, i) => i % classes), ...data };
}

describe('fit of P by accuracy', () => {
  // Head right at once but later outvoted; the final head comes in at N = 6, right for all but each fourth image.
  const timesteps = [2, 4, 6, 8];
  const data = drawData(8, timesteps, (image, j, n) => {
    const right = j === image % 5;
    const wrong = j === (image + 1) % 5;
    const finalWrong = image % 4 === 0 && n >= 6;
    return {
      head: right ? n / 2 : 0,
      final: n < 6 ? 0 : finalWrong ? (wrong ? n - 4 : 0) : right ? n - 4 : 0,
    };
  });

  it('counts correct answers at every row', () => {
    // P = 0: nothing fired, so class 0, right for images 0 and 5 of 8; then all but images 0 and 4.
    expect(accuracyCurve(data, 0)).toEqual({
      strength: 0,
      accuracy: [0.25, 0.25, 0.75, 0.75],
      meanAccuracy: 0.5,
    });
    // P = 5: alpha = 2.5 against M = 2 at N = 6, against M = 4 at N = 8.
    expect(accuracyCurve(data, 5).accuracy).toEqual([1, 1, 1, 0.75]);
  });

  it('takes the largest area, the smallest strength of equals', () => {
    const fit = fitByAccuracy(data, [0, 5, 100, 10, 1]);
    expect(fit.tried.map((each) => each.meanAccuracy)).toEqual([0.5, 0.9375, 1, 1, 0.875]);
    expect(fit.strength).toBe(10);
  });

  it('classifies as the posterior does', () => {
    const random = randomNumbers(11);
    const rows = [1, 3, 10];
    const noisy = drawData(40, rows, (_image, _j, n) => ({
      head: Math.floor(random() * (n + 1)),
      final: Math.floor(random() * (n + 1)),
    }));
    for (const strength of [0, 1, 7.5, 100]) {
      const correct = rows.map((n, row) => {
        let right = 0;
        for (let image = 0; image < 40; image++) {
          const start = (image * rows.length + row) * 5;
          const final = { counts: noisy.final.subarray(start, start + 5), timesteps: n };
          const head = { counts: noisy.head.subarray(start, start + 5), timesteps: n, strength };
          if (fuse(final, head).ranking[0] === image % 5) right++;
        }
        return right / 40;
      });
      expect(accuracyCurve(noisy, strength).accuracy).toEqual(correct);
    }
  });

  it('refuses data that does not fit together', () => {
    const { final, head } = data;
    expect(() => accuracyCurve({ ...data, final: final.subarray(1) }, 1)).toThrow(/final counts do not fit/);
    expect(() => accuracyCurve({ ...data, head: head.subarray(1) }, 1)).toThrow(/internal counts do not fit/);
    expect(() => accuracyCurve({ ...data, labels: new Array(8).fill(5) }, 1)).toThrow(/label 5/);
    expect(() => accuracyCurve({ ...data, timesteps: [2, 4, 4, 8] }, 1)).toThrow(/rising/);
    expect(() => accuracyCurve({ ...data, timesteps: [0, 4, 6, 8] }, 1)).toThrow(/rising/);
    expect(() => accuracyCurve({ ...data, labels: [] }, 1)).toThrow(/at least one image/);
    expect(() => fitByAccuracy(data, [])).toThrow(/at least one/);
    expect(() => fitByAccuracy(data, [-1])).toThrow(/prior strength P/);
  });
});

describe('fit of P by evidence', () => {
  const pairs: [head: number, final: number][] = [
    [3, 4],
    [1, 0],
    [9, 7],
    [2, 5],
    [5, 5],
    [1, 2],
  ];

  it('finds the maximum that scipy finds', () => {
    const all: [number, number][] = [...pairs, [0, 3], [0, 0], [10, 10], [10, 4]];
    const data = drawData(2, [10], (image, j) => {
      const [head, final] = all[image * 5 + j]!;
      return { head, final };
    });
    const fit = fitByEvidence(data, 10);
    expectClose(fit.strength, 20.59487141, 1e-6);
    expectClose(fit.logEvidence, -36.872271192915555, 1e-12);
    // Point-mass priors say nothing about P.
    expect(fit.pairs).toBe(pairs.length);
  });

  it('finds the strength that the data was drawn with', () => {
    const random = randomNumbers(3);
    const n = 100;
    const data = drawData(120, [n], () => {
      const head = 1 + Math.floor(random() * (n - 1));
      const rate = betaQuantile(betaPrior(head, n, 20), random());
      let final = 0;
      for (let t = 0; t < n; t++) if (random() < rate) final++;
      return { head, final };
    });
    const { strength } = fitByEvidence(data, n);
    expect(strength).toBeGreaterThan(17);
    expect(strength).toBeLessThan(23);
  });

  it('goes to the ends of its range when heads agree always or never', () => {
    const agree = drawData(4, [10], (_image, j) => ({ head: j + 1, final: j + 1 }));
    expectClose(fitByEvidence(agree, 10).strength, 1e5, 1e-9);
    const opposed = drawData(4, [10], (_image, j) => ({ head: 9 - j, final: j < 2 ? 0 : 10 }));
    expect(fitByEvidence(opposed, 10).strength).toBeLessThan(1);
  });

  it('refuses data it cannot fit', () => {
    const silent = drawData(2, [10], () => ({ head: 0, final: 3 }));
    expect(() => fitByEvidence(silent, 10)).toThrow(/never fires/);
    expect(() => fitByEvidence(silent, 9)).toThrow(/no counts after 9 timesteps/);
    const impossible = drawData(2, [10], () => ({ head: 5, final: 11 }));
    expect(() => fitByEvidence(impossible, 10)).toThrow(/more spikes/);
  });
});
