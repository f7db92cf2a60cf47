/** Synaptic operations a second of the convolution kernels against the firing rate, beside the limit. */
import type { Spec } from 'vega';
import {
  COLOUR,
  figure,
  legend,
  legendHeight,
  line,
  type Margins,
  symbol,
  text,
} from '../../lab/report/style.js';
import { UserError } from '../../src/errors.js';
import type { BenchResult } from '../measure/result.js';
import { rowsOf } from './read.js';
import { limitOf } from './table.js';

const COLOURS = [COLOUR.blue, COLOUR.green, COLOUR.orange, COLOUR.purple];
/** Convolutions 3x3 that keep shape, and their rows. */
const SERIES = /^(\d+) @ (\d+x\d+), [\d.]+ %: 3x3 to \1$/;

/** @throws UserError if the kernels were not measured */
export function kernelsFigure(result: BenchResult): Spec {
  const points = rowsOf(result, 'kernels').flatMap(({ name, facts, gigaOperationsPerSecond }) => {
    const match = SERIES.exec(name);
    const rate = facts?.rate;
    if (match === null || typeof rate !== 'number' || gigaOperationsPerSecond === undefined) return [];
    return [
      { series: `${match[1]} channels, ${match[2]}`, rate: 100 * rate, speed: gigaOperationsPerSecond },
    ];
  });
  if (points.length === 0) throw new UserError('the part kernels was not measured');
  const names = [...new Set(points.map(({ series }) => series))];
  const entries = names.map((label, index) => ({
    label,
    line: { colour: COLOURS[index % COLOURS.length]! },
  }));
  const margins: Margins = { left: 46, right: 12, top: 8 + legendHeight(entries), bottom: 44 };
  const limit = limitOf(result.parts);
  const highest = Math.max(limit ?? 0, ...points.map(({ speed }) => speed));
  const rates = [...new Set(points.map(({ rate }) => rate))];
  return figure('Synaptic operations a second against the firing rate', 200, margins, {
    scales: [
      {
        name: 'x',
        type: 'log',
        range: 'width',
        domain: [Math.min(...rates) / 1.1, Math.max(...rates) * 1.1],
      },
      { name: 'y', type: 'linear', range: 'height', domain: [0, highest * 1.08] },
    ],
    axes: [
      {
        scale: 'x',
        orient: 'bottom',
        values: [1, 2, 5, 10, 20, 50],
        title: 'neurons that fire in a timestep, %',
      },
      { scale: 'y', orient: 'left', grid: true, tickCount: 5, title: '10\u2079 synaptic operations / s' },
    ],
    marks: [
      ...legend(entries, margins),
      ...(limit === undefined
        ? []
        : [
            line(
              0,
              { scale: 'y', value: limit },
              420,
              { scale: 'y', value: limit },
              { colour: COLOUR.vermilion, dash: [4, 3] },
            ),
            ...text(
              'its loop alone, weights in the nearest cache',
              6,
              { scale: 'y', value: limit, offset: 9 },
              { halo: true, size: 11 },
            ),
          ]),
      ...names.flatMap((name, index) =>
        seriesMarks(
          points.filter(({ series }) => series === name),
          COLOURS[index % COLOURS.length]!,
        ),
      ),
    ],
  });
}

function seriesMarks(points: readonly { readonly rate: number; readonly speed: number }[], colour: string) {
  const places = points.map(({ rate, speed }) => ({
    x: { scale: 'x', value: rate },
    y: { scale: 'y', value: speed },
  }));
  return [
    ...places
      .slice(1)
      .map((to, index) => line(places[index]!.x, places[index]!.y, to.x, to.y, { colour, width: 1.6 })),
    ...places.map(({ x, y }) => symbol(x, y, { shape: 'circle', colour, solid: true, size: 24 })),
  ];
}
