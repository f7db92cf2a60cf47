/**
 * Logarithm, exponential, sine and cosine of double precision, as fdlibm computes them (Copyright 1993 by Sun
 * Microsystems, Inc., "permission to use, copy, modify, and distribute this software is freely granted, provided that
 * this notice is preserved": e_log.c, e_exp.c, s_log1p.c, k_sin.c, k_cos.c, https://www.netlib.org/fdlibm/).
 *
 * ECMAScript leaves the last digits of Math.log and its like to the engine, and AssemblyScript's Math uses tables of
 * another library; these are the same everywhere. V8 of Node 20 evaluates the same formulas in the same order, so that
 * nothing changed where they took the place of its Math. Where fdlibm looks at the bits of a double, comparisons and
 * exact products by powers of two find the same here, since JavaScript and AssemblyScript reach bits by different ways.
 */

const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;

const TWO_30: f64 = 1073741824;
const TWO_31: f64 = 2147483648;
const TWO_20: f64 = 1048576;
const TWO_21: f64 = 2097152;
const TWO_22: f64 = 4194304;
const TWO_53: f64 = 9007199254740992;

const TINY_20: f64 = 1 / TWO_20;
const TINY_27: f64 = 1 / 134217728;
const TINY_28: f64 = 1 / 268435456;
const TINY_29: f64 = 1 / 536870912;
const TINY_30: f64 = 1 / TWO_30;
const TINY_31: f64 = 1 / TWO_31;
const TINY_54: f64 = 1 / 18014398509481984;

/** What {@link exponentOf} leaves of its number: 1 <= mantissa < 2. */
let mantissa: f64 = 1;

/** The exponent of a finite number above 0; its mantissa goes to {@link mantissa}. Every step is exact. */
function exponentOf(x: f64): f64 {
  let exponent: f64 = 0;
  for (; x < 1; x *= TWO_31) exponent -= 31;
  for (; x >= TWO_31; x *= TINY_31) exponent += 31;
  const bits = 31 - Math.clz32(x);
  mantissa = x * (smallPower(30 - bits) * TINY_30);
  return exponent + bits;
}

/** 2^k for a whole k from 0 to 30. */
function smallPower(k: f64): f64 {
  const power: i32 = 1 << (k as i32);
  return power as f64;
}

/** 2^k for a whole k from -1022 to 1023. */
function powerOfTwo(k: f64): f64 {
  let power: f64 = 1;
  for (; k < 0; k += 30) power *= TINY_30;
  for (; k > 30; k -= 30) power *= TWO_30;
  return power * smallPower(k);
}

const L1: f64 = 0.6666666666666735;
const L2: f64 = 0.3999999999940942;
const L3: f64 = 0.2857142874366239;
const L4: f64 = 0.22222198432149784;
const L5: f64 = 0.1818357216161805;
const L6: f64 = 0.15313837699209373;
const L7: f64 = 0.14798198605116586;

/** From here on a mantissa is halved, so that it lies around 1: about the root of 2. */
const LOG_HALVED: f64 = 1 + 0x6a09c / TWO_20;
/** Between these the quadratic term is kept apart. */
const LOG_MIDDLE_FROM: f64 = 1 + 0x6147a / TWO_20;
const LOG_MIDDLE_TO: f64 = 1 + 0x6b852 / TWO_20;

