/**
 * Counts synaptic operations: every spike of a population, times the synapses that leave its neuron (the fan-out drawn in
 * records.ts). They are counted where spikes are listed (spikes.ts), and the receiving populations add up what came over
 * their synapses.
 *
 * Counters come in pairs, over weights that are not 0 and over all, in the low and the high half of a word of 64 bits: one
 * addition serves both, and no half overflows, since a timestep's operations over one population's synapses fit 32 bits.
 */
import * as R from './records';

/** Where the fan-out of a row's pixels begins, column class by column class. */
// @ts-ignore: decorator
@inline
export function fanOutOfRow(synapses: usize, y: i32): usize {
  return load<usize>(synapses, R.SYNAPSES_FAN_OUT) + load<u32>(load<usize>(synapses, R.SYNAPSES_ROW_FAN_OUT) + (<usize>y << 2));
}

/** Where the counters of a timestep's slot stand. */
// @ts-ignore: decorator
@inline
export function operationsAt(synapses: usize, slot: i32): usize {
  return load<usize>(synapses, R.SYNAPSES_OPERATIONS) + (<usize>slot << 3);
}

/** Adds up the operations that a population receives in one timestep. */
export function addOperations(population: usize, slot: i32, sourceSlot: i32): void {
  let synapses = load<usize>(population, R.POPULATION_SYNAPSES);
  let received: u64 = 0;
  for (let left = load<i32>(population, R.POPULATION_SYNAPSES_COUNT); left > 0; left--, synapses += R.SYNAPSES_BYTES) {
    // The image is a current: nothing spikes over its synapses.
    if (load<i32>(synapses, R.SYNAPSES_KIND) == R.KIND_IMAGE) continue;
    received += load<u64>(operationsAt(synapses, sourceSlot));
  }
  const word = <usize>slot << 2;
  store<u32>(load<usize>(population, R.POPULATION_OPERATIONS) + word, <u32>received);
  store<u32>(load<usize>(population, R.POPULATION_ALL_OPERATIONS) + word, <u32>(received >> 32));
}
