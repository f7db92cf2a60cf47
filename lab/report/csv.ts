/** Tables as comma-separated values, RFC 4180: CRLF after every record, fields quoted where they must be. */

/** A field: numbers are written with all their digits, null as nothing. */
export type Cell = string | number | null;

/** One column: its name and what it holds of a record. */
export interface Column<T> {
  readonly name: string;
  readonly value: (record: T) => Cell;
}

/** The header and one line a record. */
export function csv<T>(columns: readonly Column<T>[], records: Iterable<T>): string {
  const lines = [columns.map(({ name }) => field(name)).join(',')];
  for (const record of records) lines.push(columns.map(({ value }) => field(value(record))).join(','));
  return lines.map((line) => `${line}\r\n`).join('');
}

function field(cell: Cell): string {
  const text = cell === null ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
