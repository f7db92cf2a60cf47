/** The Markdown summary: the paper's numbers, this network's and their difference. */
import { describe, expect, it } from 'vitest';
import type { Results } from '../../../lab/evaluation/results.js';
import { PAPER } from '../../../lab/report/paper.js';
import { bestFused, reachedEnergy } from '../../../lab/report/select.js';
import { summary } from '../../../lab/report/summary.js';
import { headName, lessOrMore, millijoules, percentInterval, points } from '../../../lab/report/words.js';
import { crossing } from '../../../src/fit/crossing.js';
import { syntheticResults } from '../../support/results.js';

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
    expect(rowOf(text, 'Best fused (paper: IP(b), here: head 7), energy')).toEqual([
      '13.1 mJ',
      '130.1 mJ [120.9, 140.5]',
      '+893 %',
    ]);
    expect(rowOf(text, 'Best fused (paper: IP(b), here: head 7), saving')).toEqual([
      '51.5 %',
      '47.2 % [43.2, 50.2]',
      '−4.3 points',
    ]);
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
    expect(rowOf(text, "the paper's IP(a)")).toEqual(['0', '–', '42.6 mJ', '–', '–', '−57.8 %', '–', '–']);
  });

  it('says what is not reached', () => {
    const nothing = summary(syntheticResults({ ceiling: 0.7 }));
    expect(rowOf(nothing, 'FP alone')).toEqual(['27.0 mJ', 'not reached', '–']);
    expect(rowOf(nothing, 'head 3')).toEqual([
      '0',
      'of least energy',
      '–',
      'not reached',
      '–',
      '–',
      '–',
      '–',
    ]);
  });

  it('lets no name become markup or another cell', () => {
    const hostile = summary(syntheticResults({ names: (block) => `<i>|\`${block}` }));
    const row = hostile.split('\n').find((line) => line.includes('(block 3)'));
    expect(row).toContain('\\<i\\>\\|\\`3 (block 3)');
    expect(row!.replaceAll('\\|', '').split('|')).toHaveLength(11);
  });
});

describe('the head that figures bring out', () => {
  it('is the one with the largest saving, else of least energy, else the most accurate', () => {
    const results = syntheticResults();
    expect(bestFused(results, 0)?.head).toBe('7');
    const targets = results.targets.map((target) => {
      const energy = { value: 100 - target.block, low: 0, high: 100 };
      return { ...target, saving: null, energyMillijoules: target.block === 7 ? null : energy };
    });
    expect(bestFused({ ...results, targets }, 0)?.head).toBe('6');
    const curves = results.curves.map((curve) => {
      return curve.head === '2'
        ? { ...curve, accuracy: curve.accuracy.map(() => ({ value: 1, low: 1, high: 1 })) }
        : curve;
    });
    expect(bestFused({ ...results, curves, targets: [] }, 0)?.head).toBe('2');
    expect(bestFused(syntheticResults({ heads: 0 }), 0)).toBeUndefined();
  });
});

