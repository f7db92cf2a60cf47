import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SpikingNetwork } from '../../src/graph/network.js';
import { kernelModule } from '../../src/host/node/kernels.js';
import { Classifier } from '../../src/run/run.js';
import { describeWithCifar100 } from '../support/cifar100.js';
import { PICTURES, pictures, TIMESTEPS } from '../support/determinism.js';
import { bundleFolder, EdgeCommand, EdgeLibrary } from '../support/edge.js';
import { describeWithWasmtime, PYTHON, runProgram } from '../support/wasmtime.js';

const LONG = 400_000;

let folder: string;
let network: SpikingNetwork;
let library: string;
let command: string;

beforeAll(async () => {
  ({ folder, network, library, command } = await bundleFolder());
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describeWithCifar100(`${PICTURES} CIFAR-100 test images, ${TIMESTEPS} timesteps`, () => {
  /** One a picture: the spikes and synaptic operations of every layer, and the spikes of all classes. */
  interface Counts {
    readonly layers: number[];
    readonly counts: number[][];
  }
  const images = () => {
    const { origin, bytes } = pictures();
    expect(origin).toBe('CIFAR-100 test images');
    return Array.from(
      { length: PICTURES },
      (_, image) => new Uint8ClampedArray(bytes.slice(3072 * image, 3072 * (image + 1))),
    );
  };
  const digest = (rows: readonly Counts[]) => createHash('sha256').update(JSON.stringify(rows)).digest('hex');
  let expected: Counts[];

  beforeAll(async () => {
    const classifier = await Classifier.create(await kernelModule(), network);
    expected = images().map((pixels) => {
      const run = classifier.start({ width: 32, height: 32, pixels });
      run.advance(TIMESTEPS);
      const layers = run
        .populationActivity()
        .flatMap(({ spikes, synapticOperations }) => [spikes, synapticOperations]);
      return { layers, counts: [[...run.headCounts!], [...run.finalCounts]] };
    });
    expect(new Set(expected.map(({ layers }) => layers[0])).size).toBeGreaterThan(PICTURES / 2);
  }, LONG);

  it(
    'give the same spikes in all layers as a library in WebAssembly without imports',
    async () => {
      const edge = new EdgeLibrary(new WebAssembly.Module(readFileSync(library)));
      const { exports } = edge;
      const head = network.heads.findIndex(({ name }) => name === network.defaults.head);
      const rows = images().map((pixels) => {
        edge.setInput(pixels);
        expect(exports.snnwasm_run(TIMESTEPS)).toBe(0);
        return {
          layers: network.populations.flatMap((_, layer) => [
            exports.snnwasm_layer_spikes(layer),
            exports.snnwasm_layer_operations(layer),
          ]),
          counts: [edge.counts(head), edge.counts(network.heads.length - 1)],
        };
      });
      expect(rows).toEqual(expected);
      expect(digest(rows)).toBe(digest(expected));
    },
    LONG,
  );

  it(
    "give the same as a command in Node's WASI",
    () => {
      const edge = new EdgeCommand(readFileSync(command));
      const classes = network.labels.length;
      const head = network.heads.findIndex(({ name }) => name === network.defaults.head);
      const rows = images().map((pixels) => {
        const words = ['--timesteps', String(TIMESTEPS)];
        const { code, layers, counts } = edge.run(new Uint8Array(pixels), words);
        expect(code).toBe(0);
        const of = (index: number) => counts.slice(index * classes, (index + 1) * classes);
        return { layers, counts: [of(head), of(network.heads.length - 1)] };
      });
      edge.dispose();
      expect(rows).toEqual(expected);
    },
    LONG,
  );

  describeWithWasmtime('in wasmtime', () => {
    it(
      'give the same spikes in all layers',
      () => {
        const path = join(folder, 'pictures.rgb');
        writeFileSync(path, Buffer.concat(images().map((pixels) => new Uint8Array(pixels))));
        const script = join(import.meta.dirname, '../support/wasmtime_counts.py');
        const { code, stdout, stderr } = runProgram(PYTHON, [script, library, path, String(TIMESTEPS)]);
        expect([code, stderr]).toEqual([0, '']);
        const rows = stdout
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as Counts);
        expect(rows).toEqual(expected);
        expect(digest(rows)).toBe(digest(expected));
      },
      LONG,
    );
  });
});
