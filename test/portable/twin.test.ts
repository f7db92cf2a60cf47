/** One source, two compilers: what tsc and asc make of portable/ computes the same bits. */
import { beforeAll, describe, expect, it } from 'vitest';
import { GROUP_LENGTH } from '../../portable/highest.js';
import { uniformNumbers } from '../../src/random.js';
import { functions, type Name, Twin } from './twin.js';

let twin: Twin;
beforeAll(async () => {
  twin = await Twin.create();
});

const next = uniformNumbers(11);
const between = (low: number, high: number) => low + (high - low) * next();
const whole = (low: number, high: number) => Math.floor(between(low, high + 1));
/** Spread evenly over orders of magnitude. */
const spread = (low: number, high: number) => Math.exp(between(Math.log(low), Math.log(high)));
const doubles = (length: number, make: (index: number) => number) =>
  Float64Array.from({ length }, (_, j) => make(j));

function repeat(times: number, once: () => void): void {
  for (let time = 0; time < times; time++) once();
}

/** Counts of a head over so many timesteps, whole or weighted, in which many classes never fired. */
function counts(classes: number, timesteps: number): Float64Array {
  const weighted = next() < 0.5;
  return doubles(classes, () => (next() < 0.5 ? 0 : weighted ? between(0, timesteps) : whole(0, timesteps)));
}

describe('portable/ as tsc and as asc compile it', () => {
  it('is the same functions', () => {
    expect(twin.names.sort()).toEqual(Object.keys(functions).sort());
  });

  it('has the same logarithms, exponentials, sines and cosines', () => {
    repeat(5000, () => {
      for (const x of [spread(1e-320, 1e308), between(0, 2), 1 + between(-1e-6, 1e-6), -next()]) {
        twin.expectSame('log', x);
        twin.expectSame('log1p', x);
        twin.expectSame('exp', x);
      }
      twin.expectSame('exp', between(-760, 720));
      for (const angle of [between(0, Math.PI / 2), spread(1e-12, 1), Math.PI / 2 - spread(1e-12, 1)]) {
        twin.expectSame('sin', angle);
        twin.expectSame('cos', angle);
      }
    });
    const limits = [0, -0, 1, -1, -2, Infinity, -Infinity, NaN, 5e-324, Number.MAX_VALUE, 2 ** -1022];
    for (const x of limits) for (const name of ['log', 'log1p', 'exp'] as const) twin.expectSame(name, x);
  });

  it('has the same Beta distributions', () => {
    repeat(5000, () => {
      const [alpha, beta] = [spread(1e-3, 1e5), spread(1e-3, 1e5)];
      const normaliser = functions.logBeta(alpha, beta);
      twin.expectSame('logGamma', alpha);
      twin.expectSame('logBeta', alpha, beta);
      twin.expectSame('betaCumulative', alpha, beta, normaliser, next());
      twin.expectSame('betaQuantile', alpha, beta, next());
    });
    for (const x of [-1, 0, 1, 2]) twin.expectSame('betaCumulative', 2, 3, functions.logBeta(2, 3), x);
  });

  it('has the same evidence', () => {
    repeat(300, () => {
      const [classes, k, timestep] = [whole(1, 40), whole(0, 16), whole(1, 1000)];
      const fired = Uint8Array.from({ length: classes }, () => whole(0, 1));
      const sums = doubles(classes, () => spread(1, 1e40));
      twin.expectSame('timestepWeight', timestep, k);
      twin.expectSame('addFired', sums, fired, classes, functions.timestepWeight(timestep, k));
      const [total, squares] = [spread(1, 1e40), spread(1, 1e80)];
      twin.expectSame('evidenceScale', total, squares);
      const scale = functions.evidenceScale(total, squares);
      twin.expectSame('scaleEvidence', sums, classes, scale, new Float64Array(classes));
    });
    twin.expectSame('evidenceScale', 0, 0);
  });

  it('has the same posterior, intervals and order of the classes', () => {
    repeat(500, () => {
      const [classes, time] = [whole(1, 60), spread(1, 2000)];
      const strength = next() < 0.3 ? 0 : next() < 0.5 ? whole(1, 500) : spread(1e-2, 1e6);
      const [final, head] = [counts(classes, time), counts(classes, time)];
      const [rates, shapes] = [new Float64Array(classes), new Float64Array(2 * classes)];
      const ranking = new Int32Array(classes);
      twin.expectSame('computeScores', final, head, time, strength, classes, rates);
      twin.expectSame('rankClasses', rates, final, classes, ranking);
      twin.expectSame('ranksBefore', rates, final, 0, classes - 1);
      twin.expectSame('computePosterior', final, time, head, time, strength, classes, rates, shapes, ranking);
      twin.expectSame('lowerEnd', shapes[0]!, shapes[1]!, 0.025, rates[0]!);
      twin.expectSame('upperEnd', shapes[0]!, shapes[1]!, 0.025, rates[0]!);
      twin.expectSame('firingRate', final[0]!, time);
      twin.expectSame('fusedScore', final[0]!, head[0]!, time, strength);
      twin.expectSame('priorShape', head[0]!, time, strength);
      twin.expectSame('isPrior', time, strength);
    });
    twin.expectSame('firingRate', 0, 0);
    twin.expectSame('isPrior', 0, 1);
  });

  it('has the same probabilities of firing fastest', () => {
    repeat(100, () => {
      const [classes, time] = [whole(1, 30), whole(1, 300)];
      const final = counts(classes, time);
      const shapes = doubles(2 * classes, (j) => 1 + (j % 2 === 0 ? final[j >> 1]! : time - final[j >> 1]!));
      const groups = new Float64Array(classes * GROUP_LENGTH);
      const probabilities = new Float64Array(classes);
      twin.expectSame('computeHighest', shapes, classes, groups, new Int32Array(classes), probabilities);
      expect(probabilities.reduce((sum, share) => sum + share)).toBeCloseTo(1, 4);
    });
  });

  it('walks and resizes pictures alike', () => {
    repeat(300, () => {
      const [storedWidth, storedHeight, turn] = [whole(1, 40), whole(1, 40), whole(1, 8)];
      const walk: readonly Name[] = ['uprightStepX', 'uprightStepY'];
      twin.expectSame('isTransposed', turn);
      twin.expectSame('uprightOrigin', storedWidth, storedHeight, turn);
      for (const name of walk) twin.expectSame(name, storedWidth, turn);
      const upright = [storedWidth, storedHeight];
      if (functions.isTransposed(turn)) upright.reverse();
      const [width, height] = [whole(1, 40), whole(1, 40)];
      twin.expectSame('resizeScratch', storedWidth, storedHeight);
      twin.expectSame(
        'resizePixels',
        Uint8Array.from({ length: storedWidth * storedHeight * 3 }, () => whole(0, 255)),
        functions.uprightOrigin(storedWidth, storedHeight, turn) * 3,
        functions.uprightStepX(storedWidth, turn) * 3,
        functions.uprightStepY(storedWidth, turn) * 3,
        upright[0]!,
        upright[1]!,
        new Float64Array(functions.resizeScratch(storedWidth, storedHeight)),
        new Uint8Array(width * height * 3),
        width,
        height,
      );
    });
  });
});
