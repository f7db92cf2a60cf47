/** The reference simulator against examples worked by hand and against a second count of synaptic operations. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { SINGLE, squareWindow } from '../../src/graph/extents.js';
import type {
  Shape,
  SpikingHead,
  SpikingNetwork,
  SpikingPopulation,
  SpikingSynapses,
} from '../../src/graph/network.js';
import { IMAGE } from '../../src/graph/network.js';
import { fanOut, synapticOperationsByFanOut } from './fan-out.js';
import { simulateRadix } from './radix.js';
import { randomGraph } from './random-graph.js';
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
    shape: pixelShape,
    synapses: [{ kind: 'convolution', source: IMAGE, ...SINGLE, groups: 1, weights: Int8Array.of(1) }],
    bias: Int32Array.of(0),
    threshold: Int32Array.of(10),
    lambda: 1,
  };
  const second: SpikingPopulation = {
    name: 'second',
    shape: pixelShape,
    synapses: [
      {
        kind: 'convolution',
        source: 0,
        ...squareWindow(3, 1, 1),
        groups: 1,
        weights: Int8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9),
      },
    ],
    bias: Int32Array.of(1),
    threshold: Int32Array.of(20),
    lambda: 1,
  };
  const head: SpikingHead = {
    name: 'FP',
    population: 1,
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
    populations: [first, second],
    heads: [head],
    defaults: {
      coding: 'rate',
      digits: 4,
      readout: 'spikes',
      timesteps: 4,
      initialPotential: 0,
      propagation: 'synchronous',
      forgetting: 0,
      head: null,
    },
    provenance: {},
  };
}

// Currents of 11 in the middle, 6 in the top left corner, 10 in the bottom right corner.
const handInput = Int16Array.of(6, 0, 0, 0, 11, 0, 0, 0, 10);

const start = { timesteps: 4, initialPotential: 0, propagation: 'synchronous' } as const;

describe('an example worked by hand', () => {
  it('fires strictly above the threshold and resets by subtraction', () => {
    const { populations } = simulate(handNetwork(), handInput, { ...start, recordSpikes: true });
    // Top left: 6; 12 fires, 2 left; 8; 14 fires, 4 left. Middle: 11, 12, 13, 14 all fire, 4 left.
    // Bottom right: 10 is not above 10; 20 fires, 10 left; then 20 again and again, 10 left.
    expect(populations[0]!.spikeTensors.map((spikes) => Array.from(spikes))).toEqual([
      [0, 0, 0, 0, 1, 0, 0, 0, 0],
      [1, 0, 0, 0, 1, 0, 0, 0, 1],
      [0, 0, 0, 0, 1, 0, 0, 0, 1],
      [1, 0, 0, 0, 1, 0, 0, 0, 1],
    ]);
    expect(Array.from(populations[0]!.membranes)).toEqual([4, 0, 0, 0, 4, 0, 0, 0, 10]);
    expect(populations[0]!.spikes).toEqual([1, 3, 2, 3]);
    expect(populations[0]!.synapticOperations).toEqual([0, 0, 0, 0]);
  });

  it('passes spikes through a padded convolution within the timestep', () => {
    const { populations } = simulate(handNetwork(), handInput, {
      ...start,
      timesteps: 2,
      recordSpikes: true,
    });
    // A spike at the middle gives the pixel above-left of it the tap below-right (9), and so on: 9 to 1.
    // t = 1: 10 9 8 / 7 6 5 / 4 3 2, bias 1 included; nothing above 20.
    // t = 2: the middle again, top left gives 5 4 / 2 1, bottom right gives 9 8 / 6 5 to the bottom right square:
    //   10+10+5=25, 9+9+4=22, 16 / 14+2=16, 12+1+9=22, 10+8=18 / 8, 6+6=12, 4+5=9.
    expect(Array.from(populations[1]!.spikeTensors[0]!)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(Array.from(populations[1]!.spikeTensors[1]!)).toEqual([1, 1, 0, 0, 1, 0, 0, 0, 0]);
    expect(Array.from(populations[1]!.membranes)).toEqual([5, 2, 16, 16, 2, 18, 8, 12, 9]);
    // The middle reaches nine pixels, a corner four.
    expect(populations[1]!.synapticOperations).toEqual([9, 17]);
  });

  it('lets the head count the spikes of its population over all pixels', () => {
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

  it('delays every population and head by one timestep when pipelined', () => {
    const { populations, heads } = simulate(handNetwork(), handInput, { ...start, propagation: 'pipelined' });
    expect(populations[0]!.spikes).toEqual([1, 3, 2, 3]);
    // Second population: t = 1 only its bias; t = 2 the currents of t = 1 above; t = 3 those of t = 2, one bias more:
    // 26 23 17 / 17 23 19 / 9 13 10.
    expect(populations[1]!.spikes.slice(0, 3)).toEqual([0, 0, 3]);
    expect(populations[1]!.synapticOperations.slice(0, 3)).toEqual([0, 9, 17]);
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
    const { populations, heads } = simulate({ ...network, heads: [silent] }, new Int16Array(9), {
      timesteps: 1,
      initialPotential: 0.5,
      propagation: 'synchronous',
    });
    expect(Array.from(populations[0]!.membranes)).toEqual(new Array(9).fill(5));
    expect(Array.from(populations[1]!.membranes)).toEqual(new Array(9).fill(11));
    expect(Array.from(heads[0]!.membranes)).toEqual([5, 4]);
  });
});

describe('synapses', () => {
  it('adds a weight per channel, one synaptic operation a spike', () => {
    const network = handNetwork();
    const skip: SpikingPopulation = {
      ...network.populations[1]!,
      synapses: [{ kind: 'per-channel', source: 0, weights: Int32Array.of(300) }],
      threshold: Int32Array.of(1000),
      bias: Int32Array.of(0),
    };
    const { populations } = simulate(
      { ...network, populations: [network.populations[0]!, skip] },
      handInput,
      start,
    );
    expect(Array.from(populations[1]!.membranes)).toEqual([600, 0, 0, 0, 200, 0, 0, 0, 900]);
    expect(populations[1]!.spikes).toEqual([0, 0, 0, 1]);
    expect(populations[1]!.synapticOperations).toEqual([1, 3, 2, 3]);
  });

  it('reads weights tap-major with a stride', () => {
    const network = handNetwork();
    const first: SpikingPopulation = {
      ...network.populations[0]!,
      shape: { channels: 2, height: 2, width: 2 },
      // [kernelY][kernelX][input][output]: the output channels look at one pixel each, left and right.
      synapses: [
        {
          kind: 'convolution',
          source: IMAGE,
          ...squareWindow(2, 2),
          groups: 1,
          weights: Int8Array.of(1, 0, 0, 1, 0, 0, 0, 0),
        },
      ],
      bias: Int32Array.of(0, 0),
      threshold: Int32Array.of(1000, 1000),
    };
    const input = Int16Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
    const { populations } = simulate({ ...network, populations: [first], heads: [] }, input, {
      ...start,
      timesteps: 1,
    });
    expect(Array.from(populations[0]!.membranes)).toEqual([1, 2, 3, 0, 7, 8, 9, 0]);
  });
});

/** What one timestep of an image leaves in the membranes of a population that never fires. */
function receivedFrom(
  image: Shape,
  values: readonly number[],
  synapses: SpikingSynapses,
  shape: Shape,
): number[] {
  const network = handNetwork();
  const quiet = { length: shape.channels };
  const only: SpikingPopulation = {
    ...network.populations[0]!,
    shape,
    synapses: [synapses],
    bias: Int32Array.from(quiet, () => 0),
    threshold: Int32Array.from(quiet, () => 10_000),
  };
  const alone = { ...network, input: image, populations: [only], heads: [] };
  const options = { ...start, timesteps: 1 };
  return Array.from(simulate(alone, Int16Array.from(values), options).populations[0]!.membranes);
}

