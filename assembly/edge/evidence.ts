/**
 * What the output neurons have said so far, timestep t counting as t^k: src/fusion/evidence.ts in the same order of
 * operations, so that M_j and N_k are the host's to the last bit. What forgetting is for is said there.
 */
import { CONFIG, CONFIG_CLASSES, CONFIG_EVIDENCE, CONFIG_HEAD_COUNT } from './layout';

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
  weight = 1;
  for (let power = 0; power < forgetting; power++) weight *= <f64>timestep;
  total += weight;
  squares += weight * weight;
}

/** Adds to a head's evidence which of its classes fired at the timestep: u8 [class], 1 or 0. */
export function addEvidence(head: i32, fired: usize): void {
  const classes = load<i32>(CONFIG, CONFIG_CLASSES);
  let sum = sumsOf(head);
  for (let index = 0; index < classes; index++, sum += 8) {
    store<f64>(sum, load<f64>(sum) + weight * <f64>load<u8>(fired + index));
  }
}

/** Writes M_j of a head to f64 [class] at `counts`. */
export function readEvidence(head: i32, counts: usize): void {
  const classes = load<i32>(CONFIG, CONFIG_CLASSES);
  const scale = scaleOfSums();
  let sum = sumsOf(head);
  for (let index = 0; index < classes; index++, sum += 8, counts += 8) {
    store<f64>(counts, load<f64>(sum) * scale);
  }
}

/** N_k: the number of timesteps where nothing is forgotten, fewer else. */
export function weightedTimesteps(): f64 {
  return total * scaleOfSums();
}

/** What brings sums to the scale of N_k; before the first timestep they are 0. */
function scaleOfSums(): f64 {
  return squares == 0 ? 0 : total / squares;
}

function sumsOf(head: i32): usize {
  return load<usize>(CONFIG, CONFIG_EVIDENCE) + (<usize>(head * load<i32>(CONFIG, CONFIG_CLASSES)) << 3);
}
