/** The Markdown summary: the paper's numbers, this network's and their difference. */
import { describe, expect, it } from 'vitest';
import { PAPER } from '../src/report/paper.js';
import { bestFused } from '../src/report/select.js';
import { summary } from '../src/report/summary.js';
import { headName, lessOrMore, millijoules, percentInterval, points } from '../src/report/words.js';
import { syntheticResults } from './support/results.js';

/** The cells of the row that begins with this text. */
function rowOf(markdown: string, beginning: string): string[] {
  const line = markdown.split('\n').find((candidate) => candidate.startsWith(`| ${beginning}`));
  return line === undefined ? [] : line.slice(2, -2).split(' | ').slice(1);
}

describe('the paper', () => {
  it('saves what it says it does', () => {
    expect((100 * PAPER.b.saving).toFixed(1)).toBe('51.5');
    expect(PAPER.a.saving).toBeLessThan(0);
    expect(PAPER.targetAccuracy).toBeCloseTo(PAPER.annAccuracy - 0.01, 12);
  });
});

describe('the summary', () => {
  const text = summary(syntheticResults({ rules: ['energy', 'schedule'] }));

  it("sets the paper's headline beside this network's", () => {
    expect(rowOf(text, 'ANN, accuracy')).toEqual(['74.2 %', '77.1 % [76.3, 77.9]', '+2.9 points']);
    expect(rowOf(text, 'Target')).toEqual(['73.2 %', '76.1 %', '+2.9 points']);
    expect(rowOf(text, 'FP alone')).toEqual(['27.0 mJ', '246.3 mJ [229.0, 266.0]', '+812 %']);
    expect(rowOf(text, 'Best fused (paper: IP(b), here: head 7)')).toEqual([
      '13.1 mJ',
      '130.1 mJ [120.9, 140.5]',
      '+893 %',
    ]);
    expect(rowOf(text, 'Best fused, saving')).toEqual(['51.5 %', '47.2 % [43.2, 50.2]', '−4.3 points']);
    expect(rowOf(text, 'Cut behind IP(b), here head 5')).toEqual([
      'about 60 %',
      '60.7 % [59.8, 61.6]',
      '+0.7 points',
    ]);
  });

  it('has a row for every head and rule, and sets (b) beside block 5 alone', () => {
    for (let block = 1; block <= 7; block++) {
      const rows = text.split('\n').filter((line) => line.startsWith(`| head ${block}`));
      expect(rows).toHaveLength(2);
      expect(rows.every((row) => row.includes('13.1 mJ') === (block === 5))).toBe(true);
    }
    expect(rowOf(text, "the paper's IP(a)")).toEqual(['–', '42.6 mJ', '–', '–', '−57.8 %', '–', '–']);
  });

  it('says what is not reached', () => {
    const nothing = summary(syntheticResults({ ceiling: 0.7 }));
    expect(rowOf(nothing, 'FP alone')).toEqual(['27.0 mJ', 'not reached', '–']);
    expect(rowOf(nothing, 'head 3')).toEqual(['of least energy', '–', 'not reached', '–', '–', '–', '–']);
  });

  it('lets no name become markup or another cell', () => {
    const hostile = summary(syntheticResults({ names: (block) => `<i>|\`${block}` }));
    const row = hostile.split('\n').find((line) => line.includes('(block 3)'));
    expect(row).toContain('\\<i\\>\\|\\`3 (block 3)');
    expect(row!.replaceAll('\\|', '').split('|')).toHaveLength(10);
  });
});

describe('the head that figures bring out', () => {
  it('is the one with the largest saving, else of least energy, else the most accurate', () => {
    const results = syntheticResults();
    expect(bestFused(results)?.head).toBe('7');
    const targets = results.targets.map((target) => {
      const energy = { value: 100 - target.block, low: 0, high: 100 };
      return { ...target, saving: null, energyMillijoules: target.block === 7 ? null : energy };
    });
    expect(bestFused({ ...results, targets })?.head).toBe('6');
    const curves = results.curves.map((curve) => {
      return curve.head === '2'
        ? { ...curve, accuracy: curve.accuracy.map(() => ({ value: 1, low: 1, high: 1 })) }
        : curve;
    });
    expect(bestFused({ ...results, curves, targets: [] })?.head).toBe('2');
    expect(bestFused(syntheticResults({ heads: 0 }))).toBeUndefined();
  });
});

describe('a target that resamples often miss', () => {
  it('is given without an interval', () => {
    const results = syntheticResults({ rules: ['energy'] });
    const targets = results.targets.map((target) => ({ ...target, energyMillijoules: null, saving: null }));
    const lines = summary({ ...results, targets }).split('\n');
    const energyOf = (kind: string, head: string | null): number => {
      const { timesteps } = results.targets.find((target) => target.kind === kind && target.head === head)!;
      const curve = results.curves.find((found) => found.kind === kind && found.head === head)!;
      return curve.energyMillijoules['truenorth-sop']![results.rows.indexOf(timesteps!)]!;
    };
    const [alone, fused] = [energyOf('final', null), energyOf('fused', '7')];
    expect(lines.find((line) => line.startsWith('| FP alone'))).toContain(
      `about ${millijoules(alone)} mJ, not reliably`,
    );
    const row = lines.find((line) => line.startsWith('| head 7'))!;
    expect(row).toContain(`about ${millijoules(fused)} mJ, not reliably`);
    expect(row).toContain(`about ${((1 - fused / alone) * 100).toFixed(1)} %`);
    expect(lines.join()).not.toContain('NaN');
  });
});

describe('words', () => {
  it('write numbers for people', () => {
    expect([millijoules(0.1234), millijoules(27), millijoules(1234.5), millijoules(0)]).toEqual([
      '0.123',
      '27.0',
      '1234.5',
      '0.0',
    ]);
    expect(percentInterval({ value: -0.5, low: -0.75, high: 0.25 })).toBe('−50.0 % [−75.0, 25.0]');
    expect([points(0.02), points(-0.043)]).toEqual(['+2.0', '−4.3']);
    expect([lessOrMore(0.515), lessOrMore(-0.578), lessOrMore(0.0001)]).toEqual([
      '51.5 % less',
      '57.8 % more',
      'the same',
    ]);
    expect([headName('5', 5), headName('b', 5)]).toEqual(['head 5', 'b (block 5)']);
  });
});
