/**
 * A network of three populations and three heads, laid out by hand, and its twin: records whose rings are so long that
 * they never wrap, one slot a timestep, and which are stepped neuron by neuron.
 *
 *   image [y][x][3] -> 3x3 -> population 0 -> 3x3 convolution + per channel -> population 1 -> heads 1 and 2
 *          |                  |   `-> head 0                                       |
 *          `-> 1x1 -----------+---> population 2 (nobody's) <- depthwise 3x3 ------'
 *                             `------^ 1x1 convolution in two groups
 */
import * as R from '../../assembly/records';
import { plainCurrent, plainFanOut, plainHead, plainOperations, plainSum } from './plain';
import {
  allocateCurrent,
  allocateFanOut,
  allocateSpread,
  allocateWeights,
  fanOutAt,
  groupsOf,
  maskOf,
  randomiseHead,
  randomiseWeights,
  setGroups,
  setSpike,
  setSquare,
  writeHead,
  writeImageSynapses,
  writePopulation,
  writeReaders,
  writeSynapses,
} from './records';
import { allocate, copyOf, expectSame, randomBetween, randomWords } from './support';

export const CHANNELS: i32 = 70;
const HEIGHT: i32 = 3;
const WIDTH: i32 = 4;
export const PIXELS: i32 = HEIGHT * WIDTH;
export const SLOTS: i32 = 5;
export const TIMESTEPS: i32 = 13;
export const POPULATIONS: i32 = 3;
export const HEADS: i32 = 3;
/** Populations and heads, each as soon as it can. */
export const ENTRIES: i32 = POPULATIONS + HEADS;
const SETS: i32 = 3;

export let network: usize = 0;
let populations: usize = 0;
export let heads: usize = 0;
export let twinPopulations: usize = 0;
export let twinHeads: usize = 0;
/** Timesteps that the twin has made. */
export let time: i32 = 0;

export function populationOf(index: i32): usize {
  return populations + index * R.POPULATION_BYTES;
}

export function synapsesOf(population: usize, index: i32): usize {
  return load<usize>(population, R.POPULATION_SYNAPSES) + index * R.SYNAPSES_BYTES;
}

function buildPopulations(channels: i32, height: i32, width: i32): void {
  populations = allocate(POPULATIONS * R.POPULATION_BYTES);
  for (let index = 0; index < POPULATIONS; index++) {
    writePopulation(populationOf(index), channels, height, width, SLOTS);
    store<usize>(populationOf(index), allocate(SETS * R.SYNAPSES_BYTES), R.POPULATION_SYNAPSES);
    store<i32>(populationOf(index), index + 1, R.POPULATION_SYNAPSES_COUNT);
  }
  const first = populationOf(0);
  const second = populationOf(1);
  const third = populationOf(2);
  writeImageSynapses(synapsesOf(first, 0), 3, height, width, channels);
  setSquare(synapsesOf(first, 0), 3, 1, 1);
  writeSynapses(synapsesOf(second, 0), R.KIND_CONVOLUTION, first, channels);
  setSquare(synapsesOf(second, 0), 3, 1, 1);
  writeSynapses(synapsesOf(second, 1), R.KIND_PER_CHANNEL, first, channels);
  writeSynapses(synapsesOf(third, 0), R.KIND_DEPTHWISE, second, channels);
  setSquare(synapsesOf(third, 0), 3, 1, 1);
  allocateSpread(synapsesOf(third, 0), SLOTS);
  writeImageSynapses(synapsesOf(third, 1), 3, height, width, channels);
  // Both see one image.
  store<usize>(synapsesOf(third, 1), load<usize>(synapsesOf(first, 0), R.SYNAPSES_SOURCE), R.SYNAPSES_SOURCE);
  writeSynapses(synapsesOf(third, 2), R.KIND_CONVOLUTION, first, channels);
  if (channels % 2 == 0) setGroups(synapsesOf(third, 2), channels, 2);
  for (let index = 0; index < POPULATIONS; index++) {
    for (let set = 0; set <= index; set++) {
      const synapses = synapsesOf(populationOf(index), set);
      allocateWeights(synapses, channels);
      if (load<i32>(synapses, R.SYNAPSES_KIND) != R.KIND_IMAGE) allocateFanOut(synapses, height, width, SLOTS);
    }
  }
  allocateCurrent(first);
  allocateCurrent(third);
  writeReaders(first, [synapsesOf(second, 0), synapsesOf(second, 1), synapsesOf(third, 2)]);
  writeReaders(second, [synapsesOf(third, 0)]);
}

