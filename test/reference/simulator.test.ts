/** The reference simulator against examples worked by hand and against a second count of synaptic operations. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import type { SpikingHead, SpikingPopulation, SpikingNetwork } from '../../src/graph/network.js';
import { IMAGE } from '../../src/graph/network.js';
import { fanOut, synapticOperationsByFanOut } from './fan-out.js';
import { randomInput, randomNetwork } from './random-network.js';
import { type SimulationOptions, simulate } from './simulator.js';

const pixelShape = { channels: 1, height: 3, width: 3 };

/**
 * A 3x3 image of one channel. `first` copies it (1x1, weight 1, threshold 10); `second` looks at it through a
 * 3x3 kernel of 1 to 9 (threshold 20), and the head adds 5 or -1 per spike of `second` (thresholds 8).
 */
function handNetwork(): SpikingNetwork {
  const first: SpikingPopulation = {
    name: 'first',
    block: 0,
    shape: pixelShape,
    connections: [
      { kind: 'convolution', source: IMAGE, kernel: 1, stride: 1, padding: 0, weights: Int8Array.of(1) },
    ],
    bias: Int32Array.of(0),
    threshold: Int32Array.of(10),
    lambda: 1,
  };
  const second: SpikingPopulation = {
    name: 'second',
    block: 1,
    shape: pixelShape,
    connections: [
      {
        kind: 'convolution',
        source: 0,
        kernel: 3,
        stride: 1,
        padding: 1,
        weights: Int8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9),
      },
    ],
    bias: Int32Array.of(1),
    threshold: Int32Array.of(20),
    lambda: 1,
  };
  const head: SpikingHead = {
    name: 'FP',
    block: 1,
    layer: 1,
    weights: Int8Array.of(5, -1),
    bias: Int32Array.of(0, 4),
    threshold: Int32Array.of(8, 8),
    lambda: 1,
    priorStrength: 0,
  };
  return {
    name: 'by hand',
    input: pixelShape,
    normalisation: { mean: [0], deviation: [1] },
    inputFractionBits: 0,
    labels: ['yes', 'no'],
    layers: [first, second],
    heads: [head],
    defaults: { timesteps: 4, initialPotential: 0, propagation: 'synchronous', forgetting: 0, head: null },
    provenance: {},
  };
}

// Currents of 11 in the middle, 6 in the top left corner, 10 in the bottom right corner.
const handInput = Int16Array.of(6, 0, 0, 0, 11, 0, 0, 0, 10);

const start = { timesteps: 4, initialPotential: 0, propagation: 'synchronous' } as const;

