/**
 * Time and order: a call runs several timesteps (or all phases of radix coding) through a range of the order table,
 * population by population. A feed-forward network allows it, since a population needs only the spikes of those
 * before it; the weights and membranes of 64 channels then stay in cache for all timesteps of the call.
 *
 * A range can end at a head, be judged there, and go on from it later.
 *
 * Synchronous propagation reads a source's spikes of the same timestep, pipelined propagation those of the timestep
 * before; both are one subtraction here, because the spike rings keep one timestep more than a call computes.
 */
import { accumulateHead, advanceHead } from './head';
import { integrateAndFire } from './neurons/integrate-and-fire';
import { sendDigits } from './neurons/radix';
import { addOperations } from './operations';
import * as R from './records';
import { listSpikes } from './spikes';
import { addSums, double } from './sums';
import { enter, fetch, open, receive } from './synapses';
import { addCurrent } from './synapses/image';

// @ts-ignore: decorator
@inline
function initialMembrane(threshold: i32, initialPotential: f64): i32 {
  return <i32>floor(<f64>threshold * initialPotential + 0.5);
}

/** Sets every membrane to `initialPotential` (a fraction of its threshold) and empties the spike rings. */
export function reset(network: usize, initialPotential: f64): void {
  let entry = load<usize>(network, R.NETWORK_ORDER);
  for (let left = load<i32>(network, R.NETWORK_ORDER_COUNT); left > 0; left--, entry += R.ENTRY_BYTES) {
    const record = load<usize>(entry, R.ENTRY_RECORD);
    if (load<i32>(entry, R.ENTRY_KIND) == R.ENTRY_KIND_HEAD) resetHead(record, initialPotential);
    else resetPopulation(record, load<i32>(network, R.NETWORK_SLOTS), initialPotential);
  }
}

function resetPopulation(population: usize, slots: i32, initialPotential: f64): void {
  const pixels = load<i32>(population, R.POPULATION_HEIGHT) * load<i32>(population, R.POPULATION_WIDTH);
  const channels = load<i32>(population, R.POPULATION_CHANNELS);
  const threshold = load<usize>(population, R.POPULATION_THRESHOLD);
  let membrane = load<usize>(population, R.POPULATION_MEMBRANE);
  for (let group = 0; group < load<i32>(population, R.POPULATION_GROUPS); group++) {
    const first = membrane;
    for (let lane = 0; lane < 64; lane++) {
      // Padded lanes start at 0 and never move.
      const channel = group * 64 + lane;
      const limit = channel < channels ? load<i32>(threshold + (<usize>channel << 2)) : 0;
      store<i32>(first + (<usize>lane << 2), initialMembrane(limit, initialPotential));
    }
    for (let pixel = 1; pixel < pixels; pixel++) memory.copy(first + pixel * R.LANE_BYTES, first, R.LANE_BYTES);
    membrane += pixels * R.LANE_BYTES;
  }
  memory.fill(load<usize>(population, R.POPULATION_MASK), 0, slots * load<i32>(population, R.POPULATION_MASK_STRIDE));
  memory.fill(
    load<usize>(population, R.POPULATION_ROW_START),
    0,
    slots * load<i32>(population, R.POPULATION_ROW_START_STRIDE),
  );
  const end = endOf(population);
  for (let synapses = firstOf(population); synapses < end; synapses += R.SYNAPSES_BYTES) {
    if (load<i32>(synapses, R.SYNAPSES_KIND) == R.KIND_IMAGE) continue;
    memory.fill(load<usize>(synapses, R.SYNAPSES_OPERATIONS), 0, slots << 3);
  }
}

function resetHead(head: usize, initialPotential: f64): void {
  const threshold = load<usize>(head, R.HEAD_THRESHOLD);
  const membrane = load<usize>(head, R.HEAD_MEMBRANE);
  for (let index = 0; index < load<i32>(head, R.HEAD_CLASSES); index++) {
    const limit = load<i32>(threshold + (<usize>index << 2));
    store<i64>(membrane + (<usize>index << 3), <i64>initialMembrane(limit, initialPotential));
  }
}

/** Computes the constant currents of the populations that the image feeds, once the host has written it. */
export function present(network: usize): void {
  let entry = load<usize>(network, R.NETWORK_ORDER);
  for (let left = load<i32>(network, R.NETWORK_ORDER_COUNT); left > 0; left--, entry += R.ENTRY_BYTES) {
    const population = load<usize>(entry, R.ENTRY_RECORD);
    if (load<i32>(entry, R.ENTRY_KIND) == R.ENTRY_KIND_HEAD) continue;
    if (load<usize>(population, R.POPULATION_CURRENT)) presentTo(population);
  }
}

