/** Which class comes first: eq. (14) without its denominator, which all classes share. */

/** What is compared; set by {@link rankBy}. */
let finalCounts: usize = 0;
/** 0 where there is no prior. */
let headCounts: usize = 0;
let headTimesteps: f64 = 0;
let priorStrength: f64 = 0;

/**
 * Says what the next comparisons are of.
 *
 * @param final - f64 [class], M_j of the final prediction (evidence.ts)
 * @param head - f64 [class], M_j of the internal prediction; 0 for the final prediction alone
 * @param time - N_k of the internal prediction
 * @param strength - P of eq. (16)
 */
export function rankBy(final: usize, head: usize, time: f64, strength: f64): void {
  finalCounts = final;
  headCounts = head;
  headTimesteps = time;
  priorStrength = strength;
}

/** Whether class `a` ranks before class `b`: by rate, then by final spikes as they count, then by index. */
export function ranksBefore(a: i32, b: i32): bool {
  const countA = countAt(finalCounts, a);
  const countB = countAt(finalCounts, b);
  if (headCounts) {
    const scoreA = fusedScore(a);
    const scoreB = fusedScore(b);
    if (scoreA != scoreB) return scoreA > scoreB;
  }
  return countA == countB ? a < b : countA > countB;
}

/** The numerator of eq. (14) without its fraction; only with a prior. */
export function fusedScore(index: i32): f64 {
  return priorStrength * countAt(headCounts, index) + headTimesteps * countAt(finalCounts, index);
}

/** M_j of a class among those at `counts`. */
// @ts-ignore: decorator
@inline
export function countAt(counts: usize, index: i32): f64 {
  return load<f64>(counts + (<usize>index << 3));
}
