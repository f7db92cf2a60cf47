/**
 * The window of one output pixel of a convolution, and the spikes in it.
 *
 * A row's list holds x * channels + c, ascending. A window is one run of list in each of its rows, and with its left
 * edge at column `left` (which may be negative) the tap of a spike is kx = x - left, so
 *
 *   weight row = (ky * kernelWidth + kx) * channels + c
 *              = entry + (ky * kernelWidth - left) * channels
 *
 * Adding one number to a run therefore turns its entries into the numbers of weight rows, eight at a time. Gathering
 * all runs in one array first leaves the convolution a single loop, whose end the processor mispredicts once a window
 * instead of once a row.
 *
 * Where columns are dilated, or only some channels reach the lane group, the runs are those of single source pixels.
 */
import * as R from '../records';

/** First tap along one axis that does not look into the padding before the source. Divisions are dear, and rarely needed. */
// @ts-ignore: decorator
@inline
function firstTap(start: i32, dilation: i32): i32 {
  if (start >= 0) return 0;
  return dilation == 1 ? -start : (dilation - 1 - start) / dilation;
}

/** One behind the last tap along one axis that does not look behind the source. */
// @ts-ignore: decorator
@inline
function endTap(start: i32, dilation: i32, kernel: i32, extent: i32): i32 {
  if (extent <= start) return 0;
  return min(kernel, dilation == 1 ? extent - start : (extent - start + dilation - 1) / dilation);
}

/** Makes output pixel (x, y) the one whose spikes are gathered: all that does not change with time. */
export function openWindow(synapses: usize, y: i32, x: i32): void {
  const source = load<usize>(synapses, R.SYNAPSES_SOURCE);
  const channels = load<i32>(synapses, R.SYNAPSES_SOURCE_CHANNELS);
  const width = load<i32>(synapses, R.SYNAPSES_SOURCE_WIDTH);
  const kernelWidth = load<i32>(synapses, R.SYNAPSES_KERNEL_WIDTH);
  const dilationY = load<i32>(synapses, R.SYNAPSES_DILATION_Y);
  const dilationX = load<i32>(synapses, R.SYNAPSES_DILATION_X);
  const top = y * load<i32>(synapses, R.SYNAPSES_STRIDE_Y) - load<i32>(synapses, R.SYNAPSES_PADDING_TOP);
  const left = x * load<i32>(synapses, R.SYNAPSES_STRIDE_X) - load<i32>(synapses, R.SYNAPSES_PADDING_LEFT);
  const firstRow = firstTap(top, dilationY);
  const firstColumn = firstTap(left, dilationX);
  const endRow = endTap(top, dilationY, load<i32>(synapses, R.SYNAPSES_KERNEL_HEIGHT), load<i32>(synapses, R.SYNAPSES_SOURCE_HEIGHT));
  const endColumn = endTap(left, dilationX, kernelWidth, width);
  const sourceY = top + firstRow * dilationY;
  const sourceX = left + firstColumn * dilationX;
  const list = load<usize>(source, R.POPULATION_LIST) + (<usize>(sourceY * width * channels) << 1);
  const rowStart = load<usize>(source, R.POPULATION_ROW_START) + (<usize>(sourceY * (width + 1) + sourceX) << 1);
  store<usize>(synapses, list, R.WINDOW_LIST);
  store<usize>(synapses, rowStart, R.WINDOW_ROW_START);
  store<i32>(synapses, (firstRow * kernelWidth - left) * channels, R.WINDOW_FIRST);
  // A window of padding alone has no rows.
  store<i32>(synapses, endColumn > firstColumn ? max(endRow - firstRow, 0) : 0, R.WINDOW_ROWS);
  store<i32>(synapses, endColumn - firstColumn, R.WINDOW_COLUMNS);
  store<i32>(synapses, firstRow, R.WINDOW_FIRST_ROW);
  store<i32>(synapses, firstColumn, R.WINDOW_FIRST_COLUMN);
  store<usize>(synapses, <usize>(width * channels * dilationY) << 1, R.WINDOW_LIST_STEP);
  store<usize>(synapses, <usize>((width + 1) * dilationY) << 1, R.WINDOW_ROW_START_STEP);
  store<i32>(synapses, kernelWidth * channels, R.WINDOW_TAP_STEP);
  store<i32>(synapses, load<i32>(source, R.POPULATION_LIST_STRIDE), R.WINDOW_LIST_STRIDE);
  store<i32>(synapses, load<i32>(source, R.POPULATION_ROW_START_STRIDE), R.WINDOW_ROW_START_STRIDE);
}

