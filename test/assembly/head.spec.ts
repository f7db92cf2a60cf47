/** advanceHead and accumulateHead: pooling, the fully connected layer and the output neurons, one class at a time. */
import { accumulateHead, advanceHead } from '../../assembly/head';
import * as R from '../../assembly/records';
import { plainHead, plainHeadOperations, plainReceived } from './plain';
import {
  fireAtRandom,
  headWeightAt,
  listInto,
  listOf,
  newHead,
  newPopulation,
  randomiseHead,
  rowStartOf,
  setSpike,
  writeHeadFanOut,
} from './records';
import { expectGuards, expectSame, randomWords, seed } from './support';

const SLOTS: i32 = 4;

/** A head over a population, and a twin with weights, biases and thresholds in common, which plainHead steps. */
let population: usize = 0;
let head: usize = 0;
let twin: usize = 0;

function build(channels: i32, height: i32, width: i32, classes: i32): void {
  population = newPopulation(channels, height, width, SLOTS);
  head = newHead(population, classes, SLOTS);
  // What an earlier timestep left in the scratch arrays must not matter.
  memory.fill(load<usize>(head, R.HEAD_POOL), 0xee, channels * 2);
  memory.fill(load<usize>(head, R.HEAD_SUMS), 0xee, load<i32>(head, R.HEAD_PADDED_CLASSES) * 4);
}

/** Called when the head is complete: the twin starts from the same membranes. */
function makeTwin(): void {
  const classes = load<i32>(head, R.HEAD_CLASSES);
  twin = newHead(population, classes, SLOTS);
  store<usize>(twin, load<usize>(head, R.HEAD_WEIGHTS), R.HEAD_WEIGHTS);
  store<usize>(twin, load<usize>(head, R.HEAD_BIAS), R.HEAD_BIAS);
  store<usize>(twin, load<usize>(head, R.HEAD_THRESHOLD), R.HEAD_THRESHOLD);
  memory.copy(load<usize>(twin, R.HEAD_MEMBRANE), load<usize>(head, R.HEAD_MEMBRANE), classes * 8);
}

/** Advances head and twin by one timestep and compares all that they hold; returns the output spikes. */
function step(sourceSlot: i32, slot: i32): u32 {
  const classes = load<i32>(head, R.HEAD_CLASSES);
  advanceHead(head, sourceSlot, slot);
  plainHead(twin, sourceSlot, slot);
  expectSame<i64>(load<usize>(head, R.HEAD_MEMBRANE), load<usize>(twin, R.HEAD_MEMBRANE), classes, 'membrane');
  expectSame<u8>(load<usize>(head, R.HEAD_FIRED), load<usize>(twin, R.HEAD_FIRED), SLOTS * classes, 'fired');
  expectSame<i64>(load<usize>(head, R.HEAD_INPUT), load<usize>(twin, R.HEAD_INPUT), SLOTS * classes, 'input');
  expectSameCounter(R.HEAD_SPIKES, 'spikes');
  expectSameCounter(R.HEAD_OPERATIONS, 'operations');
  expectSameCounter(R.HEAD_ALL_OPERATIONS, 'all operations');
  return load<u32>(load<usize>(head, R.HEAD_SPIKES) + slot * 4);
}

function expectSameCounter(field: i32, what: string): void {
  expectSame<u32>(load<usize>(head + field), load<usize>(twin + field), SLOTS, what);
}

/** Several rounds of the ring with random spikes, weights, biases and thresholds. */
function checkRandom(channels: i32, height: i32, width: i32, classes: i32, percent: i32): void {
  build(channels, height, width, classes);
  for (let slot = 0; slot < SLOTS; slot++) fireAtRandom(population, slot, percent);
  randomiseHead(head, -2000, 2000);
  randomWords(load<usize>(head, R.HEAD_BIAS), classes, -1000, 3000);
  randomWords(load<usize>(head, R.HEAD_THRESHOLD), classes, 1, 20000);
  makeTwin();
  let spikes: u32 = 0;
  for (let timestep = 0; timestep < 5 * SLOTS; timestep++) {
    spikes += step((timestep + SLOTS - 1) % SLOTS, timestep % SLOTS);
  }
  expect<u32>(spikes).toBeGreaterThan(0, 'some output neurons fired');
  expect<u32>(spikes).toBeLessThan(5 * SLOTS * classes, 'some did not');
  expectGuards();
}

