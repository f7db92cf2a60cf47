/** convolve: the event-driven convolution against the plain sum over the window. */
import { convolve, fetchWeights, weightsOf } from '../../../assembly/synapses/convolution';
import * as R from '../../../assembly/records';
import { addSums } from '../../../assembly/neurons/integrate-and-fire';
import { openWindow } from '../../../assembly/synapses/window';
import { plainConvolve, plainWindow } from '../plain';
import { fireAtRandom, listInto, listOf, newConnection, newLayer, outputExtent, packedWeight, rowStartOf, setSpike, weightAt } from '../records';
import { allocate, copyOf, expectGuards, expectSame, randomBytes, randomWords, seed } from '../support';

const SLOTS: i32 = 3;

function newConvolution(source: usize, inputs: i32, blocks: i32, kernel: i32, stride: i32, padding: i32): usize {
  const bytes = blocks * kernel * kernel * inputs * R.LANES;
  return newConnection(R.KIND_CONVOLUTION, source, kernel, stride, padding, bytes);
}

function extentOf(connection: usize, extent: i32): i32 {
  const kernel = load<i32>(connection, R.SYNAPSES_KERNEL);
  return outputExtent(
    extent,
    kernel,
    load<i32>(connection, R.SYNAPSES_STRIDE),
    load<i32>(connection, R.SYNAPSES_PADDING),
  );
}

/** Adds a window's sums to 64 membranes; scratch is as large as it must be, so that its guards tell of one byte more. */
function convolveInto(connection: usize, slot: i32, block: i32, y: i32, x: i32, membranes: usize): i32 {
  const kernel = load<i32>(connection, R.SYNAPSES_KERNEL);
  const channels = load<i32>(load<usize>(connection, R.SYNAPSES_SOURCE), R.POPULATION_CHANNELS);
  const sums = allocate(R.LANES * 2);
  const rows = allocate(kernel * kernel * channels * 2 + R.GATHERED_BYTES);
  openWindow(connection, y, x);
  const spikes = convolve(connection, slot, weightsOf(connection, block), membranes, sums, rows);
  addSums(membranes, sums);
  return spikes;
}

/** Compares every output pixel of a slot; the membranes go on from pixel to pixel. Returns all spikes. */
function checkConnection(connection: usize, blocks: i32, slot: i32): i32 {
  const source = load<usize>(connection, R.SYNAPSES_SOURCE);
  const height = extentOf(connection, load<i32>(source, R.POPULATION_HEIGHT));
  const width = extentOf(connection, load<i32>(source, R.POPULATION_WIDTH));
  const membranes = allocate(R.LANE_BYTES);
  randomWords(membranes, R.LANES, -1000000, 1000000);
  const expected = copyOf(membranes, R.LANE_BYTES);
  let total = 0;
  for (let block = 0; block < blocks; block++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let lane = 0; lane < R.LANES; lane++) {
          const sum = plainConvolve(connection, slot, block * R.LANES + lane, y, x);
          store<i32>(expected + lane * 4, load<i32>(expected + lane * 4) + sum);
        }
        const spikes = plainWindow(connection, slot, y, x);
        const where = `y ${y} x ${x}`;
        expect<i32>(convolveInto(connection, slot, block, y, x, membranes)).toBe(spikes, `${where} spikes`);
        expectSame<i32>(membranes, expected, R.LANES, `${where} membrane`);
        total += spikes;
      }
    }
  }
  expectGuards();
  return total;
}

/** Random spikes and weights for a source of `inputs` channels and an output of `blocks` blocks. */
function checkRandom(
  inputs: i32,
  height: i32,
  width: i32,
  blocks: i32,
  kernel: i32,
  stride: i32,
  padding: i32,
  percent: i32,
): void {
  const source = newLayer(inputs, height, width, SLOTS);
  for (let slot = 0; slot < SLOTS; slot++) fireAtRandom(source, slot, percent);
  const connection = newConvolution(source, inputs, blocks, kernel, stride, padding);
  randomBytes(load<usize>(connection, R.SYNAPSES_WEIGHTS), blocks * kernel * kernel * inputs * R.LANES);
  let total = 0;
  for (let slot = 0; slot < SLOTS; slot++) {
    total += checkConnection(connection, blocks, slot);
  }
  expect<i32>(total).toBeGreaterThan(0, 'there were spikes');
}

