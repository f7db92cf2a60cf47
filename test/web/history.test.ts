/** The demo page's rates over time are those of the posterior, for every forgetting and prior strength. */
import { describe, expect, it } from 'vitest';
import { kernelModule } from '../../src/entry/node.js';
import { Classifier, fuse, type RunOptions } from '../../src/index.js';
import { History } from '../../web/src/worker/history.js';
import { picture, rgb } from '../support/rgb.js';

const TIMESTEPS = 24;
const CLASSES = rgb.labels.length;
const classifier = await Classifier.create(await kernelModule(), rgb);

/** A whole run; rates are the posterior's after each timestep, the head's by itself alike. */
function run(options: RunOptions) {
  const run = classifier.start(picture(rgb, 3), options);
  const history = new History(run);
  const rates: number[] = [];
  const headRates: number[] = [];
  run.advance(TIMESTEPS, () => {
    history.record();
    rates.push(...run.posterior().estimates);
    const head = run.headEvidence();
    if (head !== null) headRates.push(...fuse(head, null).estimates);
  });
  return { run, history, rates, headRates };
}

describe('the history of a run', () => {
  it.each([0, 1, 2, 8])('has the rates that the run had, with forgetting %i', (forgetting) => {
    const { run: whole, history, rates, headRates } = run({ forgetting });
    expect(Math.max(...rates)).toBeGreaterThan(0);
    expect([...history.rates(1)]).toEqual(rates);
    expect([...history.headRates(1)!]).toEqual(headRates);
    expect([...history.rates(20)]).toEqual(rates.slice(19 * CLASSES));
    expect(history.posterior()).toEqual(whole.posterior());
    expect(history.finalEvidence()).toEqual(whole.finalEvidence());
    expect(history.headEvidence()).toEqual(whole.headEvidence());
  });

  it('weighed with another forgetting and strength is that of a run with these from the start', () => {
    const other = run({ forgetting: 3, priorStrength: 5 });
    const { run: weighed, history, rates } = run({ forgetting: 0 });
    expect(rates).not.toEqual(other.rates);
    history.forget(3);
    weighed.weighPrior(5);
    expect(history.forgetting).toBe(3);
    expect([...history.rates(1)]).toEqual(other.rates);
    expect([...history.headRates(1)!]).toEqual(other.headRates);
    history.forget(0);
    weighed.weighPrior(rgb.heads[1]!.priorStrength);
    expect([...history.rates(1)]).toEqual(rates);
  });

  it('goes on under another forgetting in the middle of a run', () => {
    const { rates } = run({ forgetting: 2 });
    const half = classifier.start(picture(rgb, 3), { forgetting: 0 });
    const history = new History(half);
    half.advance(10, () => history.record());
    history.forget(2);
    half.advance(TIMESTEPS - 10, () => history.record());
    expect([...history.rates(1)]).toEqual(rates);
  });

  it('without a head has the final prediction alone; before the first timestep nothing has fired', () => {
    const { history, rates } = run({ head: null, forgetting: 2 });
    expect([...history.rates(1)]).toEqual(rates);
    expect(history.headRates(1)).toBeNull();
    expect(history.headEvidence()).toBeNull();

    const fresh = new History(classifier.start(picture(rgb, 3), { forgetting: 2 }));
    fresh.forget(4);
    expect(fresh.rates(1)).toHaveLength(0);
    expect(new Set(fresh.posterior().estimates)).toEqual(new Set([0]));
  });
});
