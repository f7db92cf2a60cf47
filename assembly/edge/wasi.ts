/**
 * The few functions of WASI preview 1 that the command imports
 * (https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md), and what is built directly on them.
 */
import { endLine, messageAddress, messageLength, say, sayNumber } from './text';

// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "fd_read")
declare function fd_read(descriptor: i32, vectors: usize, count: i32, read: usize): i32;
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "fd_write")
declare function fd_write(descriptor: i32, vectors: usize, count: i32, written: usize): i32;
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "proc_exit")
declare function proc_exit(code: i32): void;
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "args_sizes_get")
declare function args_sizes_get(count: usize, bytes: usize): i32;
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "args_get")
declare function args_get(pointers: usize, bytes: usize): i32;
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "clock_time_get")
declare function clock_time_get(clock: i32, precision: i64, time: usize): i32;

const STANDARD_INPUT: i32 = 0;
export const STANDARD_OUTPUT: i32 = 1;
const STANDARD_ERROR: i32 = 2;
const MONOTONIC_CLOCK: i32 = 1;

const MAX_ARGUMENTS: i32 = 64;
const MAX_ARGUMENT_BYTES: i32 = 4096;

/** One address and length, then the number of bytes moved, or a time. */
const CALL = memory.data(16, 8);
const ARGUMENT_POINTERS = memory.data(MAX_ARGUMENTS * 4, 4);
const ARGUMENT_BYTES = memory.data(MAX_ARGUMENT_BYTES);

/** Reads up to `length` bytes from standard input; 0 at its end. */
export function read(address: usize, length: i32): i32 {
  store<usize>(CALL, address);
  store<i32>(CALL, length, 4);
  store<i32>(CALL, 0, 8);
  const error = fd_read(STANDARD_INPUT, CALL, 1, CALL + 8);
  if (error != 0) {
    say('standard input cannot be read: WASI error ');
    sayNumber(error);
    fail();
  }
  return load<i32>(CALL, 8);
}

/** Writes all of `length` bytes; false where the system refuses. */
export function write(descriptor: i32, address: usize, length: i32): bool {
  while (length > 0) {
    store<usize>(CALL, address);
    store<i32>(CALL, length, 4);
    store<i32>(CALL, 0, 8);
    if (fd_write(descriptor, CALL, 1, CALL + 8) != 0) return false;
    const written = load<i32>(CALL, 8);
    if (written <= 0 || written > length) return false;
    address += written;
    length -= written;
  }
  return true;
}

/** Milliseconds of a clock that only moves forward; 0 where the host has none. */
export function milliseconds(): f64 {
  store<u64>(CALL, 0);
  if (clock_time_get(MONOTONIC_CLOCK, 1000, CALL) != 0) return 0;
  return <f64>load<u64>(CALL) / 1e6;
}

/** Fetches the arguments; returns how many there are, the program's name included. */
export function fetchArguments(): i32 {
  if (args_sizes_get(CALL, CALL + 4) != 0) return 0;
  const count = load<u32>(CALL);
  const isTooMany = count > <u32>MAX_ARGUMENTS || load<u32>(CALL, 4) > <u32>MAX_ARGUMENT_BYTES;
  if (isTooMany) failWith('too many arguments: see --help');
  if (args_get(ARGUMENT_POINTERS, ARGUMENT_BYTES) != 0) failWith('the arguments cannot be read');
  return count;
}

/** Address of an argument, which ends in a zero byte. */
export function argument(index: i32): usize {
  return load<usize>(ARGUMENT_POINTERS + (<usize>index << 2));
}

/** Ends the program. */
export function exit(code: i32): void {
  proc_exit(code);
  unreachable();
}

/** Ends the program with what was said so far as its one line on standard error. */
export function fail(): void {
  endLine();
  write(STANDARD_ERROR, messageAddress(), messageLength());
  exit(1);
}

/** Ends the program with one line on standard error. */
export function failWith(message: string): void {
  say(message);
  fail();
}
