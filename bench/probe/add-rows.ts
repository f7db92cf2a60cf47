/**
 * How fast this machine's WebAssembly runs the mix of instructions in the inner loop of the event-driven convolution
 * (assembly/convolution.ts): for a row of 64 int8 weights four times v128.load, i16x8.shr_s and two i16x8.add, and
 * nothing else. Compiled by the benchmark with the options of the kernels; sums wrap, since only their speed counts.
 */

// @ts-ignore: decorator
@inline
function lanesOf(a: v128, b: v128, c: v128, d: v128, e: v128, f: v128, g: v128, h: v128): i32 {
  const low = i16x8.add(i16x8.add(a, b), i16x8.add(c, d));
  return i16x8.extract_lane_s(i16x8.add(low, i16x8.add(i16x8.add(e, f), i16x8.add(g, h))), 0);
}

/** Adds all rows of a table in their order, again and again: loads and additions alone. */
export function addRows(table: usize, end: usize, passes: i32): i32 {
  let sum0 = i16x8.splat(0);
  let sum1 = i16x8.splat(0);
  let sum2 = i16x8.splat(0);
  let sum3 = i16x8.splat(0);
  let sum4 = i16x8.splat(0);
  let sum5 = i16x8.splat(0);
  let sum6 = i16x8.splat(0);
  let sum7 = i16x8.splat(0);
  for (let pass = 0; pass < passes; pass++) {
    for (let row = table; row < end; row += 64) {
      const row0 = v128.load(row);
      const row1 = v128.load(row, 16);
      const row2 = v128.load(row, 32);
      const row3 = v128.load(row, 48);
      sum0 = i16x8.add(sum0, row0);
      sum1 = i16x8.add(sum1, row1);
      sum2 = i16x8.add(sum2, row2);
      sum3 = i16x8.add(sum3, row3);
      sum4 = i16x8.add(sum4, i16x8.shr_s(row0, 8));
      sum5 = i16x8.add(sum5, i16x8.shr_s(row1, 8));
      sum6 = i16x8.add(sum6, i16x8.shr_s(row2, 8));
      sum7 = i16x8.add(sum7, i16x8.shr_s(row3, 8));
    }
  }
  return lanesOf(sum0, sum1, sum2, sum3, sum4, sum5, sum6, sum7);
}

/** Adds the rows that a list of u16 names, as the kernel does, but in one long list: no windows, no membranes. */
export function addListedRows(table: usize, list: usize, listEnd: usize, passes: i32): i32 {
  let sum0 = i16x8.splat(0);
  let sum1 = i16x8.splat(0);
  let sum2 = i16x8.splat(0);
  let sum3 = i16x8.splat(0);
  let sum4 = i16x8.splat(0);
  let sum5 = i16x8.splat(0);
  let sum6 = i16x8.splat(0);
  let sum7 = i16x8.splat(0);
  for (let pass = 0; pass < passes; pass++) {
    for (let entry = list; entry < listEnd; entry += 2) {
      const row = table + (<usize>load<u16>(entry) << 6);
      const row0 = v128.load(row);
      const row1 = v128.load(row, 16);
      const row2 = v128.load(row, 32);
      const row3 = v128.load(row, 48);
      sum0 = i16x8.add(sum0, row0);
      sum1 = i16x8.add(sum1, row1);
      sum2 = i16x8.add(sum2, row2);
      sum3 = i16x8.add(sum3, row3);
      sum4 = i16x8.add(sum4, i16x8.shr_s(row0, 8));
      sum5 = i16x8.add(sum5, i16x8.shr_s(row1, 8));
      sum6 = i16x8.add(sum6, i16x8.shr_s(row2, 8));
      sum7 = i16x8.add(sum7, i16x8.shr_s(row3, 8));
    }
  }
  return lanesOf(sum0, sum1, sum2, sum3, sum4, sum5, sum6, sum7);
}
