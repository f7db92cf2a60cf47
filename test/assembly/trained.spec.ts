/**
 * The float32 pass against plain loops that add in the same order: multiplication and addition are rounded one by
 * one in both, so the results are equal to the last bit.
 */
import { trainedBias, trainedConvolve, trainedDepthwise, trainedPad, trainedRectify } from '../../assembly/index';
import { outputExtent } from './records';
import { allocate, copyOf, expectGuards, expectSame, randomBetween, seed } from './support';

/** Uniform in -1..1; f32 has 24 bits, so it is exact. */
function randomFloats(address: usize, count: i32): void {
  for (let index = 0; index < count; index++) {
    store<f32>(address + index * 4, <f32>randomBetween(-(1 << 23), 1 << 23) / <f32>(1 << 23));
  }
}

/** Output channel `channel` of one group: what is there, and the taps and inputs in the order of the weights. */
function plainConvolution(
  padded: usize,
  channels: i32,
  paddedWidth: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  inputs: i32,
  weights: usize,
  output: usize,
  outputStride: i32,
  outputs: i32,
  outputHeight: i32,
  outputWidth: i32,
): void {
  for (let y = 0; y < outputHeight; y++) {
    for (let x = 0; x < outputWidth; x++) {
      for (let channel = 0; channel < outputs; channel++) {
        let sum: f32 = 0;
        for (let ky = 0; ky < kernelHeight; ky++) {
          for (let kx = 0; kx < kernelWidth; kx++) {
            for (let input = 0; input < inputs; input++) {
              const pixel = (y * strideY + ky * dilationY) * paddedWidth + x * strideX + kx * dilationX;
              const row = (((channel / 8) * kernelHeight + ky) * kernelWidth + kx) * inputs + input;
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

/**
 * Random weights, input and output of `outputs` channels, all groups, whose padding to a multiple of 8 stays zero: the
 * host calls once a group, in one run a kernel row where nothing is dilated and there are no groups, else in a run a tap.
 */
function checkWindows(
  outputs: i32,
  channels: i32,
  groups: i32,
  paddedHeight: i32,
  paddedWidth: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
): void {
  const outputStride = (outputs + 7) & ~7;
  const outputHeight = outputExtent(paddedHeight, kernelHeight, strideY, 0, dilationY);
  const outputWidth = outputExtent(paddedWidth, kernelWidth, strideX, 0, dilationX);
  const inputs = channels / groups;
  const groupOutputs = outputs / groups;
  const tileOutputs = (groupOutputs + 7) & ~7;
  const taps = kernelHeight * kernelWidth * inputs;
  const padded = allocate(paddedHeight * paddedWidth * channels * 4);
  // The last tile of a group may reach beyond the last channel of the last pixel, with weights of zero.
  const slack = tileOutputs * 4;
  const outputBytes = outputHeight * outputWidth * outputStride * 4;
  const output = allocate(outputBytes + slack);
  randomFloats(padded, paddedHeight * paddedWidth * channels);
  for (let pixel = 0; pixel < outputHeight * outputWidth; pixel++) {
    randomFloats(output + pixel * outputStride * 4, outputs);
  }
  const expected = copyOf(output, outputBytes + slack);
  const isWhole = groups == 1 && dilationX == 1;
  for (let group = 0; group < groups; group++) {
    const weights = allocate(taps * tileOutputs * 4);
    for (let tap = 0; tap < taps; tap++) {
      for (let channel = 0; channel < groupOutputs; channel++) {
        randomFloats(weights + (((channel / 8) * taps + tap) * 8 + (channel % 8)) * 4, 1);
      }
    }
    plainConvolution(
      padded + group * inputs * 4,
      channels,
      paddedWidth,
      kernelHeight,
      kernelWidth,
      strideY,
      strideX,
      dilationY,
      dilationX,
      inputs,
      weights,
      expected + group * groupOutputs * 4,
      outputStride,
      groupOutputs,
      outputHeight,
      outputWidth,
    );
    trainedConvolve(
      padded + group * inputs * 4,
      channels,
      paddedWidth,
      kernelHeight,
      isWhole ? 1 : kernelWidth,
      isWhole ? kernelWidth * channels : inputs,
      isWhole ? kernelWidth * channels : dilationX * channels,
      dilationY * paddedWidth * channels,
      strideY,
      strideX,
      weights,
      output + group * groupOutputs * 4,
      outputStride,
      tileOutputs,
      outputHeight,
      outputWidth,
    );
  }
  expectSame<f32>(output, expected, (outputBytes + slack) / 4, 'output');
  for (let channel = outputs; channel < outputStride; channel++) {
    expect<f32>(load<f32>(output + channel * 4)).toBe(0, 'padding of the channels');
  }
  expectGuards();
}

/** The usual convolution: a square kernel, one stride. */
function checkConvolution(
  outputs: i32,
  channels: i32,
  paddedHeight: i32,
  paddedWidth: i32,
  kernel: i32,
  stride: i32,
): void {
  checkWindows(outputs, channels, 1, paddedHeight, paddedWidth, kernel, kernel, stride, stride, 1, 1);
}

/** Every channel through a window of its own; products are added to what is there, tap by tap. */
function checkDepthwise(
  channels: i32,
  paddedHeight: i32,
  paddedWidth: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
): void {
  const stride = (channels + 7) & ~7;
  const outputHeight = outputExtent(paddedHeight, kernelHeight, strideY, 0, dilationY);
  const outputWidth = outputExtent(paddedWidth, kernelWidth, strideX, 0, dilationX);
  const taps = kernelHeight * kernelWidth;
  const padded = allocate(paddedHeight * paddedWidth * channels * 4 + 12);
  randomFloats(padded, paddedHeight * paddedWidth * channels + 3);
  const weights = allocate(taps * stride * 4);
  const output = allocate(outputHeight * outputWidth * stride * 4);
  for (let tap = 0; tap < taps; tap++) randomFloats(weights + tap * stride * 4, channels);
  for (let pixel = 0; pixel < outputHeight * outputWidth; pixel++) randomFloats(output + pixel * stride * 4, channels);
  const expected = copyOf(output, outputHeight * outputWidth * stride * 4);
  for (let y = 0; y < outputHeight; y++) {
    for (let x = 0; x < outputWidth; x++) {
      for (let channel = 0; channel < channels; channel++) {
        const at = expected + ((y * outputWidth + x) * stride + channel) * 4;
        for (let tap = 0; tap < taps; tap++) {
          const row = y * strideY + (tap / kernelWidth) * dilationY;
          const column = x * strideX + (tap % kernelWidth) * dilationX;
          const value = load<f32>(padded + ((row * paddedWidth + column) * channels + channel) * 4);
          store<f32>(at, load<f32>(at) + value * load<f32>(weights + (tap * stride + channel) * 4));
        }
      }
    }
  }
  trainedDepthwise(
    padded,
    channels,
    paddedWidth,
    kernelHeight,
    kernelWidth,
    strideY,
    strideX,
    dilationY,
    dilationX,
    weights,
    stride,
    output,
    outputHeight,
    outputWidth,
  );
  expectSame<f32>(output, expected, outputHeight * outputWidth * stride, 'output');
  expectGuards();
}

/** Copies random activations into a padded image that held something else before. */
function checkPad(
  channels: i32,
  stride: i32,
  height: i32,
  width: i32,
  top: i32,
  left: i32,
  bottom: i32,
  right: i32,
): void {
  const paddedHeight = height + top + bottom;
  const paddedWidth = width + left + right;
  const input = allocate(height * width * stride * 4);
  const padded = allocate(paddedHeight * paddedWidth * channels * 4);
  randomFloats(input, height * width * stride);
  const inputBefore = copyOf(input, height * width * stride * 4);
  randomFloats(padded, paddedHeight * paddedWidth * channels);
  trainedPad(input, channels, stride, height, width, top, left, paddedHeight, paddedWidth, padded);
  for (let paddedY = 0; paddedY < paddedHeight; paddedY++) {
    for (let paddedX = 0; paddedX < paddedWidth; paddedX++) {
      const y = paddedY - top;
      const x = paddedX - left;
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

describe('trainedPad', () => {
  it('copies an activation into the middle of zeros', () => {
    seed(17);
    checkPad(8, 8, 3, 4, 1, 1, 1, 1);
    checkPad(3, 8, 4, 3, 1, 1, 1, 1);
    checkPad(70, 72, 2, 3, 2, 2, 2, 2);
    checkPad(1, 8, 1, 1, 3, 3, 3, 3);
  });

  it('pads each side by its own width', () => {
    seed(45);
    checkPad(3, 8, 4, 3, 0, 2, 1, 0);
    checkPad(5, 8, 2, 2, 3, 0, 0, 1);
  });

  it('drops the padding of the channels where there is no border', () => {
    seed(18);
    checkPad(5, 8, 3, 5, 0, 0, 0, 0);
  });
});

describe('trainedBias', () => {
  it('copies the bias to every pixel and no further', () => {
    seed(19);
    const bias = allocate(24 * 4);
    const output = allocate(8 * 24 * 4);
    randomFloats(bias, 24);
    randomFloats(output, 8 * 24);
    const eighth = copyOf(output + 7 * 24 * 4, 24 * 4);
    trainedBias(output, bias, 24, 7);
    for (let pixel = 0; pixel < 7; pixel++) expectSame<f32>(output + pixel * 24 * 4, bias, 24, 'output');
    expectSame<f32>(output + 7 * 24 * 4, eighth, 24, 'the pixel after the last');
    expect<f32>(load<f32>(output + 6 * 24 * 4)).toBe(load<f32>(bias));
    expectGuards();
  });
});

describe('trainedRectify', () => {
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
    trainedRectify(output, 28);
    expectSame<f32>(output, expected, 32, 'output');
    expect<f32>(load<f32>(output)).toBe(0);
    expect<f32>(load<f32>(output + 4)).toBe(1e-30);
    expect<f32>(load<f32>(output + 29 * 4)).toBe(-1);
    expectGuards();
  });
});

describe('trainedConvolve', () => {
  it('adds one product to what is there', () => {
    const input = allocate(4);
    const weights = allocate(8 * 4);
    const output = allocate(8 * 4);
    store<f32>(input, 3);
    for (let channel = 0; channel < 8; channel++) {
      store<f32>(weights + channel * 4, <f32>channel + 0.5);
      store<f32>(output + channel * 4, 100);
    }
    trainedConvolve(input, 1, 1, 1, 1, 1, 1, 1, 1, 1, weights, output, 8, 8, 1, 1);
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

  it('equals the plain loops for windows that differ down and across, and for dilated ones', () => {
    seed(46);
    checkWindows(8, 3, 1, 7, 6, 2, 3, 2, 1, 1, 1);
    checkWindows(13, 5, 1, 8, 7, 3, 2, 1, 2, 3, 1);
    checkWindows(16, 4, 1, 5, 9, 2, 3, 1, 2, 1, 2);
    checkWindows(5, 7, 1, 9, 9, 3, 3, 2, 1, 2, 3);
  });

  it('equals the plain loops group by group, whatever fills a tile', () => {
    seed(47);
    checkWindows(16, 6, 2, 5, 4, 3, 3, 1, 1, 1, 1);
    checkWindows(9, 6, 3, 5, 5, 3, 2, 2, 1, 1, 1);
    checkWindows(7, 7, 7, 4, 4, 1, 1, 1, 1, 1, 1);
    checkWindows(70, 10, 10, 3, 3, 2, 2, 1, 1, 1, 1);
    checkWindows(6, 4, 2, 7, 8, 3, 2, 1, 2, 2, 3);
  });
});

describe('trainedDepthwise', () => {
  it('equals the plain loops for kernels, strides and dilation', () => {
    seed(48);
    checkDepthwise(8, 4, 4, 1, 1, 1, 1, 1, 1);
    checkDepthwise(16, 5, 6, 3, 3, 1, 1, 1, 1);
    checkDepthwise(8, 7, 9, 3, 3, 2, 2, 1, 1);
    checkDepthwise(24, 9, 8, 2, 3, 1, 2, 3, 2);
  });

  it('equals the plain loops where the channels do not fill vectors of 4', () => {
    seed(49);
    checkDepthwise(1, 4, 5, 3, 3, 1, 1, 1, 1);
    checkDepthwise(3, 4, 4, 3, 3, 1, 1, 1, 1);
    checkDepthwise(6, 5, 4, 2, 2, 1, 1, 2, 1);
    checkDepthwise(70, 3, 3, 3, 3, 1, 1, 1, 1);
  });
});
