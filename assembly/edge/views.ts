/**
 * The arrays of portable/ in this module's fixed memory: an address, read and written in place. They are global names
 * because portable/, which imports no types, takes them from tsc as typed arrays (portable/types.d.ts).
 */

/** f64 [index]. */
// @ts-ignore: decorator
@global
@unmanaged
// biome-ignore lint/correctness/noUnusedVariables: other files use it as a global
class Doubles {
  // @ts-ignore: decorator
  @inline
  @operator('[]')
  get(index: i32): f64 {
    return load<f64>(changetype<usize>(this) + (<usize>index << 3));
  }

  // @ts-ignore: decorator
  @inline
  @operator('[]=')
  set(index: i32, value: f64): void {
    store<f64>(changetype<usize>(this) + (<usize>index << 3), value);
  }
}

/** i32 [index], none of them negative. */
// @ts-ignore: decorator
@global
@unmanaged
// biome-ignore lint/correctness/noUnusedVariables: other files use it as a global
class Indices {
  // @ts-ignore: decorator
  @inline
  @operator('[]')
  get(index: i32): i32 {
    return load<i32>(changetype<usize>(this) + (<usize>index << 2));
  }

  // @ts-ignore: decorator
  @inline
  @operator('[]=')
  set(index: i32, value: i32): void {
    store<i32>(changetype<usize>(this) + (<usize>index << 2), value);
  }
}

/** u8 [index]. */
// @ts-ignore: decorator
@global
@unmanaged
// biome-ignore lint/correctness/noUnusedVariables: other files use it as a global
class Bytes {
  // @ts-ignore: decorator
  @inline
  @operator('[]')
  get(index: i32): u8 {
    return load<u8>(changetype<usize>(this) + index);
  }

  // @ts-ignore: decorator
  @inline
  @operator('[]=')
  set(index: i32, value: u8): void {
    store<u8>(changetype<usize>(this) + index, value);
  }
}
