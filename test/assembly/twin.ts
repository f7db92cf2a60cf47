/**
 * A network of two layers and three heads, laid out by hand, and its twin: records whose rings are so long that they
 * never wrap, one slot a timestep, and which are stepped neuron by neuron.
 *
 *   image [y][x][3] -> analog 3x3 -> layer 0 -> 3x3 convolution + identity -> layer 1 -> heads 1 and 2
 *                                           `-> head 0
 */
import {
  CONNECTION_BYTES,
  CONNECTION_KIND,
  CONNECTION_SOURCE,
  CONNECTION_WEIGHTS,
  GATHERED_BYTES,
  HEAD_BIAS,
  HEAD_BYTES,
  HEAD_CLASSES,
  HEAD_FIRED,
  HEAD_MEMBRANE,
  HEAD_OPERATIONS,
  HEAD_SPIKES,
  HEAD_THRESHOLD,
  HEAD_WEIGHTS,
  KIND_ANALOG,
  KIND_CONVOLUTION,
  KIND_IDENTITY,
  LANES,
  LANE_BYTES,
  LAYER_BIAS,
  LAYER_BYTES,
  LAYER_CONNECTIONS,
  LAYER_CONNECTION_COUNT,
  LAYER_MEMBRANE,
  LAYER_OPERATIONS,
  LAYER_SPIKES,
  LAYER_THRESHOLD,
  NETWORK_BYTES,
  NETWORK_DELAY,
  NETWORK_HEADS,
  NETWORK_HEAD_COUNT,
  NETWORK_LAYERS,
  NETWORK_LAYER_COUNT,
  NETWORK_SLOTS,
  NETWORK_SUMS,
  NETWORK_TIMESTEP,
  NETWORK_WINDOW_ROWS,
} from '../../assembly/layout';
import { plainConvolve, plainCurrent, plainHead, plainWindow } from './plain';
import {
  blocksOf,
  headWeightAt,
  maskOf,
  packedWeight,
  setSpike,
  spikeAt,
  weightAt,
  writeConnection,
  writeHead,
  writeImage,
  writeLayer,
} from './records';
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
  return layers + index * LAYER_BYTES;
}

export function connectionOf(layer: usize, index: i32): usize {
  return load<usize>(layer, LAYER_CONNECTIONS) + index * CONNECTION_BYTES;
}

function buildLayers(channels: i32, height: i32, width: i32): void {
  layers = allocate(LAYERS * LAYER_BYTES);
  for (let index = 0; index < LAYERS; index++) {
    writeLayer(layerOf(index), channels, height, width, SLOTS);
    store<usize>(layerOf(index), allocate(2 * CONNECTION_BYTES), LAYER_CONNECTIONS);
    store<i32>(layerOf(index), index + 1, LAYER_CONNECTION_COUNT);
  }
  const weightBytes = blocksOf(channels) * 9 * LANES;
  writeConnection(connectionOf(layerOf(0), 0), KIND_ANALOG, 0, 3, 1, 1, weightBytes * 3);
  writeImage(connectionOf(layerOf(0), 0), layerOf(0), 3, height, width);
  writeConnection(connectionOf(layerOf(1), 0), KIND_CONVOLUTION, layerOf(0), 3, 1, 1, weightBytes * channels);
  writeConnection(connectionOf(layerOf(1), 1), KIND_IDENTITY, layerOf(0), 0, 0, 0, blocksOf(channels) * LANE_BYTES);
}

export function build(channels: i32, height: i32, width: i32, delay: i32): void {
  network = allocate(NETWORK_BYTES);
  buildLayers(channels, height, width);
  heads = allocate(HEADS * HEAD_BYTES);
  writeHead(heads, layerOf(0), 3, SLOTS);
  writeHead(heads + HEAD_BYTES, layerOf(1), 5, SLOTS);
  writeHead(heads + 2 * HEAD_BYTES, layerOf(1), 9, SLOTS);
  store<usize>(network, layers, NETWORK_LAYERS);
  store<i32>(network, LAYERS, NETWORK_LAYER_COUNT);
  store<usize>(network, heads, NETWORK_HEADS);
  store<i32>(network, HEADS, NETWORK_HEAD_COUNT);
  store<i32>(network, SLOTS, NETWORK_SLOTS);
  store<i32>(network, delay, NETWORK_DELAY);
  store<i32>(network, -1, NETWORK_TIMESTEP);
  store<usize>(network, allocate(LANES * 2), NETWORK_SUMS);
  store<usize>(network, allocate(9 * channels * 2 + GATHERED_BYTES), NETWORK_WINDOW_ROWS);
}

