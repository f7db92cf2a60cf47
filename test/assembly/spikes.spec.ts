/** listSpikes: from masks to the spike lists that layout.ts draws. */
import * as R from '../../assembly/records';
import { listSpikes } from '../../assembly/spikes';
import { fireAtRandom, listInto, listOf, newLayer, rowStartOf, setSpike } from './records';
import { allocate, expectGuards, expectSame, seed } from './support';

const SLOTS: i32 = 3;

/** Lists every slot of a layer with random spikes and compares with the list made neuron by neuron. */
function checkLayer(channels: i32, height: i32, width: i32, percent: i32): u32 {
  const layer = newLayer(channels, height, width, SLOTS);
  for (let slot = 0; slot < SLOTS; slot++) fireAtRandom(layer, slot, percent);
  const lists = load<i32>(layer, R.POPULATION_LIST_STRIDE) * SLOTS;
  const rowStarts = load<i32>(layer, R.POPULATION_ROW_START_STRIDE) * SLOTS;
  // fireAtRandom has listed the spikes already: what is left of a row must come from the kernel alone.
  memory.fill(load<usize>(layer, R.POPULATION_LIST), 0xee, lists);
  memory.fill(load<usize>(layer, R.POPULATION_ROW_START), 0xee, rowStarts);
  let total: u32 = 0;
  for (let slot = 0; slot < SLOTS; slot++) {
    const list = allocate(height * width * channels * 2);
    const rowStart = allocate(height * (width + 1) * 2);
    const spikes = listInto(layer, slot, list, rowStart);
    expect<u32>(listSpikes(layer, slot)).toBe(spikes, 'spikes');
    expectSame<u16>(rowStartOf(layer, slot), rowStart, height * (width + 1), 'rowStart');
    for (let y = 0; y < height; y++) {
      const found = load<u16>(rowStart + (y * (width + 1) + width) * 2);
      const row = y * width * channels * 2;
      expectSame<u16>(listOf(layer, slot) + row, list + row, found, `row ${y} entry`);
    }
    total += spikes;
  }
  expectGuards();
  return total;
}

describe('listSpikes', () => {
  it('packs a row and marks where each column begins', () => {
    const layer = newLayer(3, 2, 4, SLOTS);
    setSpike(layer, 1, 0, 1, 2);
    setSpike(layer, 1, 0, 3, 0);
    setSpike(layer, 1, 0, 3, 2);
    setSpike(layer, 1, 1, 0, 1);
    expect<u32>(listSpikes(layer, 1)).toBe(4);

    const list = listOf(layer, 1);
    expect<u16>(load<u16>(list)).toBe(1 * 3 + 2);
    expect<u16>(load<u16>(list + 2)).toBe(3 * 3 + 0);
    expect<u16>(load<u16>(list + 4)).toBe(3 * 3 + 2);
    expect<u16>(load<u16>(list + 4 * 3 * 2)).toBe(0 * 3 + 1, 'the second row begins after width * channels');

    const starts = rowStartOf(layer, 1);
    const expected: u16[] = [0, 0, 1, 1, 3, 0, 1, 1, 1, 1];
    expectSame<u16>(starts, expected.dataStart, 10, 'rowStart');
  });

  it('reads and writes only the slot that it is asked for', () => {
    const layer = newLayer(64, 1, 1, SLOTS);
    setSpike(layer, 2, 0, 0, 63);
    expect<u32>(listSpikes(layer, 0)).toBe(0);
    expect<u32>(listSpikes(layer, 2)).toBe(1);
    expect<u16>(load<u16>(listOf(layer, 0))).toBe(0);
    expect<u16>(load<u16>(rowStartOf(layer, 0) + 2)).toBe(0);
    expect<u16>(load<u16>(listOf(layer, 2))).toBe(63);
    expect<u16>(load<u16>(rowStartOf(layer, 2) + 2)).toBe(1);
  });

  it('orders the channels of several blocks within a pixel', () => {
    const layer = newLayer(130, 1, 2, SLOTS);
    setSpike(layer, 0, 0, 1, 129);
    setSpike(layer, 0, 0, 1, 64);
    setSpike(layer, 0, 0, 1, 63);
    setSpike(layer, 0, 0, 0, 128);
    expect<u32>(listSpikes(layer, 0)).toBe(4);
    const expected: u16[] = [128, 130 + 63, 130 + 64, 130 + 129];
    expectSame<u16>(listOf(layer, 0), expected.dataStart, 4, 'entry');
  });

  it('writes an empty list where nothing fired', () => {
    expect<u32>(checkLayer(70, 3, 4, 0)).toBe(0);
  });

  it('holds all neurons of a layer at once', () => {
    expect<u32>(checkLayer(64, 3, 5, 100)).toBe(3 * 64 * 3 * 5);
    expect<u32>(checkLayer(130, 2, 3, 100)).toBe(3 * 130 * 2 * 3);
  });

  it('lists random spikes whatever the channels', () => {
    seed(3);
    expect<u32>(checkLayer(1, 4, 3, 50)).toBeGreaterThan(0);
    expect<u32>(checkLayer(3, 5, 7, 30)).toBeGreaterThan(0);
    expect<u32>(checkLayer(64, 3, 3, 10)).toBeGreaterThan(0);
    expect<u32>(checkLayer(65, 3, 2, 20)).toBeGreaterThan(0);
    expect<u32>(checkLayer(127, 2, 4, 5)).toBeGreaterThan(0);
    expect<u32>(checkLayer(200, 1, 5, 40)).toBeGreaterThan(0);
  });

  it('lists rows of more entries than a signed 16-bit number holds', () => {
    seed(4);
    expect<u32>(checkLayer(600, 1, 70, 90)).toBeGreaterThan(3 * 32768);
  });
});