describe('kinds of synapses', () => {
  const row = (channels: number, width: number): Shape => ({ channels, height: 1, width });

  it('keeps the groups of a convolution apart', () => {
    const weights = Int8Array.of(1, 2, 3, 4);
    const synapses = { kind: 'convolution', source: IMAGE, ...SINGLE, groups: 2, weights } as const;
    expect(receivedFrom(row(2, 2), [10, 100, 5, 50], synapses, row(4, 2))).toEqual([
      10, 20, 300, 400, 5, 10, 150, 200,
    ]);
  });

  it('looks through a dilated window with padding on one side', () => {
    const window = {
      kernel: { height: 1, width: 2 },
      stride: { height: 1, width: 2 },
      dilation: { height: 1, width: 2 },
      padding: { top: 0, left: 1, bottom: 0, right: 0 },
    };
    const synapses = { kind: 'depthwise', source: IMAGE, ...window, weights: Int8Array.of(1, 10) } as const;
    // Places 0 and 1 look at -1 and 1, and at 1 and 3.
    expect(receivedFrom(row(1, 5), [1, 2, 3, 4, 5], synapses, row(1, 2))).toEqual([20, 2 + 40]);
  });

  it('gives every channel a window of its own', () => {
    const window = { ...SINGLE, kernel: { height: 1, width: 2 } };
    const weights = Int8Array.of(1, 2, 3, 4);
    const synapses = { kind: 'depthwise', source: IMAGE, ...window, weights } as const;
    expect(receivedFrom(row(2, 3), [1, 10, 2, 20, 3, 30], synapses, row(2, 2))).toEqual([7, 100, 11, 160]);
  });

  it('joins every neuron with every one', () => {
    const synapses = { kind: 'dense', source: IMAGE, weights: Int8Array.of(1, 2, 3, 4, 5, 6) } as const;
    const tall = { channels: 1, height: 3, width: 1 };
    expect(receivedFrom(tall, [1, 10, 100], synapses, row(2, 1))).toEqual([531, 642]);
  });
});

