/** spreadRows, openDepthwise and convolveDepthwise: every channel through a window of its own, against the plain sum. */
import * as R from '../../../assembly/records';
import { convolveDepthwise, fetchDepthwise, openDepthwise, spreadRows } from '../../../assembly/synapses/depthwise';
import { plainSum } from '../plain';
import {
  allocateSpread,
  allocateWeights,
  fireAtRandom,
  groupsOf,
  newPopulation,
  newSynapses,
  outputExtent,
  randomiseWeights,
  setSpike,
  setSquare,
  setWeight,
  setWindow,
} from '../records';
import { allocate, expectGuards, seed } from '../support';

const SLOTS: i32 = 3;

function newDepthwise(source: usize, kernel: i32, stride: i32, padding: i32): usize {
  const channels = load<i32>(source, R.POPULATION_CHANNELS);
  const synapses = newSynapses(R.KIND_DEPTHWISE, source, channels);
  setSquare(synapses, kernel, stride, padding);
  allocateSpread(synapses, SLOTS);
  allocateWeights(synapses, channels);
  return synapses;
}

/** The sums of one pixel by itself. */
function sumAt(synapses: usize, slot: i32, group: i32, y: i32, x: i32, sums: usize): void {
  fetchDepthwise(synapses);
  spreadRows(synapses, group, y, slot, 1, SLOTS);
  openDepthwise(synapses, group, y, x);
  convolveDepthwise(synapses, slot, x, sums);
}

/** Compares every lane of every pixel and slot; returns the sum of all magnitudes. */
function checkSynapses(synapses: usize, height: i32, width: i32): i32 {
  const channels = load<i32>(synapses, R.SYNAPSES_SOURCE_CHANNELS);
  const sums = allocate(R.LANES * 2);
  let total = 0;
  for (let group = 0; group < groupsOf(channels); group++) {
    fetchDepthwise(synapses);
    for (let y = 0; y < height; y++) {
      // The ring of timesteps may begin anywhere.
      spreadRows(synapses, group, y, 2, SLOTS, SLOTS);
      for (let x = 0; x < width; x++) {
        openDepthwise(synapses, group, y, x);
        for (let slot = 0; slot < SLOTS; slot++) {
          // What the pixel before left behind must not matter.
          memory.fill(sums, 0xee, R.LANES * 2);
          convolveDepthwise(synapses, slot, x, sums);
          for (let lane = 0; lane < R.LANES; lane++) {
            const channel = group * R.LANES + lane;
            const expected = channel < channels ? plainSum(synapses, slot, channel, y, x) : 0;
            expect<i32>(<i32>load<i16>(sums + lane * 2)).toBe(expected, `y ${y} x ${x} channel ${channel}`);
            total += abs(expected);
          }
        }
      }
    }
  }
  expectGuards();
  return total;
}

function checkWindows(
  channels: i32,
  height: i32,
  width: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  top: i32,
  left: i32,
  dilationY: i32,
  dilationX: i32,
): void {
  const source = newPopulation(channels, height, width, SLOTS);
  for (let slot = 0; slot < SLOTS; slot++) fireAtRandom(source, slot, 40);
  const synapses = newSynapses(R.KIND_DEPTHWISE, source, channels);
  setWindow(synapses, kernelHeight, kernelWidth, strideY, strideX, top, left, dilationY, dilationX);
  allocateSpread(synapses, SLOTS);
  allocateWeights(synapses, channels);
  randomiseWeights(synapses, channels, -128, 127);
  // One pixel of padding behind the source.
  const rows = outputExtent(height, kernelHeight, strideY, top + 1, dilationY);
  const columns = outputExtent(width, kernelWidth, strideX, left + 1, dilationX);
  expect<i32>(checkSynapses(synapses, rows, columns)).toBeGreaterThan(0, 'there were spikes');
}

describe('convolveDepthwise', () => {
  it('adds the weight of one spike at its tap to its own channel', () => {
    const source = newPopulation(64, 3, 3, SLOTS);
    const synapses = newDepthwise(source, 3, 1, 1);
    for (let lane = 0; lane < R.LANES; lane++) {
      setWeight(synapses, lane, 2, 0, lane, lane - 32);
      setWeight(synapses, lane, 1, 1, lane, 100);
    }
    const sums = allocate(R.LANES * 2);
    for (let channel = 0; channel < R.LANES; channel++) {
      const fresh = newPopulation(64, 3, 3, SLOTS);
      store<usize>(synapses, fresh, R.SYNAPSES_SOURCE);
      setSpike(fresh, 1, 2, 0, channel);
      // Seen from the pixel above and to the right of the spike, the tap is ky = 2, kx = 0.
      sumAt(synapses, 1, 0, 1, 1, sums);
      for (let lane = 0; lane < R.LANES; lane++) {
        expect<i16>(load<i16>(sums + lane * 2)).toBe(lane == channel ? <i16>(lane - 32) : 0, `lane ${lane}`);
      }
      sumAt(synapses, 1, 0, 2, 0, sums);
      expect<i16>(load<i16>(sums + channel * 2)).toBe(100, 'the pixel of the spike');
      sumAt(synapses, 1, 0, 2, 2, sums);
      expect<i16>(load<i16>(sums + channel * 2)).toBe(0, 'out of reach');
      sumAt(synapses, 0, 0, 1, 1, sums);
      expect<i16>(load<i16>(sums + channel * 2)).toBe(0, 'another timestep');
    }
    expectGuards();
  });

  it('equals the plain sum for square windows', () => {
    seed(42);
    checkWindows(3, 4, 5, 1, 1, 1, 1, 0, 0, 1, 1);
    checkWindows(64, 4, 3, 3, 3, 1, 1, 1, 1, 1, 1);
    checkWindows(70, 3, 4, 3, 3, 2, 2, 1, 1, 1, 1);
    checkWindows(130, 3, 3, 5, 5, 1, 1, 2, 2, 1, 1);
    checkWindows(5, 2, 2, 5, 5, 1, 1, 3, 3, 1, 1);
  });

  it('equals the plain sum for windows that differ down and across, and for dilated ones', () => {
    seed(43);
    checkWindows(5, 7, 6, 2, 3, 2, 1, 0, 2, 1, 1);
    checkWindows(66, 6, 7, 3, 2, 1, 2, 2, 0, 3, 1);
    checkWindows(5, 5, 9, 2, 3, 1, 2, 1, 3, 1, 2);
    checkWindows(3, 8, 8, 3, 3, 2, 1, 2, 3, 2, 3);
  });

  it('does not overflow 16 bits with 256 taps of the largest weights', () => {
    const source = newPopulation(64, 16, 16, SLOTS);
    for (let y = 0; y < 16; y++) {
      for (let x = 0; x < 16; x++) {
        for (let channel = 0; channel < 64; channel++) setSpike(source, 0, y, x, channel);
      }
    }
    const synapses = newDepthwise(source, 16, 1, 0);
    for (let lane = 0; lane < R.LANES; lane++) {
      for (let tap = 0; tap < 256; tap++) setWeight(synapses, lane, tap / 16, tap % 16, lane, (lane & 1) == 0 ? -128 : 127);
    }
    const sums = allocate(R.LANES * 2);
    sumAt(synapses, 0, 0, 0, 0, sums);
    for (let lane = 0; lane < R.LANES; lane++) {
      expect<i16>(load<i16>(sums + lane * 2)).toBe((lane & 1) == 0 ? -32768 : 256 * 127, `lane ${lane}`);
    }
    expectGuards();
  });
});
