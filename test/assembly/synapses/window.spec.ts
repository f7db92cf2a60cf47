/** openWindow and gatherWindow: the weight rows of the spikes in a window, against every tap tested in turn. */
import * as R from '../../../assembly/records';
import { gatherWindow, openWindow } from '../../../assembly/synapses/window';
import { fireAtRandom, newConnection, newLayer, outputExtent, spikeAt } from '../records';
import { allocate, expectGuards, seed } from '../support';

const SLOTS: i32 = 3;

/** Compares the window of one output pixel; returns its spikes. */
function checkWindow(
  connection: usize,
  source: usize,
  channels: i32,
  slot: i32,
  kernel: i32,
  top: i32,
  left: i32,
): i32 {
  const rows = allocate(kernel * kernel * channels * 2 + R.GATHERED_BYTES);
  const end = gatherWindow(connection, slot, rows);
  let found = 0;
  for (let ky = 0; ky < kernel; ky++) {
    for (let kx = 0; kx < kernel; kx++) {
      for (let channel = 0; channel < channels; channel++) {
        if (spikeAt(source, slot, top + ky, left + kx, channel) == 0) continue;
        const row = (ky * kernel + kx) * channels + channel;
        expect<i32>(<i32>load<u16>(rows + found * 2)).toBe(row, `top ${top} left ${left} spike ${found}`);
        found++;
      }
    }
  }
  expect<i32>(<i32>((end - rows) >> 1)).toBe(found, `top ${top} left ${left} spikes`);
  return found;
}

/** Every output pixel of every slot; returns all spikes. */
function checkLayer(
  channels: i32,
  height: i32,
  width: i32,
  kernel: i32,
  stride: i32,
  padding: i32,
  percent: i32,
): i32 {
  const source = newLayer(channels, height, width, SLOTS);
  for (let slot = 0; slot < SLOTS; slot++) fireAtRandom(source, slot, percent);
  const connection = newConnection(R.KIND_CONVOLUTION, source, kernel, stride, padding, 16);
  let total = 0;
  for (let y = 0; y < outputExtent(height, kernel, stride, padding); y++) {
    for (let x = 0; x < outputExtent(width, kernel, stride, padding); x++) {
      openWindow(connection, y, x);
      const top = y * stride - padding;
      const left = x * stride - padding;
      for (let slot = 0; slot < SLOTS; slot++) {
        total += checkWindow(connection, source, channels, slot, kernel, top, left);
      }
    }
  }
  expectGuards();
  return total;
}

describe('gatherWindow', () => {
  it('finds nothing where nothing fired', () => {
    expect<i32>(checkLayer(70, 3, 4, 3, 1, 1, 0)).toBe(0);
  });

  it('gathers every spike where all fired', () => {
    // 4 corner windows of 2 x 2 pixels, 4 + 2 border windows of 2 x 3, 2 inner windows of 3 x 3.
    expect<i32>(checkLayer(100, 3, 4, 3, 1, 1, 100)).toBe(SLOTS * 100 * (4 * 4 + 6 * 6 + 2 * 9));
  });

  it('equals the plain window for kernels, strides and paddings', () => {
    seed(1);
    expect<i32>(checkLayer(5, 4, 3, 1, 1, 0, 50)).toBeGreaterThan(0);
    expect<i32>(checkLayer(3, 5, 4, 1, 2, 0, 50)).toBeGreaterThan(0);
    expect<i32>(checkLayer(66, 3, 4, 3, 1, 1, 20)).toBeGreaterThan(0);
    expect<i32>(checkLayer(64, 5, 6, 3, 2, 1, 10)).toBeGreaterThan(0);
    expect<i32>(checkLayer(4, 5, 5, 3, 2, 2, 40)).toBeGreaterThan(0);
    expect<i32>(checkLayer(3, 6, 7, 5, 1, 2, 30)).toBeGreaterThan(0);
    expect<i32>(checkLayer(2, 6, 5, 5, 2, 0, 30)).toBeGreaterThan(0);
  });

  it('equals the plain window where the kernel is wider than the image', () => {
    seed(2);
    expect<i32>(checkLayer(7, 3, 2, 5, 1, 2, 50)).toBeGreaterThan(0);
    expect<i32>(checkLayer(7, 1, 1, 3, 1, 1, 100)).toBeGreaterThan(0);
  });

  it('gathers runs around the number that it moves at once', () => {
    for (let spikes = 22; spikes <= 26; spikes++) {
      expect<i32>(checkLayer(spikes, 1, 1, 1, 1, 0, 100)).toBe(SLOTS * spikes);
    }
    expect<i32>(checkLayer(48, 1, 1, 1, 1, 0, 100)).toBe(SLOTS * 48);
    expect<i32>(checkLayer(49, 1, 1, 1, 1, 0, 100)).toBe(SLOTS * 49);
  });

  it('numbers rows up to 65535', () => {
    // 15 * 15 * 291 = 65475 weight rows, with negative first entries on the way.
    seed(3);
    expect<i32>(checkLayer(291, 2, 1, 15, 1, 7, 3)).toBeGreaterThan(0);
  });
});
