/**
 * Depthwise convolution: a spike of channel c reaches only channel c, through the taps of its window. The source's
 * mask of 64 channels is 8 bytes a pixel; spread to one byte a channel, all ones where it fired, it selects int8
 * weights sixteen at a time.
 *
 * SPREAD ONCE. A pixel is met by as many windows as the kernel has taps, so its masks are spread before: row by row of
 * the source, for all timesteps of the call, into a ring of as many rows as a window spans (drawn in records.ts).
 *
 * Sums stay in eight registers of i16: 256 taps of -128 fit. (Pairs of channels summed as words, as in convolution.ts, or by
 * pairwise additions, were no faster here.)
 */
import * as R from '../records';
import { openWindow } from './window';

/** One byte a channel, all ones where its bit is set, for 16 channels; `first` is the byte of the mask that has the first. */
// @ts-ignore: decorator
@inline
function select(mask: v128, bytes: v128): v128 {
  const own = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
  return i8x16.eq(v128.and(i8x16.swizzle(mask, bytes), own), own);
}

/** Rows of the ring. */
// @ts-ignore: decorator
@inline
function ringRows(synapses: usize): i32 {
  return (load<i32>(synapses, R.SYNAPSES_KERNEL_HEIGHT) - 1) * load<i32>(synapses, R.SYNAPSES_DILATION_Y) + 1;
}

/** Before the first pixel of a lane group: no row of the source is spread. */
// @ts-ignore: decorator
@inline
export function fetchDepthwise(synapses: usize): void {
  store<i32>(synapses, 0, R.WINDOW_NEXT_ROW);
}

/**
 * Before the first pixel of a row of the target: spreads the masks of the source's rows that its windows see.
 *
 * @param slot - the first timestep of the source's spikes that the call reads; `steps` follow in a ring of `slots`
 */
export function spreadRows(synapses: usize, group: i32, y: i32, slot: i32, steps: i32, slots: i32): void {
  const rows = ringRows(synapses);
  const top = y * load<i32>(synapses, R.SYNAPSES_STRIDE_Y) - load<i32>(synapses, R.SYNAPSES_PADDING_TOP);
  const end = min(top + rows, load<i32>(synapses, R.SYNAPSES_SOURCE_HEIGHT));
  for (let row = max(max(top, 0), load<i32>(synapses, R.WINDOW_NEXT_ROW)); row < end; row++) {
    for (let step = 0; step < steps; step++) spreadRow(synapses, group, row, (slot + step) % slots);
  }
  store<i32>(synapses, max(end, load<i32>(synapses, R.WINDOW_NEXT_ROW)), R.WINDOW_NEXT_ROW);
}

function spreadRow(synapses: usize, group: i32, row: i32, slot: i32): void {
  const source = load<usize>(synapses, R.SYNAPSES_SOURCE);
  const width = load<i32>(synapses, R.SYNAPSES_SOURCE_WIDTH);
  const rows = ringRows(synapses);
  const pixelBytes = <usize>load<i32>(source, R.POPULATION_GROUPS) << 3;
  let mask =
    load<usize>(source, R.POPULATION_MASK) +
    slot * load<i32>(source, R.POPULATION_MASK_STRIDE) +
    <usize>(row * width) * pixelBytes +
    (<usize>group << 3);
  let spread = load<usize>(synapses, R.SYNAPSES_SPREAD) + (<usize>((slot * rows + (row % rows)) * width) << 6);
  for (let x = 0; x < width; x++, mask += pixelBytes, spread += R.LANES) {
    const bits = v128.load64_splat(mask);
    v128.store(spread, select(bits, i8x16(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1)));
    v128.store(spread, select(bits, i8x16(2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3)), 16);
    v128.store(spread, select(bits, i8x16(4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5)), 32);
    v128.store(spread, select(bits, i8x16(6, 6, 6, 6, 6, 6, 6, 6, 7, 7, 7, 7, 7, 7, 7, 7)), 48);
  }
}