/** One class of a head without input, its potential `membrane`; whether it fires in one timestep. */
function fireClass(membrane: i64, bias: i32, threshold: i32): u8 {
  build(1, 1, 1, 1);
  store<i64>(load<usize>(head, R.HEAD_MEMBRANE), membrane);
  store<i32>(load<usize>(head, R.HEAD_BIAS), bias);
  store<i32>(load<usize>(head, R.HEAD_THRESHOLD), threshold);
  advanceHead(head, 0, 1);
  return load<u8>(load<usize>(head, R.HEAD_FIRED) + 1);
}

function potential(): i64 {
  return load<i64>(load<usize>(head, R.HEAD_MEMBRANE));
}

describe('advanceHead', () => {
  it('counts the spikes of each channel over all pixels', () => {
    build(3, 2, 2, 2);
    store<i32>(load<usize>(head, R.HEAD_THRESHOLD), 1000000);
    store<i32>(load<usize>(head, R.HEAD_THRESHOLD) + 4, 500);
    store<i16>(headWeightAt(head, 0, 0), -30000);
    store<i16>(headWeightAt(head, 1, 0), 7);
    store<i16>(headWeightAt(head, 2, 0), 100);
    store<i16>(headWeightAt(head, 2, 1), 400);
    setSpike(population, 1, 0, 0, 2);
    setSpike(population, 1, 0, 1, 2);
    setSpike(population, 1, 1, 1, 1);
    setSpike(population, 1, 1, 1, 2);
    listInto(population, 1, listOf(population, 1), rowStartOf(population, 1));
    writeHeadFanOut(head);
    advanceHead(head, 1, 2);
    const membranes = load<usize>(head, R.HEAD_MEMBRANE);
    expect<i64>(load<i64>(membranes)).toBe(3 * 100 + 7);
    expect<i64>(load<i64>(membranes + 8)).toBe(3 * 400 - 500, 'fired once');
    const fired = load<usize>(head, R.HEAD_FIRED);
    expect<u8>(load<u8>(fired + 2 * 2)).toBe(0);
    expect<u8>(load<u8>(fired + 2 * 2 + 1)).toBe(1);
    expect<u32>(load<u32>(load<usize>(head, R.HEAD_SPIKES) + 2 * 4)).toBe(1);
    const inputs = load<usize>(head, R.HEAD_INPUT) + 2 * 2 * 8;
    expect<i64>(load<i64>(inputs)).toBe(307);
    expect<i64>(load<i64>(inputs + 8)).toBe(1200);
    expect<u32>(load<u32>(load<usize>(head, R.HEAD_OPERATIONS) + 2 * 4)).toBe(1 + 3 * 2, 'a weight of 0 is no synapse');
    expect<u32>(load<u32>(load<usize>(head, R.HEAD_ALL_OPERATIONS) + 2 * 4)).toBe(4 * 2, 'every spike to every class');
    advanceHead(head, 0, 3);
    expect<i64>(load<i64>(membranes)).toBe(307, 'a timestep without spikes');
    expect<u32>(load<u32>(load<usize>(head, R.HEAD_OPERATIONS) + 3 * 4)).toBe(0);
    expect<u32>(load<u32>(load<usize>(head, R.HEAD_ALL_OPERATIONS) + 3 * 4)).toBe(0);
    expectGuards();
  });

  it('fires above the threshold, not at it, and resets by subtraction', () => {
    expect<u8>(fireClass(90, 10, 100)).toBe(0);
    expect<i64>(potential()).toBe(100);
    expect<u8>(fireClass(90, 11, 100)).toBe(1);
    expect<i64>(potential()).toBe(1);
    expect<u8>(fireClass(990, 0, 100)).toBe(1);
    expect<i64>(potential()).toBe(890);
    expect<u8>(fireClass(150, -50, 100)).toBe(0);
    expect<u8>(fireClass(-1, 0, 0)).toBe(0);
  });

  it('keeps potentials past 2^31 in both directions', () => {
    expect<u8>(fireClass((<i64>1) << 33, -1, 100)).toBe(1);
    expect<i64>(potential()).toBe(((<i64>1) << 33) - 101);
    expect<u8>(fireClass(-((<i64>1) << 33), i32.MAX_VALUE, 100)).toBe(0);
    expect<i64>(potential()).toBe(-((<i64>1) << 33) + i32.MAX_VALUE);
    expect<u8>(fireClass(i32.MAX_VALUE, i32.MAX_VALUE, i32.MAX_VALUE)).toBe(1);
    expect<i64>(potential()).toBe(i32.MAX_VALUE);
    expect<u8>(fireClass(i32.MIN_VALUE, i32.MIN_VALUE, 1)).toBe(0);
    expect<i64>(potential()).toBe(2 * <i64>i32.MIN_VALUE);
  });

  it('drifts past 2^31 over many timesteps', () => {
    build(2, 1, 1, 2);
    store<i32>(load<usize>(head, R.HEAD_BIAS), 1 << 30);
    store<i32>(load<usize>(head, R.HEAD_BIAS) + 4, -(1 << 30));
    store<i32>(load<usize>(head, R.HEAD_THRESHOLD), 1);
    store<i32>(load<usize>(head, R.HEAD_THRESHOLD) + 4, 1);
    makeTwin();
    for (let timestep = 0; timestep < 20; timestep++) {
      expect<u32>(step(timestep % SLOTS, timestep % SLOTS)).toBe(1, 'only the class that drifts upwards fires');
    }
    expect<i64>(potential()).toBe(20 * ((<i64>1) << 30) - 20);
    expect<i64>(load<i64>(load<usize>(head, R.HEAD_MEMBRANE) + 8)).toBe(-20 * ((<i64>1) << 30));
  });

  it('equals one class at a time for odd channel counts', () => {
    seed(14);
    checkRandom(1, 3, 4, 5, 50);
    checkRandom(3, 2, 3, 8, 50);
    checkRandom(65, 3, 2, 8, 30);
    checkRandom(129, 2, 2, 16, 10);
  });

  it('equals one class at a time for class counts that are no multiple of 8', () => {
    seed(37);
    checkRandom(4, 3, 3, 1, 50);
    checkRandom(64, 2, 3, 7, 20);
    checkRandom(70, 4, 4, 9, 15);
    checkRandom(32, 1, 5, 100, 15);
  });

  it('is exact for the largest weights and biases where all neurons fire', () => {
    seed(16);
    build(67, 9, 9, 10);
    for (let slot = 0; slot < SLOTS; slot++) fireAtRandom(population, slot, 100);
    for (let channel = 0; channel < 67; channel++) {
      for (let output = 0; output < 10; output++) {
        store<i16>(headWeightAt(head, channel, output), (output & 1) == 0 ? i16.MAX_VALUE : i16.MIN_VALUE);
      }
    }
    writeHeadFanOut(head);
    for (let output = 0; output < 10; output++) {
      const bias = (output & 1) == 0 ? i32.MAX_VALUE : i32.MIN_VALUE;
      store<i32>(load<usize>(head, R.HEAD_BIAS) + output * 4, bias);
    }
    randomWords(load<usize>(head, R.HEAD_THRESHOLD), 10, 1, 1000000);
    makeTwin();
    for (let timestep = 0; timestep < 20; timestep++) {
      expect<u32>(step(timestep % SLOTS, (timestep + 1) % SLOTS)).toBeLessThan(6);
    }
    expect<i64>(potential()).toBeGreaterThan(<i64>i32.MAX_VALUE);
    expectGuards();
  });
});

