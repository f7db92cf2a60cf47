/**
 * The integrate-and-fire neuron, eqs. (5) to (7): 64 neurons of one pixel at a time.
 *
 * A membrane row is 64 i32 = 16 vectors of 4 lanes. The comparison of four vectors (all ones where the neuron
 * fires) narrows by signed saturation to 16 bytes, whose sign bits are 16 bits of the spike mask:
 *
 *   v0 v1 v2 v3   4 x i32x4   -> i16x8, i16x8 -> i8x16 -> bits 0..15
 */

/** Adds drive and synaptic input to four neurons, fires and resets them; all ones in the lanes that fired. */
// @ts-ignore: decorator
@inline
function fireFour(membrane: usize, drive: usize, input: v128, threshold: usize): v128 {
  const limit = v128.load(threshold);
  const potential = i32x4.add(i32x4.add(v128.load(membrane), v128.load(drive)), input);
  const fired = i32x4.gt_s(potential, limit);
  v128.store(membrane, i32x4.sub(potential, v128.and(fired, limit)));
  return fired;
}

// @ts-ignore: decorator
@inline
function fireSixteen(membrane: usize, drive: usize, sums: usize, threshold: usize): u64 {
  const sums0 = v128.load(sums);
  const sums1 = v128.load(sums, 16);
  const low = i16x8.narrow_i32x4_s(
    fireFour(membrane, drive, i32x4.extend_low_i16x8_s(sums0), threshold),
    fireFour(membrane + 16, drive + 16, i32x4.extend_high_i16x8_s(sums0), threshold + 16),
  );
  const high = i16x8.narrow_i32x4_s(
    fireFour(membrane + 32, drive + 32, i32x4.extend_low_i16x8_s(sums1), threshold + 32),
    fireFour(membrane + 48, drive + 48, i32x4.extend_high_i16x8_s(sums1), threshold + 48),
  );
  return <u64>(<u32>i8x16.bitmask(i8x16.narrow_i16x8_s(low, high)));
}

/**
 * Integrates `drive` (the bias, or the analog current) and `sums` into 64 membranes, which may already hold a part of this
 * timestep's synaptic input, fires where the potential exceeds the threshold, and resets by subtraction.
 *
 * @param sums - i16 [64]: synaptic input
 * @returns the spike mask, bit c = lane c
 */
// @ts-ignore: decorator
@inline
export function integrateAndFire(membrane: usize, drive: usize, sums: usize, threshold: usize): u64 {
  return (
    fireSixteen(membrane, drive, sums, threshold) |
    (fireSixteen(membrane + 64, drive + 64, sums + 32, threshold + 64) << 16) |
    (fireSixteen(membrane + 128, drive + 128, sums + 64, threshold + 128) << 32) |
    (fireSixteen(membrane + 192, drive + 192, sums + 96, threshold + 192) << 48)
  );
}
