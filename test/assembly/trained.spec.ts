/**
 * The float32 pass against plain loops that add in the same order: multiplication and addition are rounded one by
 * one in both, so the results are equal to the last bit.
 */
import { denseAdd, denseBias, denseConvolve, densePad, denseRectify } from '../../assembly/index';
import { outputExtent } from './records';
import { allocate, copyOf, expectGuards, expectSame, randomBetween, seed } from './support';

/** Uniform in -1..1; f32 has 24 bits, so it is exact. */
function randomFloats(address: usize, count: i32): void {
  for (let index = 0; index < count; index++) {
    store<f32>(address + index * 4, <f32>randomBetween(-(1 << 23), 1 << 23) / <f32>(1 << 23));
  }
}

/** output[pixel][channel] + the convolution of a padded input, taps and inputs in the order of the weights. */
function plainConvolution(
  padded: usize,
  channels: i32,
  paddedWidth: i32,
  kernel: i32,
  stride: i32,
  weights: usize,
  output: usize,
  outputStride: i32,
  outputHeight: i32,
  outputWidth: i32,
): void {
  for (let y = 0; y < outputHeight; y++) {
    for (let x = 0; x < outputWidth; x++) {
      for (let channel = 0; channel < outputStride; channel++) {
        let sum: f32 = 0;
        for (let ky = 0; ky < kernel; ky++) {
          for (let kx = 0; kx < kernel; kx++) {
            for (let input = 0; input < channels; input++) {
              const pixel = (y * stride + ky) * paddedWidth + x * stride + kx;
              const row = (((channel / 8) * kernel + ky) * kernel + kx) * channels + input;
              const value = load<f32>(padded + (pixel * channels + input) * 4);
              sum += value * load<f32>(weights + (row * 8 + (channel % 8)) * 4);
            }
          }
        }
        const at = output + ((y * outputWidth + x) * outputStride + channel) * 4;
        store<f32>(at, load<f32>(at) + sum);
      }
    }
  }
}

/** Random weights, input and output of `outputs` channels, whose padding to a multiple of 8 stays zero. */
function checkConvolution(
  outputs: i32,
  channels: i32,
  paddedHeight: i32,
  paddedWidth: i32,
  kernel: i32,
  stride: i32,
): void {
  const outputStride = (outputs + 7) & ~7;
  const outputHeight = outputExtent(paddedHeight, kernel, stride, 0);
  const outputWidth = outputExtent(paddedWidth, kernel, stride, 0);
  const taps = kernel * kernel * channels;
  const padded = allocate(paddedHeight * paddedWidth * channels * 4);
  const weights = allocate(taps * outputStride * 4);
  const output = allocate(outputHeight * outputWidth * outputStride * 4);
  randomFloats(padded, paddedHeight * paddedWidth * channels);
  for (let tap = 0; tap < taps; tap++) {
    for (let channel = 0; channel < outputs; channel++) {
      randomFloats(weights + (((channel / 8) * taps + tap) * 8 + (channel % 8)) * 4, 1);
    }
  }
  for (let pixel = 0; pixel < outputHeight * outputWidth; pixel++) {
    randomFloats(output + pixel * outputStride * 4, outputs);
  }
  const expected = copyOf(output, outputHeight * outputWidth * outputStride * 4);
  plainConvolution(
    padded,
    channels,
    paddedWidth,
    kernel,
    stride,
    weights,
    expected,
    outputStride,
    outputHeight,
    outputWidth,
  );
  denseConvolve(
    padded,
    channels,
    paddedWidth,
    kernel,
    stride,
    weights,
    output,
    outputStride,
    outputHeight,
    outputWidth,
  );
  expectSame<f32>(output, expected, outputHeight * outputWidth * outputStride, 'output');
  for (let channel = outputs; channel < outputStride; channel++) {
    expect<f32>(load<f32>(output + channel * 4)).toBe(0, 'padding of the channels');
  }
  expectGuards();
}

/** Copies random activations into a padded image that held something else before. */
function checkPad(channels: i32, stride: i32, height: i32, width: i32, padding: i32): void {
  const paddedHeight = height + 2 * padding;
  const paddedWidth = width + 2 * padding;
  const input = allocate(height * width * stride * 4);
  const padded = allocate(paddedHeight * paddedWidth * channels * 4);
  randomFloats(input, height * width * stride);
  const inputBefore = copyOf(input, height * width * stride * 4);
  randomFloats(padded, paddedHeight * paddedWidth * channels);
  densePad(input, channels, stride, height, width, padding, padded);
  for (let paddedY = 0; paddedY < paddedHeight; paddedY++) {
    for (let paddedX = 0; paddedX < paddedWidth; paddedX++) {
      const y = paddedY - padding;
      const x = paddedX - padding;
      const inside = y >= 0 && y < height && x >= 0 && x < width;
      for (let channel = 0; channel < channels; channel++) {
        const actual = load<f32>(padded + ((paddedY * paddedWidth + paddedX) * channels + channel) * 4);
        const expected = inside ? load<f32>(input + ((y * width + x) * stride + channel) * 4) : <f32>0;
        if (actual != expected) expect<f32>(actual).toBe(expected, `y ${y} x ${x}`);
      }
    }
  }
  expectSame<f32>(input, inputBefore, height * width * stride, 'input');
  expectGuards();
}

