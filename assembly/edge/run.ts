/**
 * One picture on its way through time, as src/run/run.ts and src/engine/simulation.ts do it on the host: options,
 * selection of heads, and sums over the timesteps of what the kernels count.
 */
import * as R from '../records';
import { advance, present, reset } from '../schedule';
import {
  addEvidence,
  addReceived,
  readEvidence,
  resetEvidence,
  sayCount,
  sayTimesteps,
  weighTimestep,
  weightedTimesteps,
} from './evidence';
import { quantise } from './input';
import {
  CONFIG,
  CONFIG_CALL_TIMESTEPS,
  CONFIG_CLASSES,
  CONFIG_COUNTS,
  CONFIG_DEFAULT_FORGETTING,
  CONFIG_DEFAULT_HEAD,
  CONFIG_DEFAULT_INITIAL_POTENTIAL,
  CONFIG_DEFAULT_PROPAGATION,
  CONFIG_DIGITS,
  CONFIG_MEMBRANE_READOUT,
  CONFIG_FINAL_EVIDENCE,
  CONFIG_HEAD_ACTIVITY,
  CONFIG_HEAD_COUNT,
  CONFIG_ORDER,
  CONFIG_ORDER_COUNT,
  CONFIG_HEADS,
  CONFIG_POPULATION_ACTIVITY,
  CONFIG_POPULATION_COUNT,
  CONFIG_POPULATIONS,
  CONFIG_NETWORK,
  CONFIG_PICOJOULES,
  CONFIG_PRIOR_EVIDENCE,
  CONFIG_TIMESTEP_LIMIT,
  EDGE_HEAD_BYTES,
  EDGE_HEAD_NEEDS,
  EDGE_HEAD_RECORD,
  EDGE_HEAD_STRENGTH,
  LARGEST_FORGETTING,
  LARGEST_STRENGTH,
} from './layout';
import { computePosterior } from './posterior';

/** The final prediction alone, where a head is asked for. */
export const NO_HEAD: i32 = -1;

/** What the next run uses; negative or NaN: what the model holds. */
let chosenHead: i32 = -2;
let chosenStrength: f64 = NaN;
let chosenPropagation: i32 = -1;
let chosenInitialPotential: f64 = NaN;
let chosenForgetting: i32 = -1;

/** What this run uses. */
let head: i32 = -1;
let strength: f64 = 0;
let forgetting: i32 = 0;
let timesteps: i32 = -1;

/** Everything as the model holds it. */
export function chooseDefaults(): void {
  chosenHead = -2;
  chosenStrength = NaN;
  chosenPropagation = -1;
  chosenInitialPotential = NaN;
  chosenForgetting = -1;
}

/** An internal head by index, or {@link NO_HEAD}; false where there is no such head. */
export function chooseHead(index: i32): bool {
  if (index < NO_HEAD || index >= finalHead()) return false;
  chosenHead = index;
  return true;
}

/** P of eq. (16), or NaN for what the model holds for the head; false where it is out of range. */
export function chooseStrength(value: f64): bool {
  if (value < 0 || value > <f64>LARGEST_STRENGTH) return false;
  chosenStrength = value;
  return true;
}

/** 0: synchronous; 1: pipelined; false for anything else. */
export function choosePropagation(value: i32): bool {
  if (value != 0 && value != 1) return false;
  chosenPropagation = value;
  return true;
}

/** A fraction of the threshold from 0 to 1, or NaN for what the model holds; false where it is out of range. */
export function chooseInitialPotential(value: f64): bool {
  if (value < 0 || value > 1) return false;
  chosenInitialPotential = value;
  return true;
}

/** k from 0 to 16, by which timestep t counts as t^k; false where it is out of range. */
export function chooseForgetting(value: i32): bool {
  if (value < 0 || value > LARGEST_FORGETTING) return false;
  chosenForgetting = value;
  return true;
}

/** Starts a run with the picture in the input buffer: time is 0. */
export function start(): void {
  head = chosenHead >= NO_HEAD ? chosenHead : load<i32>(CONFIG, CONFIG_DEFAULT_HEAD);
  strength = head < 0 ? 0 : isNaN(chosenStrength) ? load<f64>(headAt(head), EDGE_HEAD_STRENGTH) : chosenStrength;
  forgetting = digits() > 0 ? 0 : chosenForgetting >= 0 ? chosenForgetting : load<i32>(CONFIG, CONFIG_DEFAULT_FORGETTING);
  const propagation = chosenPropagation >= 0 ? chosenPropagation : load<i32>(CONFIG, CONFIG_DEFAULT_PROPAGATION);
  const initialPotential = isNaN(chosenInitialPotential)
    ? load<f64>(CONFIG, CONFIG_DEFAULT_INITIAL_POTENTIAL)
    : chosenInitialPotential;
  selectHeads(propagation);
  const heads = load<i32>(CONFIG, CONFIG_HEAD_COUNT);
  memory.fill(load<usize>(CONFIG, CONFIG_COUNTS), 0, <usize>(heads * load<i32>(CONFIG, CONFIG_CLASSES)) << 2);
  memory.fill(load<usize>(CONFIG, CONFIG_POPULATION_ACTIVITY), 0, <usize>load<i32>(CONFIG, CONFIG_POPULATION_COUNT) << 4);
  memory.fill(load<usize>(CONFIG, CONFIG_HEAD_ACTIVITY), 0, <usize>heads << 4);
  resetEvidence(forgetting);
  const network = load<usize>(CONFIG, CONFIG_NETWORK);
  quantise();
  if (digits() == 0) reset(network, initialPotential);
  present(network);
  timesteps = 0;
}

