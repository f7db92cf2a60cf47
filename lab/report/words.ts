/** Numbers and names as figures and tables write them. */
import { DEFAULT_ENERGY_MODEL } from '../../src/run/energy.js';

import type { Estimate, TargetEnergy } from '../evaluation/results.js';
import type { Reached } from './select.js';

/** A typographic minus, as wide as a plus. */
export const MINUS = '\u2212';

/** Of an axis for energies by the default model. */
export const ENERGY_TITLE = `Mean energy per image (mJ, ${DEFAULT_ENERGY_MODEL.picojoulesPerSynapticOperation} pJ per synaptic operation)`;

/** 0.515 -> "51.5 %". */
export const percent = (fraction: number): string => `${signless(100 * fraction, 1)} %`;

/** What is said before a number that is less than certain. */
export function hedge({ interval, isBound }: Reached): string {
  if (isBound) return 'at least ';
  return interval === null ? 'about ' : '';
}

/** "51.5 %", "about 51.5 %", "at least 51.5 %". */
export const hedgedPercent = (saving: Reached): string => `${hedge(saving)}${percent(saving.value)}`;

/** 0.02 -> "+2.0", in percentage points. */
export const points = (fraction: number): string => signed(100 * fraction, 1);

/** Three significant digits, and no more than one after the point from 1 on: "27.0", "0.125", "1234". */
export function millijoules(energy: number): string {
  return energy >= 1 || energy === 0 ? energy.toFixed(1) : String(Number(energy.toPrecision(3)));
}

/** 0.515 -> "51.5 % less", -0.578 -> "57.8 % more". */
export function lessOrMore(saving: number): string {
  const text = percent(Math.abs(saving));
  return text === percent(0) ? 'the same' : `${text} ${saving > 0 ? 'less' : 'more'}`;
}

const SUPERSCRIPTS = '\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079';

/** What timestep t counts as with forgetting k: 8 -> "t\u2078". */
export const weightOf = (forgetting: number): string =>
  `t${[...String(forgetting)].map((digit) => SUPERSCRIPTS[Number(digit)]!).join('')}`;

/** 0.515 -> "51.5 % less", "at least 51.5 % less"; -0.578 -> "at most 57.8 % more". */
export function hedgedLessOrMore(saving: Reached): string {
  const words = lessOrMore(saving.value);
  const isMore = saving.isBound && saving.value < 0;
  return `${isMore ? 'at most ' : hedge(saving)}${words}`;
}

/** With a sign, even before a zero that was rounded to. */
export function signed(value: number, digits: number): string {
  return `${value < 0 ? MINUS : '+'}${Math.abs(value).toFixed(digits)}`;
}

function signless(value: number, digits: number): string {
  return value.toFixed(digits).replace('-', MINUS);
}

/** "77.1 % [76.3, 77.9]". */
export function percentInterval({ value, low, high }: Estimate): string {
  return `${percent(value)} [${signless(100 * low, 1)}, ${signless(100 * high, 1)}]`;
}

/** "27.0 mJ [26.1, 28.0]". */
export function millijoulesInterval({ value, low, high }: Estimate): string {
  return `${millijoules(value)} mJ [${millijoules(low)}, ${millijoules(high)}]`;
}

/**
 * Why a target has no energy. One that is reached on the images themselves, but not in nearly all resamples of them,
 * has timesteps and no energy.
 */
export function unreached(target: TargetEnergy | undefined): string {
  return typeof target?.timesteps === 'number' ? 'not reliably reached' : 'not reached';
}

/** "head 5" where the name is the block's number, otherwise "b (block 5)". */
export function headName(head: string | null, block: number): string {
  return head === String(block) ? `head ${head}` : `${head} (block ${block})`;
}
