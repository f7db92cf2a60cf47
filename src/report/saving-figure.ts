/** The saving of energy at ANN - 1 % against the depth of the head that is fused, for every rule. */
import type { Data, Mark, Spec } from 'vega';
import type { Results, TargetEnergy } from '../evaluation/results.js';
import type { StrengthRule } from '../observation/strengths.js';
import { PAPER } from './paper.js';
import { fusedTargets, RULE_NAMES, rulesOf } from './select.js';
import {
  COLOUR,
  figure,
  type LegendEntry,
  legend,
  legendHeight,
  line,
  type Margins,
  type Place,
  plotWidth,
  type SymbolStyle,
  symbol,
  text,
  Y_EXTENT,
} from './style.js';
import { percent } from './words.js';

const HEIGHT = 250;
/** Between the marks of two rules at one block, in pixels. */
const DODGE = 9;
/** In percent. Losses beyond this are drawn here, with their number: they would flatten all that matters. */
const FLOOR = -150;
/** Where heads stand that do not reach the target, in pixels. */
const NOT_REACHED = HEIGHT - 9;

const STYLES: Readonly<Record<StrengthRule, SymbolStyle>> = {
  energy: { shape: 'circle', colour: COLOUR.green, solid: true },
  schedule: { shape: 'square', colour: COLOUR.vermilion, solid: true },
  evidence: { shape: 'triangle-up', colour: COLOUR.blue, solid: true },
  area: { shape: 'triangle-down', colour: COLOUR.purple, solid: true },
  fixed: { shape: 'circle', colour: COLOUR.orange },
};
const PAPER_B: SymbolStyle = { shape: 'diamond', colour: COLOUR.black, solid: true, size: 80 };
const PAPER_A = { colour: COLOUR.black, dash: [2, 2] };
const CROSS = '\u00d7';
const DOWN = '\u2193';

/** The targets of one rule, with the way they are drawn. */
interface Series {
  readonly name: string;
  readonly rule: StrengthRule;
  readonly targets: readonly TargetEnergy[];
  /** To the side of the block, in pixels. */
  readonly offset: number;
}

/** The specification of the figure; savings in percent. */
export function savingFigure(results: Results): Spec {
  const rules = rulesOf(results);
  const all = rules.map((rule, index): Series => {
    const offset = (index - (rules.length - 1) / 2) * DODGE;
    return { name: `rule${index}`, rule, targets: fusedTargets(results, rule), offset };
  });
  const entries = legendEntries(all);
  const margins: Margins = { left: 58, right: 14, top: legendHeight(entries) + 14, bottom: 44 };
  const blocks = all.flatMap(({ targets }) => targets.map(({ block }) => block));
  const deepest = blocks.reduce((a, b) => Math.max(a, b), PAPER.b.block);
  const width = plotWidth(margins);
  return figure('Saving of energy against the depth of the head', HEIGHT, margins, {
    data: all.map(seriesData),
    scales: [
      { name: 'x', type: 'linear', range: 'width', domain: [0.5, deepest + 0.5] },
      { name: 'y', type: 'linear', range: 'height', domain: savingDomain(all) },
    ],
    axes: [
      {
        scale: 'x',
        orient: 'bottom',
        values: Array.from({ length: deepest }, (_, index) => index + 1),
        format: 'd',
        title: 'Residual block that the fused head follows',
      },
      {
        scale: 'y',
        orient: 'left',
        tickCount: 7,
        grid: true,
        title: 'Energy saved (% of FP alone)',
        ...Y_EXTENT,
      },
    ],
    marks: [
      ...legend(entries, margins),
      line(0, savingPlace(0), width, savingPlace(0), { colour: COLOUR.black }),
      line(0, savingPlace(PAPER.a.saving), width, savingPlace(PAPER.a.saving), PAPER_A),
      ...all.map(lineMark),
      ...all.flatMap((series) => series.targets.flatMap((target) => targetMarks(series, target))),
      symbol({ scale: 'x', value: PAPER.b.block }, savingPlace(PAPER.b.saving), PAPER_B),
    ],
  });
}

function legendEntries(all: readonly Series[]): LegendEntry[] {
  const unreached = all.some(({ targets }) => targets.some(({ saving }) => saving === null));
  return [
    ...all.map(({ rule }) => ({
      label: `Strength ${RULE_NAMES[rule]}`,
      line: { colour: STYLES[rule].colour, width: 1.5 },
      symbol: STYLES[rule],
    })),
    { label: `Paper: IP(b), ${percent(PAPER.b.saving)}`, symbol: PAPER_B },
    { label: `Paper: IP(a), place not stated`, line: PAPER_A },
    ...(unreached ? [{ label: 'Target not reliably reached', glyph: CROSS }] : []),
  ];
}

/** Around all intervals, zero and the paper's savings; with room below where heads do not reach the target. */
function savingDomain(all: readonly Series[]): [number, number] {
  const savings = all.flatMap(({ targets }) => targets.map(({ saving }) => saving));
  const ends = savings.flatMap((saving) => (saving ? [saving.value, saving.low, saving.high] : []));
  const shown = [...ends.map(toPercent), 0, 100 * PAPER.a.saving, 100 * PAPER.b.saving];
  const low = shown.reduce((a, b) => Math.min(a, b));
  const high = shown.reduce((a, b) => Math.max(a, b));
  const strip = savings.includes(null) ? 0.1 * (high - low) : 0;
  return [10 * Math.floor((low - strip) / 10 - 0.3), 10 * Math.ceil(high / 10 + 0.3)];
}

const toPercent = (saving: number): number => Math.max(FLOOR, 100 * saving);

const savingPlace = (saving: number): Place => ({ scale: 'y', value: toPercent(saving) });

function seriesData({ name, targets }: Series): Data {
  const values = targets.map(({ block, saving }) => {
    return { block, saving: saving === null ? 0 : toPercent(saving.value), defined: saving !== null };
  });
  return { name, values };
}

function lineMark({ name, rule, offset }: Series): Mark {
  return {
    type: 'line',
    from: { data: name },
    encode: {
      update: {
        x: { scale: 'x', field: 'block', offset },
        y: { scale: 'y', field: 'saving' },
        defined: { field: 'defined' },
        stroke: { value: STYLES[rule].colour },
        strokeWidth: { value: 1.5 },
      },
    },
  };
}

/** The saving with its interval, or a cross at the foot of the plot. */
function targetMarks({ rule, offset }: Series, { block, saving }: TargetEnergy): Mark[] {
  const { colour } = STYLES[rule];
  const at = (shift: number): Place => ({ scale: 'x', value: block, offset: offset + shift });
  if (saving === null) return text(CROSS, at(0), NOT_REACHED, { align: 'center', weight: 'bold', colour });
  const [low, high] = [savingPlace(saving.low), savingPlace(saving.high)];
  const lost = 100 * saving.value < FLOOR;
  return [
    line(at(0), low, at(0), high, { colour, width: 1.2 }),
    ...[low, high].map((end) => line(at(-3), end, at(3), end, { colour, width: 1.2 })),
    symbol(at(0), savingPlace(saving.value), STYLES[rule]),
    ...(lost
      ? text(`${DOWN} ${percent(saving.value)}`, at(7), savingPlace(saving.value), { halo: true })
      : []),
  ];
}
