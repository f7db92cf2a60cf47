/** Where axes begin, end and have their ticks. */

/**
 * A domain for a logarithmic axis around positive values: at least a factor of two wide, with a little room.
 *
 * @param lower - of which the least is shown
 * @param upper - of which the largest is shown; not empty together with `lower`
 */
export function logarithmicDomain(lower: readonly number[], upper: readonly number[]): [number, number] {
  const lowest = lower.reduce((a, b) => Math.min(a, b), Infinity);
  const highest = upper.reduce((a, b) => Math.max(a, b), lowest);
  const room = Math.max(1.05, Math.sqrt((2 * lowest) / highest));
  return [lowest / room, highest * room];
}

/** Powers of ten in a domain, with 2 and 5 times them where the domain has few, or 1 to 9 times them in a narrow one. */
export function logarithmicTicks(lowest: number, highest: number): number[] {
  const decades = Math.log10(highest / lowest);
  const steps = decades > 3.2 ? [1] : decades > 0.8 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9];
  const ticks: number[] = [];
  for (
    let exponent = Math.floor(Math.log10(lowest));
    exponent <= Math.ceil(Math.log10(highest));
    exponent++
  ) {
    ticks.push(...steps.map((step) => Number(`${step}e${exponent}`)));
  }
  return ticks.filter((tick) => tick >= lowest && tick <= highest);
}
