/**
 * From spike masks to spike lists (drawn in records.ts), one timestep of one population at a time. Convolutions walk the
 * lists, skip connections the masks.
 *
 * The loop over a mask's bits waits for one bit after the other, and ends where the processor did not expect it. In that
 * time it adds up what each spike costs over the synapses by which it leaves, two sets of them in one pass.
 */
import { fanOutOfRow, operationsAt } from './operations';
import * as R from './records';

/**
 * Builds the population's spike list of one slot from its masks, and counts the operations of all synapses that it feeds.
 *
 * @returns the number of spikes
 */
export function listSpikes(population: usize, slot: i32): u32 {
  const readers = load<usize>(population, R.POPULATION_READERS);
  const count = load<i32>(population, R.POPULATION_READER_COUNT);
  if (count == 0) return list(population, slot, 0, 0, 0);
  let spikes: u32 = 0;
  let index = 0;
  // More passes write the same list again.
  for (; index + 1 < count; index += 2) {
    const one = load<usize>(readers + (<usize>index << 2));
    const other = load<usize>(readers + (<usize>index << 2), 4);
    spikes = list(population, slot, 2, one, other);
  }
  return index < count ? list(population, slot, 1, load<usize>(readers + (<usize>index << 2)), 0) : spikes;
}

/** @param count - a constant: how many of the readers `one` and `other` there are */
// @ts-ignore: decorator
@inline
function list(population: usize, slot: i32, count: i32, one: usize, other: usize): u32 {
  const channels = load<i32>(population, R.POPULATION_CHANNELS);
  const groups = load<i32>(population, R.POPULATION_GROUPS);
  const height = load<i32>(population, R.POPULATION_HEIGHT);
  const width = load<i32>(population, R.POPULATION_WIDTH);
  let mask = load<usize>(population, R.POPULATION_MASK) + slot * load<i32>(population, R.POPULATION_MASK_STRIDE);
  let row = load<usize>(population, R.POPULATION_LIST) + slot * load<i32>(population, R.POPULATION_LIST_STRIDE);
  let rowStart = load<usize>(population, R.POPULATION_ROW_START) + slot * load<i32>(population, R.POPULATION_ROW_START_STRIDE);
  const rowBytes = <usize>(width * channels) << 1;
  let spikes: u32 = 0;
  let oneOperations: u64 = 0;
  let otherOperations: u64 = 0;

  for (let y = 0; y < height; y++) {
    const oneRow = count > 0 ? fanOutOfRow(one, y) : 0;
    const otherRow = count > 1 ? fanOutOfRow(other, y) : 0;
    let oneColumn = count > 0 ? load<usize>(one, R.SYNAPSES_COLUMN_FAN_OUT) : 0;
    let otherColumn = count > 1 ? load<usize>(other, R.SYNAPSES_COLUMN_FAN_OUT) : 0;
    let end = row;
    for (let x = 0; x < width; x++) {
      store<u16>(rowStart, <u16>((end - row) >> 1));
      rowStart += 2;
      let oneFanOut: usize = 0;
      let otherFanOut: usize = 0;
      if (count > 0) {
        oneFanOut = oneRow + load<u32>(oneColumn);
        oneColumn += 4;
      }
      if (count > 1) {
        otherFanOut = otherRow + load<u32>(otherColumn);
        otherColumn += 4;
      }
      let first = x * channels;
      for (let group = 0; group < groups; group++) {
        let bits = load<u64>(mask);
        mask += 8;
        while (bits) {
          const lane = <i32>ctz(bits);
          store<u16>(end, <u16>(first + lane));
          end += 2;
          bits &= bits - 1;
          if (count > 0) oneOperations += load<u64>(oneFanOut + (<usize>lane << 3));
          if (count > 1) otherOperations += load<u64>(otherFanOut + (<usize>lane << 3));
        }
        first += R.LANES;
        if (count > 0) oneFanOut += R.LANES << 3;
        if (count > 1) otherFanOut += R.LANES << 3;
      }
    }
    store<u16>(rowStart, <u16>((end - row) >> 1));
    rowStart += 2;
    spikes += <u32>((end - row) >> 1);
    row += rowBytes;
  }
  if (count > 0) store<u64>(operationsAt(one, slot), oneOperations);
  if (count > 1) store<u64>(operationsAt(other, slot), otherOperations);
  return spikes;
}
