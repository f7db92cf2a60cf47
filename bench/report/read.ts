/** Reads the JSON of a benchmark back, for figures. */
import { UserError } from '../../src/errors.js';
import type { BenchResult, Measurement } from '../measure/result.js';

/** @throws UserError if the text is no benchmark's */
export function readBenchResult(text: string, name: string): BenchResult {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UserError(`${name} is not JSON`);
  }
  const result = value as Partial<BenchResult> | null;
  if (result?.format !== 'snnwasm-bench-1' || !Array.isArray(result.parts)) {
    throw new UserError(
      `${name} was not written by "npm run bench -- --json": its format is no snnwasm-bench-1`,
    );
  }
  return result as BenchResult;
}

/** The rows of a part; none if it was not measured. */
export function rowsOf(result: BenchResult, part: string): readonly Measurement[] {
  return result.parts.find(({ name }) => name === part)?.rows ?? [];
}

/** One row, if it was measured. */
export function rowOf(result: BenchResult, part: string, row: string): Measurement | undefined {
  return rowsOf(result, part).find(({ name }) => name === row);
}
