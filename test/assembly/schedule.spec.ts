/** reset, present and advance on a hand-made network of three populations and three heads, drawn in twin.ts. */
import { advance, present, reset } from '../../assembly/index';
import * as R from '../../assembly/records';
import { plainHeadOperations, plainReceived } from './plain';
import { countersOf, fireAtRandom, headWeightAt, setWeight, spikeAt, writeHeadFanOut } from './records';
import { allocate, expectGuards, expectSame, randomWords, seed } from './support';
import {
  build,
  buildRandom,
  CHANNELS,
  compareMembranes,
  compareTimestep,
  ENTRIES,
  HEADS,
  heads,
  membraneOf,
  network,
  operationsOf,
  PIXELS,
  POPULATIONS,
  populationOf,
  randomiseImage,
  receivedBy,
  SLOTS,
  startTwin,
  steadyOf,
  stepTwin,
  synapsesOf,
  TIMESTEPS,
  time,
  twinHeads,
  twinOf,
  writeFanOuts,
} from './twin';

/** Calls that together make TIMESTEPS; a call of SLOTS - 1 fills all of a ring but the slot before it. */
const CALLS: i32[] = [4, 1, 3, 4, 1];

/** Runs network and twin side by side on the image that the memory holds. */
function checkRun(delay: i32, half: bool): void {
  reset(network, half ? 0.5 : 0);
  present(network);
  startTwin(half);
  for (let call = 0; call < CALLS.length; call++) {
    advance(network, 0, ENTRIES, time + 1, CALLS[call]);
    for (let step = 0; step < CALLS[call]; step++) {
      stepTwin(delay);
      compareTimestep(time);
    }
    compareMembranes();
  }
  expect<i32>(time).toBe(TIMESTEPS);
  expectActivity();
  expectGuards();
}

/** A comparison of silent networks would prove nothing. */
function expectActivity(): void {
  for (let index = 0; index < POPULATIONS; index++) {
    const total = sumOf(load<usize>(twinOf(index), R.POPULATION_SPIKES));
    expect<u32>(total).toBeGreaterThan(CHANNELS * PIXELS, 'spikes of a population');
    expect<u32>(total).toBeLessThan((CHANNELS * PIXELS * TIMESTEPS) / 2, 'spikes of a population');
  }
  for (let index = 0; index < HEADS; index++) {
    const head = twinHeads + index * R.HEAD_BYTES;
    const total = sumOf(load<usize>(head, R.HEAD_SPIKES));
    expect<u32>(total).toBeGreaterThan(0, 'spikes of a head');
    expect<u32>(total).toBeLessThan(load<i32>(head, R.HEAD_CLASSES) * TIMESTEPS, 'spikes of a head');
  }
}

function sumOf(counters: usize): u32 {
  let total: u32 = 0;
  for (let timestep = 1; timestep <= TIMESTEPS; timestep++) total += load<u32>(counters + timestep * 4);
  return total;
}

/**
 * One neuron a population: 0 fires at timesteps 3, 6 and 8, each of its spikes makes 1 fire, and each of those 2. Of the
 * 3x3 windows only the middle weight is not 0.
 */
function buildChain(delay: i32): void {
  build(1, 1, 1, delay);
  const first = populationOf(0);
  const second = populationOf(1);
  const third = populationOf(2);
  store<i16>(load<usize>(synapsesOf(first, 0), R.SYNAPSES_SOURCE), 10);
  setWeight(synapsesOf(first, 0), 0, 1, 1, 0, 1);
  store<i32>(load<usize>(first, R.POPULATION_THRESHOLD), 25);
  setWeight(synapsesOf(second, 0), 0, 1, 1, 0, 7);
  setWeight(synapsesOf(second, 1), 0, 0, 0, 0, 4);
  store<i32>(load<usize>(second, R.POPULATION_THRESHOLD), 10);
  setWeight(synapsesOf(third, 0), 0, 1, 1, 0, 9);
  store<i32>(load<usize>(third, R.POPULATION_THRESHOLD), 8);
  writeFanOuts();
  store<i16>(headWeightAt(heads, 0, 2), 50);
  store<i16>(headWeightAt(heads + R.HEAD_BYTES, 0, 4), 50);
  for (let index = 0; index < HEADS; index++) {
    const head = heads + index * R.HEAD_BYTES;
    randomWords(load<usize>(head, R.HEAD_THRESHOLD), load<i32>(head, R.HEAD_CLASSES), 49, 49);
    writeHeadFanOut(head);
  }
  reset(network, 0);
  present(network);
}

