/** sendDigits: spike counts as binary digits, against a division. */
import { sendDigits } from '../../../assembly/neurons/radix';
import * as R from '../../../assembly/records';
import { NEVER } from '../records';
import { allocate, copyOf, expectGuards, expectSame, randomBetween, randomWords, seed } from '../support';

/** Bytes from the mask of one phase to that of the next: more than a mask takes. */
const STRIDE: i32 = 40;

let accumulators: usize = 0;
let drives: usize = 0;
let thresholds: usize = 0;
let masks: usize = 0;

/** Every lane at 0 with a threshold of 1 in a million, and masks that hold something else. */
function build(phases: i32): void {
  accumulators = allocate(R.LANE_BYTES);
  drives = allocate(R.LANE_BYTES);
  thresholds = allocate(R.LANE_BYTES);
  randomWords(thresholds, R.LANES, 1000000, 1000000);
  masks = allocate(phases * STRIDE);
  memory.fill(masks, 0xee, phases * STRIDE);
}

/** The number that a lane said. */
function numberOf(lane: i32, phases: i32): i32 {
  let number = 0;
  for (let phase = 0; phase < phases; phase++) {
    number = 2 * number + <i32>((load<u64>(masks + phase * STRIDE) >> lane) & 1);
  }
  return number;
}

/** clamp(floor(A / threshold + 1/2), 0, 2^phases - 1) with A = accumulator + (2^phases - 1) drive. */
function plainNumber(accumulator: i32, drive: i32, threshold: i32, phases: i32): i32 {
  const largest: i64 = ((<i64>1) << phases) - 1;
  const total = 2 * (<i64>accumulator + largest * <i64>drive) + <i64>threshold;
  const unit = 2 * <i64>threshold;
  const quotient = total >= 0 ? total / unit : -((unit - 1 - total) / unit);
  return <i32>max<i64>(0, min<i64>(largest, quotient));
}

/** What lane 9 says, alone. */
function say(accumulator: i32, drive: i32, threshold: i32, phases: i32): i32 {
  build(phases);
  store<i32>(accumulators + 9 * 4, accumulator);
  store<i32>(drives + 9 * 4, drive);
  store<i32>(thresholds + 9 * 4, threshold);
  sendDigits(accumulators, drives, thresholds, phases, masks, STRIDE);
  for (let lane = 0; lane < R.LANES; lane++) if (lane != 9) expect<i32>(numberOf(lane, phases)).toBe(0, `lane ${lane}`);
  return numberOf(9, phases);
}

/** All lanes at once, against one division a lane; nothing but the masks may change. */
function check(phases: i32): void {
  const before = [copyOf(accumulators, R.LANE_BYTES), copyOf(drives, R.LANE_BYTES), copyOf(thresholds, R.LANE_BYTES)];
  sendDigits(accumulators, drives, thresholds, phases, masks, STRIDE);
  for (let lane = 0; lane < R.LANES; lane++) {
    const accumulator = load<i32>(before[0] + lane * 4);
    const drive = load<i32>(before[1] + lane * 4);
    const threshold = load<i32>(before[2] + lane * 4);
    expect<i32>(numberOf(lane, phases)).toBe(
      plainNumber(accumulator, drive, threshold, phases),
      `lane ${lane}: ${accumulator} + ${drive} over ${threshold}`,
    );
  }
  expectSame<i32>(accumulators, before[0], R.LANES, 'accumulator');
  expectSame<i32>(drives, before[1], R.LANES, 'drive');
  expectSame<i32>(thresholds, before[2], R.LANES, 'threshold');
  for (let phase = 0; phase < phases; phase++) {
    for (let byte = 8; byte < STRIDE; byte++) {
      expect<u8>(load<u8>(masks + phase * STRIDE + byte)).toBe(0xee, 'behind a mask');
    }
  }
  expectGuards();
}

