/** Reads the parts of which results are made: estimates, and series with one value a row. */

import type { Field } from '../../src/untrusted/field.js';
import type { Estimate } from '../evaluation/results.js';

/** Null where the field is null, otherwise what `read` makes of it. */
export function nullable<T>(field: Field, read: (field: Field) => T): T | null {
  return field.value === null ? null : read(field);
}

/** An estimate with all its numbers in [minimum, maximum] and its interval the right way round. */
export function estimate(field: Field, minimum: number, maximum: number): Estimate {
  const fields = field.fields('value', 'low', 'high');
  const value = fields.value.number(minimum, maximum);
  const low = fields.low.number(minimum, maximum);
  const high = fields.high.number(minimum, maximum);
  if (low > high) field.complain(`has low ${low} above high ${high}`);
  return { value, low, high };
}

/** One value a row. */
export function series<T>(field: Field, rows: number, read: (field: Field) => T): T[] {
  return field.list(rows, rows).map(read);
}

/** Counts that add up over time, one a row. */
export function countSeries(field: Field, rows: number): number[] {
  return rising(
    field,
    series(field, rows, (count) => count.integer(0, Number.MAX_SAFE_INTEGER)),
  );
}

/** The values, which must not fall from one row to the next. */
export function rising(field: Field, values: number[]): number[] {
  const fall = values.findIndex((value, row) => row > 0 && value < values[row - 1]!);
  if (fall > 0) field.complain(`adds up over time, but falls in row ${fall}`);
  return values;
}