/** Advances 9 timesteps one by one; bit t is set where the counter was not zero at timestep t. */
let firstSpikes: u32 = 0;
let secondSpikes: u32 = 0;
let thirdSpikes: u32 = 0;
let secondOperations: u32 = 0;
let thirdOperations: u32 = 0;
let firstHeadFired: u32 = 0;
let secondHeadFired: u32 = 0;

function runChain(): void {
  firstSpikes = secondSpikes = thirdSpikes = secondOperations = thirdOperations = firstHeadFired = secondHeadFired = 0;
  for (let timestep = 1; timestep <= 9; timestep++) {
    advance(network, 0, ENTRIES, timestep, 1);
    const slot = timestep % SLOTS;
    firstSpikes |= load<u32>(load<usize>(populationOf(0), R.POPULATION_SPIKES) + slot * 4) << timestep;
    secondSpikes |= load<u32>(load<usize>(populationOf(1), R.POPULATION_SPIKES) + slot * 4) << timestep;
    thirdSpikes |= load<u32>(load<usize>(populationOf(2), R.POPULATION_SPIKES) + slot * 4) << timestep;
    const operations = load<u32>(load<usize>(populationOf(1), R.POPULATION_OPERATIONS) + slot * 4);
    secondOperations |= u32(operations == 2) << timestep;
    const behind = load<u32>(load<usize>(populationOf(2), R.POPULATION_OPERATIONS) + slot * 4);
    thirdOperations |= u32(behind == 1) << timestep;
    firstHeadFired |= (<u32>load<u8>(load<usize>(heads, R.HEAD_FIRED) + slot * 3 + 2)) << timestep;
    secondHeadFired |= (<u32>load<u8>(load<usize>(heads + R.HEAD_BYTES, R.HEAD_FIRED) + slot * 5 + 4)) << timestep;
  }
}

describe('reset', () => {
  it('sets every membrane to a fraction of its threshold, half rounded up, and padded lanes to 0', () => {
    seed(26);
    buildRandom(0);
    const threshold = load<usize>(populationOf(1), R.POPULATION_THRESHOLD);
    store<i32>(threshold, 10);
    store<i32>(threshold + 4, 11);
    store<i32>(threshold + 64 * 4, 1);
    store<i32>(threshold + 69 * 4, 2);
    const headThreshold = load<usize>(heads + 2 * R.HEAD_BYTES, R.HEAD_THRESHOLD);
    store<i32>(headThreshold + 8 * 4, 1000000006);
    memory.fill(load<usize>(populationOf(1), R.POPULATION_MEMBRANE), 0xee, 2 * PIXELS * R.LANE_BYTES);
    memory.fill(load<usize>(heads + 2 * R.HEAD_BYTES, R.HEAD_MEMBRANE), 0xee, 9 * 8);
    reset(network, 0.25);
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      expect<i32>(load<i32>(membraneOf(populationOf(1), pixel, 0))).toBe(3);
      expect<i32>(load<i32>(membraneOf(populationOf(1), pixel, 1))).toBe(3);
      expect<i32>(load<i32>(membraneOf(populationOf(1), pixel, 64))).toBe(0);
      expect<i32>(load<i32>(membraneOf(populationOf(1), pixel, 69))).toBe(1);
      for (let lane = CHANNELS; lane < 2 * R.LANES; lane++) {
        expect<i32>(load<i32>(membraneOf(populationOf(1), pixel, lane))).toBe(0, 'padded lane');
      }
    }
    const headMembrane = load<usize>(heads + 2 * R.HEAD_BYTES, R.HEAD_MEMBRANE);
    expect<i64>(load<i64>(headMembrane + 8 * 8)).toBe(250000002);
    expectGuards();
  });

  it('empties the spike rings and the counters of synapses', () => {
    seed(27);
    buildRandom(0);
    for (let index = 0; index < POPULATIONS; index++) {
      const population = populationOf(index);
      for (let slot = 0; slot < SLOTS; slot++) fireAtRandom(population, slot, 50);
      for (let set = 0; set <= index; set++) {
        const synapses = synapsesOf(population, set);
        if (load<i32>(synapses, R.SYNAPSES_KIND) != R.KIND_IMAGE) memory.fill(countersOf(synapses, 0), 0xee, SLOTS * 8);
      }
      reset(network, 0);
      const masks = load<i32>(population, R.POPULATION_MASK_STRIDE) * SLOTS;
      const rowStarts = load<i32>(population, R.POPULATION_ROW_START_STRIDE) * SLOTS;
      expectSame<u8>(load<usize>(population, R.POPULATION_MASK), allocate(masks), masks, 'mask');
      expectSame<u8>(load<usize>(population, R.POPULATION_ROW_START), allocate(rowStarts), rowStarts, 'rowStart');
      for (let set = 0; set <= index; set++) {
        const synapses = synapsesOf(population, set);
        if (load<i32>(synapses, R.SYNAPSES_KIND) == R.KIND_IMAGE) continue;
        expectSame<u64>(countersOf(synapses, 0), allocate(SLOTS * 8), SLOTS, 'counters');
      }
    }
    expectGuards();
  });
});

