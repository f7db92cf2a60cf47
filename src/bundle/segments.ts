/** Which bytes of a memory must be stored so that it comes back: memory starts as zeros, so runs of zeros need not. */
import type { DataSegment } from './sections.js';

/** A gap of so many zero words is worth a new segment; its address and length take about ten bytes. */
const SHORTEST_GAP = 16;

/**
 * The non-zero runs of a memory, in order.
 *
 * @param memory - starts at address 0; its length is a multiple of 4
 */
export function nonZeroRuns(memory: ArrayBuffer): DataSegment[] {
  const words = new Int32Array(memory);
  const segments: DataSegment[] = [];
  let word = 0;
  while (word < words.length) {
    if (words[word] === 0) {
      word++;
      continue;
    }
    const first = word;
    let end = word;
    for (; word < words.length && word - end < SHORTEST_GAP; word++) {
      if (words[word] !== 0) end = word + 1;
    }
    segments.push({ address: first * 4, bytes: new Uint8Array(memory, first * 4, (end - first) * 4) });
  }
  return segments;
}
