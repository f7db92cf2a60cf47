import { describe, expect, it } from 'vitest';
import { accuracyCurve, fitByAccuracy } from '../../src/fit/accuracy.js';
import type { FusionCounts } from '../../src/fit/counts.js';
import { fitByEvidence } from '../../src/fit/likelihood.js';
import { betaQuantile } from '../../src/fusion/beta.js';
import { fuse } from '../../src/fusion/posterior.js';
import { betaPrior } from '../../src/fusion/prior.js';
import { randomNumbers } from '../reference/random-network.js';

/** Relative to the size of the value, absolute below 1. */
function expectClose(actual: number, expected: number, tolerance: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected)));
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