describe('advance', () => {
  it('passes a spike on within the timestep if synchronous', () => {
    buildChain(0);
    runChain();
    expect<u32>(firstSpikes).toBe(0b101001000);
    expect<u32>(secondSpikes).toBe(0b101001000);
    expect<u32>(thirdSpikes).toBe(0b101001000);
    expect<u32>(secondOperations).toBe(0b101001000, 'one operation by the convolution and one by the skip');
    expect<u32>(thirdOperations).toBe(0b101001000, 'one by the depthwise synapses, none by weights of 0');
    expect<u32>(firstHeadFired).toBe(0b101001000);
    expect<u32>(secondHeadFired).toBe(0b101001000);
  });

  it('passes a spike on one timestep later if pipelined', () => {
    buildChain(1);
    runChain();
    expect<u32>(firstSpikes).toBe(0b101001000);
    expect<u32>(secondSpikes).toBe(0b1010010000);
    expect<u32>(thirdSpikes).toBe(0b0100100000);
    expect<u32>(secondOperations).toBe(0b1010010000);
    expect<u32>(thirdOperations).toBe(0b0100100000);
    expect<u32>(firstHeadFired).toBe(0b1010010000, 'a head is one timestep behind its population');
    expect<u32>(secondHeadFired).toBe(0b0100100000, 'and two behind the population before that');
  });

  it('equals the network neuron by neuron, synchronous', () => {
    seed(28);
    buildRandom(0);
    randomiseImage();
    checkRun(0, false);
  });

  it('equals the network neuron by neuron, pipelined', () => {
    seed(29);
    buildRandom(1);
    randomiseImage();
    checkRun(1, false);
  });

  it('starts afresh with every image', () => {
    seed(30);
    buildRandom(1);
    randomiseImage();
    checkRun(1, true);
    // Fifteen timesteps leave spikes in slot 0, which timestep 1 of the next image would read.
    advance(network, 0, ENTRIES, TIMESTEPS + 1, 2);
    randomiseImage();
    checkRun(1, true);
  });

  it('computes the range of the order that it is given, and leaves the rest as it was', () => {
    seed(50);
    buildRandom(0);
    randomiseImage();
    reset(network, 0);
    present(network);
    const behind = load<usize>(populationOf(1), R.POPULATION_SPIKES);
    memory.fill(behind, 0xee, SLOTS * 4);
    advance(network, 0, 2, 1, 4);
    expect<u32>(load<u32>(behind + 4)).toBe(0xeeeeeeee, 'behind the range');
    advance(network, 2, ENTRIES, 1, 4);
    startTwin(false);
    for (let step = 0; step < 4; step++) {
      stepTwin(0);
      compareTimestep(time);
    }
    compareMembranes();
    expectGuards();
  });
});

/** The number that a neuron must say: clamp(floor(A / threshold + 1/2), 0, 2^phases - 1). */
function plainNumber(population: usize, y: i32, x: i32, channel: i32, phases: i32): i32 {
  const largest: i64 = (1 << phases) - 1;
  let accumulated: i64 = largest * steadyOf(population, y, x, channel);
  for (let phase = 1; phase <= phases; phase++) {
    accumulated += (<i64>receivedBy(population, phase, y, x, channel)) << (phases - phase);
  }
  const threshold = <i64>load<i32>(load<usize>(population, R.POPULATION_THRESHOLD) + channel * 4);
  const doubled = 2 * accumulated + threshold;
  const unit = 2 * threshold;
  const quotient = doubled >= 0 ? doubled / unit : -((unit - 1 - doubled) / unit);
  return <i32>max<i64>(0, min<i64>(largest, quotient));
}

