/** Runs: their counts are those of the reference simulator, however they are cut into pieces. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactTimestepLimit } from '../../src/engine/range.js';
import { UserError } from '../../src/errors.js';
import { Evidence } from '../../src/fusion/evidence.js';
import { fuse } from '../../src/fusion/posterior.js';
import type { Propagation } from '../../src/graph/network.js';
import { kernelModule } from '../../src/host/node/kernels.js';
import { resizeImage } from '../../src/picture/resize.js';
import { Classifier, type Run, type RunOptions } from '../../src/run/run.js';
import { simulate, size } from '../reference/simulator.js';
import { inputOf, picture, rgb } from '../support/rgb.js';

const module = await kernelModule();
const classifier = await Classifier.create(module, rgb);
const image = picture(rgb, 1);

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Everything that a run says, copied. */
function snapshot(run: Run) {
  return structuredClone({
    timesteps: run.timesteps,
    final: run.finalCounts,
    head: run.headCounts,
    populations: run.populationActivity(),
    activity: run.activity(),
    posterior: run.posterior(),
  });
}

function runOf(options: RunOptions, timesteps: number, which = classifier): ReturnType<typeof snapshot> {
  const run = which.start(image, options);
  run.advance(timesteps);
  return snapshot(run);
}

describe('a run', () => {
  it.each<[Propagation, string | null]>([
    ['synchronous', '1'],
    ['synchronous', null],
    ['pipelined', '2'],
    ['pipelined', null],
  ])('%s with head %s counts what the reference simulator counts', (propagation, head) => {
    const found = runOf({ propagation, head, initialPotential: 0.25 }, 50);
    const heads = head === null ? ['final'] : [head, 'final'];
    const options = { timesteps: 50, propagation, initialPotential: 0.25, heads };
    const reference = simulate(rgb, inputOf(rgb, image), options);
    const populations = reference.populations.map(({ spikes, synapticOperations, allOperations }, index) => ({
      spikes: sum(spikes),
      synapticOperations: sum(synapticOperations),
      synapticOperationsWithZeros: sum(allOperations),
      neuronUpdates: 50 * size(rgb.populations[index]!.shape),
    }));
    expect(found.populations).toEqual(populations);
    expect(found.final).toEqual(reference.heads[heads.length - 1]!.counts);
    expect(found.head).toEqual(head === null ? null : reference.heads[0]!.counts);
    const all = [
      ...populations,
      ...reference.heads.map((h) => ({
        spikes: sum(h.spikes),
        synapticOperations: sum(h.synapticOperations),
        synapticOperationsWithZeros: sum(h.allOperations),
        neuronUpdates: 50 * rgb.labels.length,
      })),
    ];
    expect(found.activity).toEqual({
      spikes: sum(all.map(({ spikes }) => spikes)),
      synapticOperations: sum(all.map(({ synapticOperations }) => synapticOperations)),
      synapticOperationsWithZeros: sum(all.map((part) => part.synapticOperationsWithZeros)),
      neuronUpdates: sum(all.map(({ neuronUpdates }) => neuronUpdates)),
    });
    expect(found.activity.spikes).toBeGreaterThan(1000);
    expect(sum([...found.final])).toBeGreaterThan(10);
  });

  it('fuses the counts of its two heads by eq. (14)', () => {
    const { final, head, posterior, timesteps } = runOf({ head: '1', priorStrength: 7 }, 40);
    expect(posterior).toEqual(fuse({ counts: final, timesteps }, { counts: head!, timesteps, strength: 7 }));
    final.forEach((count, j) => {
      const eap = ((7 * head![j]!) / 40 + count) / (7 + 40);
      expect(posterior.estimates[j]).toBeCloseTo(eap, 12);
    });
  });

  it('weighs timestep t by t^k in the posterior, and counts spikes as they are', () => {
    const run = classifier.start(image, { head: '1', priorStrength: 3, forgetting: 2 });
    const weighted = { final: new Evidence(10, 2), head: new Evidence(10, 2) };
    const before = { final: run.finalCounts.slice(), head: run.headCounts!.slice() };
    run.advance(20, () => {
      weighted.final.add(Uint8Array.from(run.finalCounts, (count, j) => count - before.final[j]!));
      weighted.head.add(Uint8Array.from(run.headCounts!, (count, j) => count - before.head[j]!));
      before.final.set(run.finalCounts);
      before.head.set(run.headCounts!);
    });
    expect(run.finalEvidence()).toEqual(weighted.final.counts());
    expect(run.headEvidence()).toEqual(weighted.head.counts());
    const expected = fuse(weighted.final.counts(), { ...weighted.head.counts(), strength: 3 });
    expect(run.posterior()).toEqual(expected);
    expect(run.posterior()).not.toEqual(runOf({ head: '1', priorStrength: 3, forgetting: 0 }, 20).posterior);
    expect(runOf({ head: '1', forgetting: 2 }, 20).final).toEqual(runOf({ head: '1' }, 20).final);
  });

  it('takes what is left out from the model', () => {
    const run = classifier.start(image);
    expect([run.head, run.priorStrength, run.propagation]).toEqual(['2', 20, 'synchronous']);
    expect(classifier.start(image, { head: '1' }).priorStrength).toBe(8);
    expect(classifier.start(image, { head: null }).priorStrength).toBe(0);
    const explicit = {
      head: '2',
      priorStrength: 20,
      propagation: 'synchronous',
      initialPotential: 0.5,
    } as const;
    expect(runOf({}, 20)).toEqual(runOf(explicit, 20));
    expect(runOf({}, 20)).not.toEqual(runOf({ ...explicit, initialPotential: 0 }, 20));
  });

  it('is the same in pieces as at once', () => {
    const whole = runOf({}, 64);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 64 }), { maxLength: 8 }), (cuts) => {
        const run = classifier.start(image);
        for (const cut of [...cuts, 64].sort((a, b) => a - b)) run.advance(cut - run.timesteps);
        expect(snapshot(run)).toEqual(whole);
      }),
      { numRuns: 20 },
    );
  });

  it('calls back after every timestep with the counts as they were then', () => {
    const run = classifier.start(image);
    const seen: [number, number][] = [];
    run.advance(21, () => seen.push([run.timesteps, sum([...run.finalCounts])]));
    expect(seen.map(([timesteps]) => timesteps)).toEqual(Array.from({ length: 21 }, (_, index) => index + 1));
    for (const timesteps of [1, 9, 21]) {
      expect(seen[timesteps - 1]![1]).toBe(sum([...runOf({}, timesteps).final]));
    }
  });

  it('knows nothing before it advances', () => {
    const { activity, final, posterior, timesteps } = runOf({}, 0);
    expect([timesteps, ...final]).toEqual(new Array(11).fill(0));
    expect(activity).toEqual({
      spikes: 0,
      synapticOperations: 0,
      synapticOperationsWithZeros: 0,
      neuronUpdates: 0,
    });
    expect([...posterior.estimates]).toEqual(new Array(10).fill(0));
  });

  it('of a second image equals that of a fresh classifier', async () => {
    const fresh = await Classifier.create(module, rgb);
    const first = runOf({ head: '1', propagation: 'pipelined' }, 30);
    classifier.start(picture(rgb, 2), { head: null }).advance(17);
    expect(runOf({ head: '1', propagation: 'pipelined' }, 30)).toEqual(first);
    expect(runOf({ head: '1', propagation: 'pipelined' }, 30, fresh)).toEqual(first);
  });

  it('costs less without a head, by exactly what the head costs', () => {
    const without = runOf({ head: null }, 64);
    const muted = runOf({ head: '1', priorStrength: 0 }, 64);
    expect(muted.final).toEqual(without.final);
    expect(muted.populations).toEqual(without.populations);
    expect(muted.posterior).toEqual(without.posterior);
    const classes = rgb.labels.length;
    // every spike of the population that the head reads is delivered once to every class, where a weight is not 0
    const received = without.populations[rgb.heads[0]!.population]!.spikes * classes;
    expect(received).toBeGreaterThan(0);
    const more = (key: 'synapticOperations' | 'synapticOperationsWithZeros') =>
      muted.activity[key] - without.activity[key];
    expect(more('synapticOperationsWithZeros')).toBe(received);
    const options = {
      timesteps: 64,
      propagation: 'synchronous',
      initialPotential: 0.5,
      heads: ['1'],
    } as const;
    const [head] = simulate(rgb, inputOf(rgb, image), options).heads;
    expect(more('synapticOperations')).toBe(sum(head!.synapticOperations));
    expect(muted.activity.spikes - without.activity.spikes).toBe(sum([...muted.head!]));
  });

  it('resizes an image of another size', () => {
    const large = picture({ ...rgb, input: { channels: 3, height: 30, width: 20 } }, 3);
    const run = classifier.start(large);
    run.advance(10);
    const found = snapshot(run);
    const resized = classifier.start(resizeImage(large, rgb.input));
    resized.advance(10);
    expect(snapshot(resized)).toEqual(found);
  });
});

