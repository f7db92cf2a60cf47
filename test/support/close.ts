/** Numbers of the posterior, which come from logarithms and exponentials. */
import { expect } from 'vitest';

/** Numbers of the posterior may differ in their last digits where a host's Math differs from fdlibm. */
const CLOSE = 1e-9;

/** Expects the same number, but for the last digits. */
export function expectClose(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(CLOSE * Math.max(Math.abs(expected), 1e-12));
}
