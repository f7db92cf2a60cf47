/** Where spikes are emitted and where they cost: firing rate and synaptic operations of every layer, as bars. */
import type { Axis, Mark, Scale, Spec } from 'vega';
import type { LayerResult, Results } from '../evaluation/results.js';
import { bar, COLOUR, figure, type Margins, plotWidth, text } from './style.js';
import { firingRate } from './tables.js';

const MARGINS: Margins = { left: 110, right: 14, top: 8, bottom: 58 };
const PITCH = 15;
const THICKNESS = 9;
const GAP = 22;

/** One of the two plots, which stand side by side and share their rows. */
interface Panel {
  readonly scale: string;
  /** Two lines. */
  readonly title: string[];
  readonly colour: string;
  /** From the left edge of the plot, in pixels. */
  readonly left: number;
  readonly values: readonly number[];
}

/** The specification of the figure, over all timesteps. */
export function ratesFigure(results: Results): Spec {
  const { layers } = results;
  const width = (plotWidth(MARGINS) - GAP) / 2;
  const panels: Panel[] = [
    {
      scale: 'rate',
      title: ['Mean firing rate', '(% of timesteps)'],
      colour: COLOUR.blue,
      left: 0,
      values: layers.map((layer) => 100 * firingRate(results, layer, results.rows.length - 1)),
    },
    {
      scale: 'operations',
      title: ['Synaptic operations per', 'image and timestep (millions)'],
      colour: COLOUR.vermilion,
      left: width + GAP,
      values: layers.map((layer) => operationsPerTimestep(results, layer) / 1e6),
    },
  ];
  return figure(
    'Mean firing rate and synaptic operations per timestep, by layer',
    Math.max(1, layers.length) * PITCH,
    MARGINS,
    {
      scales: panels.map((panel) => panelScale(panel, width)),
      axes: panels.map(panelAxis),
      marks: [
        ...layers.flatMap(({ name }, row) => {
          return text(name, -6, centre(row), { align: 'right', size: 11, characters: 16 });
        }),
        ...panels.flatMap(panelBars),
      ],
    },
  );
}

/** Mean of the images and of the timesteps. */
function operationsPerTimestep(results: Results, { synapticOperations }: LayerResult): number {
  return synapticOperations.at(-1)! / (results.rows.at(-1)! * results.data.images);
}

const centre = (row: number): number => (row + 0.5) * PITCH;

function panelScale({ scale, left, values }: Panel, width: number): Scale {
  const highest = values.reduce((a, b) => Math.max(a, b), 0);
  return {
    name: scale,
    type: 'linear',
    range: [left, left + width],
    domain: [0, highest > 0 ? highest : 1],
    nice: 3,
  };
}

function panelAxis({ scale, title }: Panel): Axis {
  return { scale, orient: 'bottom', tickCount: 3, grid: true, title };
}

function panelBars({ scale, colour, left, values }: Panel): Mark[] {
  return values.map((value, row) => bar(left, { scale, value }, centre(row), THICKNESS, colour));
}
