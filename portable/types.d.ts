/**
 * The names that tsc must know to read portable/. AssemblyScript has the numbers itself, and assembly/edge/views.ts gives
 * it the arrays: addresses that are read and written in place.
 */

/** A double: what a JavaScript number is. */
type f64 = number;
/** A whole number from -2^31 to 2^31 - 1; a number of JavaScript becomes one only by rounding or a shift. */
type i32 = number;
/** A byte. */
type u8 = number;
/** A truth value. */
type bool = boolean;

/** f64 [index]. */
type Doubles = Float64Array;
/** i32 [index], none of them negative. */
type Indices = Int32Array;
/** u8 [index]. */
type Bytes = Uint8Array | Uint8ClampedArray;