function buildOrder(): void {
  const order = allocate(ENTRIES * R.ENTRY_BYTES);
  const records: usize[] = [
    populationOf(0),
    heads,
    populationOf(1),
    heads + R.HEAD_BYTES,
    heads + 2 * R.HEAD_BYTES,
    populationOf(2),
  ];
  for (let index = 0; index < ENTRIES; index++) {
    const isHead = index == 1 || index == 3 || index == 4;
    store<i32>(order + index * R.ENTRY_BYTES, isHead ? R.ENTRY_KIND_HEAD : R.ENTRY_KIND_POPULATION, R.ENTRY_KIND);
    store<usize>(order + index * R.ENTRY_BYTES, records[index], R.ENTRY_RECORD);
  }
  store<usize>(network, order, R.NETWORK_ORDER);
  store<i32>(network, ENTRIES, R.NETWORK_ORDER_COUNT);
}

export function build(channels: i32, height: i32, width: i32, delay: i32): void {
  network = allocate(R.NETWORK_BYTES);
  buildPopulations(channels, height, width);
  heads = allocate(HEADS * R.HEAD_BYTES);
  writeHead(heads, populationOf(0), 3, SLOTS);
  writeHead(heads + R.HEAD_BYTES, populationOf(1), 5, SLOTS);
  writeHead(heads + 2 * R.HEAD_BYTES, populationOf(1), 9, SLOTS);
  buildOrder();
  store<i32>(network, SLOTS, R.NETWORK_SLOTS);
  store<i32>(network, delay, R.NETWORK_DELAY);
  store<usize>(network, allocate(R.LANES * 2), R.NETWORK_SUMS);
  store<usize>(network, allocate(9 * channels * 2 + R.GATHERED_BYTES), R.NETWORK_WINDOW_ROWS);
  store<usize>(network, allocate(R.LANE_BYTES), R.NETWORK_ACCUMULATOR);
}

/** Counts what leaves every neuron; weights must be complete. */
export function writeFanOuts(): void {
  for (let index = 0; index < POPULATIONS; index++) {
    const target = populationOf(index);
    for (let set = 0; set <= index; set++) {
      const synapses = synapsesOf(target, set);
      if (load<i32>(synapses, R.SYNAPSES_KIND) == R.KIND_IMAGE) continue;
      for (let y = 0; y < load<i32>(synapses, R.SYNAPSES_SOURCE_HEIGHT); y++) {
        for (let x = 0; x < load<i32>(synapses, R.SYNAPSES_SOURCE_WIDTH); x++) {
          for (let channel = 0; channel < load<i32>(synapses, R.SYNAPSES_SOURCE_CHANNELS); channel++) {
            const pair = fanOutAt(synapses, y, x, channel);
            store<u32>(pair, plainFanOut(synapses, target, y, x, channel, false));
            store<u32>(pair + 4, plainFanOut(synapses, target, y, x, channel, true));
          }
        }
      }
    }
  }
}

export function randomiseImage(): void {
  const image = load<usize>(synapsesOf(populationOf(0), 0), R.SYNAPSES_SOURCE);
  for (let index = 0; index < PIXELS * 3; index++) store<i16>(image + index * 2, <i16>randomBetween(-255, 255));
}

