/** The elementary functions against those of the engine that runs the tests, and against what they have always given. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { cos, exp, log, log1p, sin } from '../../portable/math.js';
import { uniformNumbers } from '../../src/random.js';

const functions = { cos, exp, log, log1p, sin };
type Elementary = keyof typeof functions;

const RIGHT_ANGLE = Math.PI / 2;

/** 1 to 2, times 2 to a power between these: without a rounding, so that every engine draws the same. */
function scaled(next: () => number, low: number, high: number): number {
  return (1 + next()) * 2 ** Math.floor(low + (high - low) * next());
}

/** Points for a function: spread over its range, and close to where its formulas change. */
const POINTS: Readonly<Record<Elementary, (next: () => number) => number>> = {
  log: (next) => (next() < 0.5 ? scaled(next, -1074, 1023) : 1 + (next() - 0.5) * scaled(next, -40, 0)),
  log1p: (next) => (next() < 0.5 ? scaled(next, -100, 1023) : -next() * scaled(next, -60, -1)),
  exp: (next) => (next() < 0.5 ? 1460 * next() - 750 : (next() - 0.5) * scaled(next, -60, 4)),
  sin: (next) => angle(next),
  cos: (next) => angle(next),
};

/** Of the bits of 20,000 values, as V8 11.3 (Node 20) computes them: its Math and portable/ agree there. */
const DIGESTS: Readonly<Record<Elementary, string>> = {
  log: '780dd5841c3fbd81297ca38d8fe836d6ad67c827edc5e3c97b150bc88ec3c76c',
  log1p: '886c50acc89a80bf1a638142914fc8fcf30e8670393e4648f45986a4a4531662',
  exp: 'cfa2c72e83174b24ff1e901b32327c32aeae6a1ac69c33ed058ddc3485091e61',
  sin: 'a78e6120e2150a641f4a0b03dae3c60cd588208c4a8ad6c86caa9514aa2f8627',
  cos: '3434c1fbefeb2eecfa42202360bc1df6296b36d7b99ec7f10e16f72ea6aff33a',
};

/** From 0 to pi / 2, many of them close to either end. */
function angle(next: () => number): number {
  const small = Math.min(RIGHT_ANGLE, scaled(next, -40, 0));
  return next() < 0.5 ? small : RIGHT_ANGLE - small;
}

function pointsOf(name: Elementary): Float64Array {
  const next = uniformNumbers(7);
  return Float64Array.from({ length: 20_000 }, () => POINTS[name](next));
}

describe.each(Object.keys(DIGESTS) as Elementary[])('%s', (name) => {
  const points = pointsOf(name);
  const values = points.map(functions[name]);

  it("is the engine's, but for the last digit at most", () => {
    points.forEach((x, index) => {
      const expected = Math[name](x);
      const actual = values[index]!;
      if (Object.is(actual, expected)) return;
      expect(Math.abs(actual - expected), `at ${x}`).toBeLessThanOrEqual(2 ** -52 * Math.abs(expected));
    });
  });

  it('gives the bits that it always gave', () => {
    expect(createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex')).toBe(DIGESTS[name]);
  });
});

describe('at the ends', () => {
  it('are what JavaScript says', () => {
    const names = ['log', 'log1p', 'exp'] as const;
    for (const x of [0, -0, 1, -1, -2, Infinity, -Infinity, NaN, 5e-324, 2 ** -1022, Number.MAX_VALUE]) {
      for (const name of names) expect(functions[name](x), `${name}(${x})`).toBe(Math[name](x));
    }
    expect([sin(0), cos(0)]).toEqual([0, 1]);
  });
});