/** Writes the order of the run: the populations that its heads need, and each head as soon as it can. */
function selectHeads(propagation: i32): void {
  const network = load<usize>(CONFIG, CONFIG_NETWORK);
  const final = finalHead();
  const asked = head < 0 ? final : head;
  const finalNeeds = load<usize>(headAt(final), EDGE_HEAD_NEEDS);
  const needs = load<usize>(headAt(asked), EDGE_HEAD_NEEDS);
  let from = load<usize>(CONFIG, CONFIG_ORDER);
  let to = load<usize>(network, R.NETWORK_ORDER);
  let count = 0;
  let population = 0;
  for (let left = load<i32>(CONFIG, CONFIG_ORDER_COUNT); left > 0; left--, from += R.ENTRY_BYTES) {
    let taken: bool;
    if (load<i32>(from, R.ENTRY_KIND) == R.ENTRY_KIND_POPULATION) {
      taken = load<u8>(finalNeeds + population) != 0 || load<u8>(needs + population) != 0;
      population++;
    } else {
      const record = load<usize>(from, R.ENTRY_RECORD);
      taken = record == recordOfHead(final) || record == recordOfHead(asked);
    }
    if (!taken) continue;
    memory.copy(to, from, R.ENTRY_BYTES);
    to += R.ENTRY_BYTES;
    count++;
  }
  store<i32>(network, count, R.NETWORK_ORDER_COUNT);
  store<i32>(network, propagation, R.NETWORK_DELAY);
}

/** Binary digits of a number in radix coding; 0 in rate coding. */
export function digits(): i32 {
  return load<i32>(CONFIG, CONFIG_DIGITS);
}

/** Whether output neurons are asked for all that they received. */
export function readsMembranes(): bool {
  return load<i32>(CONFIG, CONFIG_MEMBRANE_READOUT) != 0;
}

/** Whether a run may go on for so many timesteps more without the risk that a membrane overflows. */
export function canAdvance(more: i32): bool {
  if (digits() > 0) return more >= 0;
  return more >= 0 && more <= load<i32>(CONFIG, CONFIG_TIMESTEP_LIMIT) - timesteps;
}

/** Advances the run; call {@link canAdvance} first. Radix coding computes all at once, whatever is asked for. */
export function advanceRun(more: i32): void {
  if (digits() > 0) {
    if (more > 0 && timesteps == 0) runDigits();
    return;
  }
  const network = load<usize>(CONFIG, CONFIG_NETWORK);
  const most = load<i32>(CONFIG, CONFIG_CALL_TIMESTEPS);
  while (more > 0) {
    const steps = min(more, most);
    advance(network, 0, load<i32>(network, R.NETWORK_ORDER_COUNT), timesteps + 1, steps);
    for (let step = 0; step < steps; step++) collect(++timesteps);
    more -= steps;
  }
}

/** All phases of radix coding; timesteps are then those that its numbers stand for. */
function runDigits(): void {
  const network = load<usize>(CONFIG, CONFIG_NETWORK);
  advance(network, 0, load<i32>(network, R.NETWORK_ORDER_COUNT), 1, digits());
  for (let phase = 1; phase <= digits(); phase++) {
    collectPopulations(phase);
    collectActivity(finalHead(), <usize>phase << 2);
    if (head >= 0) collectActivity(head, <usize>phase << 2);
  }
  timesteps = (1 << digits()) - 1;
  sayTimesteps(<f64>timesteps);
  readDigits(finalHead());
  if (head >= 0) readDigits(head);
}

/** M of every class of a head, as src/fusion/radix.ts has it, and rounded as its count. */
function readDigits(index: i32): void {
  const record = recordOfHead(index);
  const classes = load<i32>(CONFIG, CONFIG_CLASSES);
  const most = <f64>timesteps;
  for (let label = 0; label < classes; label++) {
    const word = <usize>label << 2;
    const accumulated = <f64>load<i64>(load<usize>(record, R.HEAD_MEMBRANE) + (word << 1));
    const exact = accumulated / <f64>load<i32>(load<usize>(record, R.HEAD_THRESHOLD) + word);
    const count = max(0.0, min(most, floor(exact + 0.5)));
    store<u32>(countsOf(index) + word, <u32>count);
    sayCount(index, label, readsMembranes() ? max(0.0, min(most, exact)) : count);
  }
}

function collect(timestep: i32): void {
  collectPopulations(timestep);
  const network = load<usize>(CONFIG, CONFIG_NETWORK);
  const slot = <usize>(timestep % load<i32>(network, R.NETWORK_SLOTS)) << 2;
  weighTimestep(timestep);
  collectHead(finalHead(), slot);
  if (head >= 0) collectHead(head, slot);
}

