/** Numbers as people read them. */

/** A class's label as words. */
export function words(label: string): string {
  return label.replaceAll('_', ' ');
}

/** 1234567 -> "1.23 M". */
export function formatCount(count: number): string {
  for (const [unit, size] of [
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const) {
    if (count >= 0.9995 * size) return `${threeDigits(count / size)} ${unit}`;
  }
  return String(count);
}

/** Whole numbers with separators. */
export function formatWhole(count: number): string {
  return count.toLocaleString('en-GB');
}

export function formatEnergy(millijoules: number): string {
  if (millijoules === 0) return '0 mJ';
  return millijoules >= 0.9995 ? `${threeDigits(millijoules)} mJ` : `${threeDigits(1000 * millijoules)} µJ`;
}

/** A probability that never claims to be certain unless it is. */
export function formatProbability(probability: number): string {
  if (probability > 0.999 && probability < 1) return '> 99.9 %';
  if (probability < 0.001 && probability > 0) return '< 0.1 %';
  return `${(100 * probability).toFixed(1)} %`;
}

/** A fraction of neurons. */
export function formatShare(share: number): string {
  const percent = 100 * share;
  return `${percent >= 10 || percent === 0 ? percent.toFixed(0) : percent.toFixed(1)} %`;
}

export function formatMilliseconds(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;
}

/** Three digits, without an exponent. */
export function threeDigits(value: number): string {
  const rounded = Number(value.toPrecision(3));
  const decimals = rounded === 0 ? 2 : 2 - Math.floor(Math.log10(Math.abs(rounded)));
  return rounded.toFixed(Math.min(Math.max(decimals, 0), 6));
}

/** "32 × 32 × 64". */
export function formatShape(shape: { height: number; width: number; channels: number }): string {
  return `${shape.height} × ${shape.width} × ${shape.channels}`;
}
