/**
 * From spike masks to spike lists (drawn in layout.ts), one timestep of one layer at a time. Convolutions walk the
 * lists, skip connections the masks.
 */
import {
  LANES,
  LAYER_BLOCKS,
  LAYER_CHANNELS,
  LAYER_HEIGHT,
  LAYER_LIST,
  LAYER_LIST_STRIDE,
  LAYER_MASK,
  LAYER_MASK_STRIDE,
  LAYER_ROW_START,
  LAYER_ROW_START_STRIDE,
  LAYER_WIDTH,
} from './layout';

/**
 * Builds the layer's spike list of one slot from its masks.
 *
 * @returns the number of spikes
 */
export function listSpikes(layer: usize, slot: i32): u32 {
  const channels = load<i32>(layer, LAYER_CHANNELS);
  const blocks = load<i32>(layer, LAYER_BLOCKS);
  const height = load<i32>(layer, LAYER_HEIGHT);
  const width = load<i32>(layer, LAYER_WIDTH);
  let mask = load<usize>(layer, LAYER_MASK) + slot * load<i32>(layer, LAYER_MASK_STRIDE);
  let row = load<usize>(layer, LAYER_LIST) + slot * load<i32>(layer, LAYER_LIST_STRIDE);
  let rowStart = load<usize>(layer, LAYER_ROW_START) + slot * load<i32>(layer, LAYER_ROW_START_STRIDE);
  const rowBytes = <usize>(width * channels) << 1;
  let spikes: u32 = 0;

  for (let y = 0; y < height; y++) {
    let end = row;
    for (let x = 0; x < width; x++) {
      store<u16>(rowStart, <u16>((end - row) >> 1));
      rowStart += 2;
      let first = x * channels;
      for (let block = 0; block < blocks; block++) {
        let bits = load<u64>(mask);
        mask += 8;
        while (bits) {
          store<u16>(end, <u16>(first + <i32>ctz(bits)));
          end += 2;
          bits &= bits - 1;
        }
        first += LANES;
      }
    }
    store<u16>(rowStart, <u16>((end - row) >> 1));
    rowStart += 2;
    spikes += <u32>((end - row) >> 1);
    row += rowBytes;
  }
  return spikes;
}