function collectPopulations(timestep: i32): void {
  const network = load<usize>(CONFIG, CONFIG_NETWORK);
  const slot = <usize>(timestep % load<i32>(network, R.NETWORK_SLOTS)) << 2;
  const populations = load<usize>(CONFIG, CONFIG_POPULATIONS);
  const activity = load<usize>(CONFIG, CONFIG_POPULATION_ACTIVITY);
  let entry = load<usize>(network, R.NETWORK_ORDER);
  for (let left = load<i32>(network, R.NETWORK_ORDER_COUNT); left > 0; left--, entry += R.ENTRY_BYTES) {
    if (load<i32>(entry, R.ENTRY_KIND) != R.ENTRY_KIND_POPULATION) continue;
    const population = load<usize>(entry, R.ENTRY_RECORD);
    const index = (population - populations) / R.POPULATION_BYTES;
    add(
      activity + (index << 4),
      load<usize>(population, R.POPULATION_SPIKES) + slot,
      load<usize>(population, R.POPULATION_OPERATIONS) + slot,
    );
  }
}

function collectActivity(index: i32, slot: usize): void {
  const record = recordOfHead(index);
  add(
    load<usize>(CONFIG, CONFIG_HEAD_ACTIVITY) + (<usize>index << 4),
    load<usize>(record, R.HEAD_SPIKES) + slot,
    load<usize>(record, R.HEAD_OPERATIONS) + slot,
  );
}

function collectHead(index: i32, slot: usize): void {
  collectActivity(index, slot);
  const record = recordOfHead(index);
  const classes = load<i32>(CONFIG, CONFIG_CLASSES);
  const fired = load<usize>(record, R.HEAD_FIRED) + (slot >> 2) * classes;
  let count = countsOf(index);
  for (let label = 0; label < classes; label++, count += 4) {
    store<u32>(count, load<u32>(count) + load<u8>(fired + label));
  }
  if (readsMembranes()) {
    const received = load<usize>(record, R.HEAD_INPUT) + ((slot >> 2) * classes << 3);
    addReceived(index, received, load<usize>(record, R.HEAD_THRESHOLD));
  } else {
    addEvidence(index, fired);
  }
}

function add(sums: usize, spikes: usize, operations: usize): void {
  store<f64>(sums, load<f64>(sums) + <f64>load<u32>(spikes));
  store<f64>(sums, load<f64>(sums, 8) + <f64>load<u32>(operations), 8);
}

/** Timesteps computed since the start, or -1 before the first run. */
export function runTimesteps(): i32 {
  return timesteps;
}

/** The internal head of this run, or {@link NO_HEAD}. */
export function runHead(): i32 {
  return head;
}

/** P of this run; 0 without a head. */
export function runStrength(): f64 {
  return strength;
}

/** k of this run. */
export function runForgetting(): i32 {
  return forgetting;
}

/** Fills rates, shapes and ranking from the evidence so far. */
export function updatePosterior(): void {
  const final = load<usize>(CONFIG, CONFIG_FINAL_EVIDENCE);
  const prior: usize = head < 0 ? 0 : load<usize>(CONFIG, CONFIG_PRIOR_EVIDENCE);
  readEvidence(finalHead(), final);
  if (prior) readEvidence(head, prior);
  computePosterior(final, prior, weightedTimesteps(), strength);
}

/** Spikes of all populations and simulated heads so far (column 0), or their synaptic operations (column 1). */
export function total(column: i32): f64 {
  return (
    sum(load<usize>(CONFIG, CONFIG_POPULATION_ACTIVITY), load<i32>(CONFIG, CONFIG_POPULATION_COUNT), column) +
    sum(load<usize>(CONFIG, CONFIG_HEAD_ACTIVITY), load<i32>(CONFIG, CONFIG_HEAD_COUNT), column)
  );
}

/** Energy so far in millijoules. */
export function energy(): f64 {
  return (total(1) * load<f64>(CONFIG, CONFIG_PICOJOULES)) / 1e9;
}

function sum(activity: usize, count: i32, column: i32): f64 {
  let result: f64 = 0;
  activity += <usize>column << 3;
  for (; count > 0; count--, activity += 16) result += load<f64>(activity);
  return result;
}

/** Index of the final prediction. */
export function finalHead(): i32 {
  return load<i32>(CONFIG, CONFIG_HEAD_COUNT) - 1;
}

/** Address of what the edge code knows of a head (layout.ts). */
export function headAt(index: i32): usize {
  return load<usize>(CONFIG, CONFIG_HEADS) + <usize>(index * EDGE_HEAD_BYTES);
}

/** u32 [class]: spikes of a head since the start. */
export function countsOf(index: i32): usize {
  return load<usize>(CONFIG, CONFIG_COUNTS) + (<usize>(index * load<i32>(CONFIG, CONFIG_CLASSES)) << 2);
}

/** Address of a head's record as the kernels read it. */
function recordOfHead(index: i32): usize {
  return load<usize>(headAt(index), EDGE_HEAD_RECORD);
}
