/** Rates, shapes and ranking where the bundle keeps them (portable/posterior.ts). */
import { computePosterior as compute, lowerEnd, upperEnd } from '../../portable/posterior.ts';
import { CONFIG, CONFIG_CLASSES, CONFIG_RANKING, CONFIG_RATES, CONFIG_SHAPES } from './layout';
import './views';

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
  compute(
    changetype<Doubles>(final),
    time,
    changetype<Doubles>(head),
    time,
    head ? strength : 0,
    load<i32>(CONFIG, CONFIG_CLASSES),
    changetype<Doubles>(load<usize>(CONFIG, CONFIG_RATES)),
    changetype<Doubles>(load<usize>(CONFIG, CONFIG_SHAPES)),
    changetype<Indices>(load<usize>(CONFIG, CONFIG_RANKING)),
  );
}

/** Lower end of a class's equal-tailed 95 % interval, widened to hold the rate. */
export function lowerBound(index: i32): f64 {
  return lowerEnd(shapeOf(index, 0), shapeOf(index, 8), TAIL, rateOf(index));
}

/** Upper end. */
export function upperBound(index: i32): f64 {
  return upperEnd(shapeOf(index, 0), shapeOf(index, 8), TAIL, rateOf(index));
}

/** The estimated rate of a class. */
export function rateOf(index: i32): f64 {
  return load<f64>(load<usize>(CONFIG, CONFIG_RATES) + (<usize>index << 3));
}

function shapeOf(index: i32, offset: usize): f64 {
  return load<f64>(load<usize>(CONFIG, CONFIG_SHAPES) + (<usize>index << 4) + offset);
}
