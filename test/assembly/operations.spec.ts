/** addOperations: what a population receives, from the counters of its synapses. */
import { addOperations, fanOutOfRow, operationsAt } from '../../assembly/operations';
import * as R from '../../assembly/records';
import { allocateFanOut, newPopulation, writeImageSynapses, writeSynapses } from './records';
import { allocate, expectGuards, randomWords, seed } from './support';

const SLOTS: i32 = 4;

/** A population fed by the image in the middle of `sets` sets of synapses, whose counters are random. */
function newReceiver(sets: i32): usize {
  const source = newPopulation(3, 2, 2, SLOTS);
  const population = newPopulation(5, 2, 2, SLOTS);
  const first = allocate((sets + 1) * R.SYNAPSES_BYTES);
  for (let index = 0; index <= sets; index++) {
    const synapses = first + index * R.SYNAPSES_BYTES;
    if (index == sets / 2) {
      writeImageSynapses(synapses, 3, 2, 2, 5);
      continue;
    }
    writeSynapses(synapses, index % 2 == 0 ? R.KIND_CONVOLUTION : R.KIND_DEPTHWISE, source, 5);
    allocateFanOut(synapses, 1, 1, SLOTS);
    randomWords(load<usize>(synapses, R.SYNAPSES_OPERATIONS), 2 * SLOTS, 0, 1000000);
  }
  store<usize>(population, first, R.POPULATION_SYNAPSES);
  store<i32>(population, sets + 1, R.POPULATION_SYNAPSES_COUNT);
  return population;
}

/** Sum over all sets but the image's. */
function plainSumOf(population: usize, sourceSlot: i32, half: i32): u32 {
  let sum: u32 = 0;
  for (let index = 0; index < load<i32>(population, R.POPULATION_SYNAPSES_COUNT); index++) {
    const synapses = load<usize>(population, R.POPULATION_SYNAPSES) + index * R.SYNAPSES_BYTES;
    if (load<i32>(synapses, R.SYNAPSES_KIND) == R.KIND_IMAGE) continue;
    sum += load<u32>(load<usize>(synapses, R.SYNAPSES_OPERATIONS) + sourceSlot * 8 + half * 4);
  }
  return sum;
}

describe('addOperations', () => {
  it('adds up all synapses but those of the image, from one slot into another', () => {
    seed(34);
    for (let sets = 0; sets < 5; sets++) {
      const population = newReceiver(sets);
      for (let slot = 0; slot < SLOTS; slot++) {
        const sourceSlot = (slot + SLOTS - 1) % SLOTS;
        addOperations(population, slot, sourceSlot);
        const operations = load<u32>(load<usize>(population, R.POPULATION_OPERATIONS) + slot * 4);
        expect<u32>(operations).toBe(plainSumOf(population, sourceSlot, 0), `${sets} sets, slot ${slot}`);
        const all = load<u32>(load<usize>(population, R.POPULATION_ALL_OPERATIONS) + slot * 4);
        expect<u32>(all).toBe(plainSumOf(population, sourceSlot, 1), `${sets} sets, slot ${slot}, with zeros`);
      }
    }
    expectGuards();
  });

  it('keeps the halves of a pair apart up to 32 bits', () => {
    const population = newReceiver(2);
    for (let index = 0; index < 3; index++) {
      const synapses = load<usize>(population, R.POPULATION_SYNAPSES) + index * R.SYNAPSES_BYTES;
      if (load<i32>(synapses, R.SYNAPSES_KIND) == R.KIND_IMAGE) continue;
      store<u32>(operationsAt(synapses, 3), index == 0 ? u32.MAX_VALUE - 5 : 5);
      store<u32>(operationsAt(synapses, 3) + 4, index == 0 ? 0 : u32.MAX_VALUE);
    }
    addOperations(population, 0, 3);
    expect<u32>(load<u32>(load<usize>(population, R.POPULATION_OPERATIONS))).toBe(u32.MAX_VALUE);
    expect<u32>(load<u32>(load<usize>(population, R.POPULATION_ALL_OPERATIONS))).toBe(u32.MAX_VALUE);
  });

  it('finds the fan-out of a row by its class', () => {
    const population = newReceiver(1);
    const synapses = load<usize>(population, R.POPULATION_SYNAPSES) + R.SYNAPSES_BYTES;
    allocateFanOut(synapses, 2, 2, SLOTS);
    const table = load<usize>(synapses, R.SYNAPSES_FAN_OUT);
    expect<usize>(fanOutOfRow(synapses, 0)).toBe(table);
    expect<usize>(fanOutOfRow(synapses, 1)).toBe(table + 2 * 3 * 8);
  });
});
