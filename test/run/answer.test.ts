/** Answers: the posterior in the order of its rates, and what it cost. */
import { describe, expect, it } from 'vitest';
import { probabilityHighest } from '../../src/fusion/highest.js';
import { sizeOf } from '../../src/graph/extents.js';
import { IMAGE, type SpikingNetwork, type SpikingSynapses } from '../../src/graph/network.js';
import { kernelModule } from '../../src/host/node/kernels.js';
import { analogMultiplyAccumulates, answerOf, multiplyAccumulates } from '../../src/run/answer.js';
import { Classifier } from '../../src/run/run.js';
import { fanOut } from '../reference/fan-out.js';
import { picture, rgb } from '../support/rgb.js';

const classifier = await Classifier.create(await kernelModule(), rgb);
const run = classifier.start(picture(rgb, 4));
run.advance(48);
const answer = answerOf(rgb, run, 10);

describe('answerOf', () => {
  it('ranks the classes by their rates', () => {
    const { ranking, estimates } = run.posterior();
    expect(answer.predictions.map(({ index }) => index)).toEqual(ranking);
    expect(answer.predictions.map(({ rate }) => rate)).toEqual([...estimates].sort((a, b) => b - a));
    expect(answer.predictions.map(({ label }) => label)).toEqual(ranking.map((index) => `class ${index}`));
    expect(answer.predictions[0]!.rate).toBeGreaterThan(0.1);
  });

  it('says how sure it is', () => {
    const probabilities = probabilityHighest(run.posterior().distributions);
    for (const { index, probability, interval, rate } of answer.predictions) {
      expect(probability).toBe(probabilities[index]);
      expect(interval[0]).toBeGreaterThanOrEqual(0);
      expect(interval[0]).toBeLessThanOrEqual(rate);
      expect(interval[1]).toBeGreaterThanOrEqual(rate);
      expect(interval[1]).toBeLessThanOrEqual(1);
      expect(interval[1] - interval[0]).toBeGreaterThan(0.01);
    }
    const total = answer.predictions.reduce((sum, { probability }) => sum + probability, 0);
    expect(total).toBeCloseTo(1, 6);
  });

  it('gives as many classes as are asked for, and no more than there are', () => {
    expect(answerOf(rgb, run, 3).predictions).toEqual(answer.predictions.slice(0, 3));
    expect(answerOf(rgb, run, 1000).predictions).toEqual(answer.predictions);
  });

  it('counts what the run counted, at 26 pJ a synaptic operation', () => {
    const { spikes, synapticOperations } = run.activity();
    expect(answer).toMatchObject({ spikes, synapticOperations, timesteps: 48, head: '2', priorStrength: 20 });
    expect(answer.energyMillijoules).toBeCloseTo((synapticOperations * 26) / 1e9, 15);
    expect(answer.annEnergyMillijoules).toBeCloseTo((multiplyAccumulates(rgb) * 4.6) / 1e9, 15);
  });

  it('stays sound with the strongest prior', () => {
    const strong = classifier.start(picture(rgb, 4), { priorStrength: 1e6 });
    strong.advance(48);
    const { predictions } = answerOf(rgb, strong, 10);
    const total = predictions.reduce((sum, { probability }) => sum + probability, 0);
    expect(Math.abs(total - 1)).toBeLessThan(1e-4);
    for (const { rate, interval } of predictions) {
      expect(interval[0]).toBeLessThanOrEqual(rate);
      expect(interval[1]).toBeGreaterThanOrEqual(rate);
    }
  });

  it('has no prior without a head', () => {
    const alone = classifier.start(picture(rgb, 4), { head: null });
    alone.advance(48);
    const { head, priorStrength, synapticOperations } = answerOf(rgb, alone, 1);
    expect([head, priorStrength]).toEqual([null, 0]);
    expect(synapticOperations).toBeLessThan(answer.synapticOperations);
  });
});

describe('multiply-accumulates', () => {
  /** Synapses that `wanted` accepts, those of weight 0 too, counted from every source neuron. */
  function synapses(
    { input, populations }: SpikingNetwork,
    wanted: (synapses: SpikingSynapses) => boolean,
  ): number {
    let total = 0;
    for (const { synapses, shape } of populations) {
      for (const one of synapses.filter(wanted)) {
        const from = one.source === IMAGE ? input : populations[one.source]!.shape;
        for (let neuron = 0; neuron < sizeOf(from); neuron++) total += fanOut(one, from, shape, neuron).every;
      }
    }
    return total;
  }

  it('are the synapses of the convolutions and of the final head', () => {
    const convolutions = synapses(rgb, ({ kind }) => kind === 'convolution');
    expect(multiplyAccumulates(rgb)).toBe(convolutions + 24 * 10);
    expect(convolutions).toBeGreaterThan(100_000);
  });

  it('of the analog layer are those of the image', () => {
    expect(analogMultiplyAccumulates(rgb)).toBe(synapses(rgb, ({ source }) => source === IMAGE));
  });
});