/** Accumulates random digits, most significant first, and compares with the numbers that they make. */
function checkDigits(channels: i32, height: i32, width: i32, classes: i32, first: i32, phases: i32): void {
  build(channels, height, width, classes);
  for (let slot = 0; slot < SLOTS; slot++) fireAtRandom(population, slot, 40);
  randomiseHead(head, -2000, 2000);
  randomWords(load<usize>(head, R.HEAD_BIAS), classes, -1000, 3000);
  // What rate coding left behind must not matter, and what was fired must stay.
  const membranes = load<usize>(head, R.HEAD_MEMBRANE);
  memory.fill(membranes, 0xee, classes * 8);
  memory.fill(load<usize>(head, R.HEAD_SPIKES), 0xee, SLOTS * 4);
  accumulateHead(head, first, phases);
  for (let output = 0; output < classes; output++) {
    const bias = <i64>load<i32>(load<usize>(head, R.HEAD_BIAS) + output * 4);
    let expected: i64 = ((1 << phases) - 1) * bias;
    for (let phase = 0; phase < phases; phase++) {
      expected += plainReceived(head, first + phase, output) << (phases - 1 - phase);
    }
    expect<i64>(load<i64>(membranes + output * 8)).toBe(expected, `class ${output}`);
  }
  for (let slot = first; slot < first + phases; slot++) {
    const existing = load<u32>(load<usize>(head, R.HEAD_OPERATIONS) + slot * 4);
    expect<u32>(existing).toBe(plainHeadOperations(head, slot, false), `operations ${slot}`);
    const all = load<u32>(load<usize>(head, R.HEAD_ALL_OPERATIONS) + slot * 4);
    expect<u32>(all).toBe(plainHeadOperations(head, slot, true), `all operations ${slot}`);
    expect<u32>(load<u32>(load<usize>(head, R.HEAD_SPIKES) + slot * 4)).toBe(0, 'spikes');
  }
  expectGuards();
}

