/**
 * One hundred pictures and what must come of them, the same on every host: of every image the spikes and synaptic
 * operations of every layer and the counts of every head. A host is anything that takes the pictures and gives their
 * traces, be it Node, a browser or a bare WebAssembly runtime; `expectedTraces` says what it must be.
 */
import { createHash } from 'node:crypto';
import type { Step } from '../../src/app/model.js';
import { loadModel } from '../../src/entry/index-node.js';
import { cifar100Folder, readRecords } from './cifar100.js';
import { RECORD_BYTES, randomRecords } from './records.js';

export const PICTURES = 100;
export const EXTENT = 32;
export const TIMESTEPS = 16;
const VALUES = 3 * EXTENT * EXTENT;

/** What one image has caused after {@link TIMESTEPS}, membranes starting as the model says, every head simulated. */
export interface ImageTrace {
  /** Spikes emitted and synaptic operations received, layer by layer. */
  readonly layers: readonly (readonly [spikes: number, synapticOperations: number])[];
  /** Spikes of every class, by the head's name. */
  readonly heads: Readonly<Record<string, readonly number[]>>;
}

export interface Pictures {
  readonly origin: string;
  /** One after the other, each `[y][x][channel]`, 8-bit RGB. */
  readonly bytes: Uint8Array;
}

/** The first test images of CIFAR-100; where that is missing, pictures made from a seed. */
export function pictures(): Pictures {
  const real = cifar100Folder() !== null;
  const planes = real ? readRecords('test', 0, PICTURES).map(({ pixels }) => pixels) : synthetic();
  const bytes = new Uint8Array(PICTURES * VALUES);
  planes.forEach((picture, index) => {
    picture.forEach((value, position) => {
      const channel = Math.floor(position / (EXTENT * EXTENT));
      bytes[index * VALUES + (position % (EXTENT * EXTENT)) * 3 + channel] = value;
    });
  });
  return { origin: real ? 'CIFAR-100 test images' : 'synthetic pictures', bytes };
}

/** `[channel][y][x]`, as in the data set. */
function synthetic(): Uint8Array[] {
  const records = randomRecords(PICTURES, 100, 7);
  return Array.from({ length: PICTURES }, (_, index) => {
    return records.subarray((index + 1) * RECORD_BYTES - VALUES, (index + 1) * RECORD_BYTES);
  });
}

/**
 * What is expected of every host: the traces that this process counts.
 *
 * @param source - of the model, default the one that ships, in its own coding
 */
export async function expectedTraces(source?: string): Promise<ImageTrace[]> {
  const model = await loadModel(source);
  const { bytes } = pictures();
  const traces: ImageTrace[] = [];
  for (let start = 0; start < bytes.length; start += VALUES) {
    const pixels = new Uint8ClampedArray(bytes.slice(start, start + VALUES));
    const image = { width: EXTENT, height: EXTENT, pixels };
    const options = { timesteps: TIMESTEPS, every: TIMESTEPS, watch: 'all' } as const;
    for await (const step of model.steps(image, options)) traces.push(traceOf(step));
  }
  return traces;
}

function traceOf({ layers, counts }: Step): ImageTrace {
  return {
    layers: layers.map(({ spikes, synapticOperations }) => [spikes, synapticOperations] as const),
    heads: Object.fromEntries(Object.entries(counts).map(([head, spikes]) => [head, [...spikes]])),
  };
}

/** A short name for a trace: equal traces have equal hashes. */
export function hashOf({ layers, heads }: ImageTrace): string {
  const sorted = Object.entries(heads).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([layers, sorted]))
    .digest('hex')
    .slice(0, 16);
}

/** The first difference between two lists of traces in words, or null where there is none. */
export function firstDifference(
  expected: readonly ImageTrace[],
  found: readonly ImageTrace[],
): string | null {
  if (expected.length !== found.length) return `${found.length} images instead of ${expected.length}`;
  const image = expected.findIndex((trace, index) => hashOf(trace) !== hashOf(found[index]!));
  if (image < 0) return null;
  const [should, is] = [expected[image]!, found[image]!];
  const layer = should.layers.findIndex((counts, index) => String(counts) !== String(is.layers[index]));
  if (layer >= 0) {
    return `image ${image}, layer ${layer}: spikes, synaptic operations ${is.layers[layer]} instead of ${should.layers[layer]}`;
  }
  for (const [head, counts] of Object.entries(should.heads)) {
    const label = counts.findIndex((count, index) => count !== is.heads[head]?.[index]);
    if (label >= 0) {
      return `image ${image}, head ${head}, class ${label}: ${is.heads[head]?.[label]} spikes instead of ${counts[label]}`;
    }
  }
  return `image ${image}: other layers or heads`;
}
