/**
 * Figure 4 of the paper: accuracy against the mean energy of an image; and the same for the method with forgetting, in a
 * figure of its own.
 */
import type { Data, Mark, Spec } from 'vega';
import type { Curve, CurveKind, Results } from '../evaluation/results.js';
import { type Drawn, forgettingLines, paperLines } from './accuracy-lines.js';
import { energiesOf, type Point, pointsFrom, pointsOf, thinned } from './accuracy-points.js';
import { logarithmicDomain, logarithmicTicks } from './axis.js';
import { withIdentity } from './identity.js';
import { PAPER } from './paper.js';
import { reachedEnergy } from './select.js';
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
import { ENERGY_TITLE, MINUS, millijoules, percent } from './words.js';

const HEIGHT = 270;
/** So many rows or fewer are marked one by one. */
const FEW = 8;
const LAYERS: readonly CurveKind[] = ['truncated', 'fused', 'final'];

const ANN: LineStyle = { colour: COLOUR.black };
const TARGET: LineStyle = { colour: COLOUR.black, dash: [5, 3] };
const DOT = { shape: 'circle', solid: true } as const;
const REACHED = { shape: 'circle', size: 36 } as const;
const PAPER_FINAL: SymbolStyle = { shape: 'diamond', colour: COLOUR.black, size: 70 };
const PAPER_FUSED: SymbolStyle = { ...PAPER_FINAL, solid: true };

/**
 * The specification; accuracies in percent, energies in millijoules, by the default energy model.
 *
 * @param forgetting - 0 for Figure 4, or another k of the results
 */
export function accuracyFigure(results: Results, forgetting = 0): Spec {
  const lines = forgetting === 0 ? paperLines(results) : forgettingLines(results, forgetting);
  const entries = legendEntries(results, lines);
  const drawn = [...lines].sort((a, b) => layerOf(a) - layerOf(b));
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
      ...drawn.flatMap((curve, index) => endLabel(curve, series[index]!)),
      ...fusedLabels(drawn, series),
      ...(forgetting === 0 ? [] : reachedPoints(results, drawn)),
      ...paperPoints(),
    ],
  });
}

/** Lines with bands lie above all others, and of either the final prediction above fused ones above cut ones. */
const layerOf = ({ curve, band }: Drawn): number => (band ? LAYERS.length : 0) + LAYERS.indexOf(curve.kind);

function legendEntries(results: Results, lines: readonly Drawn[]): LegendEntry[] {
  const labels = new Map(lines.map(({ label, style }) => [label, style]));
  return [
    ...[...labels].map(([label, style]) => ({ label, line: style })),
    { label: `ANN, ${percent(results.ann.accuracy.value)}`, line: ANN },
    { label: `ANN ${MINUS} 1 %`, line: TARGET },
    { label: `Paper: FP alone, ${millijoules(PAPER.final.millijoules)} mJ`, symbol: PAPER_FINAL },
    {
      label: `Paper: ${PAPER.b.name} fused, ${millijoules(PAPER.b.millijoules)} mJ`,
      symbol: PAPER_FUSED,
    },
  ];
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

function lineMark(index: number, { colour, width = 1, dash }: LineStyle): Mark {
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
        ...(dash === undefined ? { strokeCap: { value: 'round' } } : { strokeDash: { value: [...dash] } }),
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
function endLabel({ curve, named }: Drawn, points: readonly Point[]): Mark[] {
  const end = points.at(-1);
  const isCut = curve.kind === 'truncated' && named;
  return isCut && end !== undefined ? nameLabel(curve, end, COLOUR.black) : [];
}

/** The names of fused heads along a diagonal, where their lines lie apart. */
function fusedLabels(drawn: readonly Drawn[], series: readonly (readonly Point[])[]): Mark[] {
  const fused = drawn.flatMap(({ curve, named }, index) => {
    return curve.kind === 'fused' && named ? [{ curve, index }] : [];
  });
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

/** Where lines in the legend of their own come to the target: the energies of Figure 5. */
function reachedPoints(results: Results, drawn: readonly Drawn[]): Mark[] {
  return drawn.flatMap(({ curve, style: { colour, width = 1 } }) => {
    const energy = width > 1 ? reachedEnergy(results, withIdentity(results.targets, curve)) : null;
    if (energy === null) return [];
    const y = { scale: 'y', value: 100 * results.targetAccuracy };
    return [symbol({ scale: 'x', value: energy.value }, y, { ...REACHED, colour })];
  });
}

function paperPoints(): Mark[] {
  const y = { scale: 'y', value: 100 * PAPER.targetAccuracy };
  return [
    symbol({ scale: 'x', value: PAPER.final.millijoules }, y, PAPER_FINAL),
    symbol({ scale: 'x', value: PAPER.b.millijoules }, y, PAPER_FUSED),
  ];
}