export function buildRandom(delay: i32): void {
  build(CHANNELS, HEIGHT, WIDTH, delay);
  const first = populationOf(0);
  const second = populationOf(1);
  const third = populationOf(2);
  randomiseWeights(synapsesOf(first, 0), CHANNELS, -128, 127);
  randomiseWeights(synapsesOf(second, 0), CHANNELS, -128, 127);
  randomiseWeights(synapsesOf(second, 1), CHANNELS, 500, 1500);
  randomiseWeights(synapsesOf(third, 0), CHANNELS, -128, 127);
  randomiseWeights(synapsesOf(third, 1), CHANNELS, -4, 4);
  randomiseWeights(synapsesOf(third, 2), CHANNELS, -128, 127);
  randomWords(load<usize>(first, R.POPULATION_BIAS), CHANNELS, -9000, 9000);
  randomWords(load<usize>(second, R.POPULATION_BIAS), CHANNELS, -300, 300);
  randomWords(load<usize>(third, R.POPULATION_BIAS), CHANNELS, -100, 200);
  randomWords(load<usize>(first, R.POPULATION_THRESHOLD), CHANNELS, 50000, 150000);
  randomWords(load<usize>(second, R.POPULATION_THRESHOLD), CHANNELS, 1000, 3000);
  randomWords(load<usize>(third, R.POPULATION_THRESHOLD), CHANNELS, 700, 3000);
  writeFanOuts();
  for (let index = 0; index < HEADS; index++) {
    const head = heads + index * R.HEAD_BYTES;
    const classes = load<i32>(head, R.HEAD_CLASSES);
    randomWords(load<usize>(head, R.HEAD_BIAS), classes, -1000, 1000);
    randomWords(load<usize>(head, R.HEAD_THRESHOLD), classes, 10000, 30000);
    randomiseHead(head, -900, 1000);
  }
}

function initialMembrane(threshold: i32, half: bool): i32 {
  return half ? (threshold + 1) / 2 : 0;
}

export function startTwin(half: bool): void {
  time = 0;
  twinPopulations = allocate(POPULATIONS * R.POPULATION_BYTES);
  for (let index = 0; index < POPULATIONS; index++) {
    const twin = twinOf(index);
    writePopulation(twin, CHANNELS, HEIGHT, WIDTH, TIMESTEPS + 1);
    const synapses = copyOf(load<usize>(populationOf(index), R.POPULATION_SYNAPSES), SETS * R.SYNAPSES_BYTES);
    store<usize>(twin, synapses, R.POPULATION_SYNAPSES);
    store<usize>(twin, load<usize>(populationOf(index), R.POPULATION_BIAS), R.POPULATION_BIAS);
    store<usize>(twin, load<usize>(populationOf(index), R.POPULATION_THRESHOLD), R.POPULATION_THRESHOLD);
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      for (let channel = 0; channel < CHANNELS; channel++) {
        const threshold = load<i32>(load<usize>(twin, R.POPULATION_THRESHOLD) + channel * 4);
        store<i32>(membraneOf(twin, pixel, channel), initialMembrane(threshold, half));
      }
    }
  }
  for (let index = 0; index < POPULATIONS; index++) {
    for (let set = 0; set <= index; set++) {
      const synapses = synapsesOf(twinOf(index), set);
      if (load<i32>(synapses, R.SYNAPSES_KIND) == R.KIND_IMAGE) continue;
      const isFirst = load<usize>(synapses, R.SYNAPSES_SOURCE) == populationOf(0);
      store<usize>(synapses, twinOf(isFirst ? 0 : 1), R.SYNAPSES_SOURCE);
    }
  }
  startTwinHeads(half);
}

export function twinOf(index: i32): usize {
  return twinPopulations + index * R.POPULATION_BYTES;
}

