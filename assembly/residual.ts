/**
 * The skip connection of a residual block: a spike of channel c at a pixel adds one weight, lambda_in / lambda_out in
 * the receiving channel's unit, to channel c at the same pixel. It walks the set bits of the source's spike mask.
 */
import {
  CONNECTION_SOURCE,
  CONNECTION_WEIGHTS,
  LANE_BYTES,
  LAYER_BLOCKS,
  LAYER_MASK,
  LAYER_MASK_STRIDE,
} from './layout';

/**
 * Adds to 64 membranes the skip weights of the source's spikes at the same pixel.
 *
 * @returns the number of those spikes, which is the number of synaptic operations
 */
export function addIdentity(connection: usize, slot: i32, block: i32, pixel: i32, membrane: usize): i32 {
  const source = load<usize>(connection, CONNECTION_SOURCE);
  const weights = load<usize>(connection, CONNECTION_WEIGHTS) + <usize>(block * LANE_BYTES);
  const mask =
    load<usize>(source, LAYER_MASK) +
    slot * load<i32>(source, LAYER_MASK_STRIDE) +
    (<usize>(pixel * load<i32>(source, LAYER_BLOCKS) + block) << 3);
  let bits = load<u64>(mask);
  const spikes = <i32>popcnt(bits);
  while (bits) {
    const lane = <usize>ctz(bits) << 2;
    store<i32>(membrane + lane, load<i32>(membrane + lane) + load<i32>(weights + lane));
    bits &= bits - 1;
  }
  return spikes;
}
