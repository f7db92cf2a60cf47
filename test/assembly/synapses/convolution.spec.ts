/** convolve: the event-driven convolution against the plain sum over the window. */
import * as R from '../../../assembly/records';
import { addSums } from '../../../assembly/sums';
import { convolve, fetchWeights, openConvolution } from '../../../assembly/synapses/convolution';
import { plainSum, plainWindow } from '../plain';
import {
  allocateWeights,
  fireAtRandom,
  groupsOf,
  listInto,
  listOf,
  newPopulation,
  newSynapses,
  outputExtent,
  randomiseWeights,
  rowStartOf,
  setGroups,
  setSpike,
  setSquare,
  setWeight,
  setWindow,
  weightRowsOf,
} from '../records';
import { allocate, copyOf, expectGuards, expectSame, randomBytes, randomWords, seed } from '../support';

const SLOTS: i32 = 3;

/** A convolution of so many lane groups with a square kernel, its weights 0. */
function newConvolution(source: usize, groups: i32, kernel: i32, stride: i32, padding: i32): usize {
  const synapses = newSynapses(R.KIND_CONVOLUTION, source, groups * R.LANES);
  setSquare(synapses, kernel, stride, padding);
  allocateWeights(synapses, groups * R.LANES);
  return synapses;
}

/** Adds a window's sums to 64 membranes; scratch is as large as it must be, so that its guards tell of one byte more. */
function convolveInto(synapses: usize, slot: i32, group: i32, y: i32, x: i32, membranes: usize): i32 {
  const taps = load<i32>(synapses, R.SYNAPSES_KERNEL_HEIGHT) * load<i32>(synapses, R.SYNAPSES_KERNEL_WIDTH);
  const sums = allocate(R.LANES * 2);
  const rows = allocate(taps * load<i32>(synapses, R.SYNAPSES_SOURCE_CHANNELS) * 2 + R.GATHERED_BYTES);
  openConvolution(synapses, group, y, x);
  const spikes = convolve(synapses, slot, membranes, sums, rows);
  addSums(membranes, sums);
  return spikes;
}

/** Compares every output pixel of a slot; the membranes go on from pixel to pixel. Returns all spikes. */
function checkSynapses(synapses: usize, groups: i32, slot: i32, height: i32, width: i32): i32 {
  const membranes = allocate(R.LANE_BYTES);
  randomWords(membranes, R.LANES, -1000000, 1000000);
  const expected = copyOf(membranes, R.LANE_BYTES);
  let total = 0;
  for (let group = 0; group < groups; group++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let lane = 0; lane < R.LANES; lane++) {
          const sum = plainSum(synapses, slot, group * R.LANES + lane, y, x);
          store<i32>(expected + lane * 4, load<i32>(expected + lane * 4) + sum);
        }
        const spikes = plainWindow(synapses, slot, group * R.LANES, y, x);
        const where = `y ${y} x ${x}`;
        expect<i32>(convolveInto(synapses, slot, group, y, x, membranes)).toBe(spikes, `${where} spikes`);
        expectSame<i32>(membranes, expected, R.LANES, `${where} membrane`);
        total += spikes;
      }
    }
  }
  expectGuards();
  return total;
}

/** Random spikes and weights for a source of `inputs` channels and an output of `groups` lane groups. */
function checkRandom(
  inputs: i32,
  height: i32,
  width: i32,
  groups: i32,
  kernel: i32,
  stride: i32,
  padding: i32,
  percent: i32,
): void {
  const source = newPopulation(inputs, height, width, SLOTS);
  for (let slot = 0; slot < SLOTS; slot++) fireAtRandom(source, slot, percent);
  const synapses = newConvolution(source, groups, kernel, stride, padding);
  randomBytes(load<usize>(synapses, R.SYNAPSES_WEIGHTS), groups * weightRowsOf(synapses) * R.LANES);
  const rows = outputExtent(height, kernel, stride, 2 * padding);
  const columns = outputExtent(width, kernel, stride, 2 * padding);
  let total = 0;
  for (let slot = 0; slot < SLOTS; slot++) total += checkSynapses(synapses, groups, slot, rows, columns);
  expect<i32>(total).toBeGreaterThan(0, 'there were spikes');
}

/** The extremes of an int8 sum: of four lanes, each pair of neighbours has another pair of 127 and -128. */
function extremeWeight(lane: i32): i32 {
  return (lane & 3) == 0 || (lane & 3) == 3 || (lane & 4) != 0 ? 127 : -128;
}