describe('forgetting', () => {
  const results = syntheticResults({ rules: ['energy', 'schedule'], forgetting: 8 });
  const text = summary(results);
  const energyOf = (kind: string, head: string | null, forgetting: number): number =>
    results.targets.find((target) => {
      return target.kind === kind && target.head === head && target.forgetting === forgetting;
    })!.energyMillijoules!.value;

  it('stands beside the method of the paper, which it leaves as it was', () => {
    const without = summary(syntheticResults({ rules: ['energy', 'schedule'] }));
    for (const row of [
      ...['ANN, accuracy', 'Target', "FP alone (the paper's baseline)", 'Cut behind IP(b)'],
      ...[
        'Best fused (paper: IP(b), here: head 7), energy',
        'Best fused (paper: IP(b), here: head 7), saving',
      ],
    ]) {
      expect(rowOf(text, row)).toHaveLength(3);
      expect(rowOf(text, row)).toEqual(rowOf(without, row));
    }
    expect(without).not.toContain('orgetting,');
  });

  it('is compared with the baseline, and fusion with it', () => {
    const [baseline, alone, fused] = [
      energyOf('final', null, 0),
      energyOf('final', null, 8),
      energyOf('fused', '7', 8),
    ];
    const percent = (fraction: number) => `${(100 * fraction).toFixed(1)} %`;
    const intervals = (saving: number) => `${percent(saving)} [${(100 * saving - 4).toFixed(1)}, `;
    const name = 'with forgetting, k = 8';
    expect(rowOf(text, `FP alone ${name}, energy`)[1]).toContain(`${millijoules(alone)} mJ [`);
    expect(rowOf(text, `FP alone ${name}, saving`)[1]).toContain(intervals(1 - alone / baseline));
    expect(rowOf(text, `Best fused ${name} (here: head 7), energy`)[1]).toContain(
      `${millijoules(fused)} mJ [`,
    );
    expect(rowOf(text, `Best fused ${name} (here: head 7), saving`)[1]).toContain(
      intervals(1 - fused / baseline),
    );
    expect(rowOf(text, 'What fusion adds')).toEqual(['–', `about ${percent(1 - fused / alone)}`, '–']);
  });

  it('has rows of its own for every head, that say their k', () => {
    for (let block = 1; block <= 7; block++) {
      const rows = text.split('\n').filter((line) => line.startsWith(`| head ${block}`));
      const cells = rows.map((row) => row.split(' | ').slice(1, 3).join(' '));
      expect(cells).toEqual(['0 of least energy', '0 scheduled over time', '8 of least energy']);
    }
  });

  it.each([
    ['--forgetting auto', 'Strengths and k were fitted on 2,000 training images'],
    ['--forgetting 8', 'Strengths were fitted on 2,000 training images'],
  ])('is said to be fitted where the command %s says so', (flag, sentence) => {
    const created = { ...results.created, command: `snnwasm eval MODEL ${flag}` };
    const written = summary({ ...results, created });
    expect(written).toContain(sentence);
    expect(written).toContain('the spikes of timestep t count as t⁸, k = 8');
  });

  it('has a best head of its own', () => {
    const targets = results.targets.map((target) => {
      return target.forgetting === 8 && target.head === '3' && target.kind === 'fused'
        ? { ...target, saving: { value: 0.99, low: 0.98, high: 1 } }
        : target;
    });
    const changed = { ...results, targets };
    expect([0, 8].map((k) => bestFused(changed, k)).map((best) => [best?.head, best?.forgetting])).toEqual([
      ['7', 0],
      ['3', 8],
    ]);
    expect(bestFused(changed, 5)).toBeUndefined();
  });
});

describe('the energy of a target that resamples often miss', () => {
  it('is the one that would have an interval: interpolated from the row before', () => {
    const results = syntheticResults({ heads: 0, rows: [100, 200] });
    const [curve, target] = [results.curves[0]!, results.targets[0]!];
    const accuracy = [0.7, 0.8].map((value) => ({ value, low: value, high: value }));
    const unsure: Results = {
      ...results,
      targetAccuracy: 0.725,
      curves: [{ ...curve, accuracy, energyMillijoules: { 'truenorth-sop': [10, 20] } }],
      targets: [{ ...target, timesteps: 200, energyMillijoules: null, saving: null }],
    };
    const reached = reachedEnergy(unsure, unsure.targets[0]);
    expect(reached?.interval).toBeNull();
    expect(reached?.value).toBeCloseTo(12.5, 12);
  });
});

describe('a target that resamples often miss', () => {
  it('is given without an interval', () => {
    const results = syntheticResults({ rules: ['energy'] });
    const targets = results.targets.map((target) => ({ ...target, energyMillijoules: null, saving: null }));
    const lines = summary({ ...results, targets }).split('\n');
    const energyOf = (kind: string, head: string | null): number => {
      const curve = results.curves.find((found) => found.kind === kind && found.head === head)!;
      const accuracies = curve.accuracy.map(({ value }) => value);
      return crossing(accuracies, curve.energyMillijoules['truenorth-sop']!, results.targetAccuracy)!.energy;
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