/** Natural logarithm; -infinity at 0, NaN below. */
export function log(x: f64): f64 {
  if (x <= 0) return x < 0 ? NaN : -Infinity;
  if (!(x < Infinity)) return x;
  let k = exponentOf(x);
  const m = mantissa;
  let f = m - 1;
  if (m >= LOG_HALVED) {
    f = m / 2 - 1;
    k += 1;
  }
  if (m < 1 + TINY_20 || m >= 2 - 2 * TINY_20) {
    if (f === 0) return k === 0 ? 0 : k * LN2_HIGH + k * LN2_LOW;
    const square = f * f * (0.5 - 0.3333333333333333 * f);
    return k === 0 ? f - square : k * LN2_HIGH - (square - k * LN2_LOW - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const r = z * (L1 + w * (L3 + w * (L5 + w * L7))) + w * (L2 + w * (L4 + w * L6));
  if (m >= LOG_MIDDLE_FROM && m < LOG_MIDDLE_TO) {
    const half = 0.5 * f * f;
    if (k === 0) return f - (half - s * (half + r));
    return k * LN2_HIGH - (half - (s * (half + r) + k * LN2_LOW) - f);
  }
  return k === 0 ? f - s * (f - r) : k * LN2_HIGH - (s * (f - r) - k * LN2_LOW - f);
}

/** About the root of 2, less 1. */
const LOG1P_LARGE: f64 = (1 + 0xa827a / TWO_20) / 4;
/** About 1 less the root of 1/2. */
const LOG1P_SMALL: f64 = (1 + 0x2bec5 / TWO_20) / 4;
const LOG1P_HALVED: f64 = 1 + 0x6a09e / TWO_20;

/** log(1 + x), exact for small x; -infinity at -1, NaN below. */
export function log1p(x: f64): f64 {
  if (x <= -1) return x < -1 ? NaN : -Infinity;
  if (!(x < Infinity)) return x;
  const magnitude = Math.abs(x);
  if (magnitude < TINY_29) return magnitude < TINY_54 ? x : x - x * x * 0.5;
  let k: f64 = 0;
  let f = x;
  let c: f64 = 0;
  let nearOne: bool = false;
  if (x >= LOG1P_LARGE || x <= -LOG1P_SMALL) {
    const u = x < TWO_53 ? 1 + x : x;
    k = exponentOf(u);
    // What rounding took from 1 + x.
    if (x < TWO_53) c = (k > 0 ? 1 - (u - x) : x - (u - 1)) / u;
    const m = mantissa;
    f = m - 1;
    if (m >= LOG1P_HALVED) {
      f = m / 2 - 1;
      k += 1;
    }
    nearOne = m < 1 + TINY_20 || m >= 2 - 3 * TINY_20;
  }
  const half = 0.5 * f * f;
  if (nearOne) {
    if (f === 0) return k === 0 ? 0 : k * LN2_HIGH + (c + k * LN2_LOW);
    const square = half * (1 - 0.6666666666666666 * f);
    return k === 0 ? f - square : k * LN2_HIGH - (square - (k * LN2_LOW + c) - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const r = z * (L1 + z * (L2 + z * (L3 + z * (L4 + z * (L5 + z * (L6 + z * L7))))));
  if (k === 0) return f - (half - s * (half + r));
  return k * LN2_HIGH - (half - (s * (half + r) + (k * LN2_LOW + c)) - f);
}

const P1: f64 = 0.16666666666666602;
const P2: f64 = -0.0027777777777015593;
const P3: f64 = 6.613756321437934e-5;
const P4: f64 = -1.6533902205465252e-6;
const P5: f64 = 4.1381367970572385e-8;

const EXP_OVERFLOW: f64 = 709.782712893384;
const EXP_UNDERFLOW: f64 = -745.1332191019411;
/** About ln(2) / 2 and 3 ln(2) / 2. */
const EXP_REDUCED: f64 = (1 + 0x62e43 / TWO_20) / 4;
const EXP_REDUCED_BY_MORE: f64 = 1 + 0x0a2b2 / TWO_20;
const TWO_1023: f64 = 8.98846567431158e307;
const TINY_1000: f64 = 9.332636185032189e-302;

/** e to the power x. */
export function exp(x: f64): f64 {
  if (!(x <= EXP_OVERFLOW)) return x > EXP_OVERFLOW ? Infinity : x;
  if (x < EXP_UNDERFLOW) return 0;
  const magnitude = Math.abs(x);
  let k: f64 = 0;
  let upper: f64 = 0;
  let lower: f64 = 0;
  if (magnitude >= EXP_REDUCED) {
    if (x === 1) return Math.E;
    if (magnitude < EXP_REDUCED_BY_MORE) k = x < 0 ? -1 : 1;
    else k = Math.trunc(Math.LOG2E * x + (x < 0 ? -0.5 : 0.5));
    upper = x - k * LN2_HIGH;
    lower = k * LN2_LOW;
    x = upper - lower;
  } else if (magnitude < TINY_28) {
    return 1 + x;
  }
  const t = x * x;
  const c = x - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))));
  if (k === 0) return 1 - ((x * c) / (c - 2) - x);
  const y = 1 - (lower - (x * c) / (2 - c) - upper);
  if (k === 1024) return y * 2 * TWO_1023;
  if (k >= -1021) return y * powerOfTwo(k);
  return y * powerOfTwo(k + 1000) * TINY_1000;
}

