/**
 * A network of two layers and three heads, laid out by hand, and its twin: records whose rings are so long that they
 * never wrap, one slot a timestep, and which are stepped neuron by neuron.
 *
 *   image [y][x][3] -> analog 3x3 -> layer 0 -> 3x3 convolution + identity -> layer 1 -> heads 1 and 2
 *                                           `-> head 0
 */
import * as R from '../../assembly/records';
import { plainConvolve, plainCurrent, plainHead, plainWindow } from './plain';
import { blocksOf, headWeightAt, maskOf, packedWeight, setSpike, spikeAt, weightAt, writeConnection, writeHead, writeImage, writeLayer } from './records';
import { allocate, copyOf, expectSame, randomBetween, randomWords } from './support';

export const CHANNELS: i32 = 70;
const HEIGHT: i32 = 3;
const WIDTH: i32 = 4;
export const PIXELS: i32 = HEIGHT * WIDTH;
export const SLOTS: i32 = 5;
export const TIMESTEPS: i32 = 13;
export const LAYERS: i32 = 2;
export const HEADS: i32 = 3;

export let network: usize = 0;
let layers: usize = 0;
export let heads: usize = 0;
export let twinLayers: usize = 0;
export let twinHeads: usize = 0;
/** Timesteps that the twin has made. */
export let time: i32 = 0;

export function layerOf(index: i32): usize {
  return layers + index * R.POPULATION_BYTES;
}

export function connectionOf(layer: usize, index: i32): usize {
  return load<usize>(layer, R.POPULATION_CONNECTIONS) + index * R.SYNAPSES_BYTES;
}

function buildLayers(channels: i32, height: i32, width: i32): void {
  layers = allocate(LAYERS * R.POPULATION_BYTES);
  for (let index = 0; index < LAYERS; index++) {
    writeLayer(layerOf(index), channels, height, width, SLOTS);
    store<usize>(layerOf(index), allocate(2 * R.SYNAPSES_BYTES), R.POPULATION_CONNECTIONS);
    store<i32>(layerOf(index), index + 1, R.POPULATION_CONNECTION_COUNT);
  }
  const weightBytes = blocksOf(channels) * 9 * R.LANES;
  writeConnection(connectionOf(layerOf(0), 0), R.KIND_ANALOG, 0, 3, 1, 1, weightBytes * 3);
  writeImage(connectionOf(layerOf(0), 0), layerOf(0), 3, height, width);
  writeConnection(connectionOf(layerOf(1), 0), R.KIND_CONVOLUTION, layerOf(0), 3, 1, 1, weightBytes * channels);
  writeConnection(connectionOf(layerOf(1), 1), R.KIND_IDENTITY, layerOf(0), 0, 0, 0, blocksOf(channels) * R.LANE_BYTES);
}

export function build(channels: i32, height: i32, width: i32, delay: i32): void {
  network = allocate(R.NETWORK_BYTES);
  buildLayers(channels, height, width);
  heads = allocate(HEADS * R.HEAD_BYTES);
  writeHead(heads, layerOf(0), 3, SLOTS);
  writeHead(heads + R.HEAD_BYTES, layerOf(1), 5, SLOTS);
  writeHead(heads + 2 * R.HEAD_BYTES, layerOf(1), 9, SLOTS);
  store<usize>(network, layers, R.NETWORK_LAYERS);
  store<i32>(network, LAYERS, R.NETWORK_LAYER_COUNT);
  store<usize>(network, heads, R.NETWORK_HEADS);
  store<i32>(network, HEADS, R.NETWORK_HEAD_COUNT);
  store<i32>(network, SLOTS, R.NETWORK_SLOTS);
  store<i32>(network, delay, R.NETWORK_DELAY);
  store<i32>(network, -1, R.NETWORK_TIMESTEP);
  store<usize>(network, allocate(R.LANES * 2), R.NETWORK_SUMS);
  store<usize>(network, allocate(9 * channels * 2 + R.GATHERED_BYTES), R.NETWORK_WINDOW_ROWS);
}

/** Weights of the lanes past `channels` stay zero, as the host leaves them. */
function randomiseWeights(connection: usize, inputs: i32): void {
  for (let output = 0; output < CHANNELS; output++) {
    for (let tap = 0; tap < 9; tap++) {
      for (let input = 0; input < inputs; input++) {
        const weight = randomBetween(-128, 127);
        const isPacked = load<i32>(connection, R.SYNAPSES_KIND) == R.KIND_CONVOLUTION;
        store<i8>(weightAt(connection, inputs, output, tap / 3, tap % 3, input), isPacked ? packedWeight(output, weight) : <i8>weight);
      }
    }
  }
}

