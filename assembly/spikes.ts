/**
 * From spike masks to spike lists (drawn in records.ts), one timestep of one population at a time. Convolutions walk the
 * lists, skip connections the masks.
 */
import * as R from './records';

/**
 * Builds the population's spike list of one slot from its masks.
 *
 * @returns the number of spikes
 */
export function listSpikes(population: usize, slot: i32): u32 {
  const channels = load<i32>(population, R.POPULATION_CHANNELS);
  const groups = load<i32>(population, R.POPULATION_GROUPS);
  const height = load<i32>(population, R.POPULATION_HEIGHT);
  const width = load<i32>(population, R.POPULATION_WIDTH);
  let mask = load<usize>(population, R.POPULATION_MASK) + slot * load<i32>(population, R.POPULATION_MASK_STRIDE);
  let row = load<usize>(population, R.POPULATION_LIST) + slot * load<i32>(population, R.POPULATION_LIST_STRIDE);
  let rowStart = load<usize>(population, R.POPULATION_ROW_START) + slot * load<i32>(population, R.POPULATION_ROW_START_STRIDE);
  const rowBytes = <usize>(width * channels) << 1;
  let spikes: u32 = 0;

  for (let y = 0; y < height; y++) {
    let end = row;
    for (let x = 0; x < width; x++) {
      store<u16>(rowStart, <u16>((end - row) >> 1));
      rowStart += 2;
      let first = x * channels;
      for (let group = 0; group < groups; group++) {
        let bits = load<u64>(mask);
        mask += 8;
        while (bits) {
          store<u16>(end, <u16>(first + <i32>ctz(bits)));
          end += 2;
          bits &= bits - 1;
        }
        first += R.LANES;
      }
    }
    store<u16>(rowStart, <u16>((end - row) >> 1));
    rowStart += 2;
    spikes += <u32>((end - row) >> 1);
    row += rowBytes;
  }
  return spikes;
}