/** Compares what a population says with its numbers; it must have been advanced. Returns the sum of all numbers. */
function checkNumbers(index: i32, phases: i32): i32 {
  const population = populationOf(index);
  let sum = 0;
  for (let y = 0; y < load<i32>(population, R.POPULATION_HEIGHT); y++) {
    for (let x = 0; x < load<i32>(population, R.POPULATION_WIDTH); x++) {
      for (let channel = 0; channel < CHANNELS; channel++) {
        const number = plainNumber(population, y, x, channel, phases);
        let said = 0;
        for (let phase = 1; phase <= phases; phase++) said = 2 * said + spikeAt(population, phase, y, x, channel);
        expect<i32>(said).toBe(number, `population ${index} y ${y} x ${x} channel ${channel}`);
        sum += number;
      }
    }
  }
  for (let phase = 1; phase <= phases; phase++) {
    const where = `population ${index} phase ${phase} `;
    const word = phase * 4;
    const operations = load<u32>(load<usize>(population, R.POPULATION_OPERATIONS) + word);
    expect<u32>(operations).toBe(operationsOf(population, phase, false), `${where}operations`);
    const all = load<u32>(load<usize>(population, R.POPULATION_ALL_OPERATIONS) + word);
    expect<u32>(all).toBe(operationsOf(population, phase, true), `${where}all operations`);
    let spikes: u32 = 0;
    for (let y = 0; y < load<i32>(population, R.POPULATION_HEIGHT); y++) {
      for (let x = 0; x < load<i32>(population, R.POPULATION_WIDTH); x++) {
        for (let channel = 0; channel < CHANNELS; channel++) spikes += spikeAt(population, phase, y, x, channel);
      }
    }
    expect<u32>(load<u32>(load<usize>(population, R.POPULATION_SPIKES) + word)).toBe(spikes, `${where}spikes`);
  }
  return sum;
}

function checkHead(index: i32, phases: i32): void {
  const head = heads + index * R.HEAD_BYTES;
  for (let output = 0; output < load<i32>(head, R.HEAD_CLASSES); output++) {
    let expected: i64 = ((1 << phases) - 1) * <i64>load<i32>(load<usize>(head, R.HEAD_BIAS) + output * 4);
    for (let phase = 1; phase <= phases; phase++) expected += plainReceived(head, phase, output) << (phases - phase);
    expect<i64>(load<i64>(load<usize>(head, R.HEAD_MEMBRANE) + output * 8)).toBe(expected, `head ${index} class ${output}`);
  }
  for (let phase = 1; phase <= phases; phase++) {
    const operations = load<u32>(load<usize>(head, R.HEAD_OPERATIONS) + phase * 4);
    expect<u32>(operations).toBe(plainHeadOperations(head, phase, false), `head ${index} phase ${phase}`);
  }
}

describe('advance in radix coding', () => {
  it('sends the digits of every neuron, however the range is cut', () => {
    seed(51);
    for (let phases = 1; phases < SLOTS; phases++) {
      buildRandom(0);
      store<i32>(network, R.CODING_RADIX, R.NETWORK_CODING);
      // What rate coding left behind must not matter.
      for (let index = 0; index < POPULATIONS; index++) {
        const population = populationOf(index);
        memory.fill(load<usize>(population, R.POPULATION_MEMBRANE), 0xee, 2 * PIXELS * R.LANE_BYTES);
      }
      for (let index = 0; index < HEADS; index++) {
        const head = heads + index * R.HEAD_BYTES;
        memory.fill(load<usize>(head, R.HEAD_MEMBRANE), 0xee, load<i32>(head, R.HEAD_CLASSES) * 8);
      }
      randomiseImage();
      present(network);
      advance(network, 0, 2, 1, phases);
      advance(network, 2, ENTRIES, 1, phases);
      for (let index = 0; index < POPULATIONS; index++) {
        const sum = checkNumbers(index, phases);
        expect<i32>(sum).toBeGreaterThan(PIXELS, 'some neurons say something');
        expect<i32>(sum).toBeLessThan(CHANNELS * PIXELS * ((1 << phases) - 1), 'others nothing');
      }
      for (let index = 0; index < HEADS; index++) checkHead(index, phases);
      expectGuards();
    }
  });
});
