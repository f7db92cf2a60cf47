/** Figure 4 of the paper: accuracy against the mean energy of an image. */
import type { Data, Mark, Spec } from 'vega';
import { DEFAULT_ENERGY_MODEL } from '../energy.js';
import type { Curve, Results } from '../evaluation/results.js';
import { logarithmicDomain, logarithmicTicks } from './axis.js';
import { PAPER } from './paper.js';
import { bestFused, curvesOf } from './select.js';
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
import { ENERGY_TITLE, headName, MINUS, millijoules, percent } from './words.js';

const HEIGHT = 270;
/** Points nearer to each other than this many pixels look the same. */
const RESOLUTION = 0.5;
/** So many rows or fewer are marked one by one. */
const FEW = 8;

const FINAL: LineStyle = { colour: COLOUR.blue, width: 2 };
const FUSED: LineStyle = { colour: COLOUR.green, width: 2 };
const FUSED_OTHER: LineStyle = { colour: COLOUR.green, width: 0.7 };
const CUT: LineStyle = { colour: COLOUR.orange, width: 2 };
const CUT_OTHER: LineStyle = { colour: COLOUR.orange, width: 0.9 };
const ANN: LineStyle = { colour: COLOUR.black };
const TARGET: LineStyle = { colour: COLOUR.black, dash: [5, 3] };
const DOT = { shape: 'circle', solid: true } as const;
const PAPER_FINAL: SymbolStyle = { shape: 'diamond', colour: COLOUR.black, size: 70 };
const PAPER_FUSED: SymbolStyle = { ...PAPER_FINAL, solid: true };

/** A curve with the way it is drawn; the intervals of thin lines are left out, as they would hide the others. */
interface Drawn {
  readonly curve: Curve;
  readonly style: LineStyle;
  readonly band: boolean;
}

interface Point {
  readonly energy: number;
  readonly accuracy: number;
  readonly low: number;
  readonly high: number;
}

/** The specification of Figure 4; accuracies in percent, energies in millijoules, by the default energy model. */
export function accuracyFigure(results: Results): Spec {
  const best = bestFused(results);
  const drawn = drawnCurves(results, best);
  const entries = legendEntries(results, best);
  const margins: Margins = { left: 58, right: 22, top: legendHeight(entries) + 16, bottom: 44 };
  const [lowest, highest] = energyDomain(results, drawn);
  const top = highestPercent(results, drawn);
  const pixels = {
    x: plotWidth(margins) / Math.log(highest / lowest),
    y: HEIGHT / top,
  };
  const series = drawn.map(({ curve }) => thinned(pointsFrom(pointsOf(curve), lowest), pixels.x, pixels.y));
  const data: Data[] = series.map((values, index) => ({ name: `curve${index}`, values }));
  return figure('Accuracy against mean energy per image', HEIGHT, margins, {
    data,
    scales: [
      { name: 'x', type: 'log', range: 'width', domain: [lowest, highest] },
      { name: 'y', type: 'linear', range: 'height', domain: [0, top] },
    ],
    axes: [
      {
        scale: 'x',
        orient: 'bottom',
        values: logarithmicTicks(lowest, highest),
        format: '~g',
        grid: true,
        title: ENERGY_TITLE,
      },
      { scale: 'y', orient: 'left', tickCount: 8, grid: true, title: 'Accuracy (%)', ...Y_EXTENT },
    ],
    marks: [
      ...legend(entries, margins),
      ...drawn.flatMap(({ style, band }, index) => (band ? [bandMark(index, style)] : [])),
      ...drawn.map(({ style }, index) => lineMark(index, style)),
      ...annLines(results, plotWidth(margins)),
      ...drawn.flatMap((curve, index) => dots(curve, series[index]!)),
      ...drawn.flatMap(({ curve }, index) => endLabel(curve, series[index]!)),
      ...fusedLabels(drawn, series),
      ...paperPoints(),
    ],
  });
}

