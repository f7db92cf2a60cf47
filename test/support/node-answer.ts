/** What Node answers to a picture, in the form of the page's report. */
import { readFile } from 'node:fs/promises';
import { kernelModule, loadModelFile, nodeCodecs, paperModelPath } from '../../src/entry/node.js';
import { answerOf, Classifier, decodeImage, fuse, type Posterior, type RunOptions } from '../../src/index.js';
import type { Report } from './demo-page.js';

const network = await loadModelFile(paperModelPath());
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
  const layers = run.populationActivity().map((activity, index) => ({
    name: network.populations[index]!.name,
    ...activity,
  }));
  const counts = { final: [...run.finalCounts], head: run.headCounts && [...run.headCounts] };
  return JSON.parse(JSON.stringify({ file, ...answerOf(network, run, 5), layers, counts }));
}

/** What both heads and their fusion say of the best class, and of each one's own best class in two digits. */
export interface NodeRates {
  readonly fused: number;
  readonly final: number;
  readonly early: number;
  readonly best: Readonly<Record<'fused' | 'final' | 'early', string>>;
}

/** Firing rates after a whole run with an internal head. */
export async function nodeRates(bytes: Uint8Array, options: RunOptions): Promise<NodeRates> {
  const run = classifier.start(await decodeImage(bytes, nodeCodecs), options);
  run.advance(network.defaults.timesteps);
  const posterior = run.posterior();
  const [final, early] = [run.finalEvidence(), run.headEvidence()!].map((head) => fuse(head, null));
  const index = posterior.ranking[0]!;
  const best = ({ estimates, ranking }: Posterior) => estimates[ranking[0]!]!.toFixed(2);
  return {
    fused: posterior.estimates[index]!,
    final: final!.estimates[index]!,
    early: early!.estimates[index]!,
    best: { fused: best(posterior), final: best(final!), early: best(early!) },
  };
}

/** Neurons of every layer, and its spikes at each of the first timesteps. */
export async function nodeSpikes(bytes: Uint8Array, timesteps: number): Promise<number[][]> {
  const run = classifier.start(await decodeImage(bytes, nodeCodecs));
  const rows: number[][] = [];
  let before = network.populations.map(() => 0);
  run.advance(timesteps, () => {
    const now = run.populationActivity().map(({ spikes }) => spikes);
    rows.push(now.map((spikes, layer) => spikes - before[layer]!));
    before = now;
  });
  return rows;
}

export const neurons = network.populations.map(({ shape }) => shape.channels * shape.height * shape.width);
export { network };
