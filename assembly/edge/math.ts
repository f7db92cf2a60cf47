/**
 * Logarithm, exponential, sine and cosine of double precision, as fdlibm computes them (Copyright 1993 by Sun
 * Microsystems, Inc., "permission to use, copy, modify, and distribute this software is freely granted, provided that
 * this notice is preserved": e_log.c, e_exp.c, s_log1p.c, k_sin.c, k_cos.c, https://www.netlib.org/fdlibm/).
 *
 * V8 evaluates Math.log, Math.exp and Math.log1p by the same formulas in the same order, so results are the host's to
 * the last bit; AssemblyScript's own Math uses tables of another library. Sine and cosine serve angles from 0 to
 * pi / 2 only, where no long reduction is needed.
 */

const LN2_HIGH: f64 = 6.9314718036912381649e-1;
const LN2_LOW: f64 = 1.90821492927058770002e-10;
const TWO_54: f64 = 1.80143985094819840000e16;

const L1: f64 = 6.666666666666735130e-1;
const L2: f64 = 3.999999999940941908e-1;
const L3: f64 = 2.857142874366239149e-1;
const L4: f64 = 2.222219843214978396e-1;
const L5: f64 = 1.818357216161805012e-1;
const L6: f64 = 1.531383769920937332e-1;
const L7: f64 = 1.479819860511658591e-1;

// @ts-ignore: decorator
@inline
function highWord(x: f64): i32 {
  return <i32>(reinterpret<u64>(x) >> 32);
}

// @ts-ignore: decorator
@inline
function withHighWord(x: f64, high: i32): f64 {
  return reinterpret<f64>((reinterpret<u64>(x) & 0xffffffff) | (<u64>(<u32>high) << 32));
}

/** Natural logarithm; -infinity at 0, NaN below. */
export function log(x: f64): f64 {
  let high = highWord(x);
  let k: i32 = 0;
  if (high < 0x00100000) {
    if (x == 0) return -Infinity;
    if (high < 0) return NaN;
    k = -54;
    x *= TWO_54;
    high = highWord(x);
  }
  if (high >= 0x7ff00000) return x + x;
  k += (high >> 20) - 1023;
  high &= 0xfffff;
  const carry = (high + 0x95f64) & 0x100000;
  x = withHighWord(x, high | (carry ^ 0x3ff00000));
  k += carry >> 20;
  const f = x - 1;
  const dk = <f64>k;
  if ((0xfffff & (2 + high)) < 3) {
    if (f == 0) return k == 0 ? 0 : dk * LN2_HIGH + dk * LN2_LOW;
    const r = f * f * (0.5 - 0.33333333333333333 * f);
    return k == 0 ? f - r : dk * LN2_HIGH - (r - dk * LN2_LOW - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const r = z * (L1 + w * (L3 + w * (L5 + w * L7))) + w * (L2 + w * (L4 + w * L6));
  if (((high - 0x6147a) | (0x6b851 - high)) > 0) {
    const half = 0.5 * f * f;
    return k == 0 ? f - (half - s * (half + r)) : dk * LN2_HIGH - (half - (s * (half + r) + dk * LN2_LOW) - f);
  }
  return k == 0 ? f - s * (f - r) : dk * LN2_HIGH - (s * (f - r) - dk * LN2_LOW - f);
}

/** log(1 + x), exact for small x. */
export function log1p(x: f64): f64 {
  const high = highWord(x);
  const magnitude = high & 0x7fffffff;
  let k: i32 = 1;
  let f: f64 = 0;
  let highU: i32 = 0;
  let c: f64 = 0;
  if (high < 0x3fda827a) {
    if (magnitude >= 0x3ff00000) return x == -1 ? -Infinity : NaN;
    if (magnitude < 0x3e200000) return magnitude < 0x3c900000 ? x : x - x * x * 0.5;
    if (high > 0 || high <= <i32>0xbfd2bec4) {
      k = 0;
      f = x;
      highU = 1;
    }
  }
  if (high >= 0x7ff00000) return x + x;
  if (k != 0) {
    let u = x;
    if (high < 0x43400000) {
      u = 1 + x;
      highU = highWord(u);
      k = (highU >> 20) - 1023;
      c = (k > 0 ? 1 - (u - x) : x - (u - 1)) / u;
    } else {
      highU = highWord(u);
      k = (highU >> 20) - 1023;
    }
    highU &= 0xfffff;
    if (highU < 0x6a09e) {
      u = withHighWord(u, highU | 0x3ff00000);
    } else {
      k++;
      u = withHighWord(u, highU | 0x3fe00000);
      highU = (0x00100000 - highU) >> 2;
    }
    f = u - 1;
  }
  const dk = <f64>k;
  const half = 0.5 * f * f;
  if (highU == 0) {
    if (f == 0) return k == 0 ? 0 : dk * LN2_HIGH + (c + dk * LN2_LOW);
    const r = half * (1 - 0.66666666666666666 * f);
    return k == 0 ? f - r : dk * LN2_HIGH - (r - (dk * LN2_LOW + c) - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const r = z * (L1 + z * (L2 + z * (L3 + z * (L4 + z * (L5 + z * (L6 + z * L7))))));
  return k == 0 ? f - (half - s * (half + r)) : dk * LN2_HIGH - (half - (s * (half + r) + (dk * LN2_LOW + c)) - f);
}

const P1: f64 = 1.66666666666666019037e-1;
const P2: f64 = -2.77777777770155933842e-3;
const P3: f64 = 6.61375632143793436117e-5;
const P4: f64 = -1.65339022054652515390e-6;
const P5: f64 = 4.13813679705723846039e-8;

/** e to the power x. */
export function exp(x: f64): f64 {
  const negative = highWord(x) < 0;
  const high = highWord(x) & 0x7fffffff;
  if (x != x) return x;
  if (x > 7.09782712893383973096e2) return Infinity;
  if (x < -7.45133219101941108420e2) return 0;
  let k: i32 = 0;
  let upper: f64 = 0;
  let lower: f64 = 0;
  if (high > 0x3fd62e42) {
    if (high < 0x3ff0a2b2) {
      if (x == 1) return 2.718281828459045;
      upper = negative ? x + LN2_HIGH : x - LN2_HIGH;
      lower = negative ? -LN2_LOW : LN2_LOW;
      k = negative ? -1 : 1;
    } else {
      k = <i32>(1.4426950408889634 * x + (negative ? -0.5 : 0.5));
      upper = x - <f64>k * LN2_HIGH;
      lower = <f64>k * LN2_LOW;
    }
    x = upper - lower;
  } else if (high < 0x3e300000) {
    return 1 + x;
  }
  const t = x * x;
  const c = x - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))));
  if (k == 0) return 1 - ((x * c) / (c - 2) - x);
  const y = 1 - (lower - (x * c) / (2 - c) - upper);
  if (k == 1024) return y * 2 * 8.98846567431158e307;
  if (k >= -1021) return y * reinterpret<f64>(<u64>(0x3ff + k) << 52);
  return y * reinterpret<f64>(<u64>(0x3ff + k + 1000) << 52) * 9.33263618503218878990e-302;
}

