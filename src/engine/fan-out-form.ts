/** Fan-out as the kernels take it (drawn in assembly/records.ts): counts in pairs, and bytes instead of classes. */
import type { FanOut } from '../graph/synapses/fan-out.js';

/** Bytes of the fan-out of one neuron: synapses of a weight that is not 0, and all. */
const PAIR_BYTES = 8;

/** Sizes of what {@link writeFanOut} writes, in bytes. */
export interface FanOutBytes {
  readonly table: number;
  readonly rows: number;
  readonly columns: number;
}

/** @param channels - of the source */
export function fanOutBytes({ table, rowClass, columnClass }: FanOut, channels: number): FanOutBytes {
  return {
    table: (table.length / (channels + 1)) * channels * PAIR_BYTES,
    rows: 4 * rowClass.length,
    columns: 4 * columnClass.length,
  };
}

/**
 * Writes a fan-out to three addresses.
 *
 * @param channels - of the source
 */
export function writeFanOut(
  buffer: ArrayBufferLike,
  { table, rowClass, columnClass, columnClasses }: FanOut,
  channels: number,
  at: { readonly fanOut: number; readonly rowFanOut: number; readonly columnFanOut: number },
): void {
  const pairs = new Uint32Array(buffer, at.fanOut, (table.length / (channels + 1)) * channels * 2);
  let pair = 0;
  for (let first = 0; first < table.length; first += channels + 1) {
    for (let channel = 0; channel < channels; channel++) {
      pairs[pair++] = table[first + channel]!;
      pairs[pair++] = table[first + channels]!;
    }
  }
  const bytes = channels * PAIR_BYTES;
  const rows = new Uint32Array(buffer, at.rowFanOut, rowClass.length);
  rowClass.forEach((one, y) => {
    rows[y] = one * columnClasses * bytes;
  });
  const columns = new Uint32Array(buffer, at.columnFanOut, columnClass.length);
  columnClass.forEach((one, x) => {
    columns[x] = one * bytes;
  });
}
