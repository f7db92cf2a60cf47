/** listSpikes: from masks to the spike lists that records.ts draws, and to what the spikes cost where they go. */
import * as R from '../../assembly/records';
import { listSpikes } from '../../assembly/spikes';
import {
  allocateFanOut,
  countersOf,
  fanOutAt,
  fireAtRandom,
  listInto,
  listOf,
  newPopulation,
  newSynapses,
  rowStartOf,
  setSpike,
  spikeAt,
  writeReaders,
} from './records';
import { allocate, expectGuards, expectSame, randomWords, seed } from './support';

const SLOTS: i32 = 3;

/** Lists every slot of a population with random spikes and compares with the list made neuron by neuron. */
function checkLists(channels: i32, height: i32, width: i32, percent: i32): u32 {
  const population = newPopulation(channels, height, width, SLOTS);
  for (let slot = 0; slot < SLOTS; slot++) fireAtRandom(population, slot, percent);
  const lists = load<i32>(population, R.POPULATION_LIST_STRIDE) * SLOTS;
  const rowStarts = load<i32>(population, R.POPULATION_ROW_START_STRIDE) * SLOTS;
  // fireAtRandom has listed the spikes already: what is left of a row must come from the kernel alone.
  memory.fill(load<usize>(population, R.POPULATION_LIST), 0xee, lists);
  memory.fill(load<usize>(population, R.POPULATION_ROW_START), 0xee, rowStarts);
  let total: u32 = 0;
  for (let slot = 0; slot < SLOTS; slot++) {
    const list = allocate(height * width * channels * 2);
    const rowStart = allocate(height * (width + 1) * 2);
    const spikes = listInto(population, slot, list, rowStart);
    expect<u32>(listSpikes(population, slot)).toBe(spikes, 'spikes');
    expectSame<u16>(rowStartOf(population, slot), rowStart, height * (width + 1), 'rowStart');
    for (let y = 0; y < height; y++) {
      const found = load<u16>(rowStart + (y * (width + 1) + width) * 2);
      const row = y * width * channels * 2;
      expectSame<u16>(listOf(population, slot) + row, list + row, found, `row ${y} entry`);
    }
    total += spikes;
  }
  expectGuards();
  return total;
}

describe('listSpikes', () => {
  it('packs a row and marks where each column begins', () => {
    const population = newPopulation(3, 2, 4, SLOTS);
    setSpike(population, 1, 0, 1, 2);
    setSpike(population, 1, 0, 3, 0);
    setSpike(population, 1, 0, 3, 2);
    setSpike(population, 1, 1, 0, 1);
    expect<u32>(listSpikes(population, 1)).toBe(4);

    const list = listOf(population, 1);
    expect<u16>(load<u16>(list)).toBe(1 * 3 + 2);
    expect<u16>(load<u16>(list + 2)).toBe(3 * 3 + 0);
    expect<u16>(load<u16>(list + 4)).toBe(3 * 3 + 2);
    expect<u16>(load<u16>(list + 4 * 3 * 2)).toBe(0 * 3 + 1, 'the second row begins after width * channels');

    const starts = rowStartOf(population, 1);
    const expected: u16[] = [0, 0, 1, 1, 3, 0, 1, 1, 1, 1];
    expectSame<u16>(starts, expected.dataStart, 10, 'rowStart');
  });

  it('reads and writes only the slot that it is asked for', () => {
    const population = newPopulation(64, 1, 1, SLOTS);
    setSpike(population, 2, 0, 0, 63);
    expect<u32>(listSpikes(population, 0)).toBe(0);
    expect<u32>(listSpikes(population, 2)).toBe(1);
    expect<u16>(load<u16>(listOf(population, 0))).toBe(0);
    expect<u16>(load<u16>(rowStartOf(population, 0) + 2)).toBe(0);
    expect<u16>(load<u16>(listOf(population, 2))).toBe(63);
    expect<u16>(load<u16>(rowStartOf(population, 2) + 2)).toBe(1);
  });

  it('orders the channels of several lane groups within a pixel', () => {
    const population = newPopulation(130, 1, 2, SLOTS);
    setSpike(population, 0, 0, 1, 129);
    setSpike(population, 0, 0, 1, 64);
    setSpike(population, 0, 0, 1, 63);
    setSpike(population, 0, 0, 0, 128);
    expect<u32>(listSpikes(population, 0)).toBe(4);
    const expected: u16[] = [128, 130 + 63, 130 + 64, 130 + 129];
    expectSame<u16>(listOf(population, 0), expected.dataStart, 4, 'entry');
  });

  it('writes an empty list where nothing fired', () => {
    expect<u32>(checkLists(70, 3, 4, 0)).toBe(0);
  });

  it('holds all neurons of a population at once', () => {
    expect<u32>(checkLists(64, 3, 5, 100)).toBe(3 * 64 * 3 * 5);
    expect<u32>(checkLists(130, 2, 3, 100)).toBe(3 * 130 * 2 * 3);
  });

  it('lists random spikes whatever the channels', () => {
    seed(3);
    expect<u32>(checkLists(1, 4, 3, 50)).toBeGreaterThan(0);
    expect<u32>(checkLists(3, 5, 7, 30)).toBeGreaterThan(0);
    expect<u32>(checkLists(64, 3, 3, 10)).toBeGreaterThan(0);
    expect<u32>(checkLists(65, 3, 2, 20)).toBeGreaterThan(0);
    expect<u32>(checkLists(127, 2, 4, 5)).toBeGreaterThan(0);
    expect<u32>(checkLists(200, 1, 5, 40)).toBeGreaterThan(0);
  });

  it('lists rows of more entries than a signed 16-bit number holds', () => {
    seed(4);
    expect<u32>(checkLists(600, 1, 70, 90)).toBeGreaterThan(3 * 32768);
  });
});

