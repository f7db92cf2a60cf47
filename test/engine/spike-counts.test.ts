/** What a run shows of its latest timestep: single spikes, and their sums over channels and over pixels. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spikesPerChannel, spikesPerPixel } from '../../src/engine/spike-counts.js';
import { UserError } from '../../src/errors.js';
import { kernelModule } from '../../src/host/node/kernels.js';
import { Classifier } from '../../src/run/run.js';
import { simulate } from '../reference/simulator.js';
import { inputOf, picture, rgb } from '../support/rgb.js';

const classifier = await Classifier.create(await kernelModule(), rgb);
const image = picture(rgb, 1);

describe('sums over the bits of a mask', () => {
  it('are those of the bits one by one', () => {
    const masks = fc
      .record({ pixels: fc.integer({ min: 1, max: 12 }), groups: fc.integer({ min: 1, max: 3 }) })
      .chain(({ pixels, groups }) =>
        fc.tuple(
          fc.constant(groups * 8),
          fc.uint8Array({ minLength: pixels * groups * 8, maxLength: pixels * groups * 8 }),
        ),
      );
    fc.assert(
      fc.property(masks, ([bytesPerPixel, mask]) => {
        const channels = bytesPerPixel * 8;
        const perPixel = new Array(mask.length / bytesPerPixel).fill(0);
        const perChannel = new Array(channels).fill(0);
        mask.forEach((byte, at) => {
          for (let bit = 0; bit < 8; bit++) {
            const one = (byte >> bit) & 1;
            perPixel[Math.floor(at / bytesPerPixel)] += one;
            perChannel[(at % bytesPerPixel) * 8 + bit] += one;
          }
        });
        expect([...spikesPerPixel(mask, bytesPerPixel)]).toEqual(perPixel);
        expect([...spikesPerChannel(mask, bytesPerPixel, channels)]).toEqual(perChannel);
      }),
    );
  });
});

describe('the spikes of a run', () => {
  it('are at every timestep those of the reference simulator, summed either way', () => {
    const options = {
      timesteps: 20,
      propagation: 'synchronous',
      initialPotential: 0.5,
      heads: ['2', 'final'],
    } as const;
    const reference = simulate(rgb, inputOf(rgb, image), options);
    const run = classifier.start(image);
    let seen = 0;
    run.advance(20, () => {
      run.populationActivity().forEach((_, layer) => {
        const { channels } = rgb.populations[layer]!.shape;
        const map = run.spikeMap(layer);
        const perPixel = new Uint16Array(map.length / channels);
        const perChannel = new Uint16Array(channels);
        map.forEach((spike, neuron) => {
          perPixel[Math.floor(neuron / channels)]! += spike;
          perChannel[neuron % channels]! += spike;
          seen += spike;
        });
        expect(run.spikesPerPixel(layer)).toEqual(perPixel);
        expect(run.spikesPerChannel(layer)).toEqual(perChannel);
        expect(perChannel.reduce((sum, count) => sum + count, 0)).toBe(
          reference.populations[layer]!.spikes[run.timesteps - 1],
        );
      });
    });
    expect(seen).toBeGreaterThan(1000);
  });

  it('are none that can be asked for before the first timestep, of other layers, or of a run that is over', () => {
    const run = classifier.start(image);
    expect(() => run.spikesPerPixel(0)).toThrow(RangeError);
    run.advance(1);
    expect(() => run.spikeMap(rgb.populations.length)).toThrow(RangeError);
    classifier.start(image).advance(1);
    for (const read of [() => run.spikeMap(0), () => run.spikesPerPixel(0), () => run.spikesPerChannel(0)]) {
      expect(read).toThrow(UserError);
    }
  });
});

describe('a prior that is weighed anew', () => {
  it('gives the posterior that a run with this strength from the start has', () => {
    const run = classifier.start(image, { head: '1', priorStrength: 3 });
    run.advance(16);
    run.weighPrior(50);
    const moved = run.posterior();
    const other = classifier.start(image, { head: '1', priorStrength: 50 });
    other.advance(16);
    expect([run.priorStrength, moved]).toEqual([50, other.posterior()]);
  });

  it('stays 0 without a head, and is refused out of range', () => {
    const run = classifier.start(image, { head: null });
    run.weighPrior(5);
    expect(run.priorStrength).toBe(0);
    expect(() => run.weighPrior(-1)).toThrow('priorStrength is a number from 0 to 1000000, not -1');
  });
});