export function randomiseImage(): void {
  const image = load<usize>(connectionOf(layerOf(0), 0), R.SYNAPSES_SOURCE);
  for (let index = 0; index < PIXELS * 3; index++) store<i16>(image + index * 2, <i16>randomBetween(-255, 255));
}

export function buildRandom(delay: i32): void {
  build(CHANNELS, HEIGHT, WIDTH, delay);
  randomiseWeights(connectionOf(layerOf(0), 0), 3);
  randomiseWeights(connectionOf(layerOf(1), 0), CHANNELS);
  randomWords(load<usize>(connectionOf(layerOf(1), 1), R.SYNAPSES_WEIGHTS), CHANNELS, 500, 1500);
  randomWords(load<usize>(layerOf(0), R.POPULATION_BIAS), CHANNELS, -9000, 9000);
  randomWords(load<usize>(layerOf(1), R.POPULATION_BIAS), CHANNELS, -300, 300);
  randomWords(load<usize>(layerOf(0), R.POPULATION_THRESHOLD), CHANNELS, 50000, 150000);
  randomWords(load<usize>(layerOf(1), R.POPULATION_THRESHOLD), CHANNELS, 1000, 3000);
  for (let index = 0; index < HEADS; index++) {
    const head = heads + index * R.HEAD_BYTES;
    const classes = load<i32>(head, R.HEAD_CLASSES);
    randomWords(load<usize>(head, R.HEAD_BIAS), classes, -1000, 1000);
    randomWords(load<usize>(head, R.HEAD_THRESHOLD), classes, 10000, 30000);
    for (let channel = 0; channel < CHANNELS; channel++) {
      for (let output = 0; output < classes; output++) {
        store<i16>(headWeightAt(head, channel, output), <i16>randomBetween(-900, 1000));
      }
    }
  }
}

function initialMembrane(threshold: i32, half: bool): i32 {
  return half ? (threshold + 1) / 2 : 0;
}

export function startTwin(half: bool): void {
  time = 0;
  twinLayers = allocate(LAYERS * R.POPULATION_BYTES);
  for (let index = 0; index < LAYERS; index++) {
    const twin = twinLayers + index * R.POPULATION_BYTES;
    writeLayer(twin, CHANNELS, HEIGHT, WIDTH, TIMESTEPS + 1);
    const connections = copyOf(load<usize>(layerOf(index), R.POPULATION_CONNECTIONS), 2 * R.SYNAPSES_BYTES);
    store<usize>(twin, connections, R.POPULATION_CONNECTIONS);
    store<usize>(twin, load<usize>(layerOf(index), R.POPULATION_BIAS), R.POPULATION_BIAS);
    store<usize>(twin, load<usize>(layerOf(index), R.POPULATION_THRESHOLD), R.POPULATION_THRESHOLD);
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      for (let channel = 0; channel < CHANNELS; channel++) {
        const threshold = load<i32>(load<usize>(twin, R.POPULATION_THRESHOLD) + channel * 4);
        store<i32>(membraneOf(twin, pixel, channel), initialMembrane(threshold, half));
      }
    }
  }
  store<usize>(connectionOf(twinLayers + R.POPULATION_BYTES, 0), twinLayers, R.SYNAPSES_SOURCE);
  store<usize>(connectionOf(twinLayers + R.POPULATION_BYTES, 1), twinLayers, R.SYNAPSES_SOURCE);
  startTwinHeads(half);
}

function startTwinHeads(half: bool): void {
  twinHeads = allocate(HEADS * R.HEAD_BYTES);
  for (let index = 0; index < HEADS; index++) {
    const head = heads + index * R.HEAD_BYTES;
    const twin = twinHeads + index * R.HEAD_BYTES;
    const classes = load<i32>(head, R.HEAD_CLASSES);
    writeHead(twin, index == 0 ? twinLayers : twinLayers + R.POPULATION_BYTES, classes, TIMESTEPS + 1);
    store<usize>(twin, load<usize>(head, R.HEAD_WEIGHTS), R.HEAD_WEIGHTS);
    store<usize>(twin, load<usize>(head, R.HEAD_BIAS), R.HEAD_BIAS);
    store<usize>(twin, load<usize>(head, R.HEAD_THRESHOLD), R.HEAD_THRESHOLD);
    for (let output = 0; output < classes; output++) {
      const threshold = load<i32>(load<usize>(head, R.HEAD_THRESHOLD) + output * 4);
      store<i64>(load<usize>(twin, R.HEAD_MEMBRANE) + output * 8, initialMembrane(threshold, half));
    }
  }
}

export function membraneOf(layer: usize, pixel: i32, channel: i32): usize {
  const row = (channel / R.LANES) * PIXELS + pixel;
  return load<usize>(layer, R.POPULATION_MEMBRANE) + (row * R.LANES + (channel % R.LANES)) * 4;
}

