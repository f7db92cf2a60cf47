/**
 * Depthwise convolution: a spike of channel c reaches only channel c, through the taps of its window. The source's
 * mask of 64 channels is 8 bytes a pixel; spread to one byte a channel, all ones where it fired, it selects int8
 * weights sixteen at a time.
 *
 * Sums stay in eight registers of i16: 256 taps of -128 fit.
 */
import * as R from '../records';

/** One byte a channel, all ones where its bit is set, for 16 channels. */
// @ts-ignore: decorator
@inline
function spread(bits: u32): v128 {
  // Bytes 0 and 1 of the mask, eight times each; then the bit that is each byte's own.
  const copies = i8x16.swizzle(i32x4.splat(bits), i8x16(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1));
  const own = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
  return i8x16.eq(v128.and(copies, own), own);
}

/**
 * Sums the weights of all spikes in one output pixel's windows for 64 channels.
 *
 * @param sums - i16 [64]: receives them
 */
export function convolveDepthwise(synapses: usize, slot: i32, group: i32, y: i32, x: i32, sums: usize): void {
  const source = load<usize>(synapses, R.SYNAPSES_SOURCE);
  const height = load<i32>(synapses, R.SYNAPSES_SOURCE_HEIGHT);
  const width = load<i32>(synapses, R.SYNAPSES_SOURCE_WIDTH);
  const groups = load<i32>(source, R.POPULATION_GROUPS);
  const kernelHeight = load<i32>(synapses, R.SYNAPSES_KERNEL_HEIGHT);
  const kernelWidth = load<i32>(synapses, R.SYNAPSES_KERNEL_WIDTH);
  const dilationY = load<i32>(synapses, R.SYNAPSES_DILATION_Y);
  const dilationX = load<i32>(synapses, R.SYNAPSES_DILATION_X);
  const top = y * load<i32>(synapses, R.SYNAPSES_STRIDE_Y) - load<i32>(synapses, R.SYNAPSES_PADDING_TOP);
  const left = x * load<i32>(synapses, R.SYNAPSES_STRIDE_X) - load<i32>(synapses, R.SYNAPSES_PADDING_LEFT);
  const masks =
    load<usize>(source, R.POPULATION_MASK) + slot * load<i32>(source, R.POPULATION_MASK_STRIDE) + (<usize>group << 3);
  let weights = load<usize>(synapses, R.SYNAPSES_WEIGHTS) + ((<usize>(group * kernelHeight * kernelWidth)) << 6);
  let sum0 = i16x8.splat(0);
  let sum1 = i16x8.splat(0);
  let sum2 = i16x8.splat(0);
  let sum3 = i16x8.splat(0);
  let sum4 = i16x8.splat(0);
  let sum5 = i16x8.splat(0);
  let sum6 = i16x8.splat(0);
  let sum7 = i16x8.splat(0);
  for (let ky = 0; ky < kernelHeight; ky++) {
    const sourceY = top + ky * dilationY;
    if (<u32>sourceY >= <u32>height) {
      weights += <usize>kernelWidth << 6;
      continue;
    }
    for (let kx = 0; kx < kernelWidth; kx++, weights += 64) {
      const sourceX = left + kx * dilationX;
      if (<u32>sourceX >= <u32>width) continue;
      const mask = load<u64>(masks + (<usize>((sourceY * width + sourceX) * groups) << 3));
      if (mask == 0) continue;
      const weights0 = v128.and(spread(<u32>mask), v128.load(weights));
      const weights1 = v128.and(spread(<u32>(mask >> 16)), v128.load(weights, 16));
      const weights2 = v128.and(spread(<u32>(mask >> 32)), v128.load(weights, 32));
      const weights3 = v128.and(spread(<u32>(mask >> 48)), v128.load(weights, 48));
      sum0 = i16x8.add(sum0, i16x8.extend_low_i8x16_s(weights0));
      sum1 = i16x8.add(sum1, i16x8.extend_high_i8x16_s(weights0));
      sum2 = i16x8.add(sum2, i16x8.extend_low_i8x16_s(weights1));
      sum3 = i16x8.add(sum3, i16x8.extend_high_i8x16_s(weights1));
      sum4 = i16x8.add(sum4, i16x8.extend_low_i8x16_s(weights2));
      sum5 = i16x8.add(sum5, i16x8.extend_high_i8x16_s(weights2));
      sum6 = i16x8.add(sum6, i16x8.extend_low_i8x16_s(weights3));
      sum7 = i16x8.add(sum7, i16x8.extend_high_i8x16_s(weights3));
    }
  }
  v128.store(sums, sum0);
  v128.store(sums, sum1, 16);
  v128.store(sums, sum2, 32);
  v128.store(sums, sum3, 48);
  v128.store(sums, sum4, 64);
  v128.store(sums, sum5, 80);
  v128.store(sums, sum6, 96);
  v128.store(sums, sum7, 112);
}
