/** addPerChannel: the skip of a residual network, and gains between populations. */
import * as R from '../../../assembly/records';
import { addPerChannel } from '../../../assembly/synapses/per-channel';
import {
  allocateWeights,
  fireAtRandom,
  groupsOf,
  newPopulation,
  newSynapses,
  setSpike,
  setWeight,
  spikeAt,
} from '../records';
import { allocate, copyOf, expectGuards, expectSame, randomWords, seed } from '../support';

const SLOTS: i32 = 3;

function newPerChannel(source: usize, channels: i32): usize {
  const synapses = newSynapses(R.KIND_PER_CHANNEL, source, channels);
  allocateWeights(synapses, channels);
  return synapses;
}

/** Compares every slot, pixel and lane group with the sum channel by channel; returns all spikes. */
function checkSource(channels: i32, height: i32, width: i32, percent: i32): i32 {
  const source = newPopulation(channels, height, width, SLOTS);
  for (let slot = 0; slot < SLOTS; slot++) fireAtRandom(source, slot, percent);
  const synapses = newPerChannel(source, channels);
  const weights = load<usize>(synapses, R.SYNAPSES_WEIGHTS);
  randomWords(weights, groupsOf(channels) * R.LANES, -100000, 100000);
  const membranes = allocate(R.LANE_BYTES);
  randomWords(membranes, R.LANES, -1000000, 1000000);
  let total = 0;
  for (let slot = 0; slot < SLOTS; slot++) {
    for (let pixel = 0; pixel < height * width; pixel++) {
      for (let group = 0; group < groupsOf(channels); group++) {
        const expected = copyOf(membranes, R.LANE_BYTES);
        for (let lane = 0; lane < R.LANES; lane++) {
          const channel = group * R.LANES + lane;
          if (channel >= channels || spikeAt(source, slot, pixel / width, pixel % width, channel) == 0) continue;
          const membrane = expected + lane * 4;
          store<i32>(membrane, load<i32>(membrane) + load<i32>(weights + channel * 4));
          total++;
        }
        addPerChannel(synapses, slot, group, pixel, membranes);
        expectSame<i32>(membranes, expected, R.LANES, 'membrane');
      }
    }
  }
  expectGuards();
  return total;
}

describe('addPerChannel', () => {
  it('adds the weight of a channel to the same channel', () => {
    const source = newPopulation(64, 1, 2, SLOTS);
    const synapses = newPerChannel(source, 64);
    for (let lane = 0; lane < R.LANES; lane++) setWeight(synapses, lane, 0, 0, lane, 1000 + lane);
    setSpike(source, 0, 0, 1, 0);
    setSpike(source, 0, 0, 1, 31);
    setSpike(source, 0, 0, 1, 63);
    const membranes = allocate(R.LANE_BYTES);
    store<i32>(membranes + 31 * 4, -5);
    addPerChannel(synapses, 0, 0, 0, membranes);
    expect<i32>(load<i32>(membranes)).toBe(0, 'the other pixel');
    addPerChannel(synapses, 0, 0, 1, membranes);
    expect<i32>(load<i32>(membranes)).toBe(1000);
    expect<i32>(load<i32>(membranes + 31 * 4)).toBe(1026);
    expect<i32>(load<i32>(membranes + 63 * 4)).toBe(1063);
    expect<i32>(load<i32>(membranes + 30 * 4)).toBe(0);
    expect<i32>(load<i32>(membranes + 32 * 4)).toBe(0);
  });

  it('leaves the membranes alone where nothing fired', () => {
    expect<i32>(checkSource(64, 2, 2, 0)).toBe(0);
  });

  it('adds all 64 weights where all fired', () => {
    expect<i32>(checkSource(64, 2, 3, 100)).toBe(3 * 64 * 2 * 3);
  });

  it('equals the sum channel by channel', () => {
    seed(5);
    expect<i32>(checkSource(3, 3, 4, 50)).toBeGreaterThan(0);
    expect<i32>(checkSource(64, 3, 2, 30)).toBeGreaterThan(0);
    expect<i32>(checkSource(70, 2, 3, 40)).toBeGreaterThan(0);
    expect<i32>(checkSource(200, 2, 2, 10)).toBeGreaterThan(0);
  });
});
