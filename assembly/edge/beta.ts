/**
 * The Beta distribution, eqs. (11) and (12): src/fusion/beta.ts statement for statement, so that intervals come out as
 * on the host. What each step is for is said there.
 */
import { exp, log, log1p } from './math';

const STIRLING_FROM: f64 = 12;
const MAX_FRACTION_STEPS: i32 = 200000;
const FRACTION_TOLERANCE: f64 = 1e-16;
const TINY: f64 = 1e-300;
const MAX_QUANTILE_STEPS: i32 = 200;
const HALF_LOG_2_PI: f64 = 0.9189385332046727;
/** Logarithm of the smallest double above 0. */
const LOG_SMALLEST: f64 = -744.4400719213812;

/** Natural logarithm of the gamma function, for x > 0. */
function logGamma(x: f64): f64 {
  let product: f64 = 1;
  let shifted = x;
  for (; shifted < STIRLING_FROM; shifted += 1) product *= shifted;
  const inverseSquare = 1 / (shifted * shifted);
  let series: f64 = 1.0 / 1188.0;
  series = series * inverseSquare + -1.0 / 1680.0;
  series = series * inverseSquare + 1.0 / 1260.0;
  series = series * inverseSquare + -1.0 / 360.0;
  series = series * inverseSquare + 1.0 / 12.0;
  return (shifted - 0.5) * log(shifted) - shifted + HALF_LOG_2_PI + series / shifted - log(product);
}

/** Natural logarithm of the Beta function, for alpha, beta > 0. */
export function logBeta(alpha: f64, beta: f64): f64 {
  return logGamma(alpha) + logGamma(beta) - logGamma(alpha + beta);
}

/** P(rate <= x), for shapes above 0; `normaliser` is logBeta(alpha, beta), which is logBeta(beta, alpha) too. */
export function betaCumulative(alpha: f64, beta: f64, normaliser: f64, x: f64): f64 {
  if (x < 0) return 0;
  if (x >= 1) return 1;
  if (x == 0) return 0;
  return x <= (alpha + 1) / (alpha + beta + 2)
    ? lowerTail(alpha, beta, normaliser, x, 1 - x)
    : 1 - lowerTail(beta, alpha, normaliser, 1 - x, x);
}

/** The rate below which lies probability `p`, for shapes above 0 and 0 < p < 1. */
export function betaQuantile(alpha: f64, beta: f64, p: f64): f64 {
  return p <= betaCumulative(alpha, beta, logBeta(alpha, beta), alpha / (alpha + beta))
    ? lowerQuantile(alpha, beta, p)
    : 1 - lowerQuantile(beta, alpha, 1 - p);
}

function lowerQuantile(alpha: f64, beta: f64, p: f64): f64 {
  const normaliser = logBeta(alpha, beta);
  const logP = log(p);
  let low: f64 = LOG_SMALLEST;
  let high = log(alpha / (alpha + beta));
  let u = (logP + log(alpha) + normaliser) / alpha;
  for (let step = 0; step < MAX_QUANTILE_STEPS; step++) {
    if (!(u > low && u < high)) u = (low + high) / 2;
    const x = exp(u);
    const cumulative = betaCumulative(alpha, beta, normaliser, x);
    if (cumulative < p) low = u;
    else high = u;
    const logY = log1p(-x);
    const inverseSlope = cumulative / exp(alpha * u + (beta - 1) * logY - normaliser);
    if (!isFinite(inverseSlope)) {
      u = (low + high) / 2;
      continue;
    }
    const change = (logP - log(cumulative)) * inverseSlope;
    const exponents = alpha * abs(u) + beta * abs(logY) + abs(normaliser);
    const rounding = 2.220446049250313e-16 * (exponents * inverseSlope + max(1.0, abs(u)));
    u += change;
    if (abs(change) <= rounding || high - low <= rounding) break;
  }
  return exp(min(high, max(low, u)));
}

function lowerTail(alpha: f64, beta: f64, normaliser: f64, x: f64, y: f64): f64 {
  const front = exp(alpha * log(x) + beta * log(y) - normaliser);
  return min(1.0, front * (continuedFraction(alpha, beta, x) / alpha));
}

/** Modified Lentz evaluation, two terms a step. */
function continuedFraction(alpha: f64, beta: f64, x: f64): f64 {
  let c: f64 = 1;
  let d = 1 / awayFromZero(1 - ((alpha + beta) * x) / (alpha + 1));
  let fraction = d;
  for (let step = 1; step <= MAX_FRACTION_STEPS; step++) {
    const m = <f64>step;
    const place = alpha + 2 * m;
    const even = (m * (beta - m) * x) / ((place - 1) * place);
    d = 1 / awayFromZero(1 + even * d);
    c = awayFromZero(1 + even / c);
    fraction *= c * d;
    const odd = (-(alpha + m) * (alpha + beta + m) * x) / (place * (place + 1));
    d = 1 / awayFromZero(1 + odd * d);
    c = awayFromZero(1 + odd / c);
    const change = c * d;
    fraction *= change;
    if (abs(change - 1) <= FRACTION_TOLERANCE) break;
  }
  return fraction;
}

// @ts-ignore: decorator
@inline
function awayFromZero(value: f64): f64 {
  return abs(value) < TINY ? TINY : value;
}