function storeExtremeWeights(synapses: usize): void {
  const kernel = load<i32>(synapses, R.SYNAPSES_KERNEL_WIDTH);
  for (let lane = 0; lane < R.LANES; lane++) {
    for (let tap = 0; tap < kernel * kernel; tap++) {
      for (let input = 0; input < load<i32>(synapses, R.SYNAPSES_SOURCE_CHANNELS); input++) {
        setWeight(synapses, lane, tap / kernel, tap % kernel, input, extremeWeight(lane));
      }
    }
  }
}

/** One pixel of which exactly `spikes` of 600 channels fire. */
function checkExtremes(spikes: i32): void {
  const source = newPopulation(600, 1, 1, SLOTS);
  for (let channel = 0; channel < spikes; channel++) setSpike(source, 0, 0, 0, channel);
  listInto(source, 0, listOf(source, 0), rowStartOf(source, 0));
  const synapses = newConvolution(source, 1, 1, 1, 0);
  storeExtremeWeights(synapses);
  const membranes = allocate(R.LANE_BYTES);
  expect<i32>(convolveInto(synapses, 0, 0, 0, 0, membranes)).toBe(spikes);
  for (let lane = 0; lane < R.LANES; lane++) {
    expect<i32>(load<i32>(membranes + lane * 4)).toBe(spikes * extremeWeight(lane), `${spikes} spikes`);
  }
  expectGuards();
}

describe('convolve', () => {
  it('adds the weight row of one spike at its tap', () => {
    const source = newPopulation(2, 3, 3, SLOTS);
    setSpike(source, 1, 2, 0, 1);
    listInto(source, 1, listOf(source, 1), rowStartOf(source, 1));
    const synapses = newConvolution(source, 1, 3, 1, 1);
    for (let lane = 0; lane < R.LANES; lane++) {
      setWeight(synapses, lane, 2, 0, 1, lane - 32);
      setWeight(synapses, lane, 1, 1, 1, 100);
    }
    const membranes = allocate(R.LANE_BYTES);
    // Seen from the pixel above and to the right of the spike, the tap is ky = 2, kx = 0.
    expect<i32>(convolveInto(synapses, 1, 0, 1, 1, membranes)).toBe(1);
    for (let lane = 0; lane < R.LANES; lane++) expect<i32>(load<i32>(membranes + lane * 4)).toBe(lane - 32);
    expect<i32>(convolveInto(synapses, 1, 0, 2, 2, membranes)).toBe(0, 'out of reach');
    expect<i32>(convolveInto(synapses, 0, 0, 1, 1, membranes)).toBe(0, 'another timestep');
    expect<i32>(convolveInto(synapses, 1, 0, 2, 0, membranes)).toBe(1, 'the pixel of the spike');
    for (let lane = 0; lane < R.LANES; lane++) expect<i32>(load<i32>(membranes + lane * 4)).toBe(lane + 68);
  });

  it('equals the plain sum for 1x1 kernels', () => {
    seed(6);
    checkRandom(5, 4, 3, 1, 1, 1, 0, 50);
    checkRandom(70, 3, 4, 2, 1, 1, 0, 20);
    checkRandom(3, 5, 4, 1, 1, 2, 0, 50);
  });

  it('equals the plain sum for 3x3 kernels', () => {
    seed(7);
    checkRandom(3, 5, 4, 1, 3, 1, 1, 40);
    checkRandom(66, 3, 4, 2, 3, 1, 1, 20);
    checkRandom(3, 5, 4, 1, 3, 1, 0, 40);
    checkRandom(3, 4, 5, 1, 3, 1, 2, 40);
    checkRandom(4, 5, 6, 1, 3, 2, 1, 40);
    checkRandom(4, 6, 5, 2, 3, 2, 0, 40);
    checkRandom(4, 5, 5, 1, 3, 2, 2, 40);
  });

  it('equals the plain sum for 5x5 kernels', () => {
    seed(8);
    checkRandom(3, 6, 7, 1, 5, 1, 2, 30);
    checkRandom(3, 7, 6, 1, 5, 2, 1, 30);
    checkRandom(2, 6, 5, 2, 5, 1, 0, 30);
  });

  it('equals the plain sum where the kernel is wider than the image', () => {
    seed(9);
    checkRandom(7, 3, 2, 1, 5, 1, 2, 50);
    checkRandom(7, 1, 1, 1, 3, 1, 1, 100);
    checkRandom(2, 1, 4, 1, 3, 2, 1, 60);
  });

  it('does not overflow 16 bits just before, at and after each flush', () => {
    checkExtremes(0);
    checkExtremes(1);
    checkExtremes(255);
    checkExtremes(256);
    checkExtremes(257);
    checkExtremes(258);
    checkExtremes(259);
    checkExtremes(511);
    checkExtremes(512);
    checkExtremes(513);
    checkExtremes(600);
  });

  it('does not overflow 16 bits over a window of several rows', () => {
    const source = newPopulation(100, 3, 4, SLOTS);
    fireAtRandom(source, 0, 100);
    const synapses = newConvolution(source, 1, 3, 1, 1);
    storeExtremeWeights(synapses);
    // 4 corner windows of 2 x 2 pixels, 4 + 2 border windows of 2 x 3, 2 inner windows of 3 x 3.
    expect<i32>(checkSynapses(synapses, 1, 0, 3, 4)).toBe(100 * (4 * 4 + 6 * 6 + 2 * 9));
  });

  it('equals the plain sum where random windows hold more than 256 spikes', () => {
    seed(10);
    checkRandom(130, 4, 3, 1, 3, 1, 1, 60);
  });

  it('leaves weights as they are when it fetches them', () => {
    seed(11);
    const source = newPopulation(5, 2, 2, SLOTS);
    const synapses = newConvolution(source, 2, 3, 1, 1);
    const bytes = 2 * 9 * 5 * R.LANES;
    const weights = load<usize>(synapses, R.SYNAPSES_WEIGHTS);
    randomBytes(weights, bytes);
    const before = copyOf(weights, bytes);
    const sink = allocate(4);
    fetchWeights(synapses, 0, sink);
    fetchWeights(synapses, 1, sink);
    expectSame<u8>(weights, before, bytes, 'weight');
    expectGuards();
  });

  it('equals the plain sum for windows that differ down and across, and for dilated ones', () => {
    seed(39);
    checkWindows(5, 7, 6, 2, 3, 2, 1, 0, 2, 1, 1);
    checkWindows(5, 6, 7, 3, 2, 1, 2, 2, 0, 3, 1);
    checkWindows(66, 5, 9, 2, 3, 1, 2, 1, 3, 1, 2);
    checkWindows(3, 8, 8, 3, 3, 2, 1, 2, 3, 2, 3);
  });

  it('equals the plain sum where channels belong to groups', () => {
    seed(40);
    // Groups narrower than the lanes, as wide, wider, and such as no number of them fills the lanes.
    checkGroups(4, 8, 4, 3);
    checkGroups(6, 192, 3, 3);
    checkGroups(128, 128, 2, 1);
    checkGroups(12, 90, 6, 3);
    checkGroups(70, 70, 70, 3);
    checkGroups(6, 140, 2, 1);
    checkGroups(130, 130, 13, 1);
  });

  it('equals the plain sum where more than 256 spikes of a group meet', () => {
    seed(41);
    checkGroups(256, 128, 2, 3);
  });
});

