/**
 * The kinds of synapses, for whoever walks a population: `fetch` before a lane group, `enter` before a row, `open` before a
 * pixel, `receive` for every timestep. A new kind has its kernel in a file of its own, a number in records.ts, and its place here.
 */
import * as R from '../records';
import { addSums } from '../sums';
import { convolve, fetchWeights, openConvolution } from './convolution';
import { convolveDepthwise, fetchDepthwise, openDepthwise, spreadRows } from './depthwise';
import { addPerChannel } from './per-channel';

/** Before the first row of a lane group: brings weights into the cache. */
// @ts-ignore: decorator
@inline
export function fetch(synapses: usize, group: i32, sums: usize): void {
  const kind = load<i32>(synapses, R.SYNAPSES_KIND);
  if (kind == R.KIND_CONVOLUTION) fetchWeights(synapses, group, sums);
  if (kind == R.KIND_DEPTHWISE) fetchDepthwise(synapses);
}

/**
 * Before the first pixel of a row.
 *
 * @param slot - the first timestep of the source's spikes that the call reads; `steps` follow in a ring of `slots`
 */
// @ts-ignore: decorator
@inline
export function enter(synapses: usize, group: i32, y: i32, slot: i32, steps: i32, slots: i32): void {
  if (load<i32>(synapses, R.SYNAPSES_KIND) == R.KIND_DEPTHWISE) spreadRows(synapses, group, y, slot, steps, slots);
}

/** Before the first timestep of a pixel: what does not change with time. */
// @ts-ignore: decorator
@inline
export function open(synapses: usize, group: i32, y: i32, x: i32): void {
  const kind = load<i32>(synapses, R.SYNAPSES_KIND);
  if (kind == R.KIND_CONVOLUTION) openConvolution(synapses, group, y, x);
  if (kind == R.KIND_DEPTHWISE) openDepthwise(synapses, group, y, x);
}

/**
 * Adds what 64 neurons of column `x` receive over these synapses: to `membrane`, or to `sums`, from where it is
 * still to be added.
 *
 * @param summed - whether `sums` hold something from other synapses already
 * @returns whether they hold something now
 */
// @ts-ignore: decorator
@inline
export function receive(
  synapses: usize,
  slot: i32,
  group: i32,
  x: i32,
  pixel: i32,
  membrane: usize,
  sums: usize,
  rows: usize,
  summed: bool,
): bool {
  const kind = load<i32>(synapses, R.SYNAPSES_KIND);
  if (kind == R.KIND_CONVOLUTION) {
    if (summed) addSums(membrane, sums);
    convolve(synapses, slot, membrane, sums, rows);
    return true;
  }
  if (kind == R.KIND_PER_CHANNEL) addPerChannel(synapses, slot, group, pixel, membrane);
  if (kind == R.KIND_DEPTHWISE) {
    if (summed) addSums(membrane, sums);
    convolveDepthwise(synapses, slot, x, sums);
    return true;
  }
  return summed;
}