function presentTo(population: usize): void {
  const pixels = load<i32>(population, R.POPULATION_HEIGHT) * load<i32>(population, R.POPULATION_WIDTH);
  let bias = load<usize>(population, R.POPULATION_BIAS);
  let current = load<usize>(population, R.POPULATION_CURRENT);
  for (let group = load<i32>(population, R.POPULATION_GROUPS); group > 0; group--, bias += R.LANE_BYTES) {
    for (let pixel = 0; pixel < pixels; pixel++, current += R.LANE_BYTES) memory.copy(current, bias, R.LANE_BYTES);
  }
  const end = endOf(population);
  for (let synapses = firstOf(population); synapses < end; synapses += R.SYNAPSES_BYTES) {
    if (load<i32>(synapses, R.SYNAPSES_KIND) == R.KIND_IMAGE) addCurrent(population, synapses);
  }
}

// @ts-ignore: decorator
@inline
function firstOf(population: usize): usize {
  return load<usize>(population, R.POPULATION_SYNAPSES);
}

// @ts-ignore: decorator
@inline
function endOf(population: usize): usize {
  return firstOf(population) + load<i32>(population, R.POPULATION_SYNAPSES_COUNT) * R.SYNAPSES_BYTES;
}

/**
 * Advances a range of the order table. Afterwards the rings hold, for each timestep, the spikes of every population
 * and the counters, and those of every head; in radix coding the membranes of heads hold what they accumulated.
 *
 * @param first - entry to begin with
 * @param end - entry before which to end
 * @param timestep - the first to compute, counted from 1; in radix coding 1
 * @param steps - timesteps, at most slots - 1; in radix coding the number of phases
 */
export function advance(network: usize, first: i32, end: i32, timestep: i32, steps: i32): void {
  const slots = load<i32>(network, R.NETWORK_SLOTS);
  const delay = load<i32>(network, R.NETWORK_DELAY);
  const radix = load<i32>(network, R.NETWORK_CODING) == R.CODING_RADIX;
  const order = load<usize>(network, R.NETWORK_ORDER);
  for (let index = first; index < end; index++) {
    const entry = order + <usize>(index * R.ENTRY_BYTES);
    const record = load<usize>(entry, R.ENTRY_RECORD);
    if (load<i32>(entry, R.ENTRY_KIND) == R.ENTRY_KIND_POPULATION) {
      advancePopulation(network, record, timestep, steps);
    } else if (radix) {
      accumulateHead(record, timestep, steps);
    } else {
      for (let now = timestep; now < timestep + steps; now++) advanceHead(record, (now - delay) % slots, now % slots);
    }
  }
}

function advancePopulation(network: usize, population: usize, first: i32, steps: i32): void {
  const slots = load<i32>(network, R.NETWORK_SLOTS);
  const delay = load<i32>(network, R.NETWORK_DELAY);
  const groups = load<i32>(population, R.POPULATION_GROUPS);
  for (let group = 0; group < groups; group++) advanceGroup(network, population, group, first, steps);
  for (let timestep = first; timestep < first + steps; timestep++) {
    const slot = timestep % slots;
    store<u32>(load<usize>(population, R.POPULATION_SPIKES) + (<usize>slot << 2), listSpikes(population, slot));
    addOperations(population, slot, (timestep - delay) % slots);
  }
}

