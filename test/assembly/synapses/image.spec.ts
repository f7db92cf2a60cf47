/** addCurrent: what the image drives, against the plain integer convolution. */
import * as R from '../../../assembly/records';
import { addCurrent } from '../../../assembly/synapses/image';
import { plainCurrent } from '../plain';
import {
  allocateCurrent,
  allocateWeights,
  newPopulation,
  outputExtent,
  setWeight,
  setWindow,
  writeImageSynapses,
} from '../records';
import { allocate, copyOf, expectGuards, expectSame, randomBytes, randomWords, seed } from '../support';

/** A population that an image of `inputs` channels feeds, the synapses between them, and bytes of their weights. */
let population: usize = 0;
let synapses: usize = 0;
let image: usize = 0;
let weightBytes: i32 = 0;

function buildWindow(
  outputs: i32,
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
  synapses = allocate(R.SYNAPSES_BYTES);
  writeImageSynapses(synapses, inputs, height, width, outputs);
  setWindow(synapses, kernelHeight, kernelWidth, strideY, strideX, top, left, dilationY, dilationX);
  weightBytes = allocateWeights(synapses, outputs);
  image = load<usize>(synapses, R.SYNAPSES_SOURCE);
  // As much padding behind the image as before it.
  const outputHeight = outputExtent(height, kernelHeight, strideY, 2 * top, dilationY);
  const outputWidth = outputExtent(width, kernelWidth, strideX, 2 * left, dilationX);
  population = newPopulation(outputs, outputHeight, outputWidth, 2);
  allocateCurrent(population);
}

function build(outputs: i32, inputs: i32, height: i32, width: i32, kernel: i32, stride: i32, padding: i32): void {
  buildWindow(outputs, inputs, height, width, kernel, kernel, stride, stride, padding, padding, 1, 1);
}

/** Adds to random currents and compares every lane, padded lanes included. */
function checkCurrents(): void {
  const outputHeight = load<i32>(population, R.POPULATION_HEIGHT);
  const outputWidth = load<i32>(population, R.POPULATION_WIDTH);
  const groups = load<i32>(population, R.POPULATION_GROUPS);
  const neurons = groups * outputHeight * outputWidth * R.LANES;
  const currents = load<usize>(population, R.POPULATION_CURRENT);
  randomWords(currents, neurons, -1000000, 1000000);
  const expected = copyOf(currents, neurons * 4);
  let at = expected;
  for (let group = 0; group < groups; group++) {
    for (let y = 0; y < outputHeight; y++) {
      for (let x = 0; x < outputWidth; x++) {
        for (let lane = group * R.LANES; lane < (group + 1) * R.LANES; lane++) {
          store<i32>(at, load<i32>(at) + plainCurrent(synapses, lane, y, x));
          at += 4;
        }
      }
    }
  }
  addCurrent(population, synapses);
  expectSame<i32>(currents, expected, neurons, 'current');
  expectGuards();
}

/** Random pixels and weights for what was built. */
function checkBuilt(): void {
  const pixels = load<i32>(synapses, R.SYNAPSES_SOURCE_HEIGHT) * load<i32>(synapses, R.SYNAPSES_SOURCE_WIDTH);
  randomBytes(image, pixels * load<i32>(synapses, R.SYNAPSES_SOURCE_CHANNELS) * 2);
  randomBytes(load<usize>(synapses, R.SYNAPSES_WEIGHTS), weightBytes);
  checkCurrents();
}

function checkRandom(outputs: i32, inputs: i32, height: i32, width: i32, kernel: i32, stride: i32, padding: i32): void {
  build(outputs, inputs, height, width, kernel, stride, padding);
  checkBuilt();
}

describe('addCurrent', () => {
  it('adds one weight times one pixel', () => {
    build(64, 1, 1, 1, 1, 1, 0);
    store<i16>(image, -300);
    for (let lane = 0; lane < R.LANES; lane++) {
      setWeight(synapses, lane, 0, 0, 0, lane - 20);
      store<i32>(load<usize>(population, R.POPULATION_CURRENT) + lane * 4, 7 * lane);
    }
    addCurrent(population, synapses);
    const currents = load<usize>(population, R.POPULATION_CURRENT);
    for (let lane = 0; lane < R.LANES; lane++) {
      expect<i32>(load<i32>(currents + lane * 4)).toBe(7 * lane - 300 * (lane - 20), `lane ${lane}`);
    }
  });

  it('equals the plain convolution for 1x1 kernels', () => {
    seed(11);
    checkRandom(64, 3, 3, 4, 1, 1, 0);
    checkRandom(10, 1, 5, 4, 1, 2, 0);
  });

  it('equals the plain convolution for 3x3 kernels', () => {
    seed(12);
    checkRandom(64, 3, 4, 5, 3, 1, 1);
    checkRandom(70, 3, 4, 3, 3, 1, 1);
    checkRandom(64, 2, 5, 4, 3, 1, 0);
    checkRandom(130, 1, 3, 3, 3, 1, 2);
    checkRandom(64, 3, 5, 6, 3, 2, 1);
  });

  it('equals the plain convolution for 5x5 kernels', () => {
    seed(13);
    checkRandom(64, 3, 5, 6, 5, 1, 2);
    checkRandom(65, 2, 7, 6, 5, 2, 1);
    checkRandom(64, 1, 2, 3, 5, 1, 2);
  });

  it('equals the plain convolution for windows that differ down and across, and for dilated ones', () => {
    seed(44);
    buildWindow(66, 3, 7, 6, 2, 3, 2, 1, 0, 2, 1, 1);
    checkBuilt();
    buildWindow(5, 1, 8, 9, 3, 2, 1, 3, 2, 0, 3, 1);
    checkBuilt();
    buildWindow(64, 2, 5, 9, 2, 3, 1, 2, 1, 3, 1, 2);
    checkBuilt();
    buildWindow(3, 3, 2, 2, 3, 3, 1, 1, 4, 4, 4, 4);
    checkBuilt();
  });

  it('is exact for the largest pixels and weights', () => {
    build(64, 3, 3, 3, 3, 1, 1);
    for (let index = 0; index < 27; index++) {
      store<i16>(image + index * 2, index % 3 == 0 ? i16.MIN_VALUE : i16.MAX_VALUE);
    }
    memory.fill(load<usize>(synapses, R.SYNAPSES_WEIGHTS), 0x80, 27 * R.LANES);
    checkCurrents();
  });
});
