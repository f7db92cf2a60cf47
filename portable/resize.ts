/**
 * Brings an image to the network's input size: the largest centred part of the right aspect, then separable resampling
 * with weights normalised at the borders, as PIL does it. An axis that shrinks is averaged over the area of each new
 * pixel; an axis that grows is interpolated by a cubic. Everything is double arithmetic in a fixed order with one
 * explicit rounding at the end, so every host gets the same bytes.
 *
 * The filters were chosen by measurement. 1,000 CIFAR-100 training images, enlarged by PIL 2, 3, 5, 7 and 7.5 times
 * and saved as PNG and as JPEG of quality 90, then reduced to 32 x 32: mean absolute error per 8-bit value by the
 * filter that had enlarged them.
 *
 *     reduced by          nearest  bilinear  bicubic  lanczos   all
 *     area                   0.66      3.59     2.14     1.72  2.03
 *     Lanczos, 3 lobes       1.77      3.12     1.86     1.48  2.06
 *     cubic, slope -0.75     1.92      3.24     2.08     1.68  2.23
 *     Catmull-Rom            2.16      3.59     2.33     1.85  2.48
 *     Mitchell               3.33      4.55     3.33     2.82  3.51
 *     triangle               3.59      4.76     3.58     3.10  3.76
 *
 * (Taking the nearest pixel scores 1.39, since an enlargement holds nothing that could alias; photographs do.) For
 * growing, 200 such images reduced by PIL to 8, 16, 24 and 28 pixels and brought back: area 10.31, triangle 10.23,
 * Catmull-Rom 8.94, cubic of slope -0.75 8.76, Lanczos 8.55; Lanczos would also need a sine of any angle.
 */

/** The parameter of Keys' cubic (IEEE TASSP 29, 1981); -0.75 measured better than his -0.5 (Catmull-Rom). */
const CUBIC_SLOPE: f64 = -0.75;

/**
 * Sums that are mathematically a half must round alike however their terms were ordered (a mirrored image sums them
 * backwards). This is far above the error of a sum, 1e-12, and far below what a pixel can show.
 */
const ROUNDING: f64 = 0.5 + 1e-9;

/** The source pixels that one target pixel is made of: so many weights, which sum to 1, for pixels from `firstTap` on. */
let firstTap: i32 = 0;
let tapCount: i32 = 0;

/** Doubles of scratch that {@link resizePixels} needs: a blended row of the source, and the taps of an axis. */
export function resizeScratch(sourceWidth: f64, sourceHeight: f64): f64 {
  return 4 * Math.max(sourceWidth, sourceHeight) + 8;
}

/**
 * @param pixels - bytes of three a pixel
 * @param origin - where the first pixel is; its right and lower neighbours are `stepX` and `stepY` bytes on
 * @param sourceWidth - in pixels, at least 1
 * @param sourceHeight - likewise
 * @param scratch - {@link resizeScratch} doubles
 * @param target - `[y][x][3]`, is written
 * @param width - of the target, in pixels, at least 1
 * @param height - likewise
 */
export function resizePixels(
  pixels: Bytes,
  origin: i32,
  stepX: i32,
  stepY: i32,
  sourceWidth: i32,
  sourceHeight: i32,
  scratch: Doubles,
  target: Bytes,
  width: i32,
  height: i32,
): void {
  const scale = Math.min((sourceWidth as f64) / (width as f64), (sourceHeight as f64) / (height as f64));
  const partWidth = partOf(sourceWidth, (width as f64) * scale);
  const partHeight = partOf(sourceHeight, (height as f64) * scale);
  const corner =
    origin + ((sourceWidth - partWidth) >> 1) * stepX + ((sourceHeight - partHeight) >> 1) * stepY;
  const row: i32 = partWidth * 3;
  let index: i32 = 0;
  for (let y: i32 = 0; y < height; y++) {
    computeTaps(y, partHeight, height, scratch, row);
    blendRows(pixels, corner, stepX, stepY, scratch, row);
    for (let x: i32 = 0; x < width; x++) {
      computeTaps(x, partWidth, width, scratch, row);
      for (let channel: i32 = 0; channel < 3; channel++, index++) {
        target[index] = blendColumn(scratch, channel, row) as u8;
      }
    }
  }
}