/** Synapses from a population, whose spikes cost random numbers of operations. */
function newReader(population: usize, rowClasses: i32, columnClasses: i32, largest: i32): usize {
  const synapses = newSynapses(R.KIND_CONVOLUTION, population, 1);
  allocateFanOut(synapses, rowClasses, columnClasses, SLOTS);
  const pairs = rowClasses * columnClasses * load<i32>(population, R.POPULATION_CHANNELS);
  randomWords(load<usize>(synapses, R.SYNAPSES_FAN_OUT), 2 * pairs, 0, largest);
  return synapses;
}

/** Sum of one half of all pairs that the spikes of a slot meet. */
function plainCost(population: usize, synapses: usize, slot: i32, half: i32): u32 {
  let sum: u32 = 0;
  for (let y = 0; y < load<i32>(population, R.POPULATION_HEIGHT); y++) {
    for (let x = 0; x < load<i32>(population, R.POPULATION_WIDTH); x++) {
      for (let channel = 0; channel < load<i32>(population, R.POPULATION_CHANNELS); channel++) {
        if (spikeAt(population, slot, y, x, channel) == 0) continue;
        sum += load<u32>(fanOutAt(synapses, y, x, channel) + half * 4);
      }
    }
  }
  return sum;
}

/** A population with so many readers; every one counts for itself, in the slot that is listed alone. */
function checkReaders(count: i32, channels: i32, height: i32, width: i32, percent: i32): void {
  const population = newPopulation(channels, height, width, SLOTS);
  for (let slot = 0; slot < SLOTS; slot++) fireAtRandom(population, slot, percent);
  const readers: usize[] = [];
  for (let index = 0; index < count; index++) readers.push(newReader(population, 1 + (index % 3), 1 + (index % 2), 10000));
  writeReaders(population, readers);
  for (let index = 0; index < count; index++) memory.fill(countersOf(readers[index], 0), 0xee, SLOTS * 8);
  const list = allocate(height * width * channels * 2);
  const spikes = listInto(population, 1, list, allocate(height * (width + 1) * 2));
  expect<u32>(listSpikes(population, 1)).toBe(spikes, 'spikes');
  for (let index = 0; index < count; index++) {
    const existing = load<u32>(countersOf(readers[index], 1));
    expect<u32>(existing).toBe(plainCost(population, readers[index], 1, 0), `reader ${index}`);
    const all = load<u32>(countersOf(readers[index], 1) + 4);
    expect<u32>(all).toBe(plainCost(population, readers[index], 1, 1), `reader ${index}, with zeros`);
    expect<u64>(load<u64>(countersOf(readers[index], 0))).toBe(0xeeeeeeeeeeeeeeee, 'another slot');
    expect<u64>(load<u64>(countersOf(readers[index], 2))).toBe(0xeeeeeeeeeeeeeeee, 'another slot');
  }
  expectGuards();
}

describe('the readers of a population', () => {
  it('are charged for every spike by its channel and its place', () => {
    const population = newPopulation(3, 1, 2, SLOTS);
    const reader = newReader(population, 1, 2, 0);
    writeReaders(population, [reader]);
    store<u32>(fanOutAt(reader, 0, 0, 2), 5);
    store<u32>(fanOutAt(reader, 0, 0, 2) + 4, 7);
    store<u32>(fanOutAt(reader, 0, 1, 0), 100);
    store<u32>(fanOutAt(reader, 0, 1, 0) + 4, 200);
    store<u32>(fanOutAt(reader, 0, 1, 2), 1000);
    setSpike(population, 1, 0, 0, 2);
    setSpike(population, 1, 0, 1, 0);
    listSpikes(population, 1);
    expect<u32>(load<u32>(countersOf(reader, 1))).toBe(105);
    expect<u32>(load<u32>(countersOf(reader, 1) + 4)).toBe(207);
    listSpikes(population, 2);
    expect<u64>(load<u64>(countersOf(reader, 2))).toBe(0, 'a timestep without spikes');
  });

  it('count each for itself, however many they are', () => {
    seed(33);
    for (let count = 0; count <= 5; count++) checkReaders(count, 70, 3, 4, 20);
    checkReaders(1, 1, 2, 2, 60);
    checkReaders(2, 64, 3, 3, 100);
    checkReaders(3, 130, 2, 5, 10);
    checkReaders(2, 129, 1, 1, 50);
  });

  it('may be charged as much as 32 bits hold, in either half', () => {
    const population = newPopulation(2, 1, 1, SLOTS);
    const reader = newReader(population, 1, 1, 0);
    writeReaders(population, [reader]);
    for (let channel = 0; channel < 2; channel++) {
      setSpike(population, 0, 0, 0, channel);
      store<u32>(fanOutAt(reader, 0, 0, channel), channel == 0 ? u32.MAX_VALUE : 0);
      store<u32>(fanOutAt(reader, 0, 0, channel) + 4, channel == 0 ? u32.MAX_VALUE - 9 : 9);
    }
    listSpikes(population, 0);
    expect<u64>(load<u64>(countersOf(reader, 0))).toBe(u64.MAX_VALUE);
  });
});
