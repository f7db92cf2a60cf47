/** Figure 5 of the paper: the energy to come within 1 % of the ANN, as bars, with the paper's own beside them. */
import type { Mark, Spec } from 'vega';
import type { Estimate, Results, TargetEnergy } from '../evaluation/results.js';
import { PAPER, type PaperEnergy } from './paper.js';
import { bestFused, energyReached, fusedTargets, targetOf } from './select.js';
import { bar, COLOUR, figure, line, type Margins, type Place, plotWidth, text } from './style.js';
import { ENERGY_TITLE, headName, lessOrMore, MINUS, millijoules, percent, unreached } from './words.js';

const MARGINS: Margins = { left: 132, right: 152, top: 8, bottom: 44 };
const PITCH = 19;
const THICKNESS = 12;
/** Opacity, in hexadecimal, of bars without an interval. */
const PALE = '60';
/** Right edges of the two columns of numbers, from the right edge of the plot. */
const ENERGY_COLUMN = 50;
const SAVING_COLUMN = 144;

interface Row {
  readonly label: string;
  readonly colour: string;
  readonly bold: boolean;
  /** In millijoules, or why there is none. */
  readonly energy: { readonly value: number; readonly interval: Estimate | null } | string;
  /** That many resamples miss the target, so that there is no interval. */
  readonly unreliable: boolean;
  /** Against the final prediction alone; null where there is nothing to say. */
  readonly saving: number | null;
}

/** The specification of Figure 5, in the default energy model and for the rule with the largest saving. */
export function targetFigure(results: Results): Spec {
  const own = ownRows(results);
  const paper = [PAPER.final, PAPER.a, PAPER.b].map(paperRow);
  const width = plotWidth(MARGINS);
  /** The middle of a row, in pixels; half a row stands between the two groups. */
  const middle = (row: number): number => (row + 0.5) * PITCH;
  const second = own.length + 1.5;
  return figure(`Energy to reach ANN ${MINUS} 1 %`, (second + paper.length + 2) * PITCH, MARGINS, {
    scales: [{ name: 'x', type: 'linear', range: 'width', domain: [0, highest([...own, ...paper])] }],
    axes: [
      {
        scale: 'x',
        orient: 'bottom',
        tickCount: 4,
        grid: true,
        title: ENERGY_TITLE,
      },
    ],
    marks: [
      ...finalLine(own[0], middle(0.5), middle(own.length + 0.5)),
      ...heading(`This network, to reach ${percent(results.targetAccuracy)}`, middle(0), width),
      ...own.flatMap((row, index) => rowMarks(row, middle(index + 1), width)),
      ...heading(`The paper, to reach ${percent(PAPER.targetAccuracy)}`, middle(second), width),
      ...paper.flatMap((row, index) => rowMarks(row, middle(second + 1 + index), width)),
      ...rowLabel('IP(c), IP(d)', middle(second + 1 + paper.length)),
      ...text('not given in its text', 4, middle(second + 1 + paper.length), { italic: true, halo: true }),
    ],
  });
}

function ownRows(results: Results): Row[] {
  const best = bestFused(results);
  const final = targetOf(results, { kind: 'final', head: null, rule: null });
  return [
    { ...ownRow(results, 'FP alone', final), colour: COLOUR.blue, bold: false, saving: null },
    ...fusedTargets(results, best?.rule).map((target) => ({
      ...ownRow(results, `Fused, ${headName(target.head, target.block)}`, target),
      colour: COLOUR.green,
      bold: target.head === best?.head,
    })),
  ];
}

function ownRow(
  results: Results,
  label: string,
  target: TargetEnergy | undefined,
): Pick<Row, 'label' | 'energy' | 'unreliable' | 'saving'> {
  const interval = target?.energyMillijoules ?? null;
  const value = target ? energyReached(results, target) : null;
  return {
    label,
    energy: value === null ? unreached(target) : { value, interval },
    unreliable: interval === null,
    saving: target?.saving?.value ?? null,
  };
}

function paperRow({ name, millijoules: value, saving }: PaperEnergy): Row {
  const isFinal = name === PAPER.final.name;
  return {
    label: isFinal ? name : `Fused, ${name}`,
    colour: COLOUR.grey,
    bold: false,
    energy: { value, interval: null },
    unreliable: false,
    saving: isFinal ? null : saving,
  };
}

function highest(rows: readonly Row[]): number {
  const ends = rows.flatMap(({ energy }) =>
    typeof energy === 'string' ? [] : [energy.value, energy.interval?.high ?? 0],
  );
  return ends.reduce((a, b) => Math.max(a, b), 0);
}

function rowMarks(
  { label, colour, bold, energy, unreliable, saving }: Row,
  y: number,
  width: number,
): Mark[] {
  const weight = bold ? 'bold' : 'normal';
  const style = { align: 'right', weight } as const;
  if (typeof energy === 'string')
    return [...rowLabel(label, y), ...text(energy, 4, y, { italic: true, halo: true })];
  return [
    ...rowLabel(label, y, weight),
    bar(0, { scale: 'x', value: energy.value }, y, THICKNESS, unreliable ? `${colour}${PALE}` : colour),
    ...(unreliable ? text('not reliably', 4, y, { italic: true }) : []),
    ...(energy.interval === null ? [] : whisker(energy.interval, y)),
    ...text(millijoules(energy.value), width + ENERGY_COLUMN, y, style),
    ...(saving === null ? [] : text(lessOrMore(saving), width + SAVING_COLUMN, y, style)),
  ];
}

function rowLabel(label: string, y: number, weight: 'bold' | 'normal' = 'normal'): Mark[] {
  return text(label, -8, y, { align: 'right', weight, characters: 19 });
}

function heading(label: string, y: number, width: number): Mark[] {
  return [
    ...text(label, 6 - MARGINS.left, y, { italic: true, halo: true }),
    ...text('mJ', width + ENERGY_COLUMN, y, { align: 'right', italic: true }),
    ...text('than FP alone', width + SAVING_COLUMN, y, { align: 'right', italic: true }),
  ];
}

function whisker({ low, high }: Estimate, y: number): Mark[] {
  const [from, to] = [low, high].map((value) => ({ scale: 'x', value })) as [Place, Place];
  const style = { colour: COLOUR.black };
  return [line(from, y, to, y, style), ...[from, to].map((end) => line(end, y - 3, end, y + 3, style))];
}

/** The final prediction alone, drawn through the rows that are compared with it. */
function finalLine(final: Row | undefined, top: number, bottom: number): Mark[] {
  if (final === undefined || typeof final.energy === 'string') return [];
  const x = { scale: 'x', value: final.energy.value };
  return [line(x, top, x, bottom, { colour: COLOUR.blue, dash: [3, 3] })];
}