/** Makes output pixel (x, y) the one whose spikes are summed: all that does not change with time. */
export function openDepthwise(synapses: usize, group: i32, y: i32, x: i32): void {
  openWindow(synapses, y, x);
  const firstRow = load<i32>(synapses, R.WINDOW_FIRST_ROW);
  const kernelWidth = load<i32>(synapses, R.SYNAPSES_KERNEL_WIDTH);
  const tap = (group * load<i32>(synapses, R.SYNAPSES_KERNEL_HEIGHT) + firstRow) * kernelWidth;
  const weights = load<usize>(synapses, R.SYNAPSES_WEIGHTS);
  store<usize>(
    synapses,
    weights + (<usize>(tap + load<i32>(synapses, R.WINDOW_FIRST_COLUMN)) << 6),
    R.WINDOW_WEIGHTS,
  );
  const sourceY =
    y * load<i32>(synapses, R.SYNAPSES_STRIDE_Y) -
    load<i32>(synapses, R.SYNAPSES_PADDING_TOP) +
    firstRow * load<i32>(synapses, R.SYNAPSES_DILATION_Y);
  store<i32>(synapses, sourceY % ringRows(synapses), R.WINDOW_RING_ROW);
}

/**
 * Sums the weights of all spikes in the open window for 64 channels.
 *
 * @param slot - which timestep of the source's spikes to read
 * @param x - column of the output pixel
 * @param sums - i16 [64]: receives them
 */
export function convolveDepthwise(synapses: usize, slot: i32, x: i32, sums: usize): void {
  const width = load<i32>(synapses, R.SYNAPSES_SOURCE_WIDTH);
  const kernelBytes = <usize>load<i32>(synapses, R.SYNAPSES_KERNEL_WIDTH) << 6;
  const dilationY = load<i32>(synapses, R.SYNAPSES_DILATION_Y);
  const dilationX = load<i32>(synapses, R.SYNAPSES_DILATION_X);
  const columns = load<i32>(synapses, R.WINDOW_COLUMNS);
  const left =
    x * load<i32>(synapses, R.SYNAPSES_STRIDE_X) -
    load<i32>(synapses, R.SYNAPSES_PADDING_LEFT) +
    load<i32>(synapses, R.WINDOW_FIRST_COLUMN) * dilationX;
  const rows = ringRows(synapses);
  const rowBytes = <usize>width << 6;
  const spread = load<usize>(synapses, R.SYNAPSES_SPREAD) + (<usize>(slot * rows * width + left) << 6);
  let ringRow = load<i32>(synapses, R.WINDOW_RING_ROW);
  let weights = load<usize>(synapses, R.WINDOW_WEIGHTS);
  let sum0 = i16x8.splat(0);
  let sum1 = i16x8.splat(0);
  let sum2 = i16x8.splat(0);
  let sum3 = i16x8.splat(0);
  let sum4 = i16x8.splat(0);
  let sum5 = i16x8.splat(0);
  let sum6 = i16x8.splat(0);
  let sum7 = i16x8.splat(0);
  for (let row = load<i32>(synapses, R.WINDOW_ROWS); row > 0; row--) {
    let mask = spread + <usize>ringRow * rowBytes;
    let tap = weights;
    for (let column = columns; column > 0; column--) {
      const selected0 = v128.and(v128.load(mask), v128.load(tap));
      const selected1 = v128.and(v128.load(mask, 16), v128.load(tap, 16));
      const selected2 = v128.and(v128.load(mask, 32), v128.load(tap, 32));
      const selected3 = v128.and(v128.load(mask, 48), v128.load(tap, 48));
      sum0 = i16x8.add(sum0, i16x8.extend_low_i8x16_s(selected0));
      sum1 = i16x8.add(sum1, i16x8.extend_high_i8x16_s(selected0));
      sum2 = i16x8.add(sum2, i16x8.extend_low_i8x16_s(selected1));
      sum3 = i16x8.add(sum3, i16x8.extend_high_i8x16_s(selected1));
      sum4 = i16x8.add(sum4, i16x8.extend_low_i8x16_s(selected2));
      sum5 = i16x8.add(sum5, i16x8.extend_high_i8x16_s(selected2));
      sum6 = i16x8.add(sum6, i16x8.extend_low_i8x16_s(selected3));
      sum7 = i16x8.add(sum7, i16x8.extend_high_i8x16_s(selected3));
      mask += <usize>dilationX << 6;
      tap += R.LANES;
    }
    weights += kernelBytes;
    ringRow += dilationY;
    if (ringRow >= rows) ringRow -= rows;
  }
  v128.store(sums, sum0);
  v128.store(sums, sum1, 16);
  v128.store(sums, sum2, 32);
  v128.store(sums, sum3, 48);
  v128.store(sums, sum4, 64);
  v128.store(sums, sum5, 80);
  v128.store(sums, sum6, 96);
  v128.store(sums, sum7, 112);
}