/** So much of a side as `length` says, rounded to whole pixels: half up, as Math.round does. */
function partOf(side: i32, length: f64): i32 {
  const whole = Math.floor(length);
  const rounded = length - whole >= 0.5 ? whole + 1 : whole;
  return Math.min(side as f64, Math.max(1, rounded)) as i32;
}

/** Finds the taps of a target pixel along an axis, normalised; their weights go to `scratch` from `weights` on. */
function computeTaps(index: i32, source: i32, target: i32, scratch: Doubles, weights: i32): void {
  if (source >= target) areaTaps(index as f64, source as f64, target as f64, scratch, weights);
  else cubicTaps(index as f64, source as f64, target as f64, scratch, weights);
  let sum: f64 = 0;
  const end = weights + tapCount;
  for (let place = weights; place < end; place++) sum += scratch[place]!;
  for (let place = weights; place < end; place++) scratch[place] = scratch[place]! / sum;
}

/** Each source pixel weighs as much as the target pixel covers of it. */
function areaTaps(index: f64, source: f64, target: f64, scratch: Doubles, weights: i32): void {
  const start = (index * source) / target;
  const end = ((index + 1) * source) / target;
  const first = Math.floor(start);
  firstTap = first as i32;
  tapCount = (Math.min(source, Math.ceil(end)) - first) as i32;
  for (let tap: i32 = 0; tap < tapCount; tap++) {
    const left = first + (tap as f64);
    scratch[weights + tap] = Math.min(end, left + 1) - Math.max(start, left);
  }
}

/** The four source pixels around the target pixel's centre, fewer at the borders. */
function cubicTaps(index: f64, source: f64, target: f64, scratch: Doubles, weights: i32): void {
  const centre = ((index + 0.5) * source) / target - 0.5;
  const first = Math.max(0, Math.floor(centre) - 1);
  const last = Math.min(source - 1, Math.floor(centre) + 2);
  firstTap = first as i32;
  tapCount = (last - first + 1) as i32;
  for (let tap: i32 = 0; tap < tapCount; tap++) {
    scratch[weights + tap] = cubic(first + (tap as f64) - centre);
  }
}

/** Keys' cubic convolution kernel, eq. (15) with a free slope. */
function cubic(distance: f64): f64 {
  const x = Math.abs(distance);
  if (x < 1) return ((CUBIC_SLOPE + 2) * x - (CUBIC_SLOPE + 3)) * x * x + 1;
  return x < 2 ? CUBIC_SLOPE * (((x - 5) * x + 8) * x - 4) : 0;
}

/** Blends the part's rows that make one target row into the first `row` doubles of `scratch`: `[x][3]`. */
function blendRows(pixels: Bytes, corner: i32, stepX: i32, stepY: i32, scratch: Doubles, row: i32): void {
  for (let index: i32 = 0; index < row; index++) scratch[index] = 0;
  for (let tap: i32 = 0; tap < tapCount; tap++) {
    const weight = scratch[row + tap]!;
    let pixel = corner + (firstTap + tap) * stepY;
    for (let index: i32 = 0; index < row; index += 3, pixel += stepX) {
      scratch[index] = scratch[index]! + weight * (pixels[pixel]! as f64);
      scratch[index + 1] = scratch[index + 1]! + weight * (pixels[pixel + 1]! as f64);
      scratch[index + 2] = scratch[index + 2]! + weight * (pixels[pixel + 2]! as f64);
    }
  }
}

/** One value of a target pixel, from 0 to 255. */
function blendColumn(scratch: Doubles, channel: i32, row: i32): f64 {
  let sum: f64 = 0;
  for (let tap: i32 = 0; tap < tapCount; tap++) {
    sum += scratch[row + tap]! * scratch[(firstTap + tap) * 3 + channel]!;
  }
  return Math.max(0, Math.min(255, Math.floor(sum + ROUNDING)));
}