function startTwinHeads(half: bool): void {
  twinHeads = allocate(HEADS * R.HEAD_BYTES);
  for (let index = 0; index < HEADS; index++) {
    const head = heads + index * R.HEAD_BYTES;
    const twin = twinHeads + index * R.HEAD_BYTES;
    const classes = load<i32>(head, R.HEAD_CLASSES);
    writeHead(twin, twinOf(index == 0 ? 0 : 1), classes, TIMESTEPS + 1);
    store<usize>(twin, load<usize>(head, R.HEAD_WEIGHTS), R.HEAD_WEIGHTS);
    store<usize>(twin, load<usize>(head, R.HEAD_BIAS), R.HEAD_BIAS);
    store<usize>(twin, load<usize>(head, R.HEAD_THRESHOLD), R.HEAD_THRESHOLD);
    for (let output = 0; output < classes; output++) {
      const threshold = load<i32>(load<usize>(head, R.HEAD_THRESHOLD) + output * 4);
      store<i64>(load<usize>(twin, R.HEAD_MEMBRANE) + output * 8, initialMembrane(threshold, half));
    }
  }
}

export function membraneOf(population: usize, pixel: i32, channel: i32): usize {
  const row = (channel / R.LANES) * PIXELS + pixel;
  return load<usize>(population, R.POPULATION_MEMBRANE) + (row * R.LANES + (channel % R.LANES)) * 4;
}

/** What one neuron receives at every timestep whatever spikes: its bias, and what the image drives. */
export function steadyOf(population: usize, y: i32, x: i32, channel: i32): i32 {
  let sum = load<i32>(load<usize>(population, R.POPULATION_BIAS) + channel * 4);
  for (let set = 0; set < load<i32>(populationOf(indexOf(population)), R.POPULATION_SYNAPSES_COUNT); set++) {
    const synapses = synapsesOf(population, set);
    if (load<i32>(synapses, R.SYNAPSES_KIND) == R.KIND_IMAGE) sum += plainCurrent(synapses, channel, y, x);
  }
  return sum;
}

/** What one neuron receives from spikes of a slot. */
export function receivedBy(population: usize, slot: i32, y: i32, x: i32, channel: i32): i32 {
  let sum = 0;
  for (let set = 0; set < load<i32>(populationOf(indexOf(population)), R.POPULATION_SYNAPSES_COUNT); set++) {
    const synapses = synapsesOf(population, set);
    if (load<i32>(synapses, R.SYNAPSES_KIND) != R.KIND_IMAGE) sum += plainSum(synapses, slot, channel, y, x);
  }
  return sum;
}

/** Synaptic operations that a population receives from spikes of a slot. */
export function operationsOf(population: usize, slot: i32, withZeros: bool): u32 {
  let sum: u32 = 0;
  for (let set = 0; set < load<i32>(populationOf(indexOf(population)), R.POPULATION_SYNAPSES_COUNT); set++) {
    const synapses = synapsesOf(population, set);
    if (load<i32>(synapses, R.SYNAPSES_KIND) == R.KIND_IMAGE) continue;
    sum += plainOperations(synapses, population, slot, withZeros);
  }
  return sum;
}

/** Which one a population or its twin is. */
function indexOf(population: usize): i32 {
  const isTwin = population >= twinPopulations && population < twinOf(POPULATIONS);
  return <i32>((population - (isTwin ? twinPopulations : populations)) / R.POPULATION_BYTES);
}

function stepTwinPopulation(index: i32, delay: i32): void {
  const population = twinOf(index);
  let spikes = 0;
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      for (let channel = 0; channel < CHANNELS; channel++) {
        const membrane = membraneOf(population, y * WIDTH + x, channel);
        const threshold = load<i32>(load<usize>(population, R.POPULATION_THRESHOLD) + channel * 4);
        const received = steadyOf(population, y, x, channel) + receivedBy(population, time - delay, y, x, channel);
        const potential = load<i32>(membrane) + received;
        if (potential > threshold) {
          setSpike(population, time, y, x, channel);
          spikes++;
        }
        store<i32>(membrane, potential > threshold ? potential - threshold : potential);
      }
    }
  }
  store<u32>(load<usize>(population, R.POPULATION_SPIKES) + time * 4, spikes);
  const operations = operationsOf(population, time - delay, false);
  store<u32>(load<usize>(population, R.POPULATION_OPERATIONS) + time * 4, operations);
  const all = operationsOf(population, time - delay, true);
  store<u32>(load<usize>(population, R.POPULATION_ALL_OPERATIONS) + time * 4, all);
}