/** A window of any form, on random spikes. */
function checkWindows(
  inputs: i32,
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
  const source = newPopulation(inputs, height, width, SLOTS);
  fireAtRandom(source, 1, 40);
  const synapses = newSynapses(R.KIND_CONVOLUTION, source, 70);
  setWindow(synapses, kernelHeight, kernelWidth, strideY, strideX, top, left, dilationY, dilationX);
  allocateWeights(synapses, 70);
  randomiseWeights(synapses, 70, -128, 127);
  // One pixel of padding behind the source.
  const rows = outputExtent(height, kernelHeight, strideY, top + 1, dilationY);
  const columns = outputExtent(width, kernelWidth, strideX, left + 1, dilationX);
  expect<i32>(checkSynapses(synapses, 2, 1, rows, columns)).toBeGreaterThan(0, 'there were spikes');
}

/** A convolution with groups, 4 x 3 pixels. */
function checkGroups(inputs: i32, outputs: i32, groups: i32, kernel: i32): void {
  const source = newPopulation(inputs, 4, 3, SLOTS);
  fireAtRandom(source, 2, 70);
  const synapses = newSynapses(R.KIND_CONVOLUTION, source, outputs);
  setSquare(synapses, kernel, 1, kernel / 2);
  setGroups(synapses, outputs, groups);
  allocateWeights(synapses, outputs);
  randomiseWeights(synapses, outputs, -128, 127);
  expect<i32>(checkSynapses(synapses, groupsOf(outputs), 2, 4, 3)).toBeGreaterThan(0, 'there were spikes');
}
