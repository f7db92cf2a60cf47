/**
 * A prediction head for one timestep: global average pooling as a count of each channel's spikes, one fully
 * connected layer on the counts, and output neurons that spike (eqs. (5) to (7) with i64 membranes).
 */
import * as R from './records';

/** Counts each channel's spikes over all pixels; returns the total. */
function pool(population: usize, slot: i32, counts: usize): u32 {
  const channels = load<i32>(population, R.POPULATION_CHANNELS);
  const height = load<i32>(population, R.POPULATION_HEIGHT);
  const width = load<i32>(population, R.POPULATION_WIDTH);
  let list = load<usize>(population, R.POPULATION_LIST) + slot * load<i32>(population, R.POPULATION_LIST_STRIDE);
  let rowStart = load<usize>(population, R.POPULATION_ROW_START) + slot * load<i32>(population, R.POPULATION_ROW_START_STRIDE);
  memory.fill(counts, 0, <usize>((channels + 1) & ~1) << 1);

  let total: u32 = 0;
  for (let y = 0; y < height; y++) {
    let entry = list;
    // Subtracting the column's first entry leaves the channel.
    let columnCounts = counts;
    for (let x = 0; x < width; x++) {
      rowStart += 2;
      const end = list + (<usize>load<u16>(rowStart) << 1);
      total += <u32>((end - entry) >> 1);
      for (; entry < end; entry += 2) {
        const count = columnCounts + (<usize>load<u16>(entry) << 1);
        store<u16>(count, load<u16>(count) + 1);
      }
      columnCounts -= <usize>channels << 1;
    }
    rowStart += 2;
    list += <usize>(width * channels) << 1;
  }
  return total;
}

/** sums[class] = sum over channels of counts * weights, two channels at a time. */
function fullyConnect(head: usize, channels: i32): void {
  const sums = load<usize>(head, R.HEAD_SUMS);
  const sumBytes = <usize>load<i32>(head, R.HEAD_PADDED_CLASSES) << 2;
  const counts = load<usize>(head, R.HEAD_POOL);
  let weights = load<usize>(head, R.HEAD_WEIGHTS);
  memory.fill(sums, 0, sumBytes);
  for (let channel = 0; channel < channels; channel += 2) {
    if (load<u32>(counts + (<usize>channel << 1))) {
      const pair = v128.load_splat<i32>(counts + (<usize>channel << 1));
      for (let offset: usize = 0; offset < sumBytes; offset += 32) {
        const sum = sums + offset;
        const row = weights + offset;
        v128.store(sum, i32x4.add(v128.load(sum), i32x4.dot_i16x8_s(pair, v128.load(row))));
        v128.store(sum, i32x4.add(v128.load(sum, 16), i32x4.dot_i16x8_s(pair, v128.load(row, 16))), 16);
      }
    }
    weights += sumBytes;
  }
}

/** Weights that are not 0, times the spikes that cross them. */
function countOperations(head: usize, channels: i32): u32 {
  const counts = load<usize>(head, R.HEAD_POOL);
  const fanOut = load<usize>(head, R.HEAD_FAN_OUT);
  let operations: u32 = 0;
  for (let channel = 0; channel < channels; channel++) {
    operations += <u32>load<u16>(counts + (<usize>channel << 1)) * load<u32>(fanOut + (<usize>channel << 2));
  }
  return operations;
}

/** Pools and connects the spikes of one timestep: `sums` then hold what every class received over its synapses. */
function receive(head: usize, sourceSlot: i32, slot: i32): void {
  const population = load<usize>(head, R.HEAD_POPULATION);
  const channels = load<i32>(population, R.POPULATION_CHANNELS);
  const received = pool(population, sourceSlot, load<usize>(head, R.HEAD_POOL));
  fullyConnect(head, channels);
  const word = <usize>slot << 2;
  store<u32>(load<usize>(head, R.HEAD_OPERATIONS) + word, countOperations(head, channels));
  store<u32>(load<usize>(head, R.HEAD_ALL_OPERATIONS) + word, received * load<i32>(head, R.HEAD_CLASSES));
}

/**
 * Advances one head by one timestep of rate coding.
 *
 * @param sourceSlot - which timestep of the population's spikes to read
 * @param slot - the timestep's own slot, in which the output spikes are recorded
 */
export function advanceHead(head: usize, sourceSlot: i32, slot: i32): void {
  const classes = load<i32>(head, R.HEAD_CLASSES);
  const sums = load<usize>(head, R.HEAD_SUMS);
  const bias = load<usize>(head, R.HEAD_BIAS);
  const threshold = load<usize>(head, R.HEAD_THRESHOLD);
  const membrane = load<usize>(head, R.HEAD_MEMBRANE);
  const fired = load<usize>(head, R.HEAD_FIRED) + slot * classes;
  const inputs = load<usize>(head, R.HEAD_INPUT) + (<usize>(slot * classes) << 3);
  receive(head, sourceSlot, slot);

  let spikes: u32 = 0;
  for (let index = 0; index < classes; index++) {
    const word = <usize>index << 2;
    const limit = <i64>load<i32>(threshold + word);
    const input = <i64>load<i32>(sums + word) + <i64>load<i32>(bias + word);
    let potential = load<i64>(membrane + (word << 1)) + input;
    const spike = potential > limit;
    if (spike) potential -= limit;
    store<i64>(membrane + (word << 1), potential);
    store<i64>(inputs + (word << 1), input);
    store<u8>(fired + index, <u8>spike);
    spikes += <u32>spike;
  }
  store<u32>(load<usize>(head, R.HEAD_SPIKES) + (<usize>slot << 2), spikes);
}

/**
 * Accumulates the binary digits of a head's source, most significant first, one phase a slot: membranes then hold the
 * weighted sum of the source's numbers, with the bias once for each of the 2^phases - 1 timesteps that they stand for.
 */
export function accumulateHead(head: usize, first: i32, phases: i32): void {
  const classes = load<i32>(head, R.HEAD_CLASSES);
  const sums = load<usize>(head, R.HEAD_SUMS);
  const bias = load<usize>(head, R.HEAD_BIAS);
  const membrane = load<usize>(head, R.HEAD_MEMBRANE);
  const timesteps = (<i64>1 << phases) - 1;
  for (let index = 0; index < classes; index++) {
    store<i64>(membrane + (<usize>index << 3), 0);
  }
  for (let slot = first; slot < first + phases; slot++) {
    receive(head, slot, slot);
    for (let index = 0; index < classes; index++) {
      const at = membrane + (<usize>index << 3);
      store<i64>(at, 2 * load<i64>(at) + <i64>load<i32>(sums + (<usize>index << 2)));
    }
    store<u32>(load<usize>(head, R.HEAD_SPIKES) + (<usize>slot << 2), 0);
  }
  for (let index = 0; index < classes; index++) {
    const at = membrane + (<usize>index << 3);
    store<i64>(at, load<i64>(at) + timesteps * <i64>load<i32>(bias + (<usize>index << 2)));
  }
}
