/**
 * The window of one output pixel of a convolution, and the spikes in it.
 *
 * A row's list holds x * channels + c, ascending. A window of `kernel` rows is one run of list in each of them, and
 * with its left edge at column `left` (which may be negative) the tap of a spike is kx = x - left, so
 *
 *   weight row = (ky * kernel + kx) * channels + c
 *              = entry + (ky * kernel - left) * channels
 *
 * Adding one number to a run therefore turns its entries into the numbers of weight rows, eight at a time. Gathering
 * all runs in one array first leaves the convolution a single loop, whose end the processor mispredicts once a window
 * instead of once a row.
 */
import {
  CONNECTION_KERNEL,
  CONNECTION_PADDING,
  CONNECTION_SOURCE,
  CONNECTION_STRIDE,
  CONNECTION_WINDOW_COLUMN_BYTES,
  CONNECTION_WINDOW_FIRST,
  CONNECTION_WINDOW_LIST,
  CONNECTION_WINDOW_ROW_START,
  CONNECTION_WINDOW_ROWS,
  GATHERED_BYTES,
  LAYER_CHANNELS,
  LAYER_HEIGHT,
  LAYER_LIST,
  LAYER_LIST_STRIDE,
  LAYER_ROW_START,
  LAYER_ROW_START_STRIDE,
  LAYER_WIDTH,
} from './layout';

/** Makes output pixel (x, y) the one whose spikes are gathered: all that does not change with time. */
export function openWindow(connection: usize, y: i32, x: i32): void {
  const source = load<usize>(connection, CONNECTION_SOURCE);
  const kernel = load<i32>(connection, CONNECTION_KERNEL);
  const stride = load<i32>(connection, CONNECTION_STRIDE);
  const padding = load<i32>(connection, CONNECTION_PADDING);
  const channels = load<i32>(source, LAYER_CHANNELS);
  const width = load<i32>(source, LAYER_WIDTH);
  const top = y * stride - padding;
  const left = x * stride - padding;
  const firstRow = max(top, 0);
  const firstColumn = max(left, 0);
  const list = load<usize>(source, LAYER_LIST) + (<usize>(firstRow * width * channels) << 1);
  const rowStart = load<usize>(source, LAYER_ROW_START) + (<usize>(firstRow * (width + 1) + firstColumn) << 1);
  store<usize>(connection, list, CONNECTION_WINDOW_LIST);
  store<usize>(connection, rowStart, CONNECTION_WINDOW_ROW_START);
  store<i32>(connection, ((firstRow - top) * kernel - left) * channels, CONNECTION_WINDOW_FIRST);
  store<i32>(connection, min(top + kernel, load<i32>(source, LAYER_HEIGHT)) - firstRow, CONNECTION_WINDOW_ROWS);
  store<i32>(connection, (min(left + kernel, width) - firstColumn) << 1, CONNECTION_WINDOW_COLUMN_BYTES);
}

/**
 * Gathers the weight rows of all spikes in the open window. It moves 24 at a time, so up to 48 bytes behind a run are
 * read and behind the last are written; what is there is of no account.
 *
 * @param slot - which timestep of the source's spikes to read
 * @param rows - u16 []: receives the numbers of the weight rows, ascending
 * @returns where they end
 */
// @ts-ignore: decorator
@inline
export function gatherWindow(connection: usize, slot: i32, rows: usize): usize {
  const source = load<usize>(connection, CONNECTION_SOURCE);
  const channels = load<i32>(source, LAYER_CHANNELS);
  const width = load<i32>(source, LAYER_WIDTH);
  const columnBytes = <usize>load<i32>(connection, CONNECTION_WINDOW_COLUMN_BYTES);
  const rowStartBytes = <usize>(width + 1) << 1;
  const listBytes = <usize>(width * channels) << 1;
  const tapRow = load<i32>(connection, CONNECTION_KERNEL) * channels;
  let list = load<usize>(connection, CONNECTION_WINDOW_LIST) + slot * load<i32>(source, LAYER_LIST_STRIDE);
  let rowStart =
    load<usize>(connection, CONNECTION_WINDOW_ROW_START) + slot * load<i32>(source, LAYER_ROW_START_STRIDE);
  let first = load<i32>(connection, CONNECTION_WINDOW_FIRST);
  for (let row = load<i32>(connection, CONNECTION_WINDOW_ROWS); row > 0; row--) {
    const start = <usize>load<u16>(rowStart) << 1;
    const end = rows + (<usize>load<u16>(rowStart + columnBytes) << 1) - start;
    const shift = i16x8.splat(<i16>first);
    let entry = list + start;
    do {
      v128.store(rows, i16x8.add(v128.load(entry), shift));
      v128.store(rows, i16x8.add(v128.load(entry, 16), shift), 16);
      v128.store(rows, i16x8.add(v128.load(entry, 32), shift), 32);
      entry += GATHERED_BYTES;
      rows += GATHERED_BYTES;
    } while (rows < end);
    rows = end;
    list += listBytes;
    rowStart += rowStartBytes;
    first += tapRow;
  }
  return rows;
}