/** Thin lines first, so that the others lie above them. */
function drawnCurves(results: Results, best: Curve | undefined): Drawn[] {
  const drawn = [
    ...curvesOf(results, 'truncated').map((curve) => {
      const chosen = curve.head === best?.head;
      return { curve, style: chosen ? CUT : CUT_OTHER, band: chosen };
    }),
    ...curvesOf(results, 'fused', best?.rule).map((curve) => {
      return { curve, style: curve === best ? FUSED : FUSED_OTHER, band: curve === best };
    }),
    ...curvesOf(results, 'final').map((curve) => ({ curve, style: FINAL, band: true })),
  ];
  return [...drawn.filter(({ band }) => !band), ...drawn.filter(({ band }) => band)];
}

function legendEntries(results: Results, best: Curve | undefined): LegendEntry[] {
  const entries: LegendEntry[] = [{ label: 'FP alone', line: FINAL }];
  if (best !== undefined) {
    entries.push({ label: `FP fused with ${headName(best.head, best.block)}`, line: FUSED });
    if (curvesOf(results, 'fused', best.rule).length > 1) {
      entries.push({ label: 'FP fused with each other head', line: FUSED_OTHER });
    }
  }
  const cut = curvesOf(results, 'truncated');
  const chosen = cut.find(({ head }) => head === best?.head);
  if (chosen) entries.push({ label: `Cut behind ${headName(chosen.head, chosen.block)}`, line: CUT });
  if (cut.some((curve) => curve !== chosen)) {
    entries.push({ label: 'Cut behind each other head', line: CUT_OTHER });
  }
  entries.push(
    { label: `ANN, ${percent(results.ann.accuracy.value)}`, line: ANN },
    { label: `ANN ${MINUS} 1 %`, line: TARGET },
    { label: `Paper: FP alone, ${millijoules(PAPER.final.millijoules)} mJ`, symbol: PAPER_FINAL },
    {
      label: `Paper: ${PAPER.b.name} fused, ${millijoules(PAPER.b.millijoules)} mJ`,
      symbol: PAPER_FUSED,
    },
  );
  return entries;
}

/** From where the first curve has a tenth of the ANN's accuracy: before, all of them lie on the axis. */
function energyDomain(results: Results, drawn: readonly Drawn[]): [number, number] {
  const visible = results.ann.accuracy.value / 10;
  const energies = drawn.flatMap(({ curve }) => energiesOf(curve).filter((energy) => energy > 0));
  const risen = drawn.flatMap(({ curve }) =>
    energiesOf(curve).filter((energy, row) => energy > 0 && curve.accuracy[row]!.value >= visible),
  );
  const paper = [PAPER.b.millijoules, PAPER.final.millijoules];
  return logarithmicDomain([...(risen.length > 0 ? risen : energies), ...paper], [...energies, ...paper]);
}

function highestPercent(results: Results, drawn: readonly Drawn[]): number {
  const accuracies = drawn.flatMap(({ curve }) => curve.accuracy.map(({ high }) => high));
  const highest = [...accuracies, PAPER.targetAccuracy].reduce(
    (a, b) => Math.max(a, b),
    results.ann.accuracy.value,
  );
  return Math.min(100, Math.ceil(10 * highest) * 10);
}

const energiesOf = (curve: Curve): readonly number[] => curve.energyMillijoules[DEFAULT_ENERGY_MODEL.name]!;

function pointsOf(curve: Curve): Point[] {
  return energiesOf(curve).map((energy, row) => {
    const { value, low, high } = curve.accuracy[row]!;
    return { energy, accuracy: 100 * value, low: 100 * low, high: 100 * high };
  });
}

/** The points from an energy on, with one on the line at that energy where it begins before. */
function pointsFrom(points: readonly Point[], lowest: number): Point[] {
  const first = points.findIndex(({ energy }) => energy >= lowest);
  if (first < 0) return [];
  const [before, after] = [points[first - 1], points[first]!];
  const shown = points.slice(first);
  if (before === undefined || before.energy === 0) return shown;
  const part = Math.log(lowest / before.energy) / Math.log(after.energy / before.energy);
  const between = (from: number, to: number): number => from + part * (to - from);
  const start = {
    energy: lowest,
    accuracy: between(before.accuracy, after.accuracy),
    low: between(before.low, after.low),
    high: between(before.high, after.high),
  };
  return [start, ...shown];
}

