/**
 * Event-driven convolution: for one output pixel and 64 output channels, every input spike inside the window adds
 * one row of 64 int8 weights. No multiplication, no scatter, all lanes full at any sparsity.
 *
 * TWO CHANNELS A WORD. Widening int8 to i16 costs as much as adding it. So a row is added as it lies in memory, as
 * i16 words of two channels (drawn in records.ts), and once more shifted right by 8, which leaves the odd channels.
 * After n rows, n <= 256,
 *
 *   words = sum (odd * 256 + even + 128)    modulo 2^16
 *   odds  = sum odd                         exact: |sum| <= 2^15
 *   evens = words - odds * 256 - n * 128    modulo 2^16, and exact for the same reason
 *
 * Sixteen channels so take one load, one shift and two additions, where widening takes two loads, two widenings and
 * two additions. The sums live in eight registers for up to 256 rows.
 */
import * as R from '../records';
import { addSums } from '../sums';
import { gatherPixels, gatherWindow, openWindow } from './window';

/** Where the weights of 64 output channels begin. */
// @ts-ignore: decorator
@inline
export function weightsOf(synapses: usize, group: i32): usize {
  return load<usize>(synapses, R.SYNAPSES_WEIGHTS) + <usize>group * weightBytes(synapses);
}

// @ts-ignore: decorator
@inline
function weightBytes(synapses: usize): usize {
  const taps = load<i32>(synapses, R.SYNAPSES_KERNEL_HEIGHT) * load<i32>(synapses, R.SYNAPSES_KERNEL_WIDTH);
  return <usize>(taps * load<i32>(synapses, R.SYNAPSES_SPAN)) << 6;
}

/**
 * Reads the weights of 64 output channels from end to end, so that they come into the second-level cache as one
 * stream: spikes ask for them in no order, which the memory behind that cache answers several times slower.
 *
 * @param sink - a word that may change, so that the reading is not optimised away
 */
export function fetchWeights(synapses: usize, group: i32, sink: usize): void {
  const first = weightsOf(synapses, group);
  const end = first + weightBytes(synapses);
  let sum = 0;
  for (let line = first; line < end; line += 64) sum += load<i32>(line);
  store<i32>(sink, sum);
}

/** Makes output pixel (x, y) of 64 channels the one whose spikes are summed: all that does not change with time. */
export function openConvolution(synapses: usize, group: i32, y: i32, x: i32): void {
  openWindow(synapses, y, x);
  store<usize>(synapses, weightsOf(synapses, group), R.WINDOW_WEIGHTS);
  store<i32>(synapses, firstChannelOf(synapses, group), R.WINDOW_FIRST_CHANNEL);
}

/** First source channel that reaches the lane group; -1 where all channels of whole rows do. */
function firstChannelOf(synapses: usize, group: i32): i32 {
  const span = load<i32>(synapses, R.SYNAPSES_SPAN);
  if (span == load<i32>(synapses, R.SYNAPSES_SOURCE_CHANNELS) && load<i32>(synapses, R.SYNAPSES_DILATION_X) == 1) return -1;
  const firstGroup = (group * R.LANES) / load<i32>(synapses, R.SYNAPSES_GROUP_OUTPUTS);
  return firstGroup * load<i32>(synapses, R.SYNAPSES_GROUP_INPUTS);
}

/** The weight rows of the spikes in the open window: from `rows` to what is returned. */
// @ts-ignore: decorator
@inline
function gather(synapses: usize, slot: i32, rows: usize): usize {
  const firstChannel = load<i32>(synapses, R.WINDOW_FIRST_CHANNEL);
  return firstChannel < 0 ? gatherWindow(synapses, slot, rows) : gatherPixels(synapses, slot, firstChannel, rows);
}

/** Stores the sums of 16 channels in their order. */
// @ts-ignore: decorator
@inline
function storeSums(sums: usize, words: v128, odds: v128, offset: v128): void {
  const evens = i16x8.sub(i16x8.sub(words, i16x8.shl(odds, 8)), offset);
  v128.store(sums, i16x8.shuffle(evens, odds, 0, 8, 1, 9, 2, 10, 3, 11));
  v128.store(sums, i16x8.shuffle(evens, odds, 4, 12, 5, 13, 6, 14, 7, 15), 16);
}

/**
 * Sums the weights of all spikes in the open window for 64 output channels.
 *
 * @param slot - which timestep of the source's spikes to read
 * @param membrane - the 64 membranes; they receive the first rows of a window of more than 256 spikes
 * @param sums - i16 [64]: receives the rest, which is still to be added to the membranes
 * @param rows - u16 []: scratch for the window's weight rows
 * @returns the number of spikes in the window
 */
export function convolve(
  synapses: usize,
  slot: i32,
  membrane: usize,
  sums: usize,
  rows: usize,
): i32 {
  const rowsEnd = gather(synapses, slot, rows);
  const spikes = <i32>((rowsEnd - rows) >> 1);
  const weights = load<usize>(synapses, R.WINDOW_WEIGHTS);
  while (true) {
    const end = min(rowsEnd, rows + (R.ROWS_PER_FLUSH << 1));
    const offset = i16x8.splat(<i16>(<i32>((end - rows) >> 1) * R.EVEN_CHANNEL_OFFSET));
    let words0 = i16x8.splat(0);
    let words1 = i16x8.splat(0);
    let words2 = i16x8.splat(0);
    let words3 = i16x8.splat(0);
    let odds0 = i16x8.splat(0);
    let odds1 = i16x8.splat(0);
    let odds2 = i16x8.splat(0);
    let odds3 = i16x8.splat(0);
    for (; rows < end; rows += 2) {
      const row = weights + (<usize>load<u16>(rows) << 6);
      const row0 = v128.load(row);
      const row1 = v128.load(row, 16);
      const row2 = v128.load(row, 32);
      const row3 = v128.load(row, 48);
      words0 = i16x8.add(words0, row0);
      words1 = i16x8.add(words1, row1);
      words2 = i16x8.add(words2, row2);
      words3 = i16x8.add(words3, row3);
      odds0 = i16x8.add(odds0, i16x8.shr_s(row0, 8));
      odds1 = i16x8.add(odds1, i16x8.shr_s(row1, 8));
      odds2 = i16x8.add(odds2, i16x8.shr_s(row2, 8));
      odds3 = i16x8.add(odds3, i16x8.shr_s(row3, 8));
    }
    storeSums(sums, words0, odds0, offset);
    storeSums(sums + 32, words1, odds1, offset);
    storeSums(sums + 64, words2, odds2, offset);
    storeSums(sums + 96, words3, odds3, offset);
    if (rows == rowsEnd) return spikes;
    addSums(membrane, sums);
  }
}
