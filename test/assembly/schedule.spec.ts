/** reset, present and advance on a hand-made network of two layers and three heads, drawn in twin.ts. */
import { advance, present, reset } from '../../assembly/index';
import * as R from '../../assembly/records';
import { fireAtRandom, headWeightAt, packedWeight, weightAt } from './records';
import { allocate, expectGuards, expectSame, randomWords, seed } from './support';
import { CHANNELS, HEADS, LAYERS, PIXELS, SLOTS, TIMESTEPS, build, buildRandom, compareMembranes, compareTimestep, connectionOf, heads, layerOf, membraneOf, network, randomiseImage, startTwin, stepTwin, time, twinHeads, twinLayers } from './twin';

/** Calls that together make TIMESTEPS; a call of SLOTS - 1 fills all of a ring but the slot before it. */
const CALLS: i32[] = [4, 1, 3, 4, 1];

/** Runs network and twin side by side on the image that the memory holds. */
function checkRun(delay: i32, half: bool): void {
  reset(network, half ? 0.5 : 0);
  present(network);
  startTwin(half);
  for (let call = 0; call < CALLS.length; call++) {
    advance(network, CALLS[call]);
    for (let step = 0; step < CALLS[call]; step++) {
      stepTwin(delay);
      compareTimestep(time);
    }
    compareMembranes();
    expect<i32>(load<i32>(network, R.NETWORK_TIMESTEP)).toBe(time, 'timesteps');
  }
  expect<i32>(time).toBe(TIMESTEPS);
  expectActivity();
  expectGuards();
}