/** All pixels of 64 channels; a pixel's membranes stay in the first-level cache for all timesteps of the call. */
function advanceGroup(network: usize, population: usize, group: i32, first: i32, steps: i32): void {
  const height = load<i32>(population, R.POPULATION_HEIGHT);
  const width = load<i32>(population, R.POPULATION_WIDTH);
  const current = load<usize>(population, R.POPULATION_CURRENT);
  const bias = load<usize>(population, R.POPULATION_BIAS) + <usize>(group * R.LANE_BYTES);
  const radix = load<i32>(network, R.NETWORK_CODING) == R.CODING_RADIX;
  const end = endOf(population);
  const sums = load<usize>(network, R.NETWORK_SUMS);
  for (let synapses = firstOf(population); synapses < end; synapses += R.SYNAPSES_BYTES) fetch(synapses, group, sums);
  // A population without a convolution adds these zeros.
  memory.fill(sums, 0, R.LANES << 1);
  const slots = load<i32>(network, R.NETWORK_SLOTS);
  const sourceSlot = (first - load<i32>(network, R.NETWORK_DELAY)) % slots;
  let pixel = group * height * width;
  for (let y = 0; y < height; y++) {
    for (let synapses = firstOf(population); synapses < end; synapses += R.SYNAPSES_BYTES) {
      enter(synapses, group, y, sourceSlot, steps, slots);
    }
    for (let x = 0; x < width; x++, pixel++) {
      const drive = current ? current + <usize>(pixel * R.LANE_BYTES) : bias;
      for (let synapses = firstOf(population); synapses < end; synapses += R.SYNAPSES_BYTES) open(synapses, group, y, x);
      if (radix) accumulatePixel(network, population, group, y, x, drive, first, steps);
      else advancePixel(network, population, group, y, x, drive, first, steps);
    }
  }
}

/** 64 neurons of one pixel in rate coding, timestep after timestep. */
// @ts-ignore: decorator
@inline
function advancePixel(
  network: usize,
  population: usize,
  group: i32,
  y: i32,
  x: i32,
  drive: usize,
  first: i32,
  steps: i32,
): void {
  const slots = load<i32>(network, R.NETWORK_SLOTS);
  const sums = load<usize>(network, R.NETWORK_SUMS);
  const rows = load<usize>(network, R.NETWORK_WINDOW_ROWS);
  const width = load<i32>(population, R.POPULATION_WIDTH);
  const pixels = load<i32>(population, R.POPULATION_HEIGHT) * width;
  const pixel = y * width + x;
  const groups = load<i32>(population, R.POPULATION_GROUPS);
  const membrane = load<usize>(population, R.POPULATION_MEMBRANE) + <usize>((group * pixels + pixel) * R.LANE_BYTES);
  const threshold = load<usize>(population, R.POPULATION_THRESHOLD) + <usize>(group * R.LANE_BYTES);
  const mask = load<usize>(population, R.POPULATION_MASK) + (<usize>(pixel * groups + group) << 3);
  const maskStride = load<i32>(population, R.POPULATION_MASK_STRIDE);
  const end = endOf(population);
  let slot = first % slots;
  let sourceSlot = (first - load<i32>(network, R.NETWORK_DELAY)) % slots;
  for (let step = 0; step < steps; step++) {
    let summed = false;
    for (let synapses = firstOf(population); synapses < end; synapses += R.SYNAPSES_BYTES) {
      summed = receive(synapses, sourceSlot, group, x, pixel, membrane, sums, rows, summed);
    }
    store<u64>(mask + slot * maskStride, integrateAndFire(membrane, drive, sums, threshold));
    if (++slot == slots) slot = 0;
    if (++sourceSlot == slots) sourceSlot = 0;
  }
}

/** 64 neurons of one pixel in radix coding: all digits of the sources, then their own. */
// @ts-ignore: decorator
@inline
function accumulatePixel(
  network: usize,
  population: usize,
  group: i32,
  y: i32,
  x: i32,
  drive: usize,
  first: i32,
  phases: i32,
): void {
  const sums = load<usize>(network, R.NETWORK_SUMS);
  const rows = load<usize>(network, R.NETWORK_WINDOW_ROWS);
  const accumulator = load<usize>(network, R.NETWORK_ACCUMULATOR);
  const pixel = y * load<i32>(population, R.POPULATION_WIDTH) + x;
  const groups = load<i32>(population, R.POPULATION_GROUPS);
  const threshold = load<usize>(population, R.POPULATION_THRESHOLD) + <usize>(group * R.LANE_BYTES);
  const mask = load<usize>(population, R.POPULATION_MASK) + (<usize>(pixel * groups + group) << 3);
  const maskStride = load<i32>(population, R.POPULATION_MASK_STRIDE);
  const end = endOf(population);
  memory.fill(accumulator, 0, R.LANE_BYTES);
  for (let slot = first; slot < first + phases; slot++) {
    if (slot > first) double(accumulator);
    let summed = false;
    for (let synapses = firstOf(population); synapses < end; synapses += R.SYNAPSES_BYTES) {
      summed = receive(synapses, slot, group, x, pixel, accumulator, sums, rows, summed);
    }
    if (summed) addSums(accumulator, sums);
  }
  sendDigits(accumulator, drive, threshold, phases, mask + first * maskStride, maskStride);
}
