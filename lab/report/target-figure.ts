/** Figure 5 of the paper: the energy to come within 1 % of the ANN, as bars, with the paper's own beside them. */
import type { Mark, Spec } from 'vega';
import type { Estimate, Results, TargetEnergy } from '../evaluation/results.js';
import { finalAlone, withIdentity } from './identity.js';
import { PAPER, type PaperEnergy } from './paper.js';
import {
  bestFused,
  forgettingOf,
  fusedTargets,
  type Reached,
  reachedEnergy,
  reachedSaving,
} from './select.js';
import { bar, COLOUR, figure, line, type Margins, type Place, plotWidth, text } from './style.js';
import {
  ENERGY_TITLE,
  headName,
  hedgedLessOrMore,
  lessOrMore,
  MINUS,
  millijoules,
  percent,
  unreached,
  weightOf,
} from './words.js';

const PITCH = 19;
const THICKNESS = 12;
/** Of the gap between two groups, in rows. */
const GAP = 0.5;
/** Opacity, in hexadecimal, of bars without an interval. */
const PALE = '60';
const FP_ALONE = 'FP alone';
/** Right edge of the energies, from the right edge of the plot. */
const ENERGY_COLUMN = 50;
/** Widths of the column of savings: as they are, and where they are "about" or are said to be against k = 0. */
const SAVINGS = 94;
const LONG_SAVINGS = 132;

/** The margins, and where the numbers end. */
interface Layout {
  readonly margins: Margins;
  readonly width: number;
  readonly savingsEnd: number;
}

interface Row {
  readonly label: string;
  readonly colour: string;
  readonly bold: boolean;
  /** In millijoules, or why there is none. */
  readonly energy: Reached | string;
  /** That many resamples miss the target, so that there is no interval. */
  readonly unreliable: boolean;
  /** Against the final prediction alone as in the paper; null where there is nothing to say. */
  readonly saving: string | null;
}

/** Rows under a heading. */
interface Group {
  readonly heading: string;
  /** What the savings are against. */
  readonly baseline: string;
  readonly rows: readonly Row[];
}

/** A group with the place of its heading, in rows from the top. */
interface PlacedGroup extends Group {
  readonly top: number;
}

/** The specification of Figure 5, in the default energy model; of either k the rule with the largest saving. */
export function targetFigure(results: Results): Spec {
  const own = ownGroups(results);
  const groups = placed([...own, paperGroup()]);
  const paper = groups.at(-1)!;
  const afterPaper = paper.top + 1 + paper.rows.length;
  const layout = layoutOf(groups);
  return figure(`Energy to reach ANN ${MINUS} 1 %`, (afterPaper + 1) * PITCH, layout.margins, {
    scales: [
      {
        name: 'x',
        type: 'linear',
        range: 'width',
        domain: [0, highest(groups.flatMap(({ rows }) => rows))],
      },
    ],
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
      ...baselineLine(own[0]!.rows[0]!, middle(0.5), middle(paper.top - GAP)),
      ...groups.flatMap((group) => [
        ...headingMarks(group, layout),
        ...group.rows.flatMap((row, index) => rowMarks(row, middle(group.top + 1 + index), layout)),
      ]),
      ...rowLabel('IP(c), IP(d)', middle(afterPaper)),
      ...text('not given in its text', 4, middle(afterPaper), { italic: true, halo: true }),
    ],
  });
}

/** The middle of a row, in pixels. */
const middle = (row: number): number => (row + 0.5) * PITCH;

function layoutOf(groups: readonly Group[]): Layout {
  const isLong = groups.some(({ baseline, rows }) => {
    return baseline !== FP_ALONE || rows.some(({ saving }) => saving !== null && /^[a-z]/.test(saving));
  });
  const beside = ENERGY_COLUMN + (isLong ? LONG_SAVINGS : SAVINGS);
  const margins = { left: 132, right: beside + 8, top: 8, bottom: 44 };
  const width = plotWidth(margins);
  return { margins, width, savingsEnd: width + beside };
}

function placed(groups: readonly Group[]): PlacedGroup[] {
  let top = 0;
  return groups.map((group) => {
    const here = { ...group, top };
    top += 1 + group.rows.length + GAP;
    return here;
  });
}

function ownGroups(results: Results): Group[] {
  const forgetting = forgettingOf(results);
  const target = percent(results.targetAccuracy);
  if (forgetting === null) {
    const heading = `This network, to reach ${target}`;
    return [{ heading, baseline: FP_ALONE, rows: ownRows(results, 0) }];
  }
  const baseline = `${FP_ALONE}, k = 0`;
  return [
    { heading: `As in the paper, to reach ${target}`, baseline, rows: ownRows(results, 0) },
    {
      heading: `With forgetting, t counts as ${weightOf(forgetting)}`,
      baseline,
      rows: ownRows(results, forgetting),
    },
  ];
}

function ownRows(results: Results, forgetting: number): Row[] {
  const best = bestFused(results, forgetting);
  const final = withIdentity(results.targets, finalAlone(forgetting));
  return [
    { ...ownRow(results, FP_ALONE, final), colour: COLOUR.blue, bold: false },
    ...fusedTargets(results, forgetting, best?.rule).map((target) => ({
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
  const energy = reachedEnergy(results, target);
  const saving = reachedSaving(results, target);
  return {
    label,
    energy: energy ?? unreached(target),
    unreliable: energy?.interval === null,
    saving: saving && hedgedLessOrMore(saving),
  };
}

function paperGroup(): Group {
  const rows = [PAPER.final, PAPER.a, PAPER.b].map(paperRow);
  return { heading: `The paper, to reach ${percent(PAPER.targetAccuracy)}`, baseline: FP_ALONE, rows };
}

function paperRow({ name, millijoules: value, saving }: PaperEnergy): Row {
  const isFinal = name === PAPER.final.name;
  return {
    label: isFinal ? name : `Fused, ${name}`,
    colour: COLOUR.grey,
    bold: false,
    energy: { value, interval: null, isBound: false },
    unreliable: false,
    saving: isFinal ? null : lessOrMore(saving),
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
  { width, savingsEnd }: Layout,
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
    ...(saving === null ? [] : text(saving, savingsEnd, y, style)),
  ];
}

function rowLabel(label: string, y: number, weight: 'bold' | 'normal' = 'normal'): Mark[] {
  return text(label, -8, y, { align: 'right', weight, characters: 19 });
}

function headingMarks({ heading, baseline, top }: PlacedGroup, layout: Layout): Mark[] {
  const { margins, width, savingsEnd } = layout;
  const style = { align: 'right', italic: true } as const;
  return [
    ...text(heading, 6 - margins.left, middle(top), { italic: true, halo: true }),
    ...text('mJ', width + ENERGY_COLUMN, middle(top), style),
    ...text(`than ${baseline}`, savingsEnd, middle(top), style),
  ];
}

function whisker({ low, high }: Estimate, y: number): Mark[] {
  const [from, to] = [low, high].map((value) => ({ scale: 'x', value })) as [Place, Place];
  const style = { colour: COLOUR.black };
  return [line(from, y, to, y, style), ...[from, to].map((end) => line(end, y - 3, end, y + 3, style))];
}

/** The paper's baseline, drawn through all rows that are compared with it. */
function baselineLine({ energy }: Row, top: number, bottom: number): Mark[] {
  if (typeof energy === 'string') return [];
  const x = { scale: 'x', value: energy.value };
  return [line(x, top, x, bottom, { colour: COLOUR.blue, dash: [3, 3] })];
}