describe('an example worked by hand', () => {
  it('fires strictly above the threshold and resets by subtraction', () => {
    const { layers } = simulate(handNetwork(), handInput, { ...start, recordSpikes: true });
    // Top left: 6; 12 fires, 2 left; 8; 14 fires, 4 left. Middle: 11, 12, 13, 14 all fire, 4 left.
    // Bottom right: 10 is not above 10; 20 fires, 10 left; then 20 again and again, 10 left.
    expect(layers[0]!.spikeTensors.map((spikes) => Array.from(spikes))).toEqual([
      [0, 0, 0, 0, 1, 0, 0, 0, 0],
      [1, 0, 0, 0, 1, 0, 0, 0, 1],
      [0, 0, 0, 0, 1, 0, 0, 0, 1],
      [1, 0, 0, 0, 1, 0, 0, 0, 1],
    ]);
    expect(Array.from(layers[0]!.membranes)).toEqual([4, 0, 0, 0, 4, 0, 0, 0, 10]);
    expect(layers[0]!.spikes).toEqual([1, 3, 2, 3]);
    expect(layers[0]!.synapticOperations).toEqual([0, 0, 0, 0]);
  });

  it('passes spikes through a padded convolution within the timestep', () => {
    const { layers } = simulate(handNetwork(), handInput, { ...start, timesteps: 2, recordSpikes: true });
    // A spike at the middle gives the pixel above-left of it the tap below-right (9), and so on: 9 to 1.
    // t = 1: 10 9 8 / 7 6 5 / 4 3 2, bias 1 included; nothing above 20.
    // t = 2: the middle again, top left gives 5 4 / 2 1, bottom right gives 9 8 / 6 5 to the bottom right square:
    //   10+10+5=25, 9+9+4=22, 16 / 14+2=16, 12+1+9=22, 10+8=18 / 8, 6+6=12, 4+5=9.
    expect(Array.from(layers[1]!.spikeTensors[0]!)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(Array.from(layers[1]!.spikeTensors[1]!)).toEqual([1, 1, 0, 0, 1, 0, 0, 0, 0]);
    expect(Array.from(layers[1]!.membranes)).toEqual([5, 2, 16, 16, 2, 18, 8, 12, 9]);
    // The middle reaches nine pixels, a corner four.
    expect(layers[1]!.synapticOperations).toEqual([9, 17]);
  });

  it('lets the head count the spikes of its layer over all pixels', () => {
    const { heads } = simulate(handNetwork(), handInput, { ...start, timesteps: 2 });
    // yes: 0; then 3 spikes x 5 = 15 fires, 7 left. no: 4; then 4 + 4 - 3 = 5.
    expect(heads[0]!.spikeBits.map((bits) => Array.from(bits))).toEqual([
      [0, 0],
      [1, 0],
    ]);
    expect(Array.from(heads[0]!.membranes)).toEqual([7, 5]);
    expect(Array.from(heads[0]!.counts)).toEqual([1, 0]);
    expect(heads[0]!.spikes).toEqual([0, 1]);
    expect(heads[0]!.synapticOperations).toEqual([0, 6]);
  });

  it('delays every layer and head by one timestep when pipelined', () => {
    const { layers, heads } = simulate(handNetwork(), handInput, { ...start, propagation: 'pipelined' });
    expect(layers[0]!.spikes).toEqual([1, 3, 2, 3]);
    // Second layer: t = 1 only its bias; t = 2 the currents of t = 1 above; t = 3 those of t = 2, one bias more:
    // 26 23 17 / 17 23 19 / 9 13 10.
    expect(layers[1]!.spikes.slice(0, 3)).toEqual([0, 0, 3]);
    expect(layers[1]!.synapticOperations.slice(0, 3)).toEqual([0, 9, 17]);
    // The head sees those three spikes at t = 4. no: 4, 8 (not above 8), 12 fires, 4 left, then 4 + 4 - 3 = 5.
    expect(heads[0]!.synapticOperations).toEqual([0, 0, 0, 6]);
    expect(heads[0]!.spikeBits.map((bits) => Array.from(bits))).toEqual([
      [0, 0],
      [0, 0],
      [0, 1],
      [1, 0],
    ]);
    expect(Array.from(heads[0]!.membranes)).toEqual([7, 5]);
  });

  it('starts membranes at the fraction of the threshold, rounded half up', () => {
    const network = handNetwork();
    const silent = { ...network.heads[0]!, threshold: Int32Array.of(9, 8), bias: Int32Array.of(0, 0) };
    const { layers, heads } = simulate({ ...network, heads: [silent] }, new Int16Array(9), {
      timesteps: 1,
      initialPotential: 0.5,
      propagation: 'synchronous',
    });
    expect(Array.from(layers[0]!.membranes)).toEqual(new Array(9).fill(5));
    expect(Array.from(layers[1]!.membranes)).toEqual(new Array(9).fill(11));
    expect(Array.from(heads[0]!.membranes)).toEqual([5, 4]);
  });
});

describe('connections', () => {
  it('adds an identity per channel, one synaptic operation a spike', () => {
    const network = handNetwork();
    const skip: SpikingPopulation = {
      ...network.layers[1]!,
      connections: [{ kind: 'identity', source: 0, weights: Int32Array.of(300) }],
      threshold: Int32Array.of(1000),
      bias: Int32Array.of(0),
    };
    const { layers } = simulate({ ...network, layers: [network.layers[0]!, skip] }, handInput, start);
    expect(Array.from(layers[1]!.membranes)).toEqual([600, 0, 0, 0, 200, 0, 0, 0, 900]);
    expect(layers[1]!.spikes).toEqual([0, 0, 0, 1]);
    expect(layers[1]!.synapticOperations).toEqual([1, 3, 2, 3]);
  });

  it('reads weights tap-major with a stride', () => {
    const network = handNetwork();
    const first: SpikingPopulation = {
      ...network.layers[0]!,
      shape: { channels: 2, height: 2, width: 2 },
      // [kernelY][kernelX][input][output]: the output channels look at one pixel each, left and right.
      connections: [
        {
          kind: 'convolution',
          source: IMAGE,
          kernel: 2,
          stride: 2,
          padding: 0,
          weights: Int8Array.of(1, 0, 0, 1, 0, 0, 0, 0),
        },
      ],
      bias: Int32Array.of(0, 0),
      threshold: Int32Array.of(1000, 1000),
    };
    const input = Int16Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
    const { layers } = simulate({ ...network, layers: [first], heads: [] }, input, {
      ...start,
      timesteps: 1,
    });
    expect(Array.from(layers[0]!.membranes)).toEqual([1, 2, 3, 0, 7, 8, 9, 0]);
  });
});

describe('random networks', () => {
  const seeds = fc.integer({ min: 0, max: 1e6 });
  const propagations = fc.constantFrom('synchronous' as const, 'pipelined' as const);

  it('receive as many synaptic operations as their spikes have synapses', () => {
    fc.assert(
      fc.property(seeds, propagations, fc.integer({ min: 4, max: 7 }), (seed, propagation, extent) => {
        const network = randomNetwork(seed, { extent });
        const options: SimulationOptions = { timesteps: 5, initialPotential: 0.5, propagation };
        const { layers } = simulate(network, randomInput(network, seed), { ...options, recordSpikes: true });
        const tensors = layers.map((layer) => layer.spikeTensors);
        expect(layers.some((layer) => layer.synapticOperations.some((count) => count > 0))).toBe(true);
        layers.forEach((layer, index) => {
          expect(layer.synapticOperations).toEqual(
            synapticOperationsByFanOut(network, index, tensors, options),
          );
          expect(layer.spikes).toEqual(layer.spikeTensors.map((spikes) => spikes.reduce((a, b) => a + b, 0)));
        });
      }),
      { numRuns: 30 },
    );
  });

  it('give a head the same spikes whichever other heads run', () => {
    fc.assert(
      fc.property(seeds, propagations, (seed, propagation) => {
        const network = randomNetwork(seed);
        const input = randomInput(network, seed + 1);
        const options: SimulationOptions = { timesteps: 6, initialPotential: 0, propagation };
        const all = simulate(network, input, options);
        const one = simulate(network, input, { ...options, heads: ['FP'] });
        expect(one.heads).toEqual([all.heads[1]]);
        expect(one.layers).toEqual(all.layers);
      }),
      { numRuns: 20 },
    );
  });

  it('keep every spike that the thresholds took: reset by subtraction loses nothing', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const network = randomNetwork(seed);
        const timesteps = 7;
        const stem = simulate(network, randomInput(network, seed), {
          timesteps,
          initialPotential: 0,
          propagation: 'synchronous',
          recordSpikes: true,
        }).layers[0]!;
        const once = simulate(network, randomInput(network, seed), {
          timesteps: 1,
          initialPotential: 0,
          propagation: 'synchronous',
          recordSpikes: true,
        }).layers[0]!;
        const threshold = network.layers[0]!.threshold;
        stem.membranes.forEach((membrane, neuron) => {
          const limit = threshold[neuron % threshold.length]!;
          const current = once.membranes[neuron]! + limit * once.spikeTensors[0]![neuron]!;
          const spikes = stem.spikeTensors.reduce((sum, tensor) => sum + tensor[neuron]!, 0);
          expect(membrane).toBe(timesteps * current - limit * spikes);
        });
      }),
      { numRuns: 20 },
    );
  });
});