/**
 * Gathers the weight rows of all spikes in the open window, all channels of undilated columns. It moves 24 at a time,
 * so up to 48 bytes behind a run are read and behind the last are written; what is there is of no account.
 *
 * @param slot - which timestep of the source's spikes to read
 * @param rows - u16 []: receives the numbers of the weight rows, ascending
 * @returns where they end
 */
// @ts-ignore: decorator
@inline
export function gatherWindow(synapses: usize, slot: i32, rows: usize): usize {
  const columnBytes = <usize>load<i32>(synapses, R.WINDOW_COLUMNS) << 1;
  const rowStartBytes = load<usize>(synapses, R.WINDOW_ROW_START_STEP);
  const listBytes = load<usize>(synapses, R.WINDOW_LIST_STEP);
  const tapRow = load<i32>(synapses, R.WINDOW_TAP_STEP);
  let list = load<usize>(synapses, R.WINDOW_LIST) + slot * load<i32>(synapses, R.WINDOW_LIST_STRIDE);
  let rowStart = load<usize>(synapses, R.WINDOW_ROW_START) + slot * load<i32>(synapses, R.WINDOW_ROW_START_STRIDE);
  let first = load<i32>(synapses, R.WINDOW_FIRST);
  for (let row = load<i32>(synapses, R.WINDOW_ROWS); row > 0; row--) {
    const start = <usize>load<u16>(rowStart) << 1;
    const end = rows + (<usize>load<u16>(rowStart + columnBytes) << 1) - start;
    const shift = i16x8.splat(<i16>first);
    let entry = list + start;
    do {
      v128.store(rows, i16x8.add(v128.load(entry), shift));
      v128.store(rows, i16x8.add(v128.load(entry, 16), shift), 16);
      v128.store(rows, i16x8.add(v128.load(entry, 32), shift), 32);
      entry += R.GATHERED_BYTES;
      rows += R.GATHERED_BYTES;
    } while (rows < end);
    rows = end;
    list += listBytes;
    rowStart += rowStartBytes;
    first += tapRow;
  }
  return rows;
}

/**
 * The same for dilated columns and for a convolution with groups: source pixel by source pixel, and only those
 * channels that reach the lane group.
 *
 * @param firstChannel - of those that reach the lane group; as many as SPAN says follow
 */
export function gatherPixels(synapses: usize, slot: i32, firstChannel: i32, rows: usize): usize {
  const channels = load<i32>(synapses, R.SYNAPSES_SOURCE_CHANNELS);
  const span = load<i32>(synapses, R.SYNAPSES_SPAN);
  const kernelWidth = load<i32>(synapses, R.SYNAPSES_KERNEL_WIDTH);
  const dilationX = load<i32>(synapses, R.SYNAPSES_DILATION_X);
  const columns = load<i32>(synapses, R.WINDOW_COLUMNS);
  let list = load<usize>(synapses, R.WINDOW_LIST) + slot * load<i32>(synapses, R.WINDOW_LIST_STRIDE);
  let rowStart = load<usize>(synapses, R.WINDOW_ROW_START) + slot * load<i32>(synapses, R.WINDOW_ROW_START_STRIDE);
  let ky = load<i32>(synapses, R.WINDOW_FIRST_ROW);
  for (let row = load<i32>(synapses, R.WINDOW_ROWS); row > 0; row--, ky++) {
    let kx = load<i32>(synapses, R.WINDOW_FIRST_COLUMN);
    let column = rowStart;
    for (let index = 0; index < columns; index++, kx++) {
      const tap = (ky * kernelWidth + kx) * span;
      let entry = list + (<usize>load<u16>(column) << 1);
      const end = list + (<usize>load<u16>(column, 2) << 1);
      column += <usize>dilationX << 1;
      for (; entry < end; entry += 2) {
        const channel = (<i32>load<u16>(entry) % channels) - firstChannel;
        store<u16>(rows, <u16>(tap + channel));
        rows += <usize>(<u32>channel < <u32>span) << 1;
      }
    }
    list += load<usize>(synapses, R.WINDOW_LIST_STEP);
    rowStart += load<usize>(synapses, R.WINDOW_ROW_START_STEP);
  }
  return rows;
}