describe('densePad', () => {
  it('copies an activation into the middle of zeros', () => {
    seed(17);
    checkPad(8, 8, 3, 4, 1);
    checkPad(3, 8, 4, 3, 1);
    checkPad(70, 72, 2, 3, 2);
    checkPad(1, 8, 1, 1, 3);
  });

  it('drops the padding of the channels where there is no border', () => {
    seed(18);
    checkPad(5, 8, 3, 5, 0);
  });
});

describe('denseBias', () => {
  it('copies the bias to every pixel and no further', () => {
    seed(19);
    const bias = allocate(24 * 4);
    const output = allocate(8 * 24 * 4);
    randomFloats(bias, 24);
    randomFloats(output, 8 * 24);
    const eighth = copyOf(output + 7 * 24 * 4, 24 * 4);
    denseBias(output, bias, 24, 7);
    for (let pixel = 0; pixel < 7; pixel++) expectSame<f32>(output + pixel * 24 * 4, bias, 24, 'output');
    expectSame<f32>(output + 7 * 24 * 4, eighth, 24, 'the pixel after the last');
    expect<f32>(load<f32>(output + 6 * 24 * 4)).toBe(load<f32>(bias));
    expectGuards();
  });
});

describe('denseAdd', () => {
  it('adds elementwise and no further', () => {
    seed(20);
    const output = allocate(32 * 4);
    const input = allocate(32 * 4);
    randomFloats(output, 32);
    randomFloats(input, 32);
    const expected = copyOf(output, 32 * 4);
    for (let index = 0; index < 28; index++) {
      store<f32>(expected + index * 4, load<f32>(expected + index * 4) + load<f32>(input + index * 4));
    }
    denseAdd(output, input, 28);
    expectSame<f32>(output, expected, 32, 'output');
    expect<f32>(load<f32>(output + 27 * 4)).not.toBe(0);
    expectGuards();
  });
});

describe('denseRectify', () => {
  it('cuts negative values off and no further', () => {
    seed(21);
    const output = allocate(32 * 4);
    randomFloats(output, 32);
    store<f32>(output, -1e-30);
    store<f32>(output + 4, 1e-30);
    store<f32>(output + 29 * 4, -1);
    const expected = copyOf(output, 32 * 4);
    for (let index = 0; index < 28; index++) {
      if (load<f32>(expected + index * 4) < 0) store<f32>(expected + index * 4, 0);
    }
    denseRectify(output, 28);
    expectSame<f32>(output, expected, 32, 'output');
    expect<f32>(load<f32>(output)).toBe(0);
    expect<f32>(load<f32>(output + 4)).toBe(1e-30);
    expect<f32>(load<f32>(output + 29 * 4)).toBe(-1);
    expectGuards();
  });
});

describe('denseConvolve', () => {
  it('adds one product to what is there', () => {
    const input = allocate(4);
    const weights = allocate(8 * 4);
    const output = allocate(8 * 4);
    store<f32>(input, 3);
    for (let channel = 0; channel < 8; channel++) {
      store<f32>(weights + channel * 4, <f32>channel + 0.5);
      store<f32>(output + channel * 4, 100);
    }
    denseConvolve(input, 1, 1, 1, 1, weights, output, 8, 1, 1);
    for (let channel = 0; channel < 8; channel++) {
      expect<f32>(load<f32>(output + channel * 4)).toBe(101.5 + 3 * <f32>channel);
    }
    expectGuards();
  });

  it('equals the plain loops for 1x1, 3x3 and 5x5 kernels', () => {
    seed(22);
    checkConvolution(8, 3, 4, 4, 1, 1);
    checkConvolution(16, 5, 6, 6, 3, 1);
    checkConvolution(8, 2, 8, 8, 5, 1);
  });

  it('equals the plain loops for stride 2', () => {
    seed(23);
    checkConvolution(8, 3, 5, 4, 1, 2);
    checkConvolution(16, 4, 7, 9, 3, 2);
  });

  it('equals the plain loops where the pixels do not fill tiles of 4', () => {
    seed(24);
    checkConvolution(8, 3, 3, 3, 3, 1);
    checkConvolution(8, 3, 3, 4, 3, 1);
    checkConvolution(8, 3, 3, 5, 3, 1);
    checkConvolution(8, 3, 5, 5, 3, 1);
    checkConvolution(8, 3, 7, 3, 3, 1);
    checkConvolution(24, 2, 5, 7, 3, 1);
  });

  it('equals the plain loops where the channels do not fill tiles of 8', () => {
    seed(25);
    checkConvolution(1, 3, 4, 4, 3, 1);
    checkConvolution(5, 7, 4, 5, 3, 1);
    checkConvolution(13, 1, 5, 4, 3, 2);
    checkConvolution(70, 9, 4, 4, 3, 1);
  });
});