/** Weights of the lanes past `channels` stay zero, as the host leaves them. */
function randomiseWeights(connection: usize, inputs: i32): void {
  for (let output = 0; output < CHANNELS; output++) {
    for (let tap = 0; tap < 9; tap++) {
      for (let input = 0; input < inputs; input++) {
        const weight = randomBetween(-128, 127);
        const isPacked = load<i32>(connection, CONNECTION_KIND) == KIND_CONVOLUTION;
        store<i8>(weightAt(connection, inputs, output, tap / 3, tap % 3, input), isPacked ? packedWeight(output, weight) : <i8>weight);
      }
    }
  }
}

export function randomiseImage(): void {
  const image = load<usize>(connectionOf(layerOf(0), 0), CONNECTION_SOURCE);
  for (let index = 0; index < PIXELS * 3; index++) store<i16>(image + index * 2, <i16>randomBetween(-255, 255));
}

export function buildRandom(delay: i32): void {
  build(CHANNELS, HEIGHT, WIDTH, delay);
  randomiseWeights(connectionOf(layerOf(0), 0), 3);
  randomiseWeights(connectionOf(layerOf(1), 0), CHANNELS);
  randomWords(load<usize>(connectionOf(layerOf(1), 1), CONNECTION_WEIGHTS), CHANNELS, 500, 1500);
  randomWords(load<usize>(layerOf(0), LAYER_BIAS), CHANNELS, -9000, 9000);
  randomWords(load<usize>(layerOf(1), LAYER_BIAS), CHANNELS, -300, 300);
  randomWords(load<usize>(layerOf(0), LAYER_THRESHOLD), CHANNELS, 50000, 150000);
  randomWords(load<usize>(layerOf(1), LAYER_THRESHOLD), CHANNELS, 1000, 3000);
  for (let index = 0; index < HEADS; index++) {
    const head = heads + index * HEAD_BYTES;
    const classes = load<i32>(head, HEAD_CLASSES);
    randomWords(load<usize>(head, HEAD_BIAS), classes, -1000, 1000);
    randomWords(load<usize>(head, HEAD_THRESHOLD), classes, 10000, 30000);
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
  twinLayers = allocate(LAYERS * LAYER_BYTES);
  for (let index = 0; index < LAYERS; index++) {
    const twin = twinLayers + index * LAYER_BYTES;
    writeLayer(twin, CHANNELS, HEIGHT, WIDTH, TIMESTEPS + 1);
    const connections = copyOf(load<usize>(layerOf(index), LAYER_CONNECTIONS), 2 * CONNECTION_BYTES);
    store<usize>(twin, connections, LAYER_CONNECTIONS);
    store<usize>(twin, load<usize>(layerOf(index), LAYER_BIAS), LAYER_BIAS);
    store<usize>(twin, load<usize>(layerOf(index), LAYER_THRESHOLD), LAYER_THRESHOLD);
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      for (let channel = 0; channel < CHANNELS; channel++) {
        const threshold = load<i32>(load<usize>(twin, LAYER_THRESHOLD) + channel * 4);
        store<i32>(membraneOf(twin, pixel, channel), initialMembrane(threshold, half));
      }
    }
  }
  store<usize>(connectionOf(twinLayers + LAYER_BYTES, 0), twinLayers, CONNECTION_SOURCE);
  store<usize>(connectionOf(twinLayers + LAYER_BYTES, 1), twinLayers, CONNECTION_SOURCE);
  startTwinHeads(half);
}

function startTwinHeads(half: bool): void {
  twinHeads = allocate(HEADS * HEAD_BYTES);
  for (let index = 0; index < HEADS; index++) {
    const head = heads + index * HEAD_BYTES;
    const twin = twinHeads + index * HEAD_BYTES;
    const classes = load<i32>(head, HEAD_CLASSES);
    writeHead(twin, index == 0 ? twinLayers : twinLayers + LAYER_BYTES, classes, TIMESTEPS + 1);
    store<usize>(twin, load<usize>(head, HEAD_WEIGHTS), HEAD_WEIGHTS);
    store<usize>(twin, load<usize>(head, HEAD_BIAS), HEAD_BIAS);
    store<usize>(twin, load<usize>(head, HEAD_THRESHOLD), HEAD_THRESHOLD);
    for (let output = 0; output < classes; output++) {
      const threshold = load<i32>(load<usize>(head, HEAD_THRESHOLD) + output * 4);
      store<i64>(load<usize>(twin, HEAD_MEMBRANE) + output * 8, initialMembrane(threshold, half));
    }
  }
}

export function membraneOf(layer: usize, pixel: i32, channel: i32): usize {
  const row = (channel / LANES) * PIXELS + pixel;
  return load<usize>(layer, LAYER_MEMBRANE) + (row * LANES + (channel % LANES)) * 4;
}

