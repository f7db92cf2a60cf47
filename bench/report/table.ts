/** The benchmark as text. */
import type { BenchResult, Facts, Measurement, Part } from '../measure/result.js';
import { LIMIT } from '../parts/limit.js';

/** The whole report. */
export function formatResult(result: BenchResult): string {
  const limit = limitOf(result.parts);
  return `${[heading(result), ...result.parts.map((part) => formatPart(part, limit))].join('\n\n')}\n`;
}

/** 10^9 synaptic operations a second that the inner loop can do here, or undefined where it was not measured. */
export function limitOf(parts: readonly Part[]): number | undefined {
  const rows = parts.find(({ name }) => name === 'limit')?.rows;
  return rows?.find(({ name }) => name === LIMIT)?.gigaOperationsPerSecond;
}

function heading({ machine, versions, model, kernels, images, settings }: BenchResult): string {
  const { cpu, cores, memoryGibibytes, system, load } = machine;
  return [
    `${cpu}, ${cores} cores, ${memoryGibibytes} GiB, ${system}; load ${load.map((value) => value.toFixed(2)).join(' before, ')} after`,
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
    `${model.name}, ${model.bytes} bytes, sha256 ${model.sha256.slice(0, 16)}; kernels ${kernels.bytes} bytes, sha256 ${kernels.sha256.slice(0, 16)}`,
    `images: ${images.source}; measurements: ${settings}`,
  ].join('\n');
}

const COLUMNS = ['', 'median', 'p10 - p90', 'per', 'G op/s', 'of limit', 'ratio', ''] as const;

/** One part as a table. */
export function formatPart(part: Part, limit: number | undefined): string {
  const reference = part.rows.find(({ name }) => name === part.reference)?.summary.median;
  const cells = part.rows.map((row) => cellsOf(row, limit, reference));
  const table = [[...COLUMNS], ...cells];
  const widths = COLUMNS.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const lines = table.map((row) =>
    row
      .map((cell, column) =>
        column === 0 || column === 3 || column === 7
          ? cell.padEnd(widths[column]!)
          : cell.padStart(widths[column]!),
      )
      .join('  ')
      .trimEnd(),
  );
  return [
    `== ${part.title}`,
    ...part.notes.map((note) => `   ${note}`),
    ...(part.rows.length > 0 ? lines : []),
    ...part.skipped.map((reason) => `   skipped: ${reason}`),
  ].join('\n');
}

function cellsOf(row: Measurement, limit: number | undefined, reference: number | undefined): string[] {
  const { name, unit, per, summary, gigaOperationsPerSecond: rate, facts = {} } = row;
  const factor = unit === 'ms' && summary.median < 0.1 ? 1000 : 1;
  const label = factor === 1000 ? 'us' : unit;
  const show = (value: number) => digits(value * factor);
  return [
    name,
    `${show(summary.median)} ${label}`,
    `${show(summary.p10)} - ${show(summary.p90)}`,
    per,
    rate === undefined ? '' : rate.toFixed(2),
    rate === undefined || limit === undefined || !isLimited(facts)
      ? ''
      : `${((100 * rate) / limit).toFixed(0)} %`,
    reference === undefined ? '' : digits(summary.median / reference),
    Object.entries(facts)
      .map(([key, value]) => `${key} ${typeof value === 'number' ? factOf(key, value) : value}`)
      .join(', '),
  ];
}

/** Depthwise and per-channel synapses and heads do not run the loop that the limit is of; dense synapses do. */
const isLimited = ({ kernel = 'convolution' }: Facts): boolean => /(convolution|dense)$/.test(String(kernel));

const factOf = (key: string, value: number): string =>
  key.toLowerCase().includes('rate') ? `${digits(100 * value)} %` : digits(value);

/** Three significant digits, never an exponent. */
export function digits(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= 100) return value.toFixed(0);
  if (magnitude >= 10) return value.toFixed(1);
  if (magnitude >= 1) return value.toFixed(2);
  return value.toFixed(3);
}
