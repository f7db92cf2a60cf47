/**
 * Synapses from the image: it is a constant current, so its convolution is computed once an image and then added at
 * every timestep. Integers throughout: i16 pixels times int8 weights, summed in i32.
 *
 * For one output pixel, 32 output channels at a time stay in eight i32x4 registers; a tap's pixel value is splat
 * over i16x8 and multiplied into both halves of eight weights by the widening products extmul_low / extmul_high.
 */
import * as R from '../records';

/** current += weights * image for every neuron of the population that the image feeds; `current` holds the bias. */
export function addCurrent(population: usize, synapses: usize): void {
  const height = load<i32>(population, R.POPULATION_HEIGHT);
  const width = load<i32>(population, R.POPULATION_WIDTH);
  const groups = load<i32>(population, R.POPULATION_GROUPS);
  let current = load<usize>(population, R.POPULATION_CURRENT);
  for (let group = 0; group < groups; group++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        addToHalf(synapses, group, 0, y, x, current);
        addToHalf(synapses, group, 32, y, x, current + 128);
        current += R.LANE_BYTES;
      }
    }
  }
}

function addToHalf(synapses: usize, group: i32, lane: i32, y: i32, x: i32, out: usize): void {
  const channels = load<i32>(synapses, R.SYNAPSES_SOURCE_CHANNELS);
  const imageHeight = load<i32>(synapses, R.SYNAPSES_SOURCE_HEIGHT);
  const imageWidth = load<i32>(synapses, R.SYNAPSES_SOURCE_WIDTH);
  const kernelHeight = load<i32>(synapses, R.SYNAPSES_KERNEL_HEIGHT);
  const kernelWidth = load<i32>(synapses, R.SYNAPSES_KERNEL_WIDTH);
  const dilationY = load<i32>(synapses, R.SYNAPSES_DILATION_Y);
  const dilationX = load<i32>(synapses, R.SYNAPSES_DILATION_X);
  const image = load<usize>(synapses, R.SYNAPSES_SOURCE);
  const top = y * load<i32>(synapses, R.SYNAPSES_STRIDE_Y) - load<i32>(synapses, R.SYNAPSES_PADDING_TOP);
  const left = x * load<i32>(synapses, R.SYNAPSES_STRIDE_X) - load<i32>(synapses, R.SYNAPSES_PADDING_LEFT);
  const weights =
    load<usize>(synapses, R.SYNAPSES_WEIGHTS) +
    <usize>(group * kernelHeight * kernelWidth * channels * R.LANES + lane);

  let sum0 = v128.load(out);
  let sum1 = v128.load(out, 16);
  let sum2 = v128.load(out, 32);
  let sum3 = v128.load(out, 48);
  let sum4 = v128.load(out, 64);
  let sum5 = v128.load(out, 80);
  let sum6 = v128.load(out, 96);
  let sum7 = v128.load(out, 112);
  for (let ky = 0; ky < kernelHeight; ky++) {
    const imageY = top + ky * dilationY;
    if (<u32>imageY >= <u32>imageHeight) continue;
    for (let kx = 0; kx < kernelWidth; kx++) {
      const imageX = left + kx * dilationX;
      if (<u32>imageX >= <u32>imageWidth) continue;
      let pixel = image + (<usize>((imageY * imageWidth + imageX) * channels) << 1);
      let row = weights + <usize>((ky * kernelWidth + kx) * channels * R.LANES);
      for (let channel = 0; channel < channels; channel++) {
        const value = v128.load_splat<i16>(pixel);
        const weights0 = v128.load_ext<i8>(row);
        const weights1 = v128.load_ext<i8>(row, 8);
        const weights2 = v128.load_ext<i8>(row, 16);
        const weights3 = v128.load_ext<i8>(row, 24);
        sum0 = i32x4.add(sum0, i32x4.extmul_low_i16x8_s(value, weights0));
        sum1 = i32x4.add(sum1, i32x4.extmul_high_i16x8_s(value, weights0));
        sum2 = i32x4.add(sum2, i32x4.extmul_low_i16x8_s(value, weights1));
        sum3 = i32x4.add(sum3, i32x4.extmul_high_i16x8_s(value, weights1));
        sum4 = i32x4.add(sum4, i32x4.extmul_low_i16x8_s(value, weights2));
        sum5 = i32x4.add(sum5, i32x4.extmul_high_i16x8_s(value, weights2));
        sum6 = i32x4.add(sum6, i32x4.extmul_low_i16x8_s(value, weights3));
        sum7 = i32x4.add(sum7, i32x4.extmul_high_i16x8_s(value, weights3));
        pixel += 2;
        row += R.LANES;
      }
    }
  }
  v128.store(out, sum0);
  v128.store(out, sum1, 16);
  v128.store(out, sum2, 32);
  v128.store(out, sum3, 48);
  v128.store(out, sum4, 64);
  v128.store(out, sum5, 80);
  v128.store(out, sum6, 96);
  v128.store(out, sum7, 112);
}
