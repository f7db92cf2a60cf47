/**
 * Draws docs/answer.svg, the picture of the README: how the firing rates of five classes, fused with the internal
 * prediction, part from each other over time, from a real run. `npm run docs:answer` draws it again.
 */
import { readFile } from 'node:fs/promises';
import type { Spec } from 'vega';
import { renderSvg } from '../lab/report/render.js';
import { COLOUR } from '../lab/report/style.js';
import { rateInterval } from '../src/fusion/posterior.js';
import { nodeCodecs } from '../src/host/node/codecs.js';
import { writeFileAtomic } from '../src/host/node/files.js';
import { kernelModule } from '../src/host/node/kernels.js';
import { loadModelFile, paperModelPath } from '../src/host/node/models.js';
import { decodeImage } from '../src/picture/decode.js';
import { Classifier } from '../src/run/run.js';

const PICTURE = new URL('../examples/sunflower.png', import.meta.url);
const CLASSES = 5;
const COLOURS = [COLOUR.orange, COLOUR.vermilion, COLOUR.skyBlue, COLOUR.green, COLOUR.purple];
const SIDE = 190;
const PLOT = { left: 265, width: 395, height: 190 };

const network = await loadModelFile(paperModelPath());
const classifier = await Classifier.create(await kernelModule(), network);
const bytes = await readFile(PICTURE);
const run = classifier.start(await decodeImage(bytes, nodeCodecs));
const posteriors: { timestep: number; posterior: ReturnType<typeof run.posterior> }[] = [];
run.advance(network.defaults.timesteps, () => {
  posteriors.push({ timestep: run.timesteps, posterior: run.posterior() });
});
const top = run.posterior().ranking.slice(0, CLASSES);
const points = posteriors.flatMap(({ timestep, posterior }) =>
  top.map((index) => {
    const { lower, upper } = rateInterval(posterior, index);
    return { timestep, label: network.labels[index]!, rate: posterior.estimates[index]!, lower, upper };
  }),
);
const { spikes } = run.activity();

const labels = top.map((index) => network.labels[index]!);
const x = { scale: 'x', field: 'timestep' } as const;
const series = { facet: { name: 'series', data: 'points', groupby: 'label' } } as const;
const text = (content: string, left: number, y: number, size: number, colour: string = COLOUR.black) =>
  ({
    type: 'text',
    encode: {
      update: {
        x: { value: left },
        y: { value: y },
        text: { value: content },
        fontSize: { value: size },
        fill: { value: colour },
        font: { value: 'sans-serif' },
      },
    },
  }) as const;

const spec: Spec = {
  $schema: 'https://vega.github.io/schema/vega/v6.json',
  description: `Firing rates of ${CLASSES} classes over ${network.defaults.timesteps} timesteps; ${labels[0]} wins`,
  width: 790,
  height: 250,
  padding: 12,
  autosize: 'none',
  background: 'white',
  data: [{ name: 'points', values: points }],
  scales: [
    { name: 'x', type: 'linear', domain: [1, network.defaults.timesteps], range: [0, PLOT.width] },
    { name: 'y', type: 'linear', domain: [0, 1], range: [PLOT.height, 0] },
    { name: 'colour', type: 'ordinal', domain: labels, range: COLOURS },
  ],
  marks: [
    {
      type: 'image',
      encode: {
        update: {
          url: { value: `data:image/png;base64,${bytes.toString('base64')}` },
          x: { value: 0 },
          y: { value: 20 },
          width: { value: SIDE },
          height: { value: SIDE },
        },
      },
    },
    text(`${(spikes / 1e6).toFixed(1)} million spikes,`, 0, SIDE + 38, 12),
    text(`${network.defaults.timesteps} timesteps`, 0, SIDE + 54, 12),
    {
      type: 'group',
      encode: {
        update: {
          x: { value: PLOT.left },
          y: { value: 20 },
          width: { value: PLOT.width },
          height: { value: PLOT.height },
        },
      },
      axes: [
        { scale: 'x', orient: 'bottom', title: 'timestep', titleFontWeight: 'normal', tickCount: 8 },
        {
          scale: 'y',
          orient: 'left',
          title: 'firing rate, fused',
          titleFontWeight: 'normal',
          tickCount: 5,
          grid: true,
        },
      ],
      marks: [
        {
          type: 'group',
          from: series,
          marks: [
            {
              type: 'area',
              from: { data: 'series' },
              encode: {
                update: {
                  x,
                  y: { scale: 'y', field: 'lower' },
                  y2: { scale: 'y', field: 'upper' },
                  fill: { scale: 'colour', field: 'label' },
                  fillOpacity: { value: 0.13 },
                },
              },
            },
            {
              type: 'line',
              from: { data: 'series' },
              encode: {
                update: {
                  x,
                  y: { scale: 'y', field: 'rate' },
                  stroke: { scale: 'colour', field: 'label' },
                  strokeWidth: { value: 2 },
                },
              },
            },
          ],
        },
      ],
    },
    ...spreadLabels().map(({ label, y }, index) =>
      text(label, PLOT.left + PLOT.width + 8, y + 24, 12, COLOURS[index]),
    ),
    text('bands: 95 % credible intervals', PLOT.left + PLOT.width - 170, 14, 11),
  ],
};

/** Names at the ends of the lines, moved apart where they would touch. */
function spreadLabels(): { label: string; y: number }[] {
  let below = -Infinity;
  return top.map((index) => {
    const y = Math.max(PLOT.height * (1 - run.posterior().estimates[index]!), below + 15);
    below = y;
    return { label: network.labels[index]!, y };
  });
}

await writeFileAtomic(
  new URL('answer.svg', import.meta.url).pathname,
  new TextEncoder().encode(await renderSvg(spec)),
);