/** The extremes of an int8 sum: of four lanes, each pair of neighbours has another pair of 127 and -128. */
function extremeWeight(lane: i32): i32 {
  return (lane & 3) == 0 || (lane & 3) == 3 || (lane & 4) != 0 ? 127 : -128;
}

function storeExtremeWeights(connection: usize, bytes: i32): void {
  const weights = load<usize>(connection, R.SYNAPSES_WEIGHTS);
  for (let index = 0; index < bytes; index++) {
    store<i8>(weights + index, packedWeight(index, extremeWeight(index % R.LANES)));
  }
}

/** One pixel of which exactly `spikes` of 600 channels fire. */
function checkExtremes(spikes: i32): void {
  const source = newLayer(600, 1, 1, SLOTS);
  for (let channel = 0; channel < spikes; channel++) setSpike(source, 0, 0, 0, channel);
  listInto(source, 0, listOf(source, 0), rowStartOf(source, 0));
  const connection = newConvolution(source, 600, 1, 1, 1, 0);
  storeExtremeWeights(connection, 600 * R.LANES);
  const membranes = allocate(R.LANE_BYTES);
  expect<i32>(convolveInto(connection, 0, 0, 0, 0, membranes)).toBe(spikes);
  for (let lane = 0; lane < R.LANES; lane++) {
    expect<i32>(load<i32>(membranes + lane * 4)).toBe(spikes * extremeWeight(lane), `${spikes} spikes`);
  }
  expectGuards();
}

describe('convolve', () => {
  it('adds the weight row of one spike at its tap', () => {
    const source = newLayer(2, 3, 3, SLOTS);
    setSpike(source, 1, 2, 0, 1);
    listInto(source, 1, listOf(source, 1), rowStartOf(source, 1));
    const connection = newConvolution(source, 2, 1, 3, 1, 1);
    for (let lane = 0; lane < R.LANES; lane++) {
      store<i8>(weightAt(connection, 2, lane, 2, 0, 1), packedWeight(lane, lane - 32));
      store<i8>(weightAt(connection, 2, lane, 1, 1, 1), packedWeight(lane, 100));
    }
    const membranes = allocate(R.LANE_BYTES);
    // Seen from the pixel above and to the right of the spike, the tap is ky = 2, kx = 0.
    expect<i32>(convolveInto(connection, 1, 0, 1, 1, membranes)).toBe(1);
    for (let lane = 0; lane < R.LANES; lane++) expect<i32>(load<i32>(membranes + lane * 4)).toBe(lane - 32);
    expect<i32>(convolveInto(connection, 1, 0, 2, 2, membranes)).toBe(0, 'out of reach');
    expect<i32>(convolveInto(connection, 0, 0, 1, 1, membranes)).toBe(0, 'another timestep');
    expect<i32>(convolveInto(connection, 1, 0, 2, 0, membranes)).toBe(1, 'the pixel of the spike');
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
    const source = newLayer(100, 3, 4, SLOTS);
    fireAtRandom(source, 0, 100);
    const connection = newConvolution(source, 100, 1, 3, 1, 1);
    storeExtremeWeights(connection, 9 * 100 * R.LANES);
    // 4 corner windows of 2 x 2 pixels, 4 + 2 border windows of 2 x 3, 2 inner windows of 3 x 3.
    expect<i32>(checkConnection(connection, 1, 0)).toBe(100 * (4 * 4 + 6 * 6 + 2 * 9));
  });

  it('equals the plain sum where random windows hold more than 256 spikes', () => {
    seed(10);
    checkRandom(130, 4, 3, 1, 3, 1, 1, 60);
  });

  it('leaves weights as they are when it fetches them', () => {
    seed(11);
    const source = newLayer(5, 2, 2, SLOTS);
    const connection = newConvolution(source, 5, 2, 3, 1, 1);
    const bytes = 2 * 9 * 5 * R.LANES;
    const weights = load<usize>(connection, R.SYNAPSES_WEIGHTS);
    randomBytes(weights, bytes);
    const before = copyOf(weights, bytes);
    const sink = allocate(4);
    fetchWeights(connection, 0, sink);
    fetchWeights(connection, 1, sink);
    expectSame<u8>(weights, before, bytes, 'weight');
    expectGuards();
  });
});
