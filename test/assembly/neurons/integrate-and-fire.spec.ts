/** integrateAndFire: eqs. (5) to (7) for 64 lanes. */
import * as R from '../../../assembly/records';
import { integrateAndFire } from '../../../assembly/neurons/integrate-and-fire';
import { NEVER } from '../records';
import { allocate, copyOf, expectGuards, expectSame, randomBetween, randomWords, seed } from '../support';

const HALF: i32 = 1 << 30;

/** Fires one neuron in lane `lane` among 63 that rest; returns the mask. */
function fireLane(lane: i32, membrane: i32, drive: i32, threshold: i32): u64 {
  const membranes = allocate(R.LANE_BYTES);
  const drives = allocate(R.LANE_BYTES);
  const thresholds = allocate(R.LANE_BYTES);
  for (let other = 0; other < R.LANES; other++) store<i32>(thresholds + other * 4, NEVER);
  store<i32>(membranes + lane * 4, membrane);
  store<i32>(drives + lane * 4, drive);
  store<i32>(thresholds + lane * 4, threshold);
  const mask = integrateAndFire(membranes, drives, allocate(R.LANES * 2), thresholds);
  potential = load<i32>(membranes + lane * 4);
  for (let other = 0; other < R.LANES; other++) {
    if (other != lane) expect<i32>(load<i32>(membranes + other * 4)).toBe(0, 'a resting lane moved');
  }
  return mask;
}

/** Membrane left behind by the last fireLane. */
let potential: i32 = 0;

/** Checks 64 lanes against one neuron after the other, without letting a sum leave 32 bits. */
function checkAgainstScalar(membranes: usize, drives: usize, thresholds: usize, largestSum: i32): u64 {
  const sums = allocate(R.LANES * 2);
  for (let lane = 0; lane < R.LANES; lane++) {
    store<i16>(sums + lane * 2, <i16>randomBetween(-largestSum - 1, largestSum));
  }
  const sumsBefore = copyOf(sums, R.LANES * 2);
  const drivesBefore = copyOf(drives, R.LANE_BYTES);
  const thresholdsBefore = copyOf(thresholds, R.LANE_BYTES);
  const expected = allocate(R.LANE_BYTES);
  let fired: u64 = 0;
  for (let lane = 0; lane < R.LANES; lane++) {
    const threshold = <i64>load<i32>(thresholds + lane * 4);
    let voltage = <i64>load<i32>(membranes + lane * 4) + <i64>load<i32>(drives + lane * 4) + <i64>load<i16>(sums + lane * 2);
    if (voltage > threshold) {
      voltage -= threshold;
      fired |= (<u64>1) << lane;
    }
    store<i32>(expected + lane * 4, <i32>voltage);
  }
  expect<u64>(integrateAndFire(membranes, drives, sums, thresholds)).toBe(fired, 'mask');
  expectSame<i32>(membranes, expected, R.LANES, 'membrane');
  expectSame<i32>(drives, drivesBefore, R.LANES, 'drive');
  expectSame<i32>(thresholds, thresholdsBefore, R.LANES, 'threshold');
  expectSame<i16>(sums, sumsBefore, R.LANES, 'sum');
  return fired;
}