describe('radix coding by hand', () => {
  // 3 digits: 7 timesteps' worth. Pixel currents of 6, 11 and 10 over a threshold of 10, rounded: 4, 8 -> 7, 7.
  const { populations, heads } = simulateRadix(handNetwork(), handInput, 3);

  it('rounds what arrives to multiples of the threshold, and clamps', () => {
    expect(Array.from(populations[0]!.numbers)).toEqual([4, 0, 0, 0, 7, 0, 0, 0, 7]);
    // 4 = 100, 7 = 111.
    expect(populations[0]!.spikes).toEqual([3, 2, 2]);
    expect(populations[0]!.synapticOperations).toEqual([0, 0, 0]);
  });

  it('weighs numbers by the synapses that they cross', () => {
    // Top left (4), middle (7) and bottom right (7), and 7 times a bias of 1:
    //   20+63=83  16+56=72  49      8+42=50  4+35+63=102  28+56=84      21  14+42=56  7+35=42
    // plus the bias 90 79 56 / 57 109 91 / 28 63 49, over 20, rounded: 4.5+.5 -> 5, 3.95 -> 4 and so on.
    expect(Array.from(populations[1]!.numbers)).toEqual([5, 4, 3, 3, 5, 5, 1, 3, 2]);
    expect(populations[1]!.synapticOperations).toEqual([4 + 9 + 4, 9 + 4, 9 + 4]);
    expect(populations[1]!.spikes).toEqual([4, 4, 7]);
  });

  it('lets a head accumulate the numbers of all pixels', () => {
    expect(Array.from(heads[0]!.accumulated)).toEqual([5 * 31, 7 * 4 - 31]);
    expect(heads[0]!.synapticOperations).toEqual([8, 8, 14]);
  });
});

describe('random networks', () => {
  const seeds = fc.integer({ min: 0, max: 1e6 });
  const propagations = fc.constantFrom('synchronous' as const, 'pipelined' as const);

  it('receive as many synaptic operations as their spikes have synapses', () => {
    fc.assert(
      fc.property(seeds, propagations, fc.integer({ min: 3, max: 7 }), (seed, propagation, extent) => {
        const network = extent < 4 ? randomGraph(seed, 4) : randomNetwork(seed, { extent });
        const options: SimulationOptions = { timesteps: 5, initialPotential: 0.5, propagation };
        const { populations } = simulate(network, randomInput(network, seed), {
          ...options,
          recordSpikes: true,
        });
        const tensors = populations.map((population) => population.spikeTensors);
        const some = populations.some(({ synapticOperations }) =>
          synapticOperations.some((count) => count > 0),
        );
        // The populations of a random graph may all read the image.
        if (extent >= 4) expect(some).toBe(true);
        populations.forEach(({ spikes, spikeTensors, synapticOperations, allOperations }, index) => {
          const counted = synapticOperationsByFanOut(network, index, tensors, options);
          expect(synapticOperations).toEqual(counted.map(({ existing }) => existing));
          expect(allOperations).toEqual(counted.map(({ every }) => every));
          expect(spikes).toEqual(spikeTensors.map((tensor) => tensor.reduce((a, b) => a + b, 0)));
        });
      }),
      { numRuns: 50 },
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
        expect(one.populations).toEqual(all.populations);
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
        }).populations[0]!;
        const once = simulate(network, randomInput(network, seed), {
          timesteps: 1,
          initialPotential: 0,
          propagation: 'synchronous',
          recordSpikes: true,
        }).populations[0]!;
        const threshold = network.populations[0]!.threshold;
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

it('counts the synapses that leave every neuron as the population has them', () => {
  // 3x3 at padding 1 over 4x4 pixels: along one axis 4 x 3 pairs of place and tap, less one at each border.
  const synapses = {
    kind: 'convolution' as const,
    source: 0,
    ...squareWindow(3, 1, 1),
    groups: 1,
    // The middle tap's second weight is 0: it would leave once from each of 16 pixels.
    weights: Int8Array.from({ length: 18 }, (_, index) => (index === 9 ? 0 : 1)),
  };
  const from = { channels: 1, height: 4, width: 4 };
  const leaving = Array.from({ length: 16 }, (_, neuron) =>
    fanOut(synapses, from, { ...from, channels: 2 }, neuron),
  );
  expect(leaving.reduce((sum, { every }) => sum + every, 0)).toBe(100 * 2);
  expect(leaving.reduce((sum, { existing }) => sum + existing, 0)).toBe(100 * 2 - 16);
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
    const runaway = { ...network.populations[0]!, bias: Int32Array.of(2 ** 30), threshold: Int32Array.of(1) };
    expect(() =>
      simulate({ ...network, populations: [runaway, network.populations[1]!] }, handInput, start),
    ).toThrow(/population first: membrane potential 2147483\d+ leaves int32/);
  });
});
