/**
 * The trained network's own forward pass in float32, for calibration and for the accuracy of the network before it
 * spikes. It runs once per calibration image, never per timestep.
 *
 *   activation  f32 [pixel][stride]              stride = channels rounded up to 8, the rest zero
 *   padded      f32 [padded y][padded x][channels]   scratch copy with its border of zeros, so no tap needs a test
 *   weights     f32 [out / 8][ky][kx][in][8]
 *
 * The inner tile is 4 pixels x 8 output channels: eight accumulators, two weight vectors and one splat input value
 * at a time fit the sixteen registers of x86 and leave the multipliers as the limit. Multiplication and addition
 * stay separate (no fused multiply-add), so every host rounds alike.
 */

const TILE: i32 = 8;
const TILE_BYTES: usize = 32;

/** Copies an activation into a zeroed image of `paddedHeight` x `paddedWidth`, from row `top` and column `left` on. */
export function trainedPad(
  input: usize,
  channels: i32,
  inputStride: i32,
  height: i32,
  width: i32,
  top: i32,
  left: i32,
  paddedHeight: i32,
  paddedWidth: i32,
  padded: usize,
): void {
  memory.fill(padded, 0, <usize>(paddedWidth * paddedHeight * channels) << 2);
  for (let y = 0; y < height; y++) {
    let target = padded + (<usize>(((y + top) * paddedWidth + left) * channels) << 2);
    for (let x = 0; x < width; x++) {
      memory.copy(target, input, <usize>channels << 2);
      target += <usize>channels << 2;
      input += <usize>inputStride << 2;
    }
  }
}

/** output[pixel] = bias, for the convolutions and skips that are then added. */
export function trainedBias(output: usize, bias: usize, stride: i32, pixels: i32): void {
  for (let pixel = 0; pixel < pixels; pixel++) {
    memory.copy(output, bias, <usize>stride << 2);
    output += <usize>stride << 2;
  }
}

/** output = max(output, 0); `count` is a multiple of 4. */
export function trainedRectify(output: usize, count: i32): void {
  const zero = f32x4.splat(0);
  const end = output + (<usize>count << 2);
  for (; output < end; output += 16) v128.store(output, f32x4.max(v128.load(output), zero));
}

/**
 * output += convolution of a padded input. A kernel row is read in runs of contiguous values: one run of all its taps
 * and channels, or, where columns are dilated or channels belong to groups, one run a tap.
 *
 * @param padded - the first channel of the group, in the padded image
 * @param channels - values from one pixel of it to the next
 * @param runs - a kernel row
 * @param runLength - values
 * @param runStep - values from one run to the next
 * @param rowStep - values from one kernel row to the next
 * @param outputs - output channels of the group, rounded up to 8; those added by it receive zeros
 */
export function trainedConvolve(
  padded: usize,
  channels: i32,
  paddedWidth: i32,
  kernelHeight: i32,
  runs: i32,
  runLength: i32,
  runStep: i32,
  rowStep: i32,
  strideY: i32,
  strideX: i32,
  weights: usize,
  output: usize,
  outputStride: i32,
  outputs: i32,
  outputHeight: i32,
  outputWidth: i32,
): void {
  const pixels = outputHeight * outputWidth;
  const tileWeightBytes = <usize>(kernelHeight * runs * runLength) * TILE_BYTES;
  const stepX = <usize>(strideX * channels) << 2;
  const stepY = <usize>(strideY * paddedWidth * channels) << 2;
  for (let channel = 0; channel < outputs; channel += TILE, weights += tileWeightBytes) {
    for (let pixel = 0; pixel < pixels; pixel += 4) {
      // Past the last pixel a tile repeats it; equal values are then stored more than once.
      const pixel1 = min(pixel + 1, pixels - 1);
      const pixel2 = min(pixel + 2, pixels - 1);
      const pixel3 = min(pixel + 3, pixels - 1);
      convolveTile(
        window(padded, pixel, outputWidth, stepY, stepX),
        window(padded, pixel1, outputWidth, stepY, stepX),
        window(padded, pixel2, outputWidth, stepY, stepX),
        window(padded, pixel3, outputWidth, stepY, stepX),
        kernelHeight,
        runs,
        <usize>runLength << 2,
        <usize>(runStep - runLength) << 2,
        <usize>(rowStep - runs * runStep) << 2,
        weights,
        output + (<usize>(pixel * outputStride + channel) << 2),
        output + (<usize>(pixel1 * outputStride + channel) << 2),
        output + (<usize>(pixel2 * outputStride + channel) << 2),
        output + (<usize>(pixel3 * outputStride + channel) << 2),
      );
    }
  }
}

