/**
 * The interface of a bundle of flavour `library`, in the manner of a C library; examples/edge/README.md documents it.
 * It imports nothing. Functions that can be refused return 0, or one of the negative codes below; pointers are
 * addresses in the exported memory, and never move.
 */
import {
  CONFIG,
  CONFIG_ANN_ENERGY,
  CONFIG_CLASSES,
  CONFIG_DEFAULT_TIMESTEPS,
  CONFIG_HEAD_ACTIVITY,
  CONFIG_HEAD_COUNT,
  CONFIG_HEIGHT,
  CONFIG_INPUT,
  CONFIG_LABELS,
  CONFIG_POPULATION_ACTIVITY,
  CONFIG_POPULATION_COUNT,
  CONFIG_POPULATION_NAMES,
  CONFIG_NAME,
  CONFIG_PROBABILITIES,
  CONFIG_RANKING,
  CONFIG_RATES,
  CONFIG_WIDTH,
  EDGE_HEAD_NAME,
} from './layout';
import { computeProbabilities } from './highest';
import { lowerBound, rateOf, upperBound } from './posterior';
import * as run from './run';

/** Version of this interface. */
const ABI: i32 = 1;

/** A value is out of range, or names nothing. */
const OUT_OF_RANGE: i32 = -1;
/** There is no run yet: call snnwasm_start first. */
const NO_RUN: i32 = -2;
/** So many timesteps could overflow a membrane. */
const TOO_LONG: i32 = -3;

export function snnwasm_abi(): i32 {
  return ABI;
}

// The model.

export function snnwasm_name(): usize {
  return load<usize>(CONFIG, CONFIG_NAME);
}

export function snnwasm_width(): i32 {
  return load<i32>(CONFIG, CONFIG_WIDTH);
}

export function snnwasm_height(): i32 {
  return load<i32>(CONFIG, CONFIG_HEIGHT);
}

export function snnwasm_classes(): i32 {
  return load<i32>(CONFIG, CONFIG_CLASSES);
}

export function snnwasm_label(index: i32): usize {
  return textAt(load<usize>(CONFIG, CONFIG_LABELS), index, load<i32>(CONFIG, CONFIG_CLASSES));
}

export function snnwasm_layers(): i32 {
  return load<i32>(CONFIG, CONFIG_POPULATION_COUNT);
}

export function snnwasm_layer_name(index: i32): usize {
  return textAt(load<usize>(CONFIG, CONFIG_POPULATION_NAMES), index, load<i32>(CONFIG, CONFIG_POPULATION_COUNT));
}

export function snnwasm_heads(): i32 {
  return load<i32>(CONFIG, CONFIG_HEAD_COUNT);
}

export function snnwasm_head_name(index: i32): usize {
  return isHead(index) ? load<usize>(run.headAt(index), EDGE_HEAD_NAME) : 0;
}

export function snnwasm_default_timesteps(): i32 {
  return load<i32>(CONFIG, CONFIG_DEFAULT_TIMESTEPS);
}

// Options of the next run.

export function snnwasm_set_defaults(): void {
  run.chooseDefaults();
}

export function snnwasm_set_head(index: i32): i32 {
  return run.chooseHead(index) ? 0 : OUT_OF_RANGE;
}

export function snnwasm_set_prior_strength(strength: f64): i32 {
  return run.chooseStrength(strength) ? 0 : OUT_OF_RANGE;
}

export function snnwasm_set_propagation(propagation: i32): i32 {
  return run.choosePropagation(propagation) ? 0 : OUT_OF_RANGE;
}

export function snnwasm_set_initial_potential(fraction: f64): i32 {
  return run.chooseInitialPotential(fraction) ? 0 : OUT_OF_RANGE;
}

export function snnwasm_set_forgetting(power: i32): i32 {
  return run.chooseForgetting(power) ? 0 : OUT_OF_RANGE;
}

// The run.

export function snnwasm_input(): usize {
  return load<usize>(CONFIG, CONFIG_INPUT);
}

export function snnwasm_start(): i32 {
  run.start();
  run.updatePosterior();
  return 0;
}

export function snnwasm_step(timesteps: i32): i32 {
  if (run.runTimesteps() < 0) return NO_RUN;
  if (timesteps < 0) return OUT_OF_RANGE;
  if (!run.canAdvance(timesteps)) return TOO_LONG;
  run.advanceRun(timesteps);
  run.updatePosterior();
  return 0;
}

export function snnwasm_run(timesteps: i32): i32 {
  run.start();
  return snnwasm_step(timesteps == 0 ? snnwasm_default_timesteps() : timesteps);
}

// The answer so far.

export function snnwasm_timesteps(): i32 {
  return run.runTimesteps();
}

export function snnwasm_counts(head: i32): usize {
  return isSimulated(head) ? run.countsOf(head) : 0;
}

export function snnwasm_rates(): usize {
  return hasRun() ? load<usize>(CONFIG, CONFIG_RATES) : 0;
}

export function snnwasm_ranking(): usize {
  return hasRun() ? load<usize>(CONFIG, CONFIG_RANKING) : 0;
}

export function snnwasm_probabilities(): usize {
  if (!hasRun()) return 0;
  computeProbabilities();
  return load<usize>(CONFIG, CONFIG_PROBABILITIES);
}

export function snnwasm_rate(index: i32): f64 {
  return hasRun() && isClass(index) ? rateOf(index) : NaN;
}

export function snnwasm_lower(index: i32): f64 {
  return hasRun() && isClass(index) ? lowerBound(index) : NaN;
}

export function snnwasm_upper(index: i32): f64 {
  return hasRun() && isClass(index) ? upperBound(index) : NaN;
}

// What it has cost.

export function snnwasm_spikes(): f64 {
  return run.total(0);
}

export function snnwasm_operations(): f64 {
  return run.total(1);
}

export function snnwasm_energy(): f64 {
  return run.energy();
}

export function snnwasm_ann_energy(): f64 {
  return load<f64>(CONFIG, CONFIG_ANN_ENERGY);
}

export function snnwasm_layer_spikes(layer: i32): f64 {
  return layerActivity(layer, 0);
}

export function snnwasm_layer_operations(layer: i32): f64 {
  return layerActivity(layer, 8);
}

export function snnwasm_head_spikes(head: i32): f64 {
  return headActivity(head, 0);
}

export function snnwasm_head_operations(head: i32): f64 {
  return headActivity(head, 8);
}

function layerActivity(layer: i32, column: usize): f64 {
  if (<u32>layer >= <u32>load<i32>(CONFIG, CONFIG_POPULATION_COUNT)) return NaN;
  return load<f64>(load<usize>(CONFIG, CONFIG_POPULATION_ACTIVITY) + (<usize>layer << 4) + column);
}

function headActivity(head: i32, column: usize): f64 {
  if (!isHead(head)) return NaN;
  return load<f64>(load<usize>(CONFIG, CONFIG_HEAD_ACTIVITY) + (<usize>head << 4) + column);
}

function textAt(texts: usize, index: i32, count: i32): usize {
  return <u32>index < <u32>count ? load<usize>(texts + (<usize>index << 2)) : 0;
}

function hasRun(): bool {
  return run.runTimesteps() >= 0;
}

function isClass(index: i32): bool {
  return <u32>index < <u32>load<i32>(CONFIG, CONFIG_CLASSES);
}

function isHead(index: i32): bool {
  return <u32>index < <u32>load<i32>(CONFIG, CONFIG_HEAD_COUNT);
}

function isSimulated(head: i32): bool {
  return hasRun() && (head == run.finalHead() || (head >= 0 && head == run.runHead()));
}
