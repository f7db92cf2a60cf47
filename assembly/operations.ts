/**
 * Counts synaptic operations: every spike of the source, times the synapses that leave its neuron towards the
 * population (the fan-out drawn in records.ts). Counted once a spike, not once a synapse, so that it costs next to
 * nothing beside the additions themselves.
 */
import * as R from './records';

/** Adds the operations of one timestep over one set of synapses to two counters: over weights that are not 0, over all. */
export function countOperations(synapses: usize, sourceSlot: i32, operations: usize, all: usize): void {
  const source = load<usize>(synapses, R.SYNAPSES_SOURCE);
  const channels = load<i32>(synapses, R.SYNAPSES_SOURCE_CHANNELS);
  const height = load<i32>(synapses, R.SYNAPSES_SOURCE_HEIGHT);
  const width = load<i32>(synapses, R.SYNAPSES_SOURCE_WIDTH);
  const columnClasses = load<i32>(synapses, R.SYNAPSES_COLUMN_CLASSES);
  const columnClass = load<usize>(synapses, R.SYNAPSES_COLUMN_CLASS);
  const classBytes = <usize>(channels + 1) << 2;
  let rowClass = load<usize>(synapses, R.SYNAPSES_ROW_CLASS);
  let list = load<usize>(source, R.POPULATION_LIST) + sourceSlot * load<i32>(source, R.POPULATION_LIST_STRIDE);
  let rowStart =
    load<usize>(source, R.POPULATION_ROW_START) + sourceSlot * load<i32>(source, R.POPULATION_ROW_START_STRIDE);
  let existing: u32 = 0;
  let every: u32 = 0;
  for (let y = 0; y < height; y++) {
    const row = load<usize>(synapses, R.SYNAPSES_FAN_OUT) + <usize>(load<u16>(rowClass) * columnClasses) * classBytes;
    let entry = list;
    // Subtracting the column's first entry leaves the channel.
    let first: usize = 0;
    for (let x = 0; x < width; x++) {
      rowStart += 2;
      const fanOut = row + <usize>load<u16>(columnClass + (<usize>x << 1)) * classBytes;
      const end = list + (<usize>load<u16>(rowStart) << 1);
      every += <u32>((end - entry) >> 1) * load<u32>(fanOut + classBytes - 4);
      const byChannel = fanOut - first;
      for (; entry < end; entry += 2) existing += load<u32>(byChannel + (<usize>load<u16>(entry) << 2));
      first += <usize>channels << 2;
    }
    rowStart += 2;
    rowClass += 2;
    list += <usize>(width * channels) << 1;
  }
  store<u32>(operations, load<u32>(operations) + existing);
  store<u32>(all, load<u32>(all) + every);
}
