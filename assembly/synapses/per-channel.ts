/**
 * Synapses of one channel to the same channel at the same pixel, such as the skip of a residual network: a spike of
 * channel c adds the weight of c, which is lambda_in / lambda_out in the receiving channel's unit. It walks the source's spike mask 16 bits at a time:
 * whole vectors throughout, since a vector cannot be loaded at once from where single words were just stored.
 */
import * as R from '../records';

/** Adds four weights to four membranes where the bits of `lanes` are set in `bits`. */
// @ts-ignore: decorator
@inline
function addWhereSet(membrane: usize, weights: usize, bits: v128, lanes: v128): void {
  const spikes = i32x4.eq(v128.and(bits, lanes), lanes);
  v128.store(membrane, i32x4.add(v128.load(membrane), v128.and(spikes, v128.load(weights))));
}

// @ts-ignore: decorator
@inline
function addSixteen(membrane: usize, weights: usize, bits: v128): void {
  addWhereSet(membrane, weights, bits, i32x4(1, 2, 4, 8));
  addWhereSet(membrane + 16, weights + 16, bits, i32x4(0x10, 0x20, 0x40, 0x80));
  addWhereSet(membrane + 32, weights + 32, bits, i32x4(0x100, 0x200, 0x400, 0x800));
  addWhereSet(membrane + 48, weights + 48, bits, i32x4(0x1000, 0x2000, 0x4000, 0x8000));
}

/** Adds to 64 membranes the weights of the source's spikes at the same pixel. */
export function addPerChannel(synapses: usize, slot: i32, group: i32, pixel: i32, membrane: usize): void {
  const source = load<usize>(synapses, R.SYNAPSES_SOURCE);
  const weights = load<usize>(synapses, R.SYNAPSES_WEIGHTS) + <usize>(group * R.LANE_BYTES);
  const mask = load<u64>(
    load<usize>(source, R.POPULATION_MASK) +
      slot * load<i32>(source, R.POPULATION_MASK_STRIDE) +
      (<usize>(pixel * load<i32>(source, R.POPULATION_GROUPS) + group) << 3),
  );
  if (mask) {
    addSixteen(membrane, weights, i32x4.splat(<i32>mask));
    addSixteen(membrane + 64, weights + 64, i32x4.splat(<i32>(mask >> 16)));
    addSixteen(membrane + 128, weights + 128, i32x4.splat(<i32>(mask >> 32)));
    addSixteen(membrane + 192, weights + 192, i32x4.splat(<i32>(mask >> 48)));
  }
}
