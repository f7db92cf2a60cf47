/** Synthetic records in the form of CIFAR-100's binary version. */
import { uniform } from '../generate.js';

const EXTENT = 32;
/** One coarse label, one fine label, the pixels. */
export const RECORD_BYTES = 2 + 3 * EXTENT * EXTENT;

/**
 * Records with fine labels below `classes`. A class has a colour and a place: smooth blobs, so that pictures differ
 * where real ones do, and not only in noise.
 */
export function randomRecords(count: number, classes: number, seed: number): Uint8Array {
  const random = uniform(seed);
  const bytes = new Uint8Array(count * RECORD_BYTES);
  for (let record = 0; record < count; record++) {
    const label = Math.floor(random() * classes);
    const start = record * RECORD_BYTES;
    bytes[start + 1] = label;
    const [centreX, centreY] = [8 + (label % 4) * 5 + random() * 4, 8 + (label % 3) * 7 + random() * 4];
    for (let plane = 0; plane < 3; plane++) {
      const strength = 60 + 160 * ((label * (plane + 3) * 0.37) % 1);
      for (let pixel = 0; pixel < EXTENT * EXTENT; pixel++) {
        const distance = Math.hypot((pixel % EXTENT) - centreX, Math.floor(pixel / EXTENT) - centreY);
        const value = 40 + strength * Math.exp(-((distance / 8) ** 2)) + 30 * random();
        bytes[start + 2 + plane * EXTENT * EXTENT + pixel] = Math.min(255, Math.round(value));
      }
    }
  }
  return bytes;
}
