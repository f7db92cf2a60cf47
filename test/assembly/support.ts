/** What the specs of the kernels share: guarded memory, deterministic random numbers, comparison of arrays. */

const GUARD_BYTES: usize = 64;
const GUARD_WORD: u64 = 0x5a5a5a5a5a5a5a5a;
const guards: usize[] = [];

/** Zeroed, 16-byte aligned memory between two guards, whose bytes also make a read past either end felt. */
export function allocate(bytes: i32): usize {
  const before = heap.alloc(<usize>bytes + 2 * GUARD_BYTES);
  const start = before + GUARD_BYTES;
  memory.fill(before, 0x5a, <usize>bytes + 2 * GUARD_BYTES);
  memory.fill(start, 0, bytes);
  guards.push(before);
  guards.push(start + bytes);
  return start;
}

/** Fails if anything was written just outside an allocation. */
export function expectGuards(): void {
  let broken = 0;
  for (let index = 0; index < guards.length; index++) {
    for (let offset: usize = 0; offset < GUARD_BYTES; offset += 8) {
      broken += i32(load<u64>(guards[index] + offset) != GUARD_WORD);
    }
  }
  expect<i32>(broken).toBe(0, 'words written outside an array');
}

/** Fails at the first of `count` elements that differ. */
export function expectSame<T>(actual: usize, expected: usize, count: i32, what: string): void {
  for (let index = 0; index < count; index++) {
    const offset = <usize>index * sizeof<T>();
    if (load<T>(actual + offset) == load<T>(expected + offset)) continue;
    expect<T>(load<T>(actual + offset)).toBe(load<T>(expected + offset), `${what} ${index}`);
  }
}

let state: u32 = 1;

/** Starts the random numbers anew; each test does, so that it does not depend on the tests before it. */
export function seed(value: u32): void {
  state = value * 2654435761 + 1;
}

/** xorshift32 (Marsaglia 2003). */
function random(): u32 {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

/** Uniform over low..high, both included. */
export function randomBetween(low: i32, high: i32): i32 {
  return low + <i32>(<u64>random() % <u64>(<i64>high - low + 1));
}

export function randomBytes(address: usize, count: i32): void {
  for (let index = 0; index < count; index++) store<u8>(address + index, <u8>(random() >> 11));
}

export function randomWords(address: usize, count: i32, low: i32, high: i32): void {
  for (let index = 0; index < count; index++) store<i32>(address + index * 4, randomBetween(low, high));
}

/** A copy of `bytes` bytes in memory of its own. */
export function copyOf(address: usize, bytes: i32): usize {
  const copy = allocate(bytes);
  memory.copy(copy, address, bytes);
  return copy;
}
