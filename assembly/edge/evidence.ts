/** What the output neurons of every head have said so far, where the bundle keeps it (portable/evidence.ts). */
import { addFired, evidenceScale, scaleEvidence, timestepWeight } from '../../portable/evidence.ts';
import { CONFIG, CONFIG_CLASSES, CONFIG_EVIDENCE, CONFIG_HEAD_COUNT } from './layout';
import './views';

/** k of this run. */
let forgetting: i32 = 0;
/** t^k of the latest timestep. */
let weight: f64 = 0;
/** Sums of t^k and of its square over all timesteps. */
let total: f64 = 0;
let squares: f64 = 0;

/** Forgets all heads' evidence; time is 0. */
export function resetEvidence(power: i32): void {
  forgetting = power;
  weight = 0;
  total = 0;
  squares = 0;
  const sums = load<i32>(CONFIG, CONFIG_HEAD_COUNT) * load<i32>(CONFIG, CONFIG_CLASSES);
  memory.fill(load<usize>(CONFIG, CONFIG_EVIDENCE), 0, <usize>sums << 3);
}

/** Takes the next timestep, which is `timestep`; its spikes follow head by head. */
export function weighTimestep(timestep: i32): void {
  weight = timestepWeight(<f64>timestep, forgetting);
  total += weight;
  squares += weight * weight;
}

/** Adds to a head's evidence which of its classes fired at the timestep: u8 [class], 1 or 0. */
export function addEvidence(head: i32, fired: usize): void {
  addFired(sumsOf(head), changetype<Bytes>(fired), load<i32>(CONFIG, CONFIG_CLASSES), weight);
}

/** Adds what a head's classes received at the timestep, in thresholds: i64 [class], i32 [class]. */
export function addReceived(head: i32, received: usize, threshold: usize): void {
  const sums = changetype<usize>(sumsOf(head));
  for (let label = 0; label < load<i32>(CONFIG, CONFIG_CLASSES); label++) {
    const word = <usize>label << 2;
    const sum = sums + (word << 1);
    const input = (weight * <f64>load<i64>(received + (word << 1))) / <f64>load<i32>(threshold + word);
    store<f64>(sum, load<f64>(sum) + input);
  }
}

/** Radix coding: so many timesteps are what its numbers stand for. */
export function sayTimesteps(timesteps: f64): void {
  total = timesteps;
  squares = timesteps;
}

/** Radix coding: M of a class. */
export function sayCount(head: i32, label: i32, count: f64): void {
  store<f64>(changetype<usize>(sumsOf(head)) + (<usize>label << 3), count);
}

/** Writes M_j of a head to f64 [class] at `counts`, clamped to what spikes can say. */
export function readEvidence(head: i32, counts: usize): void {
  const scale = evidenceScale(total, squares);
  const classes = load<i32>(CONFIG, CONFIG_CLASSES);
  scaleEvidence(sumsOf(head), classes, scale, changetype<Doubles>(counts));
  const most = weightedTimesteps();
  for (let label = 0; label < classes; label++, counts += 8) {
    store<f64>(counts, max(0.0, min(most, load<f64>(counts))));
  }
}

/** N_k: the number of timesteps where nothing is forgotten, fewer else. */
export function weightedTimesteps(): f64 {
  return total * evidenceScale(total, squares);
}

function sumsOf(head: i32): Doubles {
  const first = head * load<i32>(CONFIG, CONFIG_CLASSES);
  return changetype<Doubles>(load<usize>(CONFIG, CONFIG_EVIDENCE) + (<usize>first << 3));
}