/** What one neuron of the twin receives at timestep `time`, from spikes of timestep `from`. */
function driveOf(index: i32, from: i32, y: i32, x: i32, channel: i32): i32 {
  const layer = twinLayers + index * R.POPULATION_BYTES;
  if (index == 0) return plainCurrent(layer, connectionOf(layer, 0), channel, y, x);
  const skip = load<i32>(load<usize>(connectionOf(layer, 1), R.SYNAPSES_WEIGHTS) + channel * 4);
  const bias = load<i32>(load<usize>(layer, R.POPULATION_BIAS) + channel * 4);
  const spike = spikeAt(twinLayers, from, y, x, channel);
  return bias + plainConvolve(connectionOf(layer, 0), from, channel, y, x) + spike * skip;
}

function stepTwinLayer(index: i32, delay: i32): void {
  const layer = twinLayers + index * R.POPULATION_BYTES;
  let spikes = 0;
  let received = 0;
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      if (index == 1) received += CHANNELS * plainWindow(connectionOf(layer, 0), time - delay, y, x);
      for (let channel = 0; channel < CHANNELS; channel++) {
        if (index == 1) received += spikeAt(twinLayers, time - delay, y, x, channel);
        const membrane = membraneOf(layer, y * WIDTH + x, channel);
        const threshold = load<i32>(load<usize>(layer, R.POPULATION_THRESHOLD) + channel * 4);
        const potential = load<i32>(membrane) + driveOf(index, time - delay, y, x, channel);
        if (potential > threshold) {
          setSpike(layer, time, y, x, channel);
          spikes++;
        }
        store<i32>(membrane, potential > threshold ? potential - threshold : potential);
      }
    }
  }
  store<u32>(load<usize>(layer, R.POPULATION_SPIKES) + time * 4, spikes);
  store<u32>(load<usize>(layer, R.POPULATION_OPERATIONS) + time * 4, received);
}

export function stepTwin(delay: i32): void {
  time++;
  for (let index = 0; index < LAYERS; index++) stepTwinLayer(index, delay);
  for (let index = 0; index < HEADS; index++) plainHead(twinHeads + index * R.HEAD_BYTES, time - delay, time);
}

/** Compares everything that the ring holds of one timestep. */
export function compareTimestep(timestep: i32): void {
  const slot = timestep % SLOTS;
  const when = `timestep ${timestep} `;
  for (let index = 0; index < LAYERS; index++) {
    const layer = layerOf(index);
    const twin = twinLayers + index * R.POPULATION_BYTES;
    const where = `${when}layer ${index} `;
    expectSame<u64>(
      maskOf(layer, slot, 0, 0, 0),
      maskOf(twin, timestep, 0, 0, 0),
      blocksOf(CHANNELS) * PIXELS,
      `${where}mask`,
    );
    compareCounter(layer, twin, R.POPULATION_SPIKES, timestep, where);
    compareCounter(layer, twin, R.POPULATION_OPERATIONS, timestep, where);
  }
  for (let index = 0; index < HEADS; index++) {
    const head = heads + index * R.HEAD_BYTES;
    const twin = twinHeads + index * R.HEAD_BYTES;
    const classes = load<i32>(head, R.HEAD_CLASSES);
    const where = `${when}head ${index} `;
    const fired = load<usize>(head, R.HEAD_FIRED) + slot * classes;
    expectSame<u8>(fired, load<usize>(twin, R.HEAD_FIRED) + timestep * classes, classes, `${where}fired`);
    compareCounter(head, twin, R.HEAD_SPIKES, timestep, where);
    compareCounter(head, twin, R.HEAD_OPERATIONS, timestep, where);
  }
}

function compareCounter(actual: usize, expected: usize, field: i32, timestep: i32, where: string): void {
  const counter = load<usize>(actual + field) + (timestep % SLOTS) * 4;
  expect<u32>(load<u32>(counter)).toBe(load<u32>(load<usize>(expected + field) + timestep * 4), `${where}counter`);
}

/** Compares all membranes; those of padded lanes are zero in the twin. */
export function compareMembranes(): void {
  for (let index = 0; index < LAYERS; index++) {
    const expected = load<usize>(twinLayers + index * R.POPULATION_BYTES, R.POPULATION_MEMBRANE);
    expectSame<i32>(
      load<usize>(layerOf(index), R.POPULATION_MEMBRANE),
      expected,
      blocksOf(CHANNELS) * PIXELS * R.LANES,
      'membrane',
    );
  }
  for (let index = 0; index < HEADS; index++) {
    const head = heads + index * R.HEAD_BYTES;
    const expected = load<usize>(twinHeads + index * R.HEAD_BYTES, R.HEAD_MEMBRANE);
    expectSame<i64>(load<usize>(head, R.HEAD_MEMBRANE), expected, load<i32>(head, R.HEAD_CLASSES), 'head membrane');
  }
}
