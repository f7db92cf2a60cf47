/**
 * The neuron of radix coding. It has accumulated A, the weighted sum of its sources' numbers, and sends
 *
 *   q = clamp(floor(A / threshold + 1/2), 0, 2^phases - 1)
 *
 * as binary digits, most significant first, one a phase. That is integrate-and-fire with a threshold that halves from
 * phase to phase: with the potential at A + floor(threshold / 2), the neuron fires in the phase of digit p if the
 * potential is at least 2^p thresholds, and loses them. No division, and values beyond either end clamp by themselves.
 *
 * Bits of 16 lanes leave together, as in integrate-and-fire.ts.
 */

/** All ones in the lanes that fire; `potential` of the others stays. */
// @ts-ignore: decorator
@inline
function fires(potential: v128, limit: v128): v128 {
  return i32x4.ge_s(potential, limit);
}

/** Four potentials before their first digit. */
// @ts-ignore: decorator
@inline
function potentialOf(accumulator: usize, drive: usize, threshold: usize, timesteps: v128): v128 {
  const received = i32x4.add(v128.load(accumulator), i32x4.mul(v128.load(drive), timesteps));
  return i32x4.add(received, i32x4.shr_s(v128.load(threshold), 1));
}

/**
 * Sends the digits of 64 neurons.
 *
 * @param accumulator - i32 [64]: what arrived over synapses, digits weighted
 * @param drive - i32 [64]: the bias, or the image's current, which arrives once for each of 2^phases - 1 timesteps
 * @param mask - of the pixel and lane group, in the slot of the first phase; `stride` bytes further on that of the next
 */
export function sendDigits(
  accumulator: usize,
  drive: usize,
  threshold: usize,
  phases: i32,
  mask: usize,
  stride: i32,
): void {
  const timesteps = i32x4.splat((1 << phases) - 1);
  for (let quarter = 0; quarter < 4; quarter++) {
    const offset = <usize>quarter << 6;
    let potential0 = potentialOf(accumulator + offset, drive + offset, threshold + offset, timesteps);
    let potential1 = potentialOf(accumulator + offset + 16, drive + offset + 16, threshold + offset + 16, timesteps);
    let potential2 = potentialOf(accumulator + offset + 32, drive + offset + 32, threshold + offset + 32, timesteps);
    let potential3 = potentialOf(accumulator + offset + 48, drive + offset + 48, threshold + offset + 48, timesteps);
    let bits = mask + (<usize>quarter << 1);
    for (let digit = phases - 1; digit >= 0; digit--, bits += stride) {
      const limit0 = i32x4.shl(v128.load(threshold + offset), digit);
      const limit1 = i32x4.shl(v128.load(threshold + offset, 16), digit);
      const limit2 = i32x4.shl(v128.load(threshold + offset, 32), digit);
      const limit3 = i32x4.shl(v128.load(threshold + offset, 48), digit);
      const fired0 = fires(potential0, limit0);
      const fired1 = fires(potential1, limit1);
      const fired2 = fires(potential2, limit2);
      const fired3 = fires(potential3, limit3);
      potential0 = i32x4.sub(potential0, v128.and(fired0, limit0));
      potential1 = i32x4.sub(potential1, v128.and(fired1, limit1));
      potential2 = i32x4.sub(potential2, v128.and(fired2, limit2));
      potential3 = i32x4.sub(potential3, v128.and(fired3, limit3));
      const low = i16x8.narrow_i32x4_s(fired0, fired1);
      const high = i16x8.narrow_i32x4_s(fired2, fired3);
      store<u16>(bits, <u16>i8x16.bitmask(i8x16.narrow_i16x8_s(low, high)));
    }
  }
}
