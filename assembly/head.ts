/**
 * A prediction head for one timestep: global average pooling as a count of each channel's spikes, one fully
 * connected layer on the counts, and output neurons that spike (eqs. (5) to (7) with i64 membranes).
 */
import {
  HEAD_BIAS,
  HEAD_CLASSES,
  HEAD_FIRED,
  HEAD_LAYER,
  HEAD_MEMBRANE,
  HEAD_OPERATIONS,
  HEAD_PADDED_CLASSES,
  HEAD_POOL,
  HEAD_SPIKES,
  HEAD_SUMS,
  HEAD_THRESHOLD,
  HEAD_WEIGHTS,
  LAYER_CHANNELS,
  LAYER_HEIGHT,
  LAYER_LIST,
  LAYER_LIST_STRIDE,
  LAYER_ROW_START,
  LAYER_ROW_START_STRIDE,
  LAYER_WIDTH,
} from './layout';

/** Counts each channel's spikes over all pixels; returns the total. */
function pool(layer: usize, slot: i32, counts: usize): u32 {
  const channels = load<i32>(layer, LAYER_CHANNELS);
  const height = load<i32>(layer, LAYER_HEIGHT);
  const width = load<i32>(layer, LAYER_WIDTH);
  let list = load<usize>(layer, LAYER_LIST) + slot * load<i32>(layer, LAYER_LIST_STRIDE);
  let rowStart = load<usize>(layer, LAYER_ROW_START) + slot * load<i32>(layer, LAYER_ROW_START_STRIDE);
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
  const sums = load<usize>(head, HEAD_SUMS);
  const sumBytes = <usize>load<i32>(head, HEAD_PADDED_CLASSES) << 2;
  const counts = load<usize>(head, HEAD_POOL);
  let weights = load<usize>(head, HEAD_WEIGHTS);
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

/**
 * Advances one head by one timestep.
 *
 * @param sourceSlot - which timestep of the layer's spikes to read
 * @param slot - the timestep's own slot, in which the output spikes are recorded
 */
export function advanceHead(head: usize, sourceSlot: i32, slot: i32): void {
  const layer = load<usize>(head, HEAD_LAYER);
  const classes = load<i32>(head, HEAD_CLASSES);
  const sums = load<usize>(head, HEAD_SUMS);
  const bias = load<usize>(head, HEAD_BIAS);
  const threshold = load<usize>(head, HEAD_THRESHOLD);
  const membrane = load<usize>(head, HEAD_MEMBRANE);
  const fired = load<usize>(head, HEAD_FIRED) + slot * classes;

  const received = pool(layer, sourceSlot, load<usize>(head, HEAD_POOL));
  fullyConnect(head, load<i32>(layer, LAYER_CHANNELS));

  let spikes: u32 = 0;
  for (let index = 0; index < classes; index++) {
    const word = <usize>index << 2;
    const limit = <i64>load<i32>(threshold + word);
    let potential = load<i64>(membrane + (word << 1)) + load<i32>(sums + word) + load<i32>(bias + word);
    const spike = potential > limit;
    if (spike) potential -= limit;
    store<i64>(membrane + (word << 1), potential);
    store<u8>(fired + index, <u8>spike);
    spikes += <u32>spike;
  }
  store<u32>(load<usize>(head, HEAD_SPIKES) + (<usize>slot << 2), spikes);
  store<u32>(load<usize>(head, HEAD_OPERATIONS) + (<usize>slot << 2), received * classes);
}