/** About pi / 4. */
const EIGHTH: f64 = (1 + 0x921fc / TWO_20) / 2;
/** pi / 2 agrees with angles between these in so many digits that more of its own are needed. */
const NEAR_QUARTER_FROM: f64 = 1 + 0x921fb / TWO_20;
const NEAR_QUARTER_TO: f64 = 1 + 0x921fc / TWO_20;
const PIO2_1: f64 = 1.5707963267341256;
const PIO2_1T: f64 = 6.077100506506192e-11;
const PIO2_2: f64 = 6.077100506303966e-11;
const PIO2_2T: f64 = 2.0222662487959506e-21;

/** Of the angle less pi / 2, in two parts. */
let rest: f64 = 0;
let restLow: f64 = 0;

function subtractRightAngle(x: f64): void {
  let z = x - PIO2_1;
  let tail = PIO2_1T;
  if (x >= NEAR_QUARTER_FROM && x < NEAR_QUARTER_TO) {
    z -= PIO2_2;
    tail = PIO2_2T;
  }
  rest = z - tail;
  restLow = z - rest - tail;
}

/** Sine, for 0 <= x <= pi / 2. */
export function sin(x: f64): f64 {
  if (x < EIGHTH) return sineNearZero(x, 0, false);
  subtractRightAngle(x);
  return cosineNearZero(rest, restLow);
}

/** Cosine, for 0 <= x <= pi / 2. */
export function cos(x: f64): f64 {
  if (x < EIGHTH) return cosineNearZero(x, 0);
  subtractRightAngle(x);
  return -sineNearZero(rest, restLow, true);
}

/** Sine of x + y, at most about pi / 4. */
function sineNearZero(x: f64, y: f64, hasTail: bool): f64 {
  if (Math.abs(x) < TINY_27) return x;
  const z = x * x;
  const v = z * x;
  const r =
    0.00833333333332249 +
    z *
      (-0.0001984126982985795 +
        z * (2.7557313707070068e-6 + z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10)));
  if (!hasTail) return x + v * (-0.16666666666666632 + z * r);
  return x - (z * (0.5 * y - v * r) - y - v * -0.16666666666666632);
}

const COSINE_SMALL: f64 = (1 + 0x33333 / TWO_20) / 4;
const COSINE_LARGE: f64 = (1 + 0x90001 / TWO_20) / 2;

/** Cosine of x + y, at most about pi / 4. */
function cosineNearZero(x: f64, y: f64): f64 {
  const magnitude = Math.abs(x);
  if (magnitude < TINY_27) return 1;
  const z = x * x;
  const r =
    z *
    (0.0416666666666666 +
      z *
        (-0.001388888888887411 +
          z *
            (2.480158728947673e-5 +
              z * (-2.7557314351390663e-7 + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11)))));
  if (magnitude < COSINE_SMALL) return 1 - (0.5 * z - (z * r - x * y));
  const quarter = quarterOf(magnitude);
  return 1 - quarter - (0.5 * z - quarter - (z * r - x * y));
}

/** A quarter of an angle from 0.3 to pi / 4, to 21 binary digits. */
function quarterOf(angle: f64): f64 {
  if (angle >= COSINE_LARGE) return 0.28125;
  const scale = angle < 0.5 ? TWO_22 : TWO_21;
  return Math.floor(angle * scale) / scale / 4;
}
