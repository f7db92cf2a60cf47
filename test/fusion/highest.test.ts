/** How likely each class is to have the highest firing rate of all. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { type Beta, logBeta } from '../../src/fusion/beta.js';
import { probabilityHighest } from '../../src/fusion/highest.js';
import { fuse } from '../../src/fusion/posterior.js';
import { randomNumbers } from '../reference/random-network.js';

const shape = fc.double({ min: 0.5, max: 3000, noNaN: true });
const _distribution = fc.record({ alpha: shape, beta: shape });
const _probability = fc.double({ min: 1e-4, max: 1 - 1e-4, noNaN: true });

/** Relative to the size of the value, absolute below 1. */
function expectClose(actual: number, expected: number, tolerance: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected)));
}

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
