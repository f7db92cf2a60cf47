/**
 * Files of format version 1, which spoke of layers, connections and blocks: they load, and answer as they did.
 *
 * test/fixtures/models/version1.snn is the network of test/support/tiny.ts as snnwasm 0.1.0 converted it on 200 random
 * pictures, and version1.json what its kernels said of one input: spikes, fired outputs, and synaptic operations, which
 * still counted weights of 0.
 */
import { readFileSync } from 'node:fs';
import { unpack } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { Simulation } from '../../src/engine/simulation.js';
import { checksum } from '../../src/file/checksum.js';
import { readModel, writeModel } from '../../src/file/file.js';
import { encode } from '../../src/file/messagepack.js';
import { aligned } from '../../src/file/tensors.js';
import { MAXIMUM_FORGETTING } from '../../src/graph/bounds.js';
import { squareWindow } from '../../src/graph/extents.js';
import { kernelModule } from '../../src/host/node/kernels.js';
import { uniformNumbers } from '../../src/random.js';
import { expectRefusal } from '../support/small-model.js';

interface Recorded {
  readonly layers: readonly { readonly spikes: number[]; readonly operations: number[] }[];
  readonly heads: readonly { readonly fired: string[]; readonly operations: number[] }[];
}

const fixture = (name: string) => readFileSync(new URL(`../fixtures/models/${name}`, import.meta.url));
const file = new Uint8Array(fixture('version1.snn'));
const recorded = JSON.parse(fixture('version1.json').toString('utf8')) as Record<string, Recorded>;
const TIMESTEPS = 20;

const versionOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);

/** The file with another network in its header. */
function forged(change: (network: Record<string, unknown>) => void): Uint8Array {
  const length = new DataView(file.buffer).getUint32(12, true);
  const header = unpack(file.slice(20, 20 + length)) as { network: Record<string, unknown> };
  change(header.network);
  const encoded = encode(header);
  const data = file.subarray(aligned(20 + length));
  const bytes = new Uint8Array(aligned(20 + encoded.length) + data.length);
  bytes.set(file.subarray(0, 12));
  const view = new DataView(bytes.buffer);
  view.setUint32(12, encoded.length, true);
  view.setUint32(16, checksum(encoded), true);
  bytes.set(encoded, 20);
  bytes.set(data, bytes.length - data.length);
  return bytes;
}

describe('a model file of version 1', () => {
  const network = readModel(file);

  it('becomes populations, synapses and heads', () => {
    expect(versionOf(file)).toBe(1);
    expect(network.populations.map(({ name, synapses }) => [name, synapses.map(({ kind }) => kind)])).toEqual(
      [
        ['stem', ['convolution']],
        ['blocks.0.conv1', ['convolution']],
        ['blocks.0', ['convolution', 'convolution']],
        ['blocks.1.conv1', ['convolution']],
        ['blocks.1', ['convolution', 'per-channel']],
      ],
    );
    expect(network.populations[1]!.synapses[0]).toMatchObject({
      ...squareWindow(3, 2, 1),
      groups: 1,
      source: 0,
    });
    expect(network.populations[2]!.synapses[1]).toMatchObject({
      ...squareWindow(1, 2, 0),
      groups: 1,
      source: 0,
    });
    expect(
      network.heads.map(({ name, population, priorStrength }) => [name, population, priorStrength]),
    ).toEqual([
      ['1', 2, 100],
      ['final', 4, 0],
    ]);
    expect(network.defaults).toEqual({
      coding: 'rate',
      digits: 4,
      readout: 'spikes',
      timesteps: 24,
      initialPotential: 0.5,
      propagation: 'synchronous',
      forgetting: 0,
      head: '1',
    });
    expect(network.provenance.calibrationImages).toBe(200);
  });

  it('is the same network once it is written as version 2', () => {
    const written = writeModel(network);
    expect(versionOf(written)).toBe(2);
    expect(readModel(written)).toEqual(network);
  });

  it.each(['synchronous', 'pipelined'] as const)('answers as it did, %s', async (propagation) => {
    const module = await kernelModule();
    const random = uniformNumbers(7);
    const input = Int16Array.from({ length: 3 * 32 * 32 }, () => Math.floor((random() - 0.5) * 512));
    for (const model of [network, readModel(writeModel(network))]) {
      const simulation = await Simulation.create(module, model);
      simulation.start(input, { heads: [0, 1], propagation, initialPotential: 0.5 });
      const layers = model.populations.map(() => ({ spikes: [] as number[], operations: [] as number[] }));
      const heads = model.heads.map(() => ({ fired: [] as string[], operations: [] as number[] }));
      let fewer = 0;
      while (simulation.timestep < TIMESTEPS) {
        const first = simulation.timestep + 1;
        simulation.advance(TIMESTEPS - simulation.timestep);
        for (let timestep = first; timestep <= simulation.timestep; timestep++) {
          layers.forEach(({ spikes, operations }, index) => {
            spikes.push(simulation.layerSpikes(index, timestep));
            operations.push(simulation.layerAllOperations(index, timestep));
            fewer +=
              simulation.layerAllOperations(index, timestep) - simulation.layerOperations(index, timestep);
          });
          heads.forEach(({ fired, operations }, index) => {
            fired.push([...simulation.fired(index, timestep)].join(''));
            operations.push(simulation.headAllOperations(index, timestep));
          });
        }
      }
      expect({ layers, heads }).toEqual(recorded[propagation]);
      expect(fewer).toBeGreaterThan(0);
    }
  });

  it('may have said how early timesteps are forgotten', () => {
    const said = (forgetting: unknown) =>
      forged(({ defaults }) => {
        (defaults as Record<string, unknown>).forgetting = forgetting;
      });
    for (const forgetting of [0, 1, 3, MAXIMUM_FORGETTING]) {
      expect(readModel(said(forgetting)).defaults.forgetting).toBe(forgetting);
    }
    expectRefusal(said(MAXIMUM_FORGETTING + 1), /defaults.forgetting must be an integer from 0 to 16/);
  });

  it.each<[string, (network: Record<string, unknown>) => void, RegExp]>([
    ['no layers', (header) => delete header.layers, /populations must be a list, but is undefined/],
    ['layers that are no list', (header) => (header.layers = {}), /populations must be a list, but is a map/],
    ['a layer that is no map', (header) => (header.layers = [7]), /populations\[0\] must be a map, but is 7/],
    ['no heads', (header) => (header.heads = null), /heads must be a list, but is null/],
    ['no defaults', (header) => delete header.defaults, /defaults must be a map, but is undefined/],
    [
      'a kernel that is no number',
      (header) => (connectionOf(header).kernel = [3, 3]),
      /populations\[0\].synapses\[0\].kernel.height must be an integer from 1 to 31, but is a list of 2/,
    ],
    [
      'a kind that there was not',
      (header) => (connectionOf(header).kind = 'depthwise'),
      /populations\[0\].synapses\[0\] has an unknown field "groups"/,
    ],
    [
      'a connection without a stride',
      (header) => delete connectionOf(header).stride,
      /populations\[0\].synapses\[0\].stride.height must be an integer from 1 to 16, but is undefined/,
    ],
  ])('is refused with %s', (_, change, message) => {
    expectRefusal(forged(change), message);
  });
});

/** The first connection of the first layer. */
function connectionOf(header: Record<string, unknown>): Record<string, unknown> {
  const [layer] = header.layers as [{ connections: [Record<string, unknown>] }];
  return layer.connections[0];
}
