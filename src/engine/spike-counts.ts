/**
 * Sums over a layer's spikes of one timestep, taken straight from the bits of its mask: u64 [pixel][block], bit c of
 * a block = channel block * 64 + c (assembly/layout.ts). The lanes that pad a block never fire.
 */

/** Number of ones in each byte. */
const ONES = Uint8Array.from({ length: 256 }, (_, byte) => {
  let ones = 0;
  for (let rest = byte; rest > 0; rest >>= 1) ones += rest & 1;
  return ones;
});

/**
 * How many channels fired at each pixel.
 *
 * @param mask - one timestep's mask, `pixels * bytesPerPixel` bytes
 * @returns `[y][x]`, one value a pixel
 */
export function spikesPerPixel(mask: Uint8Array, bytesPerPixel: number): Uint16Array {
  const counts = new Uint16Array(mask.length / bytesPerPixel);
  for (let pixel = 0, at = 0; pixel < counts.length; pixel++) {
    let count = 0;
    for (const end = at + bytesPerPixel; at < end; at++) count += ONES[mask[at]!]!;
    counts[pixel] = count;
  }
  return counts;
}

/**
 * At how many pixels each channel fired.
 *
 * @param mask - one timestep's mask, `pixels * bytesPerPixel` bytes
 * @returns one value a channel
 */
export function spikesPerChannel(mask: Uint8Array, bytesPerPixel: number, channels: number): Uint16Array {
  const counts = new Uint16Array(channels);
  for (let at = 0; at < mask.length; at++) {
    const first = (at % bytesPerPixel) * 8;
    for (let byte = mask[at]!; byte !== 0; byte &= byte - 1) {
      counts[first + 31 - Math.clz32(byte & -byte)]! += 1;
    }
  }
  return counts;
}