describe('integrateAndFire', () => {
  it('fires above the threshold, not at it', () => {
    expect<u64>(fireLane(0, 99, 0, 100)).toBe(0);
    expect<u64>(fireLane(0, 100, 0, 100)).toBe(0);
    expect<i32>(potential).toBe(100, 'nothing is subtracted at the threshold');
    expect<u64>(fireLane(0, 101, 0, 100)).toBe(1);
    expect<u64>(fireLane(0, 0, 101, 100)).toBe(1, 'the drive of this timestep counts');
    expect<u64>(fireLane(0, 50, 50, 100)).toBe(0);
    expect<u64>(fireLane(0, 50, 51, 100)).toBe(1);
    expect<u64>(fireLane(0, 1, 0, 0)).toBe(1);
    expect<u64>(fireLane(0, 0, 0, 0)).toBe(0);
  });

  it('resets by subtraction and keeps what is over', () => {
    fireLane(5, 101, 0, 100);
    expect<i32>(potential).toBe(1);
    fireLane(5, 900, 77, 100);
    expect<i32>(potential).toBe(877, 'one threshold a timestep, however high the potential');
    fireLane(5, -900, 77, 100);
    expect<i32>(potential).toBe(-823);
  });

  it('puts lane c into bit c', () => {
    for (let lane = 0; lane < R.LANES; lane++) {
      expect<u64>(fireLane(lane, 2, 0, 1)).toBe((<u64>1) << lane, `lane ${lane}`);
    }
    expectGuards();
  });

  it('takes negative drives', () => {
    expect<u64>(fireLane(40, 110, -10, 100)).toBe(0);
    expect<i32>(potential).toBe(100);
    expect<u64>(fireLane(40, 110, -9, 100)).toBe((<u64>1) << 40);
    expect<i32>(potential).toBe(1);
    expect<u64>(fireLane(40, -1, -1, 0)).toBe(0);
    expect<i32>(potential).toBe(-2);
  });

  it('never fires a lane whose threshold is 2^31 - 1', () => {
    const membranes = allocate(R.LANE_BYTES);
    const drives = allocate(R.LANE_BYTES);
    const thresholds = allocate(R.LANE_BYTES);
    for (let lane = 0; lane < R.LANES; lane++) {
      store<i32>(membranes + lane * 4, HALF);
      store<i32>(drives + lane * 4, HALF - 1 - lane);
      store<i32>(thresholds + lane * 4, NEVER);
    }
    expect<u64>(integrateAndFire(membranes, drives, allocate(R.LANES * 2), thresholds)).toBe(0);
    for (let lane = 0; lane < R.LANES; lane++) {
      expect<i32>(load<i32>(membranes + lane * 4)).toBe(i32.MAX_VALUE - lane);
    }
  });

  it('is exact at the ends of 32 bits', () => {
    expect<u64>(fireLane(63, i32.MAX_VALUE, 0, i32.MAX_VALUE - 1)).toBe((<u64>1) << 63);
    expect<i32>(potential).toBe(1);
    expect<u64>(fireLane(63, i32.MAX_VALUE, 0, 1)).toBe((<u64>1) << 63);
    expect<i32>(potential).toBe(i32.MAX_VALUE - 1);
    expect<u64>(fireLane(63, i32.MIN_VALUE, 0, 1)).toBe(0);
    expect<i32>(potential).toBe(i32.MIN_VALUE);
    expect<u64>(fireLane(63, 0, i32.MIN_VALUE, NEVER)).toBe(0);
    expect<i32>(potential).toBe(i32.MIN_VALUE);
    expect<u64>(fireLane(63, i32.MIN_VALUE, i32.MAX_VALUE, 1)).toBe(0);
    expect<i32>(potential).toBe(-1);
  });

  it('equals one neuron at a time over many timesteps', () => {
    seed(1);
    const membranes = allocate(R.LANE_BYTES);
    const drives = allocate(R.LANE_BYTES);
    const thresholds = allocate(R.LANE_BYTES);
    randomWords(thresholds, R.LANES, 200, 1000);
    let fired: u64 = 0;
    let rested: u64 = 0;
    for (let timestep = 0; timestep < 100; timestep++) {
      randomWords(drives, R.LANES, -700, 1000);
      const mask = checkAgainstScalar(membranes, drives, thresholds, 300);
      fired |= mask;
      rested |= ~mask;
    }
    expect<u64>(fired).toBe(u64.MAX_VALUE, 'every lane fires at some time');
    expect<u64>(rested).toBe(u64.MAX_VALUE, 'every lane rests at some time');
    expectGuards();
  });

  it('equals one neuron at a time over the whole range of 32 bits', () => {
    seed(2);
    const membranes = allocate(R.LANE_BYTES);
    const drives = allocate(R.LANE_BYTES);
    const thresholds = allocate(R.LANE_BYTES);
    for (let trial = 0; trial < 100; trial++) {
      // Without leaving 32 bits when the sums come to it.
      randomWords(membranes, R.LANES, -HALF, HALF - 1);
      randomWords(drives, R.LANES, -HALF + 32768, HALF - 32767);
      randomWords(thresholds, R.LANES, 0, randomBetween(1, NEVER));
      checkAgainstScalar(membranes, drives, thresholds, 32767);
    }
  });
});