/** A comparison of silent networks would prove nothing. */
function expectActivity(): void {
  for (let index = 0; index < LAYERS; index++) {
    const total = sumOf(load<usize>(twinLayers + index * R.POPULATION_BYTES, R.POPULATION_SPIKES));
    expect<u32>(total).toBeGreaterThan(CHANNELS * PIXELS, 'spikes of a layer');
    expect<u32>(total).toBeLessThan((CHANNELS * PIXELS * TIMESTEPS) / 2, 'spikes of a layer');
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

/** One neuron a layer: layer 0 fires at timesteps 3, 6 and 8, and each of its spikes makes layer 1 fire. */
function buildChain(delay: i32): void {
  build(1, 1, 1, delay);
  const first = layerOf(0);
  const second = layerOf(1);
  store<i16>(load<usize>(connectionOf(first, 0), R.SYNAPSES_SOURCE), 10);
  store<i8>(weightAt(connectionOf(first, 0), 3, 0, 1, 1, 0), 1);
  store<i32>(load<usize>(first, R.POPULATION_THRESHOLD), 25);
  store<i8>(weightAt(connectionOf(second, 0), 1, 0, 1, 1, 0), packedWeight(0, 7));
  store<i32>(load<usize>(connectionOf(second, 1), R.SYNAPSES_WEIGHTS), 4);
  store<i32>(load<usize>(second, R.POPULATION_THRESHOLD), 10);
  store<i16>(headWeightAt(heads, 0, 2), 50);
  store<i16>(headWeightAt(heads + R.HEAD_BYTES, 0, 4), 50);
  for (let index = 0; index < HEADS; index++) {
    const head = heads + index * R.HEAD_BYTES;
    randomWords(load<usize>(head, R.HEAD_THRESHOLD), load<i32>(head, R.HEAD_CLASSES), 49, 49);
  }
  reset(network, 0);
  present(network);
}

/** Advances 9 timesteps one by one; bit t is set where the counter was not zero at timestep t. */
let firstSpikes: u32 = 0;
let secondSpikes: u32 = 0;
let secondOperations: u32 = 0;
let firstHeadFired: u32 = 0;
let secondHeadFired: u32 = 0;

function runChain(): void {
  firstSpikes = secondSpikes = secondOperations = firstHeadFired = secondHeadFired = 0;
  for (let timestep = 1; timestep <= 9; timestep++) {
    advance(network, 1);
    const slot = timestep % SLOTS;
    firstSpikes |= load<u32>(load<usize>(layerOf(0), R.POPULATION_SPIKES) + slot * 4) << timestep;
    secondSpikes |= load<u32>(load<usize>(layerOf(1), R.POPULATION_SPIKES) + slot * 4) << timestep;
    const operations = load<u32>(load<usize>(layerOf(1), R.POPULATION_OPERATIONS) + slot * 4);
    secondOperations |= u32(operations == 2) << timestep;
    firstHeadFired |= (<u32>load<u8>(load<usize>(heads, R.HEAD_FIRED) + slot * 3 + 2)) << timestep;
    secondHeadFired |= (<u32>load<u8>(load<usize>(heads + R.HEAD_BYTES, R.HEAD_FIRED) + slot * 5 + 4)) << timestep;
  }
}

describe('reset', () => {
  it('sets every membrane to a fraction of its threshold, half rounded up, and padded lanes to 0', () => {
    seed(26);
    buildRandom(0);
    const threshold = load<usize>(layerOf(1), R.POPULATION_THRESHOLD);
    store<i32>(threshold, 10);
    store<i32>(threshold + 4, 11);
    store<i32>(threshold + 64 * 4, 1);
    store<i32>(threshold + 69 * 4, 2);
    const headThreshold = load<usize>(heads + 2 * R.HEAD_BYTES, R.HEAD_THRESHOLD);
    store<i32>(headThreshold + 8 * 4, 1000000006);
    memory.fill(load<usize>(layerOf(1), R.POPULATION_MEMBRANE), 0xee, 2 * PIXELS * R.LANE_BYTES);
    memory.fill(load<usize>(heads + 2 * R.HEAD_BYTES, R.HEAD_MEMBRANE), 0xee, 9 * 8);
    reset(network, 0.25);
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      expect<i32>(load<i32>(membraneOf(layerOf(1), pixel, 0))).toBe(3);
      expect<i32>(load<i32>(membraneOf(layerOf(1), pixel, 1))).toBe(3);
      expect<i32>(load<i32>(membraneOf(layerOf(1), pixel, 64))).toBe(0);
      expect<i32>(load<i32>(membraneOf(layerOf(1), pixel, 69))).toBe(1);
      for (let lane = CHANNELS; lane < 2 * R.LANES; lane++) {
        expect<i32>(load<i32>(membraneOf(layerOf(1), pixel, lane))).toBe(0, 'padded lane');
      }
    }
    const headMembrane = load<usize>(heads + 2 * R.HEAD_BYTES, R.HEAD_MEMBRANE);
    expect<i64>(load<i64>(headMembrane + 8 * 8)).toBe(250000002);
    expect<i32>(load<i32>(network, R.NETWORK_TIMESTEP)).toBe(0);
    expectGuards();
  });

  it('empties the spike rings', () => {
    seed(27);
    buildRandom(0);
    for (let index = 0; index < LAYERS; index++) {
      const layer = layerOf(index);
      for (let slot = 0; slot < SLOTS; slot++) fireAtRandom(layer, slot, 50);
      reset(network, 0);
      const masks = load<i32>(layer, R.POPULATION_MASK_STRIDE) * SLOTS;
      const rowStarts = load<i32>(layer, R.POPULATION_ROW_START_STRIDE) * SLOTS;
      expectSame<u8>(load<usize>(layer, R.POPULATION_MASK), allocate(masks), masks, 'mask');
      expectSame<u8>(load<usize>(layer, R.POPULATION_ROW_START), allocate(rowStarts), rowStarts, 'rowStart');
    }
  });
});

describe('advance', () => {
  it('passes a spike on within the timestep if synchronous', () => {
    buildChain(0);
    runChain();
    expect<u32>(firstSpikes).toBe(0b101001000);
    expect<u32>(secondSpikes).toBe(0b101001000);
    expect<u32>(secondOperations).toBe(0b101001000, 'one operation by the convolution and one by the skip');
    expect<u32>(firstHeadFired).toBe(0b101001000);
    expect<u32>(secondHeadFired).toBe(0b101001000);
  });

  it('passes a spike on one timestep later if pipelined', () => {
    buildChain(1);
    runChain();
    expect<u32>(firstSpikes).toBe(0b101001000);
    expect<u32>(secondSpikes).toBe(0b1010010000);
    expect<u32>(secondOperations).toBe(0b1010010000);
    expect<u32>(firstHeadFired).toBe(0b1010010000, 'a head is one timestep behind its layer');
    expect<u32>(secondHeadFired).toBe(0b0100100000, 'and two behind the layer before that');
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
    advance(network, 2);
    randomiseImage();
    checkRun(1, true);
  });
});