describe('refuses', () => {
  it.each<[string, RunOptions, string]>([
    [
      'a head that is not there',
      { head: 'x' },
      'the model has no internal head "x": choose one of 1, 2, or none',
    ],
    [
      'the final head as the prior',
      { head: 'final' },
      'the model has no internal head "final": choose one of 1, 2, or none',
    ],
    ['a membrane below 0', { initialPotential: -0.1 }, 'initialPotential is a number from 0 to 1, not -0.1'],
    ['a membrane above 1', { initialPotential: 1.1 }, 'initialPotential is a number from 0 to 1, not 1.1'],
    [
      'no number for a membrane',
      { initialPotential: Number.NaN },
      'initialPotential is a number from 0 to 1, not NaN',
    ],
    ['a negative strength', { priorStrength: -1 }, 'priorStrength is a number from 0 to 1000000, not -1'],
    [
      'a strength without bounds',
      { priorStrength: 1000001 },
      'priorStrength is a number from 0 to 1000000, not 1000001',
    ],
    ['a broken power', { forgetting: 1.5 }, 'forgetting is a whole number from 0 to 16, not 1.5'],
    ['a power too high', { forgetting: 17 }, 'forgetting is a whole number from 0 to 16, not 17'],
  ])('%s', (_, options, message) => {
    expect(() => classifier.start(image, options)).toThrow(new UserError(message));
    expect(() => classifier.check(options, 1)).toThrow(new UserError(message));
  });

  it('an image whose size is not what it says', () => {
    expect(() => classifier.start({ ...image, width: 7 })).toThrow(UserError);
    expect(() => classifier.start({ width: 0, height: 0, pixels: new Uint8ClampedArray() })).toThrow(
      UserError,
    );
  });

  it.each([-1, 0.5, Number.NaN, Infinity])('%d timesteps', (timesteps) => {
    const run = classifier.start(image);
    run.advance(3);
    const before = snapshot(run);
    expect(() => run.advance(timesteps)).toThrow(UserError);
    expect(snapshot(run)).toEqual(before);
  });

  it('to go on with a run after the next image', () => {
    const first = classifier.start(image);
    first.advance(4);
    const counts = snapshot(first);
    const second = classifier.start(image);
    expect(() => first.advance(1)).toThrow('this run is over: the classifier was given another image');
    expect(snapshot(first)).toEqual(counts);
    second.advance(4);
    expect(snapshot(second)).toEqual(counts);
  });

  it('more timesteps than stay exact, before it computes them', async () => {
    const populations = rgb.populations.map((one) => ({ ...one, bias: one.bias.map(() => 2 ** 25) }));
    const limit = exactTimestepLimit({ ...rgb, populations });
    const narrow = await Classifier.create(module, { ...rgb, populations });
    expect(() => narrow.check({}, limit)).not.toThrow();
    const message = `this model is exact for at most ${limit} timesteps: ask for no more`;
    expect(() => narrow.check({}, limit + 1)).toThrow(new UserError(message));
  });

  it('a network that no picture fits', async () => {
    const input = { channels: 2, height: 9, width: 8 };
    const grey = await Classifier.create(module, { ...rgb, input });
    expect(() => grey.check({}, 1)).toThrow(/the network takes 2 channels; images give 3/);
  });
});

it('check passes where a run is possible', () => {
  expect(() => classifier.check({ head: '1', initialPotential: 1, priorStrength: 0 }, 800)).not.toThrow();
  expect(() => classifier.check({}, 0)).not.toThrow();
});
