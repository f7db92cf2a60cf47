/** addSums: i16 sums into i32 membranes. double: what the digits so far are worth when another follows. */
import * as R from '../../assembly/records';
import { addSums, double } from '../../assembly/sums';
import { allocate, copyOf, expectGuards, expectSame, randomBetween, randomWords, seed } from './support';

const HALF: i32 = 1 << 30;

describe('addSums', () => {
  it('adds each sum to its membrane', () => {
    seed(3);
    const membranes = allocate(R.LANE_BYTES);
    const sums = allocate(R.LANES * 2);
    randomWords(membranes, R.LANES, -HALF, HALF);
    for (let lane = 0; lane < R.LANES; lane++) store<i16>(sums + lane * 2, <i16>randomBetween(-32768, 32767));
    store<i16>(sums + 2 * 3, -32768);
    store<i16>(sums + 2 * 60, 32767);
    const expected = copyOf(membranes, R.LANE_BYTES);
    for (let lane = 0; lane < R.LANES; lane++) {
      store<i32>(expected + lane * 4, load<i32>(expected + lane * 4) + <i32>load<i16>(sums + lane * 2));
    }
    addSums(membranes, sums);
    expectSame<i32>(membranes, expected, R.LANES, 'membrane');
    expectGuards();
  });
});

describe('double', () => {
  it('doubles 64 words and no more', () => {
    seed(4);
    const words = allocate(R.LANE_BYTES);
    randomWords(words, R.LANES, -HALF, HALF - 1);
    store<i32>(words, -HALF);
    store<i32>(words + 63 * 4, HALF - 1);
    const expected = copyOf(words, R.LANE_BYTES);
    for (let lane = 0; lane < R.LANES; lane++) store<i32>(expected + lane * 4, 2 * load<i32>(expected + lane * 4));
    double(words);
    expectSame<i32>(words, expected, R.LANES, 'word');
    expect<i32>(load<i32>(words)).toBe(i32.MIN_VALUE);
    expectGuards();
  });
});
