/** The saving of energy at ANN - 1 % against the depth of the head that is fused, for every rule and k. */
import type { Data, Mark, Spec } from 'vega';
import type { StrengthRule } from '../../src/fit/rules.js';
import type { Estimate, Results } from '../evaluation/results.js';
import { finalAlone, withIdentity } from './identity.js';
import { PAPER } from './paper.js';
import {
  forgettingOf,
  forgettingsOf,
  fusedTargets,
  type Reached,
  RULE_NAMES,
  reachedSaving,
  rulesOf,
} from './select.js';
import {
  COLOUR,
  figure,
  type LegendEntry,
  type LineStyle,
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
import { hedgedPercent, percent } from './words.js';

const HEIGHT = 250;
const SIDES = { left: 58, right: 14, bottom: 44 } as const;
/** Between the marks of two rules at one block, in pixels, where there is room. */
const DODGE = 9;
/** Of the distance between two blocks, that the marks of all rules at one block take up at most. */
const SPREAD = 0.85;
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
/** Rules with forgetting have the same colours and shapes, but open ones and dashed lines. */
const FORGETTING_DASH = [4, 2.5];
const FINAL_FORGETTING: LineStyle = { colour: COLOUR.skyBlue, width: 2 };
const PAPER_B: SymbolStyle = { shape: 'diamond', colour: COLOUR.black, solid: true, size: 80 };
const PAPER_A = { colour: COLOUR.black, dash: [2, 2] };
const CROSS = '\u00d7';
const DOWN = '\u2193';

/** The targets of one rule and k, with the way they are drawn. */
interface Series {
  readonly name: string;
  readonly label: string;
  readonly line: LineStyle;
  readonly symbol: SymbolStyle;
  readonly targets: readonly Shown[];
  /** To the side of the block, in pixels. */
  readonly offset: number;
}

interface Shown {
  readonly block: number;
  /** Null where the target is not reached. */
  readonly saving: Reached | null;
}

/** The specification of the figure; savings in percent, against the final prediction alone as in the paper. */
export function savingFigure(results: Results): Spec {
  const blocks = results.targets.filter(({ kind }) => kind === 'fused').map(({ block }) => block);
  const deepest = blocks.reduce((a, b) => Math.max(a, b), PAPER.b.block);
  const all = seriesOf(results, deepest);
  const final = finalSaving(results);
  const entries = legendEntries(results, all, final);
  const margins: Margins = { ...SIDES, top: legendHeight(entries) + 14 };
  const width = plotWidth(margins);
  return figure('Saving of energy against the depth of the head', HEIGHT, margins, {
    data: all.map(seriesData),
    scales: [
      { name: 'x', type: 'linear', range: 'width', domain: [0.5, deepest + 0.5] },
      { name: 'y', type: 'linear', range: 'height', domain: savingDomain(all, final) },
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
        title: `Energy saved (% of FP alone${forgettingOf(results) === null ? '' : ', k = 0'})`,
        ...Y_EXTENT,
      },
    ],
    marks: [
      ...legend(entries, margins),
      line(0, savingPlace(0), width, savingPlace(0), { colour: COLOUR.black }),
      line(0, savingPlace(PAPER.a.saving), width, savingPlace(PAPER.a.saving), PAPER_A),
      ...(final === null ? [] : finalMarks(final, width)),
      ...all.map(lineMark),
      ...all.flatMap((series) => series.targets.flatMap((shown) => targetMarks(series, shown))),
      symbol({ scale: 'x', value: PAPER.b.block }, savingPlace(PAPER.b.saving), PAPER_B),
    ],
  });
}

function seriesOf(results: Results, deepest: number): Series[] {
  const forgettings = forgettingsOf(results);
  const all = forgettings.flatMap((forgetting) =>
    rulesOf(results, forgetting).map((rule) => ({ forgetting, rule })),
  );
  const dodge = Math.min(DODGE, (SPREAD * plotWidth({ ...SIDES, top: 0 })) / (deepest * all.length));
  return all.map(({ forgetting, rule }, index): Series => {
    const style = STYLES[rule];
    return {
      name: `series${index}`,
      label:
        forgettings.length > 1 ? `P ${RULE_NAMES[rule]}, k = ${forgetting}` : `Strength ${RULE_NAMES[rule]}`,
      line: { colour: style.colour, width: 1.5, ...(forgetting > 0 ? { dash: FORGETTING_DASH } : {}) },
      symbol: { ...style, solid: style.solid === true && forgetting === 0 },
      targets: fusedTargets(results, forgetting, rule).map((target) => {
        return { block: target.block, saving: reachedSaving(results, target) };
      }),
      offset: (index - (all.length - 1) / 2) * dodge,
    };
  });
}

