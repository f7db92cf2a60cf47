/** From the picture's bytes to the integers that the network receives: a look-up, as src/picture/tensor.ts does it. */
import {
  CONFIG,
  CONFIG_CHANNELS,
  CONFIG_HEIGHT,
  CONFIG_IMAGE,
  CONFIG_INPUT,
  CONFIG_INPUT_TABLE,
  CONFIG_WIDTH,
} from './layout';

/** Fills CONFIG_IMAGE from CONFIG_INPUT. */
export function quantise(): void {
  const table = load<usize>(CONFIG, CONFIG_INPUT_TABLE);
  const colour = load<i32>(CONFIG, CONFIG_CHANNELS) == 3;
  let pixel = load<usize>(CONFIG, CONFIG_INPUT);
  let value = load<usize>(CONFIG, CONFIG_IMAGE);
  const end = pixel + <usize>(load<i32>(CONFIG, CONFIG_WIDTH) * load<i32>(CONFIG, CONFIG_HEIGHT) * 3);
  for (; pixel < end; pixel += 3) {
    if (colour) {
      store<i16>(value, load<i16>(table + 6 * <usize>load<u8>(pixel)));
      store<i16>(value, load<i16>(table + 6 * <usize>load<u8>(pixel, 1), 2), 2);
      store<i16>(value, load<i16>(table + 6 * <usize>load<u8>(pixel, 2), 4), 4);
      value += 6;
    } else {
      store<i16>(value, load<i16>(table + 2 * <usize>luma(pixel)));
      value += 2;
    }
  }
}

/** Luma of ITU-R BT.601 in 16-bit fixed point. */
function luma(pixel: usize): u32 {
  const sum = 19595 * <u32>load<u8>(pixel) + 38470 * <u32>load<u8>(pixel, 1) + 7471 * <u32>load<u8>(pixel, 2);
  return (sum + 32768) >> 16;
}