export function stepTwin(delay: i32): void {
  time++;
  for (let index = 0; index < POPULATIONS; index++) stepTwinPopulation(index, delay);
  for (let index = 0; index < HEADS; index++) plainHead(twinHeads + index * R.HEAD_BYTES, time - delay, time);
}

/** Compares everything that the ring holds of one timestep. */
export function compareTimestep(timestep: i32): void {
  const slot = timestep % SLOTS;
  const when = `timestep ${timestep} `;
  for (let index = 0; index < POPULATIONS; index++) {
    const population = populationOf(index);
    const twin = twinOf(index);
    const where = `${when}population ${index} `;
    expectSame<u64>(
      maskOf(population, slot, 0, 0, 0),
      maskOf(twin, timestep, 0, 0, 0),
      groupsOf(CHANNELS) * PIXELS,
      `${where}mask`,
    );
    compareCounter(population, twin, R.POPULATION_SPIKES, timestep, `${where}spikes`);
    compareCounter(population, twin, R.POPULATION_OPERATIONS, timestep, `${where}operations`);
    compareCounter(population, twin, R.POPULATION_ALL_OPERATIONS, timestep, `${where}all operations`);
  }
  for (let index = 0; index < HEADS; index++) {
    const head = heads + index * R.HEAD_BYTES;
    const twin = twinHeads + index * R.HEAD_BYTES;
    const classes = load<i32>(head, R.HEAD_CLASSES);
    const where = `${when}head ${index} `;
    const fired = load<usize>(head, R.HEAD_FIRED) + slot * classes;
    expectSame<u8>(fired, load<usize>(twin, R.HEAD_FIRED) + timestep * classes, classes, `${where}fired`);
    const input = load<usize>(head, R.HEAD_INPUT) + slot * classes * 8;
    expectSame<i64>(input, load<usize>(twin, R.HEAD_INPUT) + timestep * classes * 8, classes, `${where}input`);
    compareCounter(head, twin, R.HEAD_SPIKES, timestep, `${where}spikes`);
    compareCounter(head, twin, R.HEAD_OPERATIONS, timestep, `${where}operations`);
    compareCounter(head, twin, R.HEAD_ALL_OPERATIONS, timestep, `${where}all operations`);
  }
}

function compareCounter(actual: usize, expected: usize, field: i32, timestep: i32, where: string): void {
  const counter = load<usize>(actual + field) + (timestep % SLOTS) * 4;
  expect<u32>(load<u32>(counter)).toBe(load<u32>(load<usize>(expected + field) + timestep * 4), where);
}

/** Compares all membranes; those of padded lanes are zero in the twin. */
export function compareMembranes(): void {
  for (let index = 0; index < POPULATIONS; index++) {
    const expected = load<usize>(twinOf(index), R.POPULATION_MEMBRANE);
    expectSame<i32>(
      load<usize>(populationOf(index), R.POPULATION_MEMBRANE),
      expected,
      groupsOf(CHANNELS) * PIXELS * R.LANES,
      'membrane',
    );
  }
  for (let index = 0; index < HEADS; index++) {
    const head = heads + index * R.HEAD_BYTES;
    const expected = load<usize>(twinHeads + index * R.HEAD_BYTES, R.HEAD_MEMBRANE);
    expectSame<i64>(load<usize>(head, R.HEAD_MEMBRANE), expected, load<i32>(head, R.HEAD_CLASSES), 'head membrane');
  }
}
