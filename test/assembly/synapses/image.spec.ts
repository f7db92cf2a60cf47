/** computeCurrent: the analog first layer against the plain integer convolution. */
import { computeCurrent } from '../../../assembly/synapses/image';
import * as R from '../../../assembly/records';
import { plainCurrent } from '../plain';
import { blocksOf, newConnection, newLayer, outputExtent, weightAt, writeImage } from '../records';
import { allocate, expectGuards, expectSame, randomBytes, randomWords, seed } from '../support';

/** A layer that an image of `inputs` channels feeds, and the connection between them. */
let layer: usize = 0;
let connection: usize = 0;
let image: usize = 0;

function build(outputs: i32, inputs: i32, height: i32, width: i32, kernel: i32, stride: i32, padding: i32): void {
  const outputHeight = outputExtent(height, kernel, stride, padding);
  const outputWidth = outputExtent(width, kernel, stride, padding);
  const blocks = blocksOf(outputs);
  layer = newLayer(outputs, outputHeight, outputWidth, 2);
  const weightBytes = blocks * kernel * kernel * inputs * R.LANES;
  connection = newConnection(R.KIND_ANALOG, 0, kernel, stride, padding, weightBytes);
  writeImage(connection, layer, inputs, height, width);
  image = load<usize>(connection, R.SYNAPSES_SOURCE);
}

/** Computes the currents of the built layer and compares every lane, padded lanes included. */
function checkCurrents(): void {
  const outputHeight = load<i32>(layer, R.POPULATION_HEIGHT);
  const outputWidth = load<i32>(layer, R.POPULATION_WIDTH);
  const blocks = load<i32>(layer, R.POPULATION_BLOCKS);
  const neurons = blocks * outputHeight * outputWidth * R.LANES;
  const expected = allocate(neurons * 4);
  let at = expected;
  for (let block = 0; block < blocks; block++) {
    for (let y = 0; y < outputHeight; y++) {
      for (let x = 0; x < outputWidth; x++) {
        for (let lane = block * R.LANES; lane < (block + 1) * R.LANES; lane++) {
          store<i32>(at, plainCurrent(layer, connection, lane, y, x));
          at += 4;
        }
      }
    }
  }
  const currents = load<usize>(connection, R.SYNAPSES_CURRENT);
  // What an earlier image left behind must not matter.
  memory.fill(currents, 0xee, neurons * 4);
  computeCurrent(layer, connection);
  expectSame<i32>(currents, expected, neurons, 'current');
  expectGuards();
}

function checkRandom(outputs: i32, inputs: i32, height: i32, width: i32, kernel: i32, stride: i32, padding: i32): void {
  build(outputs, inputs, height, width, kernel, stride, padding);
  const blocks = blocksOf(outputs);
  randomBytes(image, height * width * inputs * 2);
  randomBytes(load<usize>(connection, R.SYNAPSES_WEIGHTS), blocks * kernel * kernel * inputs * R.LANES);
  randomWords(load<usize>(layer, R.POPULATION_BIAS), blocks * R.LANES, -1000000, 1000000);
  checkCurrents();
}

describe('computeCurrent', () => {
  it('is the bias plus one weight times one pixel', () => {
    build(64, 1, 1, 1, 1, 1, 0);
    store<i16>(image, -300);
    for (let lane = 0; lane < R.LANES; lane++) {
      store<i8>(weightAt(connection, 1, lane, 0, 0, 0), <i8>(lane - 20));
      store<i32>(load<usize>(layer, R.POPULATION_BIAS) + lane * 4, 7 * lane);
    }
    computeCurrent(layer, connection);
    const currents = load<usize>(connection, R.SYNAPSES_CURRENT);
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

  it('is exact for the largest pixels and weights', () => {
    build(64, 3, 3, 3, 3, 1, 1);
    for (let index = 0; index < 27; index++) {
      store<i16>(image + index * 2, index % 3 == 0 ? i16.MIN_VALUE : i16.MAX_VALUE);
    }
    memory.fill(load<usize>(connection, R.SYNAPSES_WEIGHTS), 0x80, 27 * R.LANES);
    checkCurrents();
  });
});
