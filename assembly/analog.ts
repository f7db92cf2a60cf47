/**
 * The analog first layer: the image is a constant current, so its convolution is computed once an image and then
 * added at every timestep. Integers throughout: i16 pixels times int8 weights, summed in i32.
 *
 * For one output pixel, 32 output channels at a time stay in eight i32x4 registers; a tap's pixel value is splat
 * over i16x8 and multiplied into both halves of eight weights by the widening products extmul_low / extmul_high.
 */
import {
  CONNECTION_CURRENT,
  CONNECTION_IMAGE_CHANNELS,
  CONNECTION_IMAGE_HEIGHT,
  CONNECTION_IMAGE_WIDTH,
  CONNECTION_KERNEL,
  CONNECTION_PADDING,
  CONNECTION_SOURCE,
  CONNECTION_STRIDE,
  CONNECTION_WEIGHTS,
  LANE_BYTES,
  LANES,
  LAYER_BIAS,
  LAYER_BLOCKS,
  LAYER_HEIGHT,
  LAYER_WIDTH,
} from './layout';

/** Computes `current` = bias + weights * image for every neuron of the layer that the image feeds. */
export function computeCurrent(layer: usize, connection: usize): void {
  const height = load<i32>(layer, LAYER_HEIGHT);
  const width = load<i32>(layer, LAYER_WIDTH);
  const blocks = load<i32>(layer, LAYER_BLOCKS);
  let current = load<usize>(connection, CONNECTION_CURRENT);
  for (let block = 0; block < blocks; block++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        currentOfHalf(layer, connection, block, 0, y, x, current);
        currentOfHalf(layer, connection, block, 32, y, x, current + 128);
        current += LANE_BYTES;
      }
    }
  }
}

function currentOfHalf(layer: usize, connection: usize, block: i32, lane: i32, y: i32, x: i32, out: usize): void {
  const channels = load<i32>(connection, CONNECTION_IMAGE_CHANNELS);
  const imageHeight = load<i32>(connection, CONNECTION_IMAGE_HEIGHT);
  const imageWidth = load<i32>(connection, CONNECTION_IMAGE_WIDTH);
  const kernel = load<i32>(connection, CONNECTION_KERNEL);
  const image = load<usize>(connection, CONNECTION_SOURCE);
  const top = y * load<i32>(connection, CONNECTION_STRIDE) - load<i32>(connection, CONNECTION_PADDING);
  const left = x * load<i32>(connection, CONNECTION_STRIDE) - load<i32>(connection, CONNECTION_PADDING);
  const bias = load<usize>(layer, LAYER_BIAS) + <usize>(block * LANE_BYTES + (lane << 2));
  const weights =
    load<usize>(connection, CONNECTION_WEIGHTS) + <usize>(block * kernel * kernel * channels * LANES + lane);

  let sum0 = v128.load(bias);
  let sum1 = v128.load(bias, 16);
  let sum2 = v128.load(bias, 32);
  let sum3 = v128.load(bias, 48);
  let sum4 = v128.load(bias, 64);
  let sum5 = v128.load(bias, 80);
  let sum6 = v128.load(bias, 96);
  let sum7 = v128.load(bias, 112);
  for (let ky = 0; ky < kernel; ky++) {
    const imageY = top + ky;
    if (<u32>imageY >= <u32>imageHeight) continue;
    for (let kx = 0; kx < kernel; kx++) {
      const imageX = left + kx;
      if (<u32>imageX >= <u32>imageWidth) continue;
      let pixel = image + (<usize>((imageY * imageWidth + imageX) * channels) << 1);
      let row = weights + <usize>((ky * kernel + kx) * channels * LANES);
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
        row += LANES;
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