/** Leaves out points that would be drawn on top of the one before; never the first and the last. */
function thinned(points: readonly Point[], xPixels: number, yPixels: number): Point[] {
  const kept: Point[] = [];
  points.forEach((point, index) => {
    const last = kept.at(-1);
    const isNew =
      last === undefined ||
      index === points.length - 1 ||
      Math.log(point.energy / last.energy) * xPixels >= RESOLUTION ||
      Math.abs(point.accuracy - last.accuracy) * yPixels >= RESOLUTION;
    if (isNew) kept.push(point);
  });
  return kept;
}

function lineMark(index: number, { colour, width = 1 }: LineStyle): Mark {
  return {
    type: 'line',
    from: { data: `curve${index}` },
    encode: {
      update: {
        x: { scale: 'x', field: 'energy' },
        y: { scale: 'y', field: 'accuracy' },
        stroke: { value: colour },
        strokeWidth: { value: width },
        strokeJoin: { value: 'round' },
        strokeCap: { value: 'round' },
      },
    },
  };
}

function bandMark(index: number, { colour }: LineStyle): Mark {
  return {
    type: 'area',
    from: { data: `curve${index}` },
    encode: {
      update: {
        x: { scale: 'x', field: 'energy' },
        y: { scale: 'y', field: 'low' },
        y2: { scale: 'y', field: 'high' },
        fill: { value: colour },
        fillOpacity: { value: 0.22 },
      },
    },
  };
}

/** Few points are marked, with their intervals: one alone makes no line. */
function dots({ style, band }: Drawn, points: readonly Point[]): Mark[] {
  if (points.length > FEW) return [];
  return points.flatMap(({ energy, accuracy, low, high }) => {
    const x = { scale: 'x', value: energy };
    const y = (value: number): Place => ({ scale: 'y', value });
    const interval = band ? [line(x, y(low), x, y(high), { colour: style.colour })] : [];
    return [...interval, symbol(x, y(accuracy), { ...DOT, colour: style.colour, size: band ? 24 : 10 })];
  });
}

/** The head's name at the end of a network that was cut: the ends lie apart, as each has its own cost. */
function endLabel(curve: Curve, points: readonly Point[]): Mark[] {
  const end = points.at(-1);
  return curve.kind === 'truncated' && end !== undefined ? nameLabel(curve, end, COLOUR.black) : [];
}

/** The names of fused heads along a diagonal, where their lines lie apart. */
function fusedLabels(drawn: readonly Drawn[], series: readonly (readonly Point[])[]): Mark[] {
  const fused = drawn.flatMap(({ curve }, index) => (curve.kind === 'fused' ? [{ curve, index }] : []));
  return fused.flatMap(({ curve, index }, place) => {
    const points = series[index]!;
    const level = (points.at(-1)?.accuracy ?? 0) * (0.25 + (0.5 * (place + 0.5)) / fused.length);
    const point = points.find(({ accuracy }) => accuracy >= level);
    return point === undefined ? [] : nameLabel(curve, point, COLOUR.green, points.length > FEW);
  });
}

/** Beside the point, or on it. */
function nameLabel({ head }: Curve, { energy, accuracy }: Point, colour: string, centred = false): Mark[] {
  const x = { scale: 'x', value: energy, offset: centred ? 0 : 4 };
  const style = { size: 11, characters: 4, colour, halo: true } as const;
  const align = centred ? 'center' : 'left';
  return text(head!, x, { scale: 'y', value: accuracy }, { ...style, align });
}

function annLines({ ann, targetAccuracy }: Results, width: number): Mark[] {
  const at = (fraction: number): Place => ({ scale: 'y', value: 100 * Math.max(0, fraction) });
  const [accuracy, target] = [at(ann.accuracy.value), at(targetAccuracy)];
  return [line(0, accuracy, width, accuracy, ANN), line(0, target, width, target, TARGET)];
}

function paperPoints(): Mark[] {
  const y = { scale: 'y', value: 100 * PAPER.targetAccuracy };
  return [
    symbol({ scale: 'x', value: PAPER.final.millijoules }, y, PAPER_FINAL),
    symbol({ scale: 'x', value: PAPER.b.millijoules }, y, PAPER_FUSED),
  ];
}
