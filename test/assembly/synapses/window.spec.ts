/** openWindow, gatherWindow and gatherPixels: the weight rows of the spikes in a window, against every tap in turn. */
import * as R from '../../../assembly/records';
import { gatherPixels, gatherWindow, openWindow } from '../../../assembly/synapses/window';
import { sourceColumn, sourceRow } from '../plain';
import { fireAtRandom, newPopulation, newSynapses, outputExtent, setSquare, setWindow, spikeAt } from '../records';
import { allocate, expectGuards, seed } from '../support';

const SLOTS: i32 = 3;

/**
 * Compares the window of one output pixel; returns its spikes.
 *
 * @param first - of the channels that are gathered; -1 for all of them as undilated columns have them
 */
function checkWindow(synapses: usize, channels: i32, slot: i32, y: i32, x: i32, first: i32, span: i32): i32 {
  const source = load<usize>(synapses, R.SYNAPSES_SOURCE);
  const kernelHeight = load<i32>(synapses, R.SYNAPSES_KERNEL_HEIGHT);
  const kernelWidth = load<i32>(synapses, R.SYNAPSES_KERNEL_WIDTH);
  const rows = allocate(kernelHeight * kernelWidth * channels * 2 + R.GATHERED_BYTES);
  const end = first < 0 ? gatherWindow(synapses, slot, rows) : gatherPixels(synapses, slot, first, rows);
  const firstChannel = max(first, 0);
  let found = 0;
  for (let ky = 0; ky < kernelHeight; ky++) {
    for (let kx = 0; kx < kernelWidth; kx++) {
      for (let channel = firstChannel; channel < min(firstChannel + span, channels); channel++) {
        if (spikeAt(source, slot, sourceRow(synapses, y, ky), sourceColumn(synapses, x, kx), channel) == 0) continue;
        const row = (ky * kernelWidth + kx) * span + channel - firstChannel;
        expect<i32>(<i32>load<u16>(rows + found * 2)).toBe(row, `y ${y} x ${x} spike ${found}`);
        found++;
      }
    }
  }
  expect<i32>(<i32>((end - rows) >> 1)).toBe(found, `y ${y} x ${x} spikes`);
  return found;
}

/** Every output pixel of every slot; returns all spikes. */
function checkAll(synapses: usize, height: i32, width: i32, first: i32, span: i32): i32 {
  const channels = load<i32>(synapses, R.SYNAPSES_SOURCE_CHANNELS);
  store<i32>(synapses, span, R.SYNAPSES_SPAN);
  let total = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      openWindow(synapses, y, x);
      for (let slot = 0; slot < SLOTS; slot++) total += checkWindow(synapses, channels, slot, y, x, first, span);
    }
  }
  expectGuards();
  return total;
}

/** Synapses from a population with random spikes. */
function newConvolution(channels: i32, height: i32, width: i32, percent: i32): usize {
  const source = newPopulation(channels, height, width, SLOTS);
  for (let slot = 0; slot < SLOTS; slot++) fireAtRandom(source, slot, percent);
  return newSynapses(R.KIND_CONVOLUTION, source, 64);
}

/** A square window; gathered both ways, which must agree. */
function checkSquare(
  channels: i32,
  height: i32,
  width: i32,
  kernel: i32,
  stride: i32,
  padding: i32,
  percent: i32,
): i32 {
  const synapses = newConvolution(channels, height, width, percent);
  setSquare(synapses, kernel, stride, padding);
  const rows = outputExtent(height, kernel, stride, 2 * padding);
  const columns = outputExtent(width, kernel, stride, 2 * padding);
  const total = checkAll(synapses, rows, columns, -1, channels);
  expect<i32>(checkAll(synapses, rows, columns, 0, channels)).toBe(total, 'pixel by pixel');
  return total;
}

