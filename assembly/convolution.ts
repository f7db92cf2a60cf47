/**
 * Event-driven convolution: for one output pixel and 64 output channels, every input spike inside the window adds
 * one row of 64 int8 weights. No multiplication, no scatter, all lanes full at any sparsity.
 *
 * Addresses. A row's list holds x * channels + c. With weights [ky][kx][in][64] and a window whose left edge lies
 * at column `left` (which may be negative), the tap is kx = x - left, so
 *
 *   row address = weights + ((ky * kernel + kx) * channels + c) * 64
 *               = weights + ((ky * kernel - left) * channels + entry) * 64
 *
 * and one base address per window row turns a list entry into a weight row with one shift and one addition.
 *
 * The sums live in eight i16x8 registers and are widened into the i32 membranes at the end of the window, or after
 * 256 rows, before an i16 could overflow.
 */
import {
  CONNECTION_KERNEL,
  CONNECTION_PADDING,
  CONNECTION_SOURCE,
  CONNECTION_STRIDE,
  CONNECTION_WEIGHTS,
  LAYER_CHANNELS,
  LAYER_HEIGHT,
  LAYER_LIST,
  LAYER_LIST_STRIDE,
  LAYER_ROW_START,
  LAYER_ROW_START_STRIDE,
  LAYER_WIDTH,
  ROWS_PER_FLUSH,
} from './layout';

/** Adds eight i16 sums to eight i32 membranes. */
// @ts-ignore: decorator
@inline
function widenInto(membrane: usize, sums: v128): void {
  v128.store(membrane, i32x4.add(v128.load(membrane), i32x4.extend_low_i16x8_s(sums)));
  v128.store(membrane, i32x4.add(v128.load(membrane, 16), i32x4.extend_high_i16x8_s(sums)), 16);
}

/**
 * Adds to 64 membranes the weights of all spikes in the window of output pixel (x, y).
 *
 * @param connection - a convolution
 * @param slot - which timestep of the source's spikes to read
 * @param block - which 64 output channels
 * @param membrane - their membranes
 * @returns the number of spikes in the window: synaptic operations per output channel
 */
export function convolve(connection: usize, slot: i32, block: i32, y: i32, x: i32, membrane: usize): i32 {
  const source = load<usize>(connection, CONNECTION_SOURCE);
  const kernel = load<i32>(connection, CONNECTION_KERNEL);
  const stride = load<i32>(connection, CONNECTION_STRIDE);
  const padding = load<i32>(connection, CONNECTION_PADDING);
  const channels = load<i32>(source, LAYER_CHANNELS);
  const height = load<i32>(source, LAYER_HEIGHT);
  const width = load<i32>(source, LAYER_WIDTH);

  const top = y * stride - padding;
  const left = x * stride - padding;
  const firstRow = max(top, 0);
  const lastRow = min(top + kernel, height);
  const firstColumn = <usize>max(left, 0) << 1;
  const lastColumn = <usize>min(left + kernel, width) << 1;

  const rowStartBytes = <usize>(width + 1) << 1;
  const listBytes = <usize>(width * channels) << 1;
  const tapRowBytes = <usize>(kernel * channels) << 6;
  let rowStart =
    load<usize>(source, LAYER_ROW_START) +
    slot * load<i32>(source, LAYER_ROW_START_STRIDE) +
    <usize>firstRow * rowStartBytes;
  let list =
    load<usize>(source, LAYER_LIST) + slot * load<i32>(source, LAYER_LIST_STRIDE) + <usize>firstRow * listBytes;
  let weights =
    load<usize>(connection, CONNECTION_WEIGHTS) +
    <usize>block * (<usize>kernel * tapRowBytes) +
    <usize>(firstRow - top) * tapRowBytes -
    ((<usize>left * <usize>channels) << 6);

  let sum0 = i16x8.splat(0);
  let sum1 = i16x8.splat(0);
  let sum2 = i16x8.splat(0);
  let sum3 = i16x8.splat(0);
  let sum4 = i16x8.splat(0);
  let sum5 = i16x8.splat(0);
  let sum6 = i16x8.splat(0);
  let sum7 = i16x8.splat(0);
  let spikes = 0;
  let room = ROWS_PER_FLUSH;

  for (let row = firstRow; row < lastRow; row++) {
    let entry = list + (<usize>load<u16>(rowStart + firstColumn) << 1);
    const end = list + (<usize>load<u16>(rowStart + lastColumn) << 1);
    spikes += <i32>((end - entry) >> 1);

    while (entry < end) {
      const pause = min(end, entry + (<usize>room << 1));
      room -= <i32>((pause - entry) >> 1);
      do {
        const weightRow = weights + (<usize>load<u16>(entry) << 6);
        sum0 = i16x8.add(sum0, v128.load_ext<i8>(weightRow));
        sum1 = i16x8.add(sum1, v128.load_ext<i8>(weightRow, 8));
        sum2 = i16x8.add(sum2, v128.load_ext<i8>(weightRow, 16));
        sum3 = i16x8.add(sum3, v128.load_ext<i8>(weightRow, 24));
        sum4 = i16x8.add(sum4, v128.load_ext<i8>(weightRow, 32));
        sum5 = i16x8.add(sum5, v128.load_ext<i8>(weightRow, 40));
        sum6 = i16x8.add(sum6, v128.load_ext<i8>(weightRow, 48));
        sum7 = i16x8.add(sum7, v128.load_ext<i8>(weightRow, 56));
        entry += 2;
      } while (entry < pause);
      if (room == 0) {
        widenInto(membrane, sum0);
        widenInto(membrane + 32, sum1);
        widenInto(membrane + 64, sum2);
        widenInto(membrane + 96, sum3);
        widenInto(membrane + 128, sum4);
        widenInto(membrane + 160, sum5);
        widenInto(membrane + 192, sum6);
        widenInto(membrane + 224, sum7);
        sum0 = sum1 = sum2 = sum3 = sum4 = sum5 = sum6 = sum7 = i16x8.splat(0);
        room = ROWS_PER_FLUSH;
      }
    }
    rowStart += rowStartBytes;
    list += listBytes;
    weights += tapRowBytes;
  }

  if (spikes) {
    widenInto(membrane, sum0);
    widenInto(membrane + 32, sum1);
    widenInto(membrane + 64, sum2);
    widenInto(membrane + 96, sum3);
    widenInto(membrane + 128, sum4);
    widenInto(membrane + 160, sum5);
    widenInto(membrane + 192, sum6);
    widenInto(membrane + 224, sum7);
  }
  return spikes;
}
