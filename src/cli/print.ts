/** Answers as text for people: bars, a chart of the posterior over time, and what it cost. */
import {
  type Answer,
  DEFAULT_ENERGY_MODEL,
  denseModel,
  type EnergyModel,
  type Prediction,
} from '../app/answer.js';
import { escaped } from './terminal.js';
import type { Trace } from './trace.js';

const BAR_WIDTH = 24;
const CHART_WIDTH = 60;
/** From here on, three digits show the next unit. */
const ROUNDS_UP = 0.9995;
/** Eighths of a character cell, from left to right and from bottom to top. */
const HORIZONTAL = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const VERTICAL = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** What else there is to show. */
export interface Shown {
  /** What the energies are counted by. */
  readonly energy?: EnergyModel | undefined;
  /** How the rates of the top classes moved. */
  readonly trace?: Trace | undefined;
}

/** An answer with its costs. */
export function formatAnswer(
  file: string,
  answer: Answer,
  milliseconds: number,
  { energy = DEFAULT_ENERGY_MODEL, trace }: Shown = {},
): string {
  const lines = [escaped(file), '', ...formatPredictions(answer.predictions), ''];
  if (trace !== undefined) lines.push(...formatTrace(trace), '');
  lines.push(...formatCosts(answer, milliseconds, energy));
  return lines.join('\n');
}

function formatPredictions(predictions: readonly Prediction[]): string[] {
  const width = Math.max(...predictions.map(({ label }) => label.length));
  return predictions.map(({ label, rate, interval, probability }, index) => {
    const [low, high] = interval.map((bound) => bound.toFixed(2));
    const sure = index === 0 ? `   ${formatPercent(probability)} sure that it fires fastest` : '';
    return `  ${label.padEnd(width)}  ${bar(rate).padEnd(BAR_WIDTH)}  ${rate.toFixed(3)}  [${low}, ${high}]${sure}`;
  });
}

function formatCosts(answer: Answer, milliseconds: number, energy: EnergyModel): string[] {
  const { timesteps, spikes, synapticOperations, energyMillijoules, annEnergyMillijoules } = answer;
  const prior =
    answer.head === null
      ? 'final prediction alone'
      : `internal head ${answer.head} as the prior, strength ${answer.priorStrength}`;
  const length =
    answer.digits === null
      ? `${timesteps} timesteps`
      : `${answer.digits} binary digits a number, one phase each`;
  return [
    `  ${length}, ${answer.forgetting > 0 ? `the t-th counted as t^${answer.forgetting}, ` : ''}${prior}`,
    `  ${formatCount(spikes)} spikes, ${formatCount(synapticOperations)} synaptic operations`,
    `  ${formatEnergy(energyMillijoules)} ${formatPrice(energy)}` +
      ` (the network before it spiked: ${formatEnergy(annEnergyMillijoules)} at ${formatDense(energy)})`,
    `  ${milliseconds.toFixed(0)} ms`,
  ];
}

/** As in "at 26 pJ a synaptic operation"; a model with more prices than that is named. */
function formatPrice(energy: EnergyModel): string {
  if (energy !== DEFAULT_ENERGY_MODEL) return `by ${energy.name}`;
  return `at ${energy.picojoulesPerSynapticOperation} pJ a synaptic operation`;
}

function formatDense(energy: EnergyModel): string {
  const price = denseModel(energy).picojoulesPerMultiplyAccumulate!;
  return `${Number(price.toPrecision(3))} pJ a multiply-accumulate`;
}

/** One row of blocks a class, time from left to right, all on one scale. */
function formatTrace(trace: Trace): string[] {
  const width = Math.max(...trace.classes.map(({ label }) => label.length));
  const highest = trace.classes.reduce((most, { rates }) => rates.reduce((a, b) => Math.max(a, b), most), 0);
  const rows = trace.classes.map(({ label, rates }) => {
    const cells = sample(rates, CHART_WIDTH).map((rate) => {
      const level = highest > 0 ? Math.ceil((rate / highest) * (VERTICAL.length - 1)) : 0;
      return VERTICAL[level]!;
    });
    return `  ${label.padEnd(width)}  ${cells.join('')}`;
  });
  const last = String(trace.timesteps);
  const columns = Math.min(CHART_WIDTH, trace.timesteps);
  const axis = columns > last.length ? `1${last.padStart(columns - 1)}` : last;
  return [...rows, `  ${''.padEnd(width)}  ${axis}  timestep; full height = rate ${highest.toFixed(3)}`];
}

/** At most `count` of the values, evenly spaced, the last always among them. */
function sample(values: readonly number[], count: number): number[] {
  if (values.length <= count) return [...values];
  return Array.from(
    { length: count },
    (_, index) => values[Math.ceil(((index + 1) * values.length) / count) - 1]!,
  );
}

function bar(rate: number): string {
  const eighths = Math.round(Math.min(rate, 1) * BAR_WIDTH * 8);
  return '█'.repeat(Math.floor(eighths / 8)) + HORIZONTAL[eighths % 8]!;
}

/** A percentage that never claims 100 or 0 unless it is. */
function formatPercent(probability: number): string {
  if (probability > 0.999 && probability < 1) return '> 99.9 %';
  if (probability < 0.001 && probability > 0) return '< 0.1 %';
  return `${(100 * probability).toFixed(1)} %`;
}

/** 1234567 -> "1.23 M". */
function formatCount(count: number): string {
  for (const [unit, size] of [
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const) {
    if (count >= ROUNDS_UP * size) return `${threeDigits(count / size)} ${unit}`;
  }
  return String(count);
}

function formatEnergy(millijoules: number): string {
  return millijoules >= ROUNDS_UP || millijoules === 0
    ? `${threeDigits(millijoules)} mJ`
    : `${threeDigits(1000 * millijoules)} µJ`;
}

/** Three digits, without the exponent that `toPrecision` gives 1000. */
function threeDigits(value: number): string {
  const rounded = Number(value.toPrecision(3));
  const decimals = rounded === 0 ? 2 : 2 - Math.floor(Math.log10(rounded));
  return rounded.toFixed(Math.min(Math.max(decimals, 0), 20));
}
