/** Answers as text: what a person reads is what the answer says. */
import { describe, expect, it } from 'vitest';
import { formatAnswer } from '../../src/cli/print.js';
import type { Trace } from '../../src/cli/trace.js';
import type { Answer } from '../../src/run/answer.js';
import { energyModel } from '../../src/run/energy.js';

const answer: Answer = {
  predictions: [
    { label: 'cat', index: 3, rate: 0.75, interval: [0.5, 0.904], probability: 0.9134 },
    { label: 'aquarium fish', index: 1, rate: 0.125, interval: [0.04, 0.3], probability: 0.05 },
    { label: 'dog', index: 7, rate: 0, interval: [0, 0.1], probability: 0 },
  ],
  coding: 'rate',
  digits: null,
  readout: 'spikes',
  timesteps: 64,
  spikes: 1_234_567,
  synapticOperations: 987_654_321,
  energyMillijoules: 25.679,
  annEnergyMillijoules: 0.0123,
  head: '5',
  priorStrength: 20,
  forgetting: 2,
};

const trace: Trace = {
  timesteps: 4,
  classes: [
    { label: 'cat', index: 3, rates: [0, 0.25, 0.5, 1] },
    { label: 'dog', index: 7, rates: [0, 0, 0.001, 0.5] },
  ],
};

const lines = (changes: Partial<Answer> = {}, shown?: Trace) =>
  formatAnswer('pet.png', { ...answer, ...changes }, 12.4, { trace: shown }).split('\n');

describe('formatAnswer', () => {
  it('is this text', () => {
    expect(lines()).toEqual([
      'pet.png',
      '',
      '  cat            ██████████████████        0.750  [0.50, 0.90]   91.3 % sure that it fires fastest',
      '  aquarium fish  ███                       0.125  [0.04, 0.30]',
      '  dog                                      0.000  [0.00, 0.10]',
      '',
      '  64 timesteps, the t-th counted as t^2, internal head 5 as the prior, strength 20',
      '  1.23 M spikes, 988 M synaptic operations',
      '  25.7 mJ at 26 pJ a synaptic operation (the network before it spiked: 12.3 µJ at 4.6 pJ a multiply-accumulate)',
      '  12 ms',
    ]);
  });

  it('says where there is no prior', () => {
    expect(lines({ head: null, priorStrength: 0, forgetting: 0 })).toContain(
      '  64 timesteps, final prediction alone',
    );
  });

  it.each([
    [1, '100.0 %'],
    [0.99951, '> 99.9 %'],
    [0.9985, '99.9 %'],
    [0.5, '50.0 %'],
    [0.0004, '< 0.1 %'],
    [0, '0.0 %'],
  ])('never claims more certainty than %d', (probability, text) => {
    const predictions = [{ ...answer.predictions[0]!, probability }];
    expect(lines({ predictions })[2]).toContain(`   ${text} sure that it fires fastest`);
  });

  it.each([
    [0, '0 spikes'],
    [999, '999 spikes'],
    [1000, '1.00 k spikes'],
    [12_345, '12.3 k spikes'],
    [999_499, '999 k spikes'],
    [999_500, '1.00 M spikes'],
    [999_999_999, '1.00 G spikes'],
    [2_500_000_000, '2.50 G spikes'],
  ])('writes %d spikes short', (spikes, text) => {
    expect(lines({ spikes })[7]).toContain(`  ${text}, `);
  });

  it.each([
    [0, '0.00 mJ'],
    [0.000_5, '0.500 µJ'],
    [0.5, '500 µJ'],
    [0.9994, '999 µJ'],
    [0.9996, '1.00 mJ'],
    [9.996, '10.0 mJ'],
    [1234.5, '1230 mJ'],
    [1e-8, '0.0000100 µJ'],
    [1, '1.00 mJ'],
    [42.64, '42.6 mJ'],
  ])('writes %d mJ short', (energyMillijoules, text) => {
    expect(lines({ energyMillijoules })[8]).toMatch(new RegExp(`^  ${text} at 26 pJ`));
  });

  it('draws bars in eighths of a cell, never longer than 24', () => {
    const bar = (rate: number) => {
      const predictions = [{ ...answer.predictions[0]!, label: 'x', rate }];
      return lines({ predictions })[2]!.slice(5, 29);
    };
    expect(bar(0)).toBe(' '.repeat(24));
    expect(bar(1 / (24 * 8))).toBe(`▏${' '.repeat(23)}`);
    expect(bar(0.5 + 3 / (24 * 8))).toBe(`${'█'.repeat(12)}▍${' '.repeat(11)}`);
    expect(bar(1)).toBe('█'.repeat(24));
  });

  it('draws rates over time on one scale', () => {
    const shown = lines({}, trace);
    expect(shown.slice(6, 9)).toEqual([
      '  cat   ▂▄█',
      '  dog    ▁▄',
      '       1  4  timestep; full height = rate 1.000',
    ]);
  });

  it('fits a long run into sixty columns, its end included', () => {
    const rates = Array.from({ length: 1000 }, (_, index) => (index === 999 ? 1 : 0));
    const shown = lines({}, { timesteps: 1000, classes: [{ label: 'cat', index: 3, rates }] });
    expect(shown[6]).toBe(`  cat  ${' '.repeat(59)}█`);
    expect(shown[7]).toBe(`       1${' '.repeat(55)}1000  timestep; full height = rate 1.000`);
  });

  it('draws a run in which nothing fired', () => {
    const shown = lines({}, { timesteps: 2, classes: [{ label: 'cat', index: 3, rates: [0, 0] }] });
    expect(shown.slice(6, 8)).toEqual(['  cat    ', '       12  timestep; full height = rate 0.000']);
  });

  it('draws more values than a call can have arguments', () => {
    const rates = Array.from({ length: 1500 }, (_, index) => index / 3000);
    const many = Array.from({ length: 100 }, (_, index) => ({ label: `class ${index}`, index, rates }));
    const drawn = lines({}, { timesteps: 1500, classes: many });
    expect(drawn.filter((line) => /^ {2}class \d+ +[ ▁▂▃▄▅▆▇█]{60}$/.test(line)).length).toBe(100);
    expect(drawn.some((line) => line.endsWith('timestep; full height = rate 0.500'))).toBe(true);
  });

  it('names another energy model, and prices the trained network by it', () => {
    const text = (name: string) =>
      formatAnswer('pet.png', answer, 1, { energy: energyModel(name) })
        .split('\n')
        .at(-2);
    expect(text('horowitz-45nm-int8')).toBe(
      '  25.7 mJ by horowitz-45nm-int8 (the network before it spiked: 12.3 µJ at 0.3 pJ a multiply-accumulate)',
    );
    expect(text('loihi-updates')).toMatch(
      /^ {2}25\.7 mJ by loihi-updates \(.* at 4\.6 pJ a multiply-accumulate\)$/,
    );
  });
});