/** What one neuron of the twin receives at timestep `time`, from spikes of timestep `from`. */
function driveOf(index: i32, from: i32, y: i32, x: i32, channel: i32): i32 {
  const layer = twinLayers + index * LAYER_BYTES;
  if (index == 0) return plainCurrent(layer, connectionOf(layer, 0), channel, y, x);
  const skip = load<i32>(load<usize>(connectionOf(layer, 1), CONNECTION_WEIGHTS) + channel * 4);
  const bias = load<i32>(load<usize>(layer, LAYER_BIAS) + channel * 4);
  const spike = spikeAt(twinLayers, from, y, x, channel);
  return bias + plainConvolve(connectionOf(layer, 0), from, channel, y, x) + spike * skip;
}

function stepTwinLayer(index: i32, delay: i32): void {
  const layer = twinLayers + index * LAYER_BYTES;
  let spikes = 0;
  let received = 0;
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      if (index == 1) received += CHANNELS * plainWindow(connectionOf(layer, 0), time - delay, y, x);
      for (let channel = 0; channel < CHANNELS; channel++) {
        if (index == 1) received += spikeAt(twinLayers, time - delay, y, x, channel);
        const membrane = membraneOf(layer, y * WIDTH + x, channel);
        const threshold = load<i32>(load<usize>(layer, LAYER_THRESHOLD) + channel * 4);
        const potential = load<i32>(membrane) + driveOf(index, time - delay, y, x, channel);
        if (potential > threshold) {
          setSpike(layer, time, y, x, channel);
          spikes++;
        }
        store<i32>(membrane, potential > threshold ? potential - threshold : potential);
      }
    }
  }
  store<u32>(load<usize>(layer, LAYER_SPIKES) + time * 4, spikes);
  store<u32>(load<usize>(layer, LAYER_OPERATIONS) + time * 4, received);
}

export function stepTwin(delay: i32): void {
  time++;
  for (let index = 0; index < LAYERS; index++) stepTwinLayer(index, delay);
  for (let index = 0; index < HEADS; index++) plainHead(twinHeads + index * HEAD_BYTES, time - delay, time);
}

/** Compares everything that the ring holds of one timestep. */
export function compareTimestep(timestep: i32): void {
  const slot = timestep % SLOTS;
  const when = `timestep ${timestep} `;
  for (let index = 0; index < LAYERS; index++) {
    const layer = layerOf(index);
    const twin = twinLayers + index * LAYER_BYTES;
    const where = `${when}layer ${index} `;
    expectSame<u64>(
      maskOf(layer, slot, 0, 0, 0),
      maskOf(twin, timestep, 0, 0, 0),
      blocksOf(CHANNELS) * PIXELS,
      `${where}mask`,
    );
    compareCounter(layer, twin, LAYER_SPIKES, timestep, where);
    compareCounter(layer, twin, LAYER_OPERATIONS, timestep, where);
  }
  for (let index = 0; index < HEADS; index++) {
    const head = heads + index * HEAD_BYTES;
    const twin = twinHeads + index * HEAD_BYTES;
    const classes = load<i32>(head, HEAD_CLASSES);
    const where = `${when}head ${index} `;
    const fired = load<usize>(head, HEAD_FIRED) + slot * classes;
    expectSame<u8>(fired, load<usize>(twin, HEAD_FIRED) + timestep * classes, classes, `${where}fired`);
    compareCounter(head, twin, HEAD_SPIKES, timestep, where);
    compareCounter(head, twin, HEAD_OPERATIONS, timestep, where);
  }
}

function compareCounter(actual: usize, expected: usize, field: i32, timestep: i32, where: string): void {
  const counter = load<usize>(actual + field) + (timestep % SLOTS) * 4;
  expect<u32>(load<u32>(counter)).toBe(load<u32>(load<usize>(expected + field) + timestep * 4), `${where}counter`);
}

/** Compares all membranes; those of padded lanes are zero in the twin. */
export function compareMembranes(): void {
  for (let index = 0; index < LAYERS; index++) {
    const expected = load<usize>(twinLayers + index * LAYER_BYTES, LAYER_MEMBRANE);
    expectSame<i32>(
      load<usize>(layerOf(index), LAYER_MEMBRANE),
      expected,
      blocksOf(CHANNELS) * PIXELS * LANES,
      'membrane',
    );
  }
  for (let index = 0; index < HEADS; index++) {
    const head = heads + index * HEAD_BYTES;
    const expected = load<usize>(twinHeads + index * HEAD_BYTES, HEAD_MEMBRANE);
    expectSame<i64>(load<usize>(head, HEAD_MEMBRANE), expected, load<i32>(head, HEAD_CLASSES), 'head membrane');
  }
}
