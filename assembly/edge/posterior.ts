/**
 * Bayesian fusion, eqs. (10) to (18): src/fusion/posterior.ts in the same order of operations, so that rates and
 * ranking are the host's to the last bit.
 */
import { betaQuantile } from './beta';
import { CONFIG, CONFIG_CLASSES, CONFIG_RANKING, CONFIG_RATES, CONFIG_SHAPES } from './layout';
import { countAt, fusedScore, rankBy } from './rank';
import { sortClasses } from './sort';

/** The probability that an interval of 95 % leaves out on either side, in the arithmetic of the host. */
const TAIL: f64 = (1.0 - 0.95) / 2.0;

/**
 * Fills rates, shapes and ranking.
 *
 * @param final - f64 [class], M_j of the final prediction (evidence.ts)
 * @param head - f64 [class], M_j of the internal prediction; 0 for the final prediction alone
 * @param time - N_k, of both
 * @param strength - P of eq. (16)
 */
export function computePosterior(final: usize, head: usize, time: f64, strength: f64): void {
  const prior = strength > 0 && time > 0 ? head : 0;
  rankBy(final, prior, time, strength);
  const classes = load<i32>(CONFIG, CONFIG_CLASSES);
  let rate = load<usize>(CONFIG, CONFIG_RATES);
  let shape = load<usize>(CONFIG, CONFIG_SHAPES);
  for (let index = 0; index < classes; index++, rate += 8, shape += 16) {
    const count = countAt(final, index);
    store<f64>(rate, prior ? fusedScore(index) / (time * (strength + time)) : time == 0 ? 0 : count / time);
    let alpha: f64 = 1;
    let beta: f64 = 1;
    if (prior) {
      const headCount = countAt(prior, index);
      alpha = max(1.0, (strength * headCount) / time);
      beta = max(1.0, (strength * (time - headCount)) / time);
    }
    store<f64>(shape, alpha + count);
    store<f64>(shape, beta + time - count, 8);
  }
  sortClasses(load<usize>(CONFIG, CONFIG_RANKING), classes);
}

/** Lower end of a class's equal-tailed 95 % interval, widened to hold the rate. */
export function lowerBound(index: i32): f64 {
  const shape = load<usize>(CONFIG, CONFIG_SHAPES) + (<usize>index << 4);
  return min(betaQuantile(load<f64>(shape), load<f64>(shape, 8), TAIL), rateOf(index));
}

/** Upper end. */
export function upperBound(index: i32): f64 {
  const shape = load<usize>(CONFIG, CONFIG_SHAPES) + (<usize>index << 4);
  return max(betaQuantile(load<f64>(shape), load<f64>(shape, 8), 1 - TAIL), rateOf(index));
}

/** The estimated rate of a class. */
export function rateOf(index: i32): f64 {
  return load<f64>(load<usize>(CONFIG, CONFIG_RATES) + (<usize>index << 3));
}
