/** Histogram quantiles against a sorted array. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ActivationHistogram } from '../../src/convert/quantile.js';

/** Bins have 10 bits of mantissa. */
const BIN_WIDTH = 2 ** -10;
const SMALLEST_NORMAL = 2 ** -126;

/** Activations of every magnitude, with the zeros and negative values of a layer before its ReLU. */
const arbitraryValues = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.float({ min: 0, max: Math.fround(1e30), noNaN: true }) },
      { weight: 4, arbitrary: fc.double({ min: 0.5, max: 4, noNaN: true }) },
      { weight: 1, arbitrary: fc.constantFrom(0, -0, -1, -1e-40) },
    ),
    { minLength: 1, maxLength: 300 },
  )
  .map((values) => Float32Array.from(values));

function histogramOf(values: Float32Array): ActivationHistogram {
  const histogram = new ActivationHistogram();
  histogram.add(values, 1, 1);
  return histogram;
}

/** The smallest value that a share q of all does not exceed. */
function sortedQuantile(values: Float32Array, q: number): number {
  const sorted = values.map((value) => Math.max(value, 0)).sort();
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]!;
}

describe('ActivationHistogram', () => {
  it('is within one bin, a thousandth, of the sorted quantile', () => {
    fc.assert(
      fc.property(arbitraryValues, fc.double({ min: 1e-9, max: 1, noNaN: true }), (values, q) => {
        const exact = sortedQuantile(values, q);
        const error = Math.abs(histogramOf(values).quantile(q) - exact);
        expect(error).toBeLessThanOrEqual(BIN_WIDTH * Math.max(exact, SMALLEST_NORMAL));
      }),
      { numRuns: 300 },
    );
  });

  it('finds the 99.9th percentile of many values', () => {
    // 0.001, 0.002, ... 100: a uniform distribution
    const values = Float32Array.from({ length: 100_000 }, (_, index) => (index + 1) / 1000);
    expect(Math.abs(histogramOf(values).quantile(0.999) - 99.9)).toBeLessThan(0.02);
    expect(Math.abs(histogramOf(values).quantile(0.5) - 50)).toBeLessThan(0.02);
  });

  it('does not fall where the share rises', () => {
    fc.assert(
      fc.property(arbitraryValues, (values) => {
        const histogram = histogramOf(values);
        const quantiles = Array.from({ length: 21 }, (_, index) => histogram.quantile(index / 20));
        expect(quantiles).toEqual([...quantiles].sort((a, b) => a - b));
      }),
      { numRuns: 10 },
    );
  });

  it('counts negative values and negative zero as 0', () => {
    const histogram = histogramOf(Float32Array.of(-3, -0, 0, 2));
    expect(histogram.quantile(0.75)).toBe(0);
    expect(histogram.quantile(1)).toBeGreaterThanOrEqual(2);
    expect(histogram.quantile(1)).toBeLessThanOrEqual(2 * (1 + BIN_WIDTH));
    expect(histogram.state()).toMatchObject({ zeros: 3, counts: [1] });
  });

  it('skips the padding between pixels', () => {
    const histogram = new ActivationHistogram();
    histogram.add(Float32Array.of(1, 2, 9, 9, 1, 4, 9, 9), 2, 4);
    expect(histogram.state()).toEqual(histogramOf(Float32Array.of(1, 2, 1, 4)).state());
  });

  it('reads a view that starts within its buffer', () => {
    const values = Float32Array.of(7, 1, 2).subarray(1);
    expect(histogramOf(values).state()).toEqual(histogramOf(Float32Array.of(1, 2)).state());
  });

  it('is 0 before anything was counted', () => {
    expect(new ActivationHistogram().quantile(0.999)).toBe(0);
  });

  it('goes on from its state as if it had never stopped', () => {
    fc.assert(
      fc.property(arbitraryValues, arbitraryValues, (before, after) => {
        const whole = histogramOf(before);
        const state: unknown = JSON.parse(JSON.stringify(whole.state()));
        const resumed = new ActivationHistogram(state as ReturnType<ActivationHistogram['state']>);
        expect(resumed.state()).toEqual(whole.state());
        for (const histogram of [whole, resumed]) histogram.add(after, 1, 1);
        expect(resumed.state()).toEqual(whole.state());
        expect(resumed.quantile(0.9)).toBe(whole.quantile(0.9));
      }),
      { numRuns: 50 },
    );
  });
});
