/** A pixel's sums on their way to what its 64 neurons accumulate. */

/** Adds 64 i16 sums to 64 membranes. */
export function addSums(membrane: usize, sums: usize): void {
  for (let offset: usize = 0; offset < 256; offset += 32) {
    const eight = v128.load(sums + (offset >> 1));
    const first = membrane + offset;
    v128.store(first, i32x4.add(v128.load(first), i32x4.extend_low_i16x8_s(eight)));
    v128.store(first, i32x4.add(v128.load(first, 16), i32x4.extend_high_i16x8_s(eight)), 16);
  }
}

/** Doubles what 64 neurons have accumulated: the digits that follow are worth half. */
export function double(accumulator: usize): void {
  for (let offset: usize = 0; offset < 256; offset += 16) {
    v128.store(accumulator + offset, i32x4.shl(v128.load(accumulator + offset), 1));
  }
}
