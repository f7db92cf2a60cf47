/** addIdentity: the skip connection of a residual block. */
import * as R from '../../../assembly/records';
import { addIdentity } from '../../../assembly/synapses/per-channel';
import { blocksOf, fireAtRandom, newConnection, newLayer, setSpike, spikeAt } from '../records';
import { allocate, copyOf, expectGuards, expectSame, randomWords, seed } from '../support';

const SLOTS: i32 = 3;

function newIdentity(source: usize, channels: i32): usize {
  return newConnection(R.KIND_IDENTITY, source, 0, 0, 0, blocksOf(channels) * R.LANE_BYTES);
}

/** Compares every slot, pixel and block with the sum channel by channel; returns all spikes. */
function checkLayer(channels: i32, height: i32, width: i32, percent: i32): i32 {
  const source = newLayer(channels, height, width, SLOTS);
  for (let slot = 0; slot < SLOTS; slot++) fireAtRandom(source, slot, percent);
  const connection = newIdentity(source, channels);
  const weights = load<usize>(connection, R.SYNAPSES_WEIGHTS);
  randomWords(weights, blocksOf(channels) * R.LANES, -100000, 100000);
  const membranes = allocate(R.LANE_BYTES);
  randomWords(membranes, R.LANES, -1000000, 1000000);
  let total = 0;
  for (let slot = 0; slot < SLOTS; slot++) {
    for (let pixel = 0; pixel < height * width; pixel++) {
      for (let block = 0; block < blocksOf(channels); block++) {
        const expected = copyOf(membranes, R.LANE_BYTES);
        let spikes = 0;
        for (let lane = 0; lane < R.LANES; lane++) {
          const channel = block * R.LANES + lane;
          if (channel >= channels || spikeAt(source, slot, pixel / width, pixel % width, channel) == 0) continue;
          const membrane = expected + lane * 4;
          store<i32>(membrane, load<i32>(membrane) + load<i32>(weights + channel * 4));
          spikes++;
        }
        expect<i32>(addIdentity(connection, slot, block, pixel, membranes)).toBe(spikes, 'spikes');
        expectSame<i32>(membranes, expected, R.LANES, 'membrane');
        total += spikes;
      }
    }
  }
  expectGuards();
  return total;
}

describe('addIdentity', () => {
  it('adds the weight of a channel to the same channel', () => {
    const source = newLayer(64, 1, 2, SLOTS);
    const connection = newIdentity(source, 64);
    const weights = load<usize>(connection, R.SYNAPSES_WEIGHTS);
    for (let lane = 0; lane < R.LANES; lane++) store<i32>(weights + lane * 4, 1000 + lane);
    setSpike(source, 0, 0, 1, 0);
    setSpike(source, 0, 0, 1, 31);
    setSpike(source, 0, 0, 1, 63);
    const membranes = allocate(R.LANE_BYTES);
    store<i32>(membranes + 31 * 4, -5);
    expect<i32>(addIdentity(connection, 0, 0, 0, membranes)).toBe(0, 'the other pixel');
    expect<i32>(addIdentity(connection, 0, 0, 1, membranes)).toBe(3);
    expect<i32>(load<i32>(membranes)).toBe(1000);
    expect<i32>(load<i32>(membranes + 31 * 4)).toBe(1026);
    expect<i32>(load<i32>(membranes + 63 * 4)).toBe(1063);
    expect<i32>(load<i32>(membranes + 30 * 4)).toBe(0);
    expect<i32>(load<i32>(membranes + 32 * 4)).toBe(0);
  });

  it('leaves the membranes alone where nothing fired', () => {
    expect<i32>(checkLayer(64, 2, 2, 0)).toBe(0);
  });

  it('adds all 64 weights where all fired', () => {
    expect<i32>(checkLayer(64, 2, 3, 100)).toBe(3 * 64 * 2 * 3);
  });

  it('equals the sum channel by channel', () => {
    seed(5);
    expect<i32>(checkLayer(3, 3, 4, 50)).toBeGreaterThan(0);
    expect<i32>(checkLayer(64, 3, 2, 30)).toBeGreaterThan(0);
    expect<i32>(checkLayer(70, 2, 3, 40)).toBeGreaterThan(0);
    expect<i32>(checkLayer(200, 2, 2, 10)).toBeGreaterThan(0);
  });
});