/** What the final prediction alone saves by forgetting; null where nothing is forgotten, or the target not reached. */
function finalSaving(results: Results): Reached | null {
  const forgetting = forgettingOf(results);
  if (forgetting === null) return null;
  return reachedSaving(results, withIdentity(results.targets, finalAlone(forgetting)));
}

function legendEntries(results: Results, all: readonly Series[], final: Reached | null): LegendEntry[] {
  const savings = all.flatMap(({ targets }) => targets.map(({ saving }) => saving));
  return [
    ...all.map(({ label, line, symbol }) => ({ label, line, symbol })),
    ...(final === null
      ? []
      : [
          {
            label: `FP alone, k = ${forgettingOf(results)}: ${hedgedPercent(final)}`,
            line: FINAL_FORGETTING,
          },
        ]),
    { label: `Paper: IP(b), ${percent(PAPER.b.saving)}`, symbol: PAPER_B },
    { label: `Paper: IP(a), place not stated`, line: PAPER_A },
    ...(savings.includes(null) ? [{ label: 'Target not reached', glyph: CROSS }] : []),
  ];
}

/** Around all intervals, zero and the paper's savings; with room below where heads do not reach the target. */
function savingDomain(all: readonly Series[], final: Reached | null): [number, number] {
  const savings = all.flatMap(({ targets }) => targets.map(({ saving }) => saving));
  const ends = [...savings, final].flatMap((saving) => {
    return saving === null ? [] : [saving.value, ...endsOf(saving)];
  });
  const shown = [...ends.map(toPercent), 0, 100 * PAPER.a.saving, 100 * PAPER.b.saving];
  const low = shown.reduce((a, b) => Math.min(a, b));
  const high = shown.reduce((a, b) => Math.max(a, b));
  const strip = savings.includes(null) ? 0.1 * (high - low) : 0;
  return [10 * Math.floor((low - strip) / 10 - 0.3), 10 * Math.ceil(high / 10 + 0.3)];
}

const endsOf = ({ interval }: Reached): number[] => (interval === null ? [] : [interval.low, interval.high]);

const toPercent = (saving: number): number => Math.max(FLOOR, 100 * saving);

const savingPlace = (saving: number): Place => ({ scale: 'y', value: toPercent(saving) });

function seriesData({ name, targets }: Series): Data {
  const values = targets.map(({ block, saving }) => {
    return { block, saving: saving === null ? 0 : toPercent(saving.value), defined: saving !== null };
  });
  return { name, values };
}

function lineMark({ name, line: { colour, width = 1, dash }, offset }: Series): Mark {
  return {
    type: 'line',
    from: { data: name },
    encode: {
      update: {
        x: { scale: 'x', field: 'block', offset },
        y: { scale: 'y', field: 'saving' },
        defined: { field: 'defined' },
        stroke: { value: colour },
        strokeWidth: { value: width },
        ...(dash === undefined ? {} : { strokeDash: { value: [...dash] } }),
      },
    },
  };
}

/** The final prediction alone with forgetting has no depth, so it is a line, in a band where there is an interval. */
function finalMarks({ value, interval }: Reached, width: number): Mark[] {
  const y = savingPlace(value);
  const band = interval === null ? [] : [bandMark(interval, width)];
  return [...band, line(0, y, width, y, FINAL_FORGETTING)];
}

function bandMark({ low, high }: Estimate, width: number): Mark {
  return {
    type: 'rect',
    encode: {
      update: {
        x: { value: 0 },
        x2: { value: width },
        y: { scale: 'y', value: toPercent(low) },
        y2: { scale: 'y', value: toPercent(high) },
        fill: { value: FINAL_FORGETTING.colour },
        fillOpacity: { value: 0.2 },
      },
    },
  };
}

/** The saving with its interval, if it has one, or a cross at the foot of the plot. */
function targetMarks({ line: { colour }, symbol: style, offset }: Series, { block, saving }: Shown): Mark[] {
  const at = (shift: number): Place => ({ scale: 'x', value: block, offset: offset + shift });
  if (saving === null) return text(CROSS, at(0), NOT_REACHED, { align: 'center', weight: 'bold', colour });
  const [place, ends] = [savingPlace(saving.value), endsOf(saving).map(savingPlace)];
  const lost = 100 * saving.value < FLOOR;
  return [
    ...(ends.length === 2 ? [line(at(0), ends[0]!, at(0), ends[1]!, { colour, width: 1.2 })] : []),
    ...ends.map((end) => line(at(-3), end, at(3), end, { colour, width: 1.2 })),
    symbol(at(0), place, style),
    ...(lost ? text(`${DOWN} ${hedgedPercent(saving)}`, at(7), place, { halo: true }) : []),
  ];
}
