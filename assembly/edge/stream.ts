/** Standard input, byte by byte, through one buffer. */
import { read } from './wasi';

const CAPACITY: i32 = 8192;
const BUFFER = memory.data(CAPACITY, 8);
let position: i32 = 0;
let end: i32 = 0;

/** The next byte, or -1 at the end. */
export function nextByte(): i32 {
  if (position == end) {
    position = 0;
    end = read(BUFFER, CAPACITY);
    if (end == 0) return -1;
  }
  return load<u8>(BUFFER + position++);
}

/** Whether the stream begins with these eight bytes, low byte first, which are then still to be read. */
export function beginsWith(signature: u64): bool {
  while (end < 8) {
    const more = read(BUFFER + end, CAPACITY - end);
    if (more == 0) return false;
    end += more;
  }
  return load<u64>(BUFFER) == signature;
}

/** Whether there is nothing at all; call {@link beginsWith} first. */
export function isEmpty(): bool {
  return end == 0;
}