describe('gatherWindow', () => {
  it('finds nothing where nothing fired', () => {
    expect<i32>(checkSquare(70, 3, 4, 3, 1, 1, 0)).toBe(0);
  });

  it('gathers every spike where all fired', () => {
    // 4 corner windows of 2 x 2 pixels, 4 + 2 border windows of 2 x 3, 2 inner windows of 3 x 3.
    expect<i32>(checkSquare(100, 3, 4, 3, 1, 1, 100)).toBe(SLOTS * 100 * (4 * 4 + 6 * 6 + 2 * 9));
  });

  it('equals the plain window for kernels, strides and paddings', () => {
    seed(1);
    expect<i32>(checkSquare(5, 4, 3, 1, 1, 0, 50)).toBeGreaterThan(0);
    expect<i32>(checkSquare(3, 5, 4, 1, 2, 0, 50)).toBeGreaterThan(0);
    expect<i32>(checkSquare(66, 3, 4, 3, 1, 1, 20)).toBeGreaterThan(0);
    expect<i32>(checkSquare(64, 5, 6, 3, 2, 1, 10)).toBeGreaterThan(0);
    expect<i32>(checkSquare(4, 5, 5, 3, 2, 2, 40)).toBeGreaterThan(0);
    expect<i32>(checkSquare(3, 6, 7, 5, 1, 2, 30)).toBeGreaterThan(0);
    expect<i32>(checkSquare(2, 6, 5, 5, 2, 0, 30)).toBeGreaterThan(0);
  });

  it('equals the plain window where the kernel is wider than the image', () => {
    seed(2);
    expect<i32>(checkSquare(7, 3, 2, 5, 1, 2, 50)).toBeGreaterThan(0);
    expect<i32>(checkSquare(7, 1, 1, 3, 1, 1, 100)).toBeGreaterThan(0);
  });

  it('gathers runs around the number that it moves at once', () => {
    for (let spikes = 22; spikes <= 26; spikes++) {
      expect<i32>(checkSquare(spikes, 1, 1, 1, 1, 0, 100)).toBe(SLOTS * spikes);
    }
    expect<i32>(checkSquare(48, 1, 1, 1, 1, 0, 100)).toBe(SLOTS * 48);
    expect<i32>(checkSquare(49, 1, 1, 1, 1, 0, 100)).toBe(SLOTS * 49);
  });

  it('numbers rows up to 65535', () => {
    // 15 * 15 * 291 = 65475 weight rows, with negative first entries on the way.
    seed(3);
    expect<i32>(checkSquare(291, 2, 1, 15, 1, 7, 3)).toBeGreaterThan(0);
  });

  it('equals the plain window where height and width differ, and rows are dilated', () => {
    seed(35);
    const one = newConvolution(5, 7, 6, 40);
    setWindow(one, 2, 3, 2, 1, 0, 2, 1, 1);
    expect<i32>(checkAll(one, outputExtent(7, 2, 2, 0), outputExtent(6, 3, 1, 3), -1, 5)).toBeGreaterThan(0);
    const dilated = newConvolution(5, 9, 4, 40);
    setWindow(dilated, 3, 2, 1, 3, 4, 0, 3, 1);
    expect<i32>(checkAll(dilated, outputExtent(9, 3, 1, 6, 3), outputExtent(4, 2, 3, 0), -1, 5)).toBeGreaterThan(0);
  });

  it('finds no rows in a window of padding alone', () => {
    // Two rows of taps 4 apart around a source of 2 rows: the middle windows look before it and behind it.
    const synapses = newConvolution(3, 2, 3, 100);
    setWindow(synapses, 2, 1, 1, 1, 3, 0, 4, 1);
    expect<i32>(checkAll(synapses, outputExtent(2, 2, 1, 6, 4), 3, -1, 3)).toBe(SLOTS * 3 * 3 * (1 + 0 + 0 + 1));
  });
});

describe('gatherPixels', () => {
  it('equals the plain window for dilated columns', () => {
    seed(36);
    const one = newConvolution(4, 6, 9, 40);
    setWindow(one, 2, 3, 1, 2, 1, 3, 1, 2);
    expect<i32>(checkAll(one, outputExtent(6, 2, 1, 2), outputExtent(9, 3, 2, 4, 2), 0, 4)).toBeGreaterThan(0);
    const both = newConvolution(66, 7, 8, 20);
    setWindow(both, 3, 3, 2, 1, 2, 3, 2, 3);
    expect<i32>(checkAll(both, outputExtent(7, 3, 2, 4, 2), outputExtent(8, 3, 1, 6, 3), 0, 66)).toBeGreaterThan(0);
    const far = newConvolution(2, 3, 3, 70);
    setWindow(far, 3, 3, 1, 1, 16, 16, 16, 16);
    expect<i32>(checkAll(far, outputExtent(3, 3, 1, 32, 16), outputExtent(3, 3, 1, 32, 16), 0, 2)).toBeGreaterThan(0);
  });

  it('gathers only the channels that reach the lane group, numbered from the first of them', () => {
    seed(38);
    const synapses = newConvolution(12, 4, 5, 50);
    setSquare(synapses, 3, 1, 1);
    let total = 0;
    for (let first = 0; first < 12; first += 3) total += checkAll(synapses, 4, 5, first, 3);
    expect<i32>(checkAll(synapses, 4, 5, 0, 12)).toBe(total, 'every spike belongs to one group');
    // The last channels of a span that is wider than what is left.
    expect<i32>(checkAll(synapses, 4, 5, 9, 6)).toBeGreaterThan(0);
    const wide = newConvolution(130, 2, 3, 30);
    setSquare(wide, 3, 1, 1);
    expect<i32>(checkAll(wide, 2, 3, 64, 20)).toBeGreaterThan(0);
  });
});
