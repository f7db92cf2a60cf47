/**
 * What this machine can do: the rate of the inner loop's own instructions (probe/add-rows.ts), on tables of weight rows
 * that fit the first, second and third level of cache. A synaptic operation is one int8 weight added to one sum.
 */

import { uniformNumbers } from '../../src/random.js';
import type { Measurement, Part } from '../measure/result.js';
import { timeRow } from '../measure/rows.js';
import { type MeasureSettings, measureTogether, perUnit, type Task } from '../measure/together.js';

interface Probe {
  readonly memory: WebAssembly.Memory;
  addRows(table: number, end: number, passes: number): number;
  addListedRows(table: number, list: number, listEnd: number, passes: number): number;
}

const ROW_BYTES = 64;
/** Kibibytes of weight rows; the last is what a u16 list can name. */
const TABLES = [
  { name: 'first-level cache', kibibytes: 16 },
  { name: 'second-level cache', kibibytes: 256 },
  { name: 'third-level cache', kibibytes: 4095 },
] as const;
const LIST_ENTRIES = 4096;
/** Rows added in one timed call: half a gigabyte's worth of lanes, some milliseconds. */
const ROWS_PER_CALL = 2 ** 18;
const LIST = 1024;
const TABLE = LIST + LIST_ENTRIES * 2;
/** The row that everything is compared with: the kernel's loop on weights in the nearest cache. */
export const LIMIT = 'listed rows, first-level cache';

/** @param probe - the compiled probe */
export async function measureLimit(probe: WebAssembly.Module, settings: MeasureSettings): Promise<Part> {
  const tasks: Task[] = [];
  const sizes = new Map<string, number>();
  for (const { name, kibibytes } of TABLES) {
    const kernels = await instantiateProbe(probe, kibibytes * 1024);
    const rows = (kibibytes * 1024) / ROW_BYTES;
    const end = TABLE + kibibytes * 1024;
    const inOrder = `rows in order, ${name}`;
    const listed = `listed rows, ${name}`;
    sizes.set(inOrder, Math.round(ROWS_PER_CALL / rows) * rows).set(listed, ROWS_PER_CALL);
    tasks.push({
      name: inOrder,
      run: () => void kernels.addRows(TABLE, end, Math.round(ROWS_PER_CALL / rows)),
    });
    tasks.push({
      name: listed,
      run: () => void kernels.addListedRows(TABLE, LIST, TABLE, ROWS_PER_CALL / LIST_ENTRIES),
    });
  }
  const rounds = await measureTogether(tasks, settings);
  const rows = tasks.map(({ name }): Measurement => {
    const operations = sizes.get(name)! * ROW_BYTES;
    return timeRow(name, 'call', perUnit(rounds.get(name)!, 1), operations);
  });
  return {
    name: 'limit',
    title: 'The limit: the instructions of the inner loop and nothing else, one core',
    notes: [
      `tables of ${TABLES.map(({ kibibytes }) => `${kibibytes} KiB`).join(', ')}; "listed" rows come in the random order of a u16 list, as in the kernel`,
      `percentages of the limit, here and below, are of "${LIMIT}"`,
    ],
    rows,
    skipped: [],
  };
}

async function instantiateProbe(module: WebAssembly.Module, tableBytes: number): Promise<Probe> {
  const { exports } = await WebAssembly.instantiate(module);
  const probe = exports as unknown as Probe;
  const missing = TABLE + tableBytes - probe.memory.buffer.byteLength;
  if (missing > 0) probe.memory.grow(Math.ceil(missing / 65536));
  const random = uniformNumbers(tableBytes);
  const rows = tableBytes / ROW_BYTES;
  const table = new Int8Array(probe.memory.buffer, TABLE, tableBytes);
  for (let index = 0; index < table.length; index++) table[index] = Math.floor(random() * 255) - 127;
  const list = new Uint16Array(probe.memory.buffer, LIST, LIST_ENTRIES);
  for (let index = 0; index < LIST_ENTRIES; index++) list[index] = Math.floor(random() * rows);
  return probe;
}