it('counts the synapses of a dense pass as the layer has them', () => {
  // 3x3 at padding 1 over 4x4 pixels: along one axis 4 x 3 pairs of place and tap, less one at each border.
  const connection = {
    kind: 'convolution' as const,
    source: 0,
    kernel: 3,
    stride: 1,
    padding: 1,
    weights: new Int8Array(18),
  };
  let synapses = 0;
  for (let y = 0; y < 4; y++) {
    for (let x = 0; x < 4; x++) synapses += fanOut(connection, { channels: 2, height: 4, width: 4 }, y, x);
  }
  expect(synapses).toBe(100 * 2);
});

describe('what does not fit', () => {
  it('is refused with a clear line', () => {
    const network = handNetwork();
    expect(() => simulate(network, new Int16Array(8), start)).toThrow(
      new UserError('the input has 8 values, the network takes 9'),
    );
    expect(() => simulate(network, handInput, { ...start, heads: ['IP9'] })).toThrow(
      new UserError("the network has no head called 'IP9'"),
    );
  });

  it('includes a membrane that leaves int32', () => {
    const network = handNetwork();
    const runaway = { ...network.layers[0]!, bias: Int32Array.of(2 ** 30), threshold: Int32Array.of(1) };
    expect(() => simulate({ ...network, layers: [runaway, network.layers[1]!] }, handInput, start)).toThrow(
      /layer first: membrane potential 2147483\d+ leaves int32/,
    );
  });
});