/** Address of the top left input of an output pixel's window. */
// @ts-ignore: decorator
@inline
function window(padded: usize, pixel: i32, outputWidth: i32, stepY: usize, stepX: usize): usize {
  return padded + <usize>(pixel / outputWidth) * stepY + <usize>(pixel % outputWidth) * stepX;
}

function convolveTile(
  input0: usize,
  input1: usize,
  input2: usize,
  input3: usize,
  kernelHeight: i32,
  runs: i32,
  runBytes: usize,
  runSkip: usize,
  rowSkip: usize,
  weights: usize,
  output0: usize,
  output1: usize,
  output2: usize,
  output3: usize,
): void {
  let sum00 = f32x4.splat(0);
  let sum01 = f32x4.splat(0);
  let sum10 = f32x4.splat(0);
  let sum11 = f32x4.splat(0);
  let sum20 = f32x4.splat(0);
  let sum21 = f32x4.splat(0);
  let sum30 = f32x4.splat(0);
  let sum31 = f32x4.splat(0);
  for (let ky = 0; ky < kernelHeight; ky++) {
    for (let run = 0; run < runs; run++) {
    for (const end = input0 + runBytes; input0 < end; ) {
      const weights0 = v128.load(weights);
      const weights1 = v128.load(weights, 16);
      const value0 = v128.load_splat<f32>(input0);
      sum00 = f32x4.add(sum00, f32x4.mul(value0, weights0));
      sum01 = f32x4.add(sum01, f32x4.mul(value0, weights1));
      const value1 = v128.load_splat<f32>(input1);
      sum10 = f32x4.add(sum10, f32x4.mul(value1, weights0));
      sum11 = f32x4.add(sum11, f32x4.mul(value1, weights1));
      const value2 = v128.load_splat<f32>(input2);
      sum20 = f32x4.add(sum20, f32x4.mul(value2, weights0));
      sum21 = f32x4.add(sum21, f32x4.mul(value2, weights1));
      const value3 = v128.load_splat<f32>(input3);
      sum30 = f32x4.add(sum30, f32x4.mul(value3, weights0));
      sum31 = f32x4.add(sum31, f32x4.mul(value3, weights1));
      input0 += 4;
      input1 += 4;
      input2 += 4;
      input3 += 4;
      weights += TILE_BYTES;
    }
    input0 += runSkip;
    input1 += runSkip;
    input2 += runSkip;
    input3 += runSkip;
    }
    input0 += rowSkip;
    input1 += rowSkip;
    input2 += rowSkip;
    input3 += rowSkip;
  }
  // Every load comes before the first store, since the outputs of a repeated pixel are one address.
  const old00 = v128.load(output0);
  const old01 = v128.load(output0, 16);
  const old10 = v128.load(output1);
  const old11 = v128.load(output1, 16);
  const old20 = v128.load(output2);
  const old21 = v128.load(output2, 16);
  const old30 = v128.load(output3);
  const old31 = v128.load(output3, 16);
  v128.store(output0, f32x4.add(old00, sum00));
  v128.store(output0, f32x4.add(old01, sum01), 16);
  v128.store(output1, f32x4.add(old10, sum10));
  v128.store(output1, f32x4.add(old11, sum11), 16);
  v128.store(output2, f32x4.add(old20, sum20));
  v128.store(output2, f32x4.add(old21, sum21), 16);
  v128.store(output3, f32x4.add(old30, sum30));
  v128.store(output3, f32x4.add(old31, sum31), 16);
}

/**
 * output += depthwise convolution of a padded input, four channels at a time; weights f32 [ky][kx][weightStride], zero
 * behind the last channel. Up to three values behind the last of a pixel are read, and meet those zeros.
 */
export function trainedDepthwise(
  padded: usize,
  channels: i32,
  paddedWidth: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  weights: usize,
  weightStride: i32,
  output: usize,
  outputHeight: i32,
  outputWidth: i32,
): void {
  for (let y = 0; y < outputHeight; y++) {
    for (let x = 0; x < outputWidth; x++) {
      const corner = padded + (<usize>((y * strideY * paddedWidth + x * strideX) * channels) << 2);
      for (let channel = 0; channel < channels; channel += 4) {
        let sum = v128.load(output + (<usize>channel << 2));
        let row = weights + (<usize>channel << 2);
        for (let ky = 0; ky < kernelHeight; ky++) {
          for (let kx = 0; kx < kernelWidth; kx++, row += <usize>weightStride << 2) {
            const place = (ky * dilationY * paddedWidth + kx * dilationX) * channels + channel;
            sum = f32x4.add(sum, f32x4.mul(v128.load(corner + (<usize>place << 2)), v128.load(row)));
          }
        }
        v128.store(output + (<usize>channel << 2), sum);
      }
      output += <usize>weightStride << 2;
    }
  }
}