const PI_4_HIGH: i32 = 0x3fe921fb;
const PIO2_1: f64 = 1.57079632673412561417;
const PIO2_1T: f64 = 6.07710050650619224932e-11;
const PIO2_2: f64 = 6.07710050630396597660e-11;
const PIO2_2T: f64 = 2.02226624879595063154e-21;

/** Of the angle less pi / 2, in two parts. */
let rest: f64 = 0;
let restLow: f64 = 0;

function subtractRightAngle(x: f64): void {
  let z = x - PIO2_1;
  let tail = PIO2_1T;
  if (highWord(x) == 0x3ff921fb) {
    z -= PIO2_2;
    tail = PIO2_2T;
  }
  rest = z - tail;
  restLow = z - rest - tail;
}

/** Sine, for 0 <= x <= pi / 2. */
export function sin(x: f64): f64 {
  if (highWord(x) <= PI_4_HIGH) return highWord(x) < 0x3e400000 ? x : kernelSine(x, 0, false);
  subtractRightAngle(x);
  return kernelCosine(rest, restLow);
}

/** Cosine, for 0 <= x <= pi / 2. */
export function cos(x: f64): f64 {
  if (highWord(x) <= PI_4_HIGH) return kernelCosine(x, 0);
  subtractRightAngle(x);
  return -kernelSine(rest, restLow, true);
}

function kernelSine(x: f64, y: f64, hasTail: bool): f64 {
  if ((highWord(x) & 0x7fffffff) < 0x3e400000) return x;
  const z = x * x;
  const v = z * x;
  const r =
    8.33333333332248946124e-3 +
    z *
      (-1.98412698298579493134e-4 +
        z * (2.75573137070700676789e-6 + z * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10)));
  if (!hasTail) return x + v * (-1.66666666666666324348e-1 + z * r);
  return x - (z * (0.5 * y - v * r) - y - v * -1.66666666666666324348e-1);
}

function kernelCosine(x: f64, y: f64): f64 {
  const high = highWord(x) & 0x7fffffff;
  if (high < 0x3e400000) return 1;
  const z = x * x;
  const r =
    z *
    (4.16666666666666019037e-2 +
      z *
        (-1.38888888888741095749e-3 +
          z *
            (2.48015872894767294178e-5 +
              z * (-2.75573143513906633035e-7 + z * (2.08757232129817482790e-9 + z * -1.13596475577881948265e-11)))));
  if (high < 0x3fd33333) return 1 - (0.5 * z - (z * r - x * y));
  const quarter = high > 0x3fe90000 ? 0.28125 : reinterpret<f64>(<u64>(high - 0x00200000) << 32);
  return 1 - quarter - (0.5 * z - quarter - (z * r - x * y));
}