describe('sendDigits', () => {
  it('rounds half up, and clamps at either end', () => {
    expect<i32>(say(0, 0, 10, 3)).toBe(0);
    expect<i32>(say(4, 0, 10, 3)).toBe(0);
    expect<i32>(say(5, 0, 10, 3)).toBe(1);
    expect<i32>(say(14, 0, 10, 3)).toBe(1);
    expect<i32>(say(15, 0, 10, 3)).toBe(2);
    expect<i32>(say(64, 0, 10, 3)).toBe(6);
    expect<i32>(say(65, 0, 10, 3)).toBe(7);
    expect<i32>(say(1000000, 0, 10, 3)).toBe(7);
    expect<i32>(say(-1000000, 0, 10, 3)).toBe(0);
    // A half of an odd threshold is rounded down, which is the same: numbers are whole.
    expect<i32>(say(5, 0, 11, 3)).toBe(0);
    expect<i32>(say(6, 0, 11, 3)).toBe(1);
    expect<i32>(say(0, 0, 1, 3)).toBe(0);
    expect<i32>(say(1, 0, 1, 3)).toBe(1);
    expect<i32>(say(3, 0, 1, 1)).toBe(1);
  });

  it('takes the drive once for each timestep that the digits stand for', () => {
    expect<i32>(say(0, 10, 10, 1)).toBe(1);
    expect<i32>(say(0, 5, 10, 3)).toBe(4, '35 over 10');
    expect<i32>(say(-34, 5, 10, 3)).toBe(0);
    expect<i32>(say(-30, 5, 10, 3)).toBe(1);
    expect<i32>(say(100, -5, 10, 3)).toBe(7, '65 over 10');
    expect<i32>(say(100, -6, 10, 3)).toBe(6);
    expect<i32>(say(0, 4, 10, 8)).toBe(102);
  });

  it('sends the most significant digit first, lane c as bit c', () => {
    for (let lane = 0; lane < R.LANES; lane++) {
      build(2);
      store<i32>(accumulators + lane * 4, 2000000);
      sendDigits(accumulators, drives, thresholds, 2, masks, STRIDE);
      expect<u64>(load<u64>(masks)).toBe((<u64>1) << lane, `lane ${lane}`);
      expect<u64>(load<u64>(masks + STRIDE)).toBe(0);
    }
  });

  it('never fires a lane that no channel uses', () => {
    build(8);
    for (let lane = 0; lane < R.LANES; lane++) store<i32>(thresholds + lane * 4, 1);
    check(8);
    for (let phase = 0; phase < 8; phase++) expect<u64>(load<u64>(masks + phase * STRIDE)).toBe(0);
  });

  it('equals a division for all digits', () => {
    seed(32);
    let small = 0;
    let large = 0;
    for (let phases = 1; phases <= 8; phases++) {
      for (let trial = 0; trial < 20; trial++) {
        build(phases);
        const reach = 3000 << phases;
        randomWords(accumulators, R.LANES, -reach / 2, reach);
        randomWords(drives, R.LANES, -1000, 1000);
        randomWords(thresholds, R.LANES, 1, randomBetween(1, 5000));
        check(phases);
        for (let lane = 0; lane < R.LANES; lane++) {
          const number = numberOf(lane, phases);
          small += i32(number == 0);
          large += i32(number == (1 << phases) - 1);
        }
      }
    }
    expect<i32>(small).toBeGreaterThan(0);
    expect<i32>(large).toBeGreaterThan(0);
    expect<i32>(small + large).toBeLessThan(8 * 20 * R.LANES);
  });

  it('is exact up to the ends of 32 bits', () => {
    // The most that may accumulate, with half a threshold added, and the largest threshold for a digit of 128.
    expect<i32>(say(i32.MAX_VALUE - 8388607, 0, 16777215, 8)).toBe(128);
    expect<i32>(say(i32.MAX_VALUE, 0, 1, 8)).toBe(255);
    expect<i32>(say(i32.MIN_VALUE, 0, 16777215, 8)).toBe(0);
    expect<i32>(say(NEVER - (NEVER >> 1), 0, NEVER, 1)).toBe(1, 'half a threshold');
    expect<i32>(say((NEVER >> 1), 0, NEVER, 1)).toBe(0, 'less than half a threshold');
  });
});
