/** The README's figure: how long one timestep and one answer take, here and elsewhere, as dots on a logarithmic axis. */
import type { Mark, Spec } from 'vega';
import { logarithmicDomain, logarithmicTicks } from '../../lab/report/axis.js';
import {
  COLOUR,
  figure,
  line,
  type Margins,
  type Place,
  plotWidth,
  symbol,
  text,
} from '../../lab/report/style.js';
import { UserError } from '../../src/errors.js';
import type { BenchResult, Measurement } from '../measure/result.js';
import { rowOf } from './read.js';
import { digits } from './table.js';

const MARGINS: Margins = { left: 196, right: 62, top: 6, bottom: 44 };
const PITCH = 18;

interface Entry {
  readonly label: string;
  readonly part: string;
  readonly row: string;
  readonly own?: boolean;
}

const TIMESTEP: readonly Entry[] = [
  { label: 'snnwasm', part: 'network', row: 'snnwasm, first image alone', own: true },
  { label: 'JavaScript, event-driven', part: 'network', row: 'plain JavaScript, event-driven' },
  { label: 'JavaScript, dense', part: 'network', row: 'plain JavaScript, dense' },
  { label: 'SpikingJelly', part: 'simulators', row: 'SpikingJelly, batch 1, 1 thread' },
  { label: 'SpikingJelly, batch 32', part: 'simulators', row: 'SpikingJelly, batch 32, 1 thread' },
  { label: 'snnTorch', part: 'simulators', row: 'snnTorch, batch 1, 1 thread' },
  { label: 'snnTorch, batch 32', part: 'simulators', row: 'snnTorch, batch 32, 1 thread' },
];

const ANSWER: readonly Entry[] = [
  ...[16, 32, 64].map((timesteps) => ({
    label: `snnwasm, ${timesteps} timesteps`,
    part: 'peers',
    row: `snnwasm, an answer of ${timesteps} timesteps`,
    own: true,
  })),
  { label: 'onnxruntime-web, dense', part: 'peers', row: 'onnxruntime-web, WebAssembly SIMD' },
  { label: 'TensorFlow.js, dense', part: 'peers', row: 'TensorFlow.js, WebAssembly SIMD' },
  { label: 'onnxruntime-node, dense', part: 'peers', row: 'onnxruntime-node, native, 1 thread' },
];

/**
 * The specification.
 *
 * @throws UserError if nothing that it shows was measured
 */
export function comparisonFigure(result: BenchResult): Spec {
  const groups = [
    { title: 'One timestep of one image', rows: measured(result, TIMESTEP) },
    { title: 'One image, from start to answer', rows: measured(result, ANSWER) },
  ].filter(({ rows }) => rows.length > 0);
  const all = groups.flatMap(({ rows }) => rows.map(({ row }) => row.summary));
  if (all.length === 0) throw new UserError('the parts network, simulators and peers were not measured');
  const domain = logarithmicDomain(
    all.map(({ p10 }) => p10 / 1.5),
    all.map(({ p90 }) => p90),
  );
  const lines = groups.reduce((sum, { rows }) => sum + rows.length + 1.4, 0);
  const marks: Mark[] = [];
  let y = PITCH / 2;
  for (const { title, rows } of groups) {
    marks.push(...text(title, 6 - MARGINS.left, y, { italic: true, halo: true }));
    y += PITCH;
    for (const entry of rows) {
      marks.push(...rowMarks(entry, y, domain[0]));
      y += PITCH;
    }
    y += 0.4 * PITCH;
  }
  return figure('Milliseconds for a timestep and for an answer', lines * PITCH, MARGINS, {
    scales: [{ name: 'x', type: 'log', range: 'width', domain }],
    axes: [
      {
        scale: 'x',
        orient: 'bottom',
        grid: true,
        values: logarithmicTicks(...domain),
        title: `milliseconds, one thread (${result.machine.cpu.replace(/[<>&]/g, '')})`,
      },
    ],
    marks,
  });
}

interface Row {
  readonly entry: Entry;
  readonly row: Measurement;
}

function measured(result: BenchResult, entries: readonly Entry[]): Row[] {
  return entries.flatMap((entry) => {
    const row = rowOf(result, entry.part, entry.row);
    return row === undefined ? [] : [{ entry, row }];
  });
}

function rowMarks({ entry, row }: Row, y: number, left: number): Mark[] {
  const { median, p10, p90 } = row.summary;
  const [from, to, start, end] = [p10, p90, left, median].map((value) => ({ scale: 'x', value })) as [
    Place,
    Place,
    Place,
    Place,
  ];
  const weight = entry.own === true ? 'bold' : 'normal';
  const colour = entry.own === true ? COLOUR.green : COLOUR.blue;
  return [
    ...text(entry.label, -8, y, { align: 'right', weight }),
    line(start, y, end, y, { colour: COLOUR.grey, dash: [1, 3] }),
    line(from, y, to, y, { colour, width: 3 }),
    symbol(end, y, { shape: 'circle', colour, solid: true }),
    ...text(`${digits(median)} ms`, plotWidth(MARGINS) + 58, y, { align: 'right', weight }),
  ];
}
