/**
 * Brings the decoded picture to the network's input size: src/image/resize.ts in the same order of operations, so that
 * the pixels are the host's, bit for bit. The orientation is undone on the way, as src/image/pixel-image.ts walks it.
 */
import { orientation } from './exif';
import { CONFIG, CONFIG_HEIGHT, CONFIG_INPUT, CONFIG_WIDTH } from './layout';
import { storedHeight, storedWidth } from './png';
import { pictureAddress, scratchAddress } from './room';

const CUBIC_SLOPE: f64 = -0.75;
const ROUNDING: f64 = 0.5 + 1e-9;

/** Address of the upright picture's first pixel, and the bytes to its right and lower neighbours. */
let origin: usize = 0;
let stepX: i32 = 0;
let stepY: i32 = 0;
let uprightWidth: i32 = 0;
let uprightHeight: i32 = 0;

/** The taps of one target pixel: weights for source pixels from `firstTap` on. */
let weights: usize = 0;
let firstTap: i32 = 0;
let tapCount: i32 = 0;

/** Fills CONFIG_INPUT from the decoded picture. */
export function resizePicture(): void {
  walkUpright(orientation());
  const width = load<i32>(CONFIG, CONFIG_WIDTH);
  const height = load<i32>(CONFIG, CONFIG_HEIGHT);
  const input = load<usize>(CONFIG, CONFIG_INPUT);
  if (uprightWidth == width && uprightHeight == height) copyPixels(input);
  else resample(width, height, input);
}

/** The eight orientations of EXIF 2.32, table 6 (tag 274). */
function walkUpright(turn: u32): void {
  const width = storedWidth();
  const height = storedHeight();
  const right = width - 1;
  const bottom = width * (height - 1);
  const isTransposed = turn >= 5;
  uprightWidth = isTransposed ? height : width;
  uprightHeight = isTransposed ? width : height;
  const fromRight = turn == 2 || turn == 3 || turn == 7 || turn == 8;
  const fromBottom = turn == 3 || turn == 4 || turn == 6 || turn == 7;
  const first: i32 = (fromRight ? right : 0) + (fromBottom ? bottom : 0);
  origin = pictureAddress() + <usize>first * 3;
  const alongRow = fromRight ? -3 : 3;
  const alongColumn = (fromBottom ? -3 : 3) * width;
  stepX = isTransposed ? alongColumn : alongRow;
  stepY = isTransposed ? alongRow : alongColumn;
}

function copyPixels(input: usize): void {
  for (let y = 0; y < uprightHeight; y++) {
    for (let x = 0; x < uprightWidth; x++, input += 3) {
      const pixel = origin + y * stepY + x * stepX;
      store<u8>(input, load<u8>(pixel));
      store<u8>(input, load<u8>(pixel, 1), 1);
      store<u8>(input, load<u8>(pixel, 2), 2);
    }
  }
}

function resample(width: i32, height: i32, input: usize): void {
  // The largest centred part of the input's aspect.
  const scale = min(<f64>uprightWidth / <f64>width, <f64>uprightHeight / <f64>height);
  const partWidth = min(uprightWidth, max(1, round(<f64>width * scale)));
  const partHeight = min(uprightHeight, max(1, round(<f64>height * scale)));
  const corner = origin + ((uprightWidth - partWidth) >> 1) * stepX + ((uprightHeight - partHeight) >> 1) * stepY;
  const blended = scratchAddress();
  weights = blended + (<usize>(partWidth * 3) << 3);
  for (let y = 0; y < height; y++) {
    computeTaps(y, partHeight, height);
    blendRows(corner, partWidth, blended);
    for (let x = 0; x < width; x++, input += 3) {
      computeTaps(x, partWidth, width);
      for (let channel: usize = 0; channel < 3; channel++) {
        store<u8>(input + channel, blendColumn(blended + (channel << 3)));
      }
    }
  }
}

/** Math.round of JavaScript, for numbers above 0. */
function round(value: f64): i32 {
  const whole = floor(value);
  return <i32>(value - whole >= 0.5 ? whole + 1 : whole);
}

function computeTaps(index: i32, source: i32, target: i32): void {
  if (source >= target) areaTaps(<f64>index, <f64>source, <f64>target);
  else cubicTaps(<f64>index, <f64>source, <f64>target);
  let sum: f64 = 0;
  for (let tap = 0; tap < tapCount; tap++) sum += weightAt(tap);
  for (let tap = 0; tap < tapCount; tap++) setWeight(tap, weightAt(tap) / sum);
}

function areaTaps(index: f64, source: f64, target: f64): void {
  const start = (index * source) / target;
  const end = ((index + 1) * source) / target;
  const first = floor(start);
  firstTap = <i32>first;
  tapCount = <i32>(min(source, ceil(end)) - first);
  for (let tap = 0; tap < tapCount; tap++) {
    const left = first + <f64>tap;
    setWeight(tap, min(end, left + 1) - max(start, left));
  }
}

function cubicTaps(index: f64, source: f64, target: f64): void {
  const centre = ((index + 0.5) * source) / target - 0.5;
  const first = max(0.0, floor(centre) - 1);
  const last = min(source - 1, floor(centre) + 2);
  firstTap = <i32>first;
  tapCount = <i32>(last - first + 1);
  for (let tap = 0; tap < tapCount; tap++) setWeight(tap, cubic(first + <f64>tap - centre));
}

/** Keys' cubic convolution kernel. */
function cubic(distance: f64): f64 {
  const x = abs(distance);
  if (x < 1) return ((CUBIC_SLOPE + 2) * x - (CUBIC_SLOPE + 3)) * x * x + 1;
  return x < 2 ? CUBIC_SLOPE * (((x - 5) * x + 8) * x - 4) : 0;
}

/** Blends the part's rows that make one target row: f64 [x][3]. */
function blendRows(corner: usize, partWidth: i32, blended: usize): void {
  memory.fill(blended, 0, <usize>(partWidth * 3) << 3);
  for (let tap = 0; tap < tapCount; tap++) {
    const weight = weightAt(tap);
    let pixel = corner + (firstTap + tap) * stepY;
    let sum = blended;
    for (let x = 0; x < partWidth; x++, pixel += stepX, sum += 24) {
      store<f64>(sum, load<f64>(sum) + weight * <f64>load<u8>(pixel));
      store<f64>(sum, load<f64>(sum, 8) + weight * <f64>load<u8>(pixel, 1), 8);
      store<f64>(sum, load<f64>(sum, 16) + weight * <f64>load<u8>(pixel, 2), 16);
    }
  }
}

function blendColumn(channel: usize): u8 {
  let sum: f64 = 0;
  for (let tap = 0; tap < tapCount; tap++) {
    sum += weightAt(tap) * load<f64>(channel + <usize>((firstTap + tap) * 24));
  }
  return <u8>max(0.0, min(255.0, floor(sum + ROUNDING)));
}

// @ts-ignore: decorator
@inline
function weightAt(tap: i32): f64 {
  return load<f64>(weights + (<usize>tap << 3));
}

// @ts-ignore: decorator
@inline
function setWeight(tap: i32, weight: f64): void {
  store<f64>(weights + (<usize>tap << 3), weight);
}
