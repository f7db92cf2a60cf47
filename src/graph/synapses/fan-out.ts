/**
 * Fan-out: how many synapses leave a neuron. At a border, and where a stride skips positions, a neuron reaches fewer
 * targets than its window has taps; and a weight of 0 is no synapse. Rows of the source that are met by the same taps
 * share a class, columns too, so that a table by classes says it for every neuron.
 */
import type { Extent, Shape, Window } from '../network.js';

/** What leaves one tap of a window. */
export interface TapFanOut {
  /** `[kernelY][kernelX][source channel]`: synapses whose weight is not 0. */
  readonly existing: Uint32Array;
  /** The same for every channel if weights of 0 were synapses too. */
  readonly every: number;
}

/** Synapses that leave each source neuron. */
export interface FanOut {
  /** Class of every source row, and of every source column. */
  readonly rowClass: Uint16Array;
  readonly columnClass: Uint16Array;
  readonly columnClasses: number;
  /**
   * `[row class][column class][channels + 1]`: synapses of a weight that is not 0, by channel; last, what one neuron of
   * any channel would have if weights of 0 were synapses too.
   */
  readonly table: Uint32Array;
}

/** Which taps meet each place along one axis, and one class for each set of taps. */
interface Axis {
  readonly classOf: Uint16Array;
  /** Taps, by class. */
  readonly taps: readonly (readonly number[])[];
}

/** The fan-out of synapses that look through a window. */
export function windowFanOut(window: Window, source: Shape, target: Extent, tap: TapFanOut): FanOut {
  const { kernel, stride, padding, dilation } = window;
  const { channels } = source;
  const rows = axis(source.height, target.height, kernel.height, stride.height, padding.top, dilation.height);
  const columns = axis(source.width, target.width, kernel.width, stride.width, padding.left, dilation.width);
  const table = new Uint32Array(rows.taps.length * columns.taps.length * (channels + 1));
  let at = 0;
  for (const rowTaps of rows.taps) {
    for (const columnTaps of columns.taps) {
      for (const ky of rowTaps) {
        for (const kx of columnTaps) {
          const from = (ky * kernel.width + kx) * channels;
          for (let channel = 0; channel < channels; channel++) {
            table[at + channel]! += tap.existing[from + channel]!;
          }
        }
      }
      table[at + channels] = rowTaps.length * columnTaps.length * tap.every;
      at += channels + 1;
    }
  }
  return { rowClass: rows.classOf, columnClass: columns.classOf, columnClasses: columns.taps.length, table };
}

function axis(
  extent: number,
  outputs: number,
  kernel: number,
  stride: number,
  padding: number,
  dilation: number,
): Axis {
  const met: number[][] = Array.from({ length: extent }, () => []);
  for (let tap = 0; tap < kernel; tap++) {
    for (let output = 0; output < outputs; output++) {
      met[output * stride + tap * dilation - padding]?.push(tap);
    }
  }
  const classes = new Map<string, number>();
  const taps: number[][] = [];
  const classOf = Uint16Array.from(met, (own) => {
    const key = own.join();
    const known = classes.get(key);
    if (known !== undefined) return known;
    classes.set(key, taps.length);
    return taps.push(own) - 1;
  });
  return { classOf, taps };
}

/** How many synapses there are: of a weight that is not 0, and with the others. */
export interface SynapseCount {
  readonly existing: number;
  readonly every: number;
}

/** Adds the fan-out of all neurons up. */
export function countSynapses(fanOut: FanOut, { channels }: Shape): SynapseCount {
  const rows = occurrences(fanOut.rowClass);
  const columns = occurrences(fanOut.columnClass);
  let existing = 0;
  let every = 0;
  rows.forEach((rowCount, row) => {
    columns.forEach((columnCount, column) => {
      const at = (row * fanOut.columnClasses + column) * (channels + 1);
      const neurons = rowCount * columnCount;
      let sum = 0;
      for (let channel = 0; channel < channels; channel++) sum += fanOut.table[at + channel]!;
      existing += neurons * sum;
      every += neurons * channels * fanOut.table[at + channels]!;
    });
  });
  return { existing, every };
}

function occurrences(classOf: Uint16Array): number[] {
  const counts: number[] = [];
  for (const one of classOf) counts[one] = (counts[one] ?? 0) + 1;
  return counts;
}
