/**
 * Bytes from outside. They may come from another realm (a frame, a worker of a test runner), where `Uint8Array` is
 * another class, so they are known by their tag and not by `instanceof`.
 */

/** The bytes of an array or buffer, without a copy; null if it is neither. */
export function bytesIn(source: unknown): Uint8Array | null {
  if (source instanceof Uint8Array) return source;
  if (isTagged<ArrayBuffer>(source, 'ArrayBuffer')) return new Uint8Array(source);
  if (!isTagged<Uint8Array>(source, 'Uint8Array')) return null;
  return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
}

/** Whether a value holds 8-bit samples. */
export function isSamples(values: unknown): boolean {
  return isTagged(values, 'Uint8ClampedArray') || isTagged(values, 'Uint8Array');
}

function isTagged<T>(value: unknown, tag: string): value is T {
  return Object.prototype.toString.call(value) === `[object ${tag}]`;
}