describe('accumulateHead', () => {
  it('weighs digits by their place, and counts the bias once for every timestep that they stand for', () => {
    build(2, 1, 1, 1);
    store<i16>(headWeightAt(head, 0, 0), 100);
    store<i16>(headWeightAt(head, 1, 0), -7);
    store<i32>(load<usize>(head, R.HEAD_BIAS), 3);
    writeHeadFanOut(head);
    // Channel 0 says 101, channel 1 says 010.
    setSpike(population, 1, 0, 0, 0);
    setSpike(population, 2, 0, 0, 1);
    setSpike(population, 3, 0, 0, 0);
    for (let slot = 1; slot < 4; slot++) listInto(population, slot, listOf(population, slot), rowStartOf(population, slot));
    accumulateHead(head, 1, 3);
    expect<i64>(potential()).toBe(5 * 100 - 2 * 7 + 7 * 3);
    accumulateHead(head, 1, 3);
    expect<i64>(potential()).toBe(507, 'the same again');
    expect<u8>(load<u8>(load<usize>(head, R.HEAD_FIRED) + 1)).toBe(0, 'output neurons do not fire');
  });

  it('equals the numbers class by class', () => {
    seed(31);
    checkDigits(3, 2, 3, 5, 1, 3);
    checkDigits(70, 2, 2, 9, 1, 3);
    checkDigits(64, 3, 3, 8, 2, 2);
    checkDigits(5, 1, 1, 1, 3, 1);
  });

  it('holds more than 32 bits', () => {
    build(1, 1, 1, 1);
    store<i32>(load<usize>(head, R.HEAD_BIAS), i32.MAX_VALUE);
    accumulateHead(head, 1, 3);
    expect<i64>(potential()).toBe(7 * <i64>i32.MAX_VALUE);
  });
});
