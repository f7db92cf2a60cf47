/** What Node answers to a picture, in the form of the page's report. */
import { readFile } from 'node:fs/promises';
import { answerOf, Classifier, decodeImage, type RunOptions } from '../../src/index.js';
import { kernelModule, loadModelFile, nodeCodecs, shippedModelPath } from '../../src/node/index.js';
import type { Report } from './demo-page.js';

const network = await loadModelFile(shippedModelPath());
const classifier = await Classifier.create(await kernelModule(), network);

/** A picture of the examples, encoded. */
export const example = (name: string): Promise<Buffer> =>
  readFile(new URL(`../../examples/${name}`, import.meta.url));

/** Everything but the time that it took. */
export async function nodeAnswer(
  file: string,
  bytes: Uint8Array,
  options: RunOptions = {},
  timesteps = network.defaults.timesteps,
): Promise<Omit<Report, 'milliseconds'>> {
  const run = classifier.start(await decodeImage(bytes, nodeCodecs), options);
  run.advance(timesteps);
  const layers = run.layerActivity().map((activity, index) => ({
    name: network.layers[index]!.name,
    ...activity,
  }));
  const counts = { final: [...run.finalCounts], head: run.headCounts && [...run.headCounts] };
  return JSON.parse(JSON.stringify({ file, ...answerOf(network, run, 5), layers, counts }));
}

/** Neurons of every layer, and its spikes at each of the first timesteps. */
export async function nodeSpikes(bytes: Uint8Array, timesteps: number): Promise<number[][]> {
  const run = classifier.start(await decodeImage(bytes, nodeCodecs));
  const rows: number[][] = [];
  let before = network.layers.map(() => 0);
  run.advance(timesteps, () => {
    const now = run.layerActivity().map(({ spikes }) => spikes);
    rows.push(now.map((spikes, layer) => spikes - before[layer]!));
    before = now;
  });
  return rows;
}

export const neurons = network.layers.map(({ shape }) => shape.channels * shape.height * shape.width);
export { network };
