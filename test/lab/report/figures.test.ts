/** The figures of a report, as SVG: whole, the same every time, and with everything that they should show. */
import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import type { Results } from '../../../lab/evaluation/results.js';
import { accuracyFigure } from '../../../lab/report/accuracy-figure.js';
import { logarithmicDomain, logarithmicTicks } from '../../../lab/report/axis.js';
import { ratesFigure } from '../../../lab/report/rates-figure.js';
import { renderSvg } from '../../../lab/report/render.js';
import { writeReport } from '../../../lab/report/report.js';
import { savingFigure } from '../../../lab/report/saving-figure.js';
import { reachedSaving } from '../../../lab/report/select.js';
import { summary } from '../../../lab/report/summary.js';
import { targetFigure } from '../../../lab/report/target-figure.js';
import { lessOrMore } from '../../../lab/report/words.js';
import { type SyntheticOptions, syntheticResults } from '../../support/results.js';

const loaded = vi.hoisted(() => ({ vega: false }));
vi.mock('vega', async (original) => {
  loaded.vega = true;
  return await original();
});

const FORGETTING_FIGURE = 'figure4-forgetting.svg';
const FIGURES = ['figure4.svg', 'figure5.svg', 'saving-by-depth.svg', 'rates.svg'] as const;

/** Texts in the order in which they are drawn; the white rims behind some of them are left out. */
function textsOf(svg: string): string[] {
  return [...svg.matchAll(/<text (?![^>]*stroke="white")[^>]*>([^<]*)<\/text>/g)].map((match) => match[1]!);
}

/** Widths of the bars of a colour, in pixels. */
function barsOf(svg: string, colour: string): number[] {
  const bars = svg.matchAll(new RegExp(`<path [^>]*d="M[\\d.]+,[\\d.]+h([\\d.]+)[^>]*fill="${colour}"`, 'g'));
  return [...bars].map((match) => Number(match[1]));
}

const linesOf = (svg: string): number => svg.split('mark-line role-mark').length - 1;

/** Where the first line goes, in pixels. */
function pointsOfLine(svg: string): [number, number][] {
  const path = /mark-line role-mark[^>]*><path [^>]*d="M([^"]*)"/.exec(svg)![1]!;
  return path.split('L').map((pair) => pair.split(',').map(Number) as [number, number]);
}

/** As an XML parser sees it: librsvg refuses whatever is not well-formed. */
async function expectDrawable(svg: string): Promise<void> {
  const { format, width, height } = await sharp(new TextEncoder().encode(svg)).metadata();
  expect({ format, width }).toEqual({ format: 'svg', width: 480 });
  expect(height).toBeGreaterThan(60);
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
}

describe('figures', () => {
  it('load the plotting library with the first of them, not before', async () => {
    await import('../../../lab/report/save.js');
    expect(loaded.vega).toBe(false);
    await renderSvg(ratesFigure(syntheticResults()));
    expect(loaded.vega).toBe(true);
  });

  const variants: [string, SyntheticOptions][] = [
    ['seven heads', {}],
    [
      'all rules and named heads',
      { rules: ['fixed', 'energy', 'area', 'evidence', 'schedule'], names: (b) => 'abcdefg'[b - 1]! },
    ],
    ['a single row', { rows: [64] }],
    ['two rows', { rows: [1, 2] }],
    ['no internal heads', { heads: 0 }],
    ['a target that nothing reaches', { ceiling: 0.7 }],
    ['a network that knows nothing', { ceiling: 0.01 }],
    ['names that are markup', { names: (b) => `<b>&"'${b}` }],
    ['a single image', { images: 1 }],
    ['forgetting', { forgetting: 8 }],
    [
      'forgetting and all rules',
      { forgetting: 16, rules: ['fixed', 'energy', 'area', 'evidence', 'schedule'] },
    ],
    ['forgetting without internal heads', { forgetting: 1, heads: 0 }],
    ['forgetting and a single row', { forgetting: 3, rows: [64] }],
    ['forgetting and a target that nothing reaches', { forgetting: 3, ceiling: 0.7 }],
  ];
  it.each(variants)('are whole and the same every time for %s', async (_, options) => {
    const first = await writeReport(syntheticResults(options));
    const again = await writeReport(syntheticResults(options));
    expect([...again]).toEqual([...first]);
    for (const name of FIGURES) await expectDrawable(first.get(name)!);
    expect(first.has(FORGETTING_FIGURE)).toBe(options.forgetting !== undefined);
    if (options.forgetting !== undefined) await expectDrawable(first.get(FORGETTING_FIGURE)!);
  });

  it('are whole where nothing ever spikes and no layer is listed', async () => {
    const results = syntheticResults({ rows: [1, 2] });
    const silent: Results = {
      ...results,
      layers: [],
      curves: results.curves.map((curve) => {
        return { ...curve, energyMillijoules: { 'truenorth-sop': [0, 0] } };
      }),
    };
    const files = await writeReport(silent);
    for (const name of FIGURES) await expectDrawable(files.get(name)!);
  });
});

describe('the accuracy figure', () => {
  it('draws every curve once, names heads and marks the paper', async () => {
    const results = syntheticResults({ names: (block) => `h${block}` });
    const svg = await renderSvg(accuracyFigure(results));
    expect(linesOf(svg)).toBe(15);
    const texts = textsOf(svg);
    for (let block = 1; block <= 7; block++) {
      expect(texts.filter((text) => text === `h${block}`)).toHaveLength(2); // fused and cut
    }
    expect(texts).toEqual(
      expect.arrayContaining([
        'FP alone',
        'FP fused with h7 (block 7)',
        'ANN, 77.1 %',
        'Paper: FP alone, 27.0 mJ',
        'Paper: IP(b) fused, 13.1 mJ',
      ]),
    );
  });

  it('shows the rule with the largest saving only', async () => {
    const svg = await renderSvg(accuracyFigure(syntheticResults({ rules: ['schedule', 'energy'] })));
    expect(linesOf(svg)).toBe(15);
  });

  it('puts curves where their energies and accuracies are', async () => {
    const results = syntheticResults({ heads: 0, rows: [50, 100, 200] });
    const spec = accuracyFigure(results);
    const svg = await renderSvg(spec);
    const { energyMillijoules, accuracy } = results.curves[0]!;
    const energies = energyMillijoules['truenorth-sop']!;
    // Both axes are monotone and known at two points, so the third follows.
    const [[x0, y0], [x1, y1]] = pointsOfLine(svg).slice(-2) as [[number, number], [number, number]];
    const perDecade = (x1 - x0) / Math.log10(energies[2]! / energies[1]!);
    const perPoint = (y1 - y0) / (100 * (accuracy[2]!.value - accuracy[1]!.value));
    const axis = /Accuracy \(%\)' for a linear scale with values from 0 to (\d+)/.exec(svg)!;
    expect(perPoint).toBeCloseTo(-270 / Number(axis[1]), 2);
    expect(y0 - 100 * accuracy[1]!.value * perPoint).toBeCloseTo(270, 1);
    const ends = /for a log scale with values from ([\d.]+) to ([\d.]+)/.exec(svg)!;
    expect(perDecade * Math.log10(Number(ends[2]) / Number(ends[1]))).toBeCloseTo(spec.width as number, 1);
  });

  it('begins at the left edge where a line comes from beyond it', async () => {
    const results = syntheticResults({ heads: 0, rows: [10, 100] });
    const svg = await renderSvg(accuracyFigure(results));
    const [start] = pointsOfLine(svg);
    expect(start![0]).toBe(0);
    const [before, after] = results.curves[0]!.accuracy.map(({ value }) => 100 * value);
    expect((270 - start![1]) / (270 / 80)).toBeGreaterThan(before!);
    expect((270 - start![1]) / (270 / 80)).toBeLessThan(after!);
  });

  it('leaves out points that nobody could tell apart', async () => {
    const rows = Array.from({ length: 3000 }, (_, index) => index + 1);
    const svg = await renderSvg(accuracyFigure(syntheticResults({ rows })));
    expect(linesOf(svg)).toBe(15);
    expect(svg.length).toBeLessThan(250_000);
  });
});

describe('the accuracy figure with forgetting', () => {
  const results = syntheticResults({ rules: ['energy', 'schedule'], forgetting: 8 });

  it('has the lines of its own k, and for comparison two of the paper', async () => {
    const svg = await renderSvg(accuracyFigure(results, 8));
    // FP and seven fused heads, the network cut behind the best one; and FP and the best fused head with k = 0.
    expect(linesOf(svg)).toBe(1 + 7 + 1 + 2);
    const dashed = /mark-line role-mark[^>]*><path [^>]*stroke-dasharray/g;
    expect(svg.match(dashed)).toHaveLength(2);
    const texts = textsOf(svg);
    const legend = texts.indexOf('FP alone, k = 0');
    expect(texts.slice(legend, legend + 6)).toEqual([
      'FP alone, k = 0',
      'Fused with head 7, k = 0',
      'FP alone, k = 8',
      'Fused with head 7, k = 8',
      'Fused, each other head, k = 8',
      'Cut behind head 7, k = 8',
    ]);
    expect(texts.filter((text) => text === '7')).toHaveLength(2); // fused and cut
    expect(texts.filter((text) => text === '6')).toHaveLength(1); // fused
  });

  it('marks where lines come to the target', async () => {
    const circles = (svg: string) => svg.match(/mark-symbol role-mark[^>]*><path [^>]*d="M3,0A3,3/g) ?? [];
    expect(circles(await renderSvg(accuracyFigure(results, 8)))).toHaveLength(4);
    expect(circles(await renderSvg(accuracyFigure(results)))).toHaveLength(0);
    const low = syntheticResults({ ceiling: 0.7, forgetting: 8 });
    expect(circles(await renderSvg(accuracyFigure(low, 8)))).toHaveLength(0);
  });

  it('leaves Figure 4 as it is', async () => {
    const without = syntheticResults({ rules: ['energy', 'schedule'] });
    expect(await renderSvg(accuracyFigure(results))).toBe(await renderSvg(accuracyFigure(without)));
  });
});

describe('the target figure', () => {
  it("draws energies as long as they are, the paper's on the same scale", async () => {
    const results = syntheticResults();
    const svg = await renderSvg(targetFigure(results));
    const energies = results.targets.map(({ energyMillijoules }) => energyMillijoules?.value);
    const [final] = barsOf(svg, '#0072B2');
    const scale = final! / energies[0]!;
    const fused = barsOf(svg, '#009E73');
    expect(fused).toHaveLength(7);
    fused.forEach((width, index) => {
      expect(width).toBeCloseTo(scale * energies[index + 1]!, 1);
    });
    const paper = barsOf(svg, '#999999');
    expect(paper).toHaveLength(3);
    [27.0, 42.6, 13.1].forEach((energy, index) => {
      expect(paper[index]).toBeCloseTo(scale * energy, 1);
    });
  });

  it('writes savings and says what is not there', async () => {
    const texts = textsOf(await renderSvg(targetFigure(syntheticResults())));
    expect(texts).toEqual(
      expect.arrayContaining([
        '72.0 % more',
        '47.2 % less',
        '57.8 % more',
        '51.5 % less',
        'not given in its text',
      ]),
    );
    expect(texts).not.toContain('not reached');
    const nothing = textsOf(await renderSvg(targetFigure(syntheticResults({ ceiling: 0.7 }))));
    expect(nothing.filter((text) => text === 'not reached')).toHaveLength(8);
    const results = syntheticResults();
    const targets = results.targets.map((target) => {
      return target.block === 3 ? { ...target, energyMillijoules: null, saving: null } : target;
    });
    const unsure = textsOf(await renderSvg(targetFigure({ ...results, targets })));
    expect(unsure.filter((text) => text.startsWith('not '))).toEqual([
      'not reliably',
      'not given in its text',
    ]);
  });
});

describe('the target figure with forgetting', () => {
  it('has a group for either k, whose savings are against the paper', async () => {
    const results = syntheticResults({ rules: ['energy', 'schedule'], forgetting: 8 });
    const svg = await renderSvg(targetFigure(results));
    const energies = (kind: string, forgetting: number) =>
      results.targets
        .filter(
          (target) => target.kind === kind && target.forgetting === forgetting && target.rule !== 'schedule',
        )
        .map(({ energyMillijoules }) => energyMillijoules!.value);
    const [blue, green] = [barsOf(svg, '#0072B2'), barsOf(svg, '#009E73')];
    const scale = blue[0]! / energies('final', 0)[0]!;
    const own = [...energies('fused', 0), ...energies('fused', 8)];
    expect(blue[1]).toBeCloseTo(scale * energies('final', 8)[0]!, 1);
    expect(green).toHaveLength(14);
    green.forEach((width, index) => {
      expect(width).toBeCloseTo(scale * own[index]!, 1);
    });
    const saved = (energy: number) => `${(100 * (1 - energy / energies('final', 0)[0]!)).toFixed(1)} % less`;
    const texts = textsOf(svg);
    expect(texts).toEqual(
      expect.arrayContaining([
        'As in the paper, to reach 76.1 %',
        'With forgetting, t counts as t⁸',
        'than FP alone, k = 0',
        saved(energies('final', 8)[0]!),
        saved(energies('fused', 8)[6]!),
      ]),
    );
  });

  it('says "about" where the baseline has no interval', async () => {
    const results = syntheticResults({ forgetting: 12 });
    const targets = results.targets.map((target, index) => {
      return { ...target, saving: null, ...(index === 0 ? { energyMillijoules: null } : {}) };
    });
    const unsure = { ...results, targets };
    const texts = textsOf(await renderSvg(targetFigure(unsure)));
    expect(texts.filter((text) => text === 'not reliably')).toHaveLength(1);
    const savings = texts.filter((text) => /% (less|more)$/.test(text));
    const about = savings.filter((text) => text.startsWith('about '));
    // All of this network's but the baseline's own; the paper's two are as it states them.
    expect(about).toHaveLength(15);
    expect(savings.filter((text) => !text.startsWith('about '))).toEqual(['57.8 % more', '51.5 % less']);
    const alone = reachedSaving(
      unsure,
      targets.find(({ kind, forgetting }) => kind === 'final' && forgetting === 12),
    );
    expect(about).toContain(`about ${lessOrMore(alone!.value)}`);
    expect(texts).toContain('With forgetting, t counts as t¹²');
  });

  it('says "at least" of savings where the baseline does not get there, and "at most" of losses', async () => {
    const results = syntheticResults({ forgetting: 8 });
    const loss = { value: -0.02, low: -0.1, high: 0.05 };
    const targets = results.targets.map((target, index) => {
      if (index === 0) return { ...target, timesteps: null, energyMillijoules: null };
      return target.block === 2 && target.saving ? { ...target, saving: loss } : target;
    });
    const texts = textsOf(await renderSvg(targetFigure({ ...results, targets })));
    const own = texts.filter((text) => /% (less|more)$/.test(text)).slice(0, -2);
    expect(own.filter((text) => text.startsWith('at most 2.0 % more'))).toHaveLength(2);
    expect(
      own.filter((text) => text.startsWith('at least ') && text.endsWith(' less')).length,
    ).toBeGreaterThan(5);
    expect(own.every((text) => /^at (least .* less|most .* more)$/.test(text))).toBe(true);
    // Without an interval the whole run of the baseline is what is saved of.
    const bare = targets.map((target) => ({ ...target, saving: null }));
    const final = results.targets.find(({ kind, forgetting }) => kind === 'final' && forgetting === 8)!;
    const whole = results.curves[0]!.energyMillijoules['truenorth-sop']!.at(-1)!;
    const saved = (100 * (1 - final.energyMillijoules!.value / whole)).toFixed(1);
    const unsure = textsOf(await renderSvg(targetFigure({ ...results, targets: bare })));
    expect(unsure).toContain(`at least ${saved} % less`);
    const legend = textsOf(await renderSvg(savingFigure({ ...results, targets })));
    expect(legend.some((text) => text.startsWith('FP alone, k = 8: at least '))).toBe(true);
    expect(summary({ ...results, targets })).toMatch(/\| at least \d+\.\d % \[\d+\.\d, \d+\.\d\] \|/);
  });
});

describe('the saving figure', () => {
  it('has a line for every rule and the marks of the paper', async () => {
    const svg = await renderSvg(
      savingFigure(syntheticResults({ rules: ['energy', 'evidence', 'schedule'] })),
    );
    expect(linesOf(svg)).toBe(3);
    expect(textsOf(svg)).toEqual(
      expect.arrayContaining([
        'Strength of least energy',
        'Strength by evidence',
        'Strength scheduled over time',
        'Paper: IP(b), 51.5 %',
        'Paper: IP(a), place not stated',
      ]),
    );
  });

  it('has dashed lines for forgetting, and one for FP alone', async () => {
    const results = syntheticResults({ rules: ['energy', 'evidence'], forgetting: 8 });
    const svg = await renderSvg(savingFigure(results));
    expect(linesOf(svg)).toBe(3);
    expect(svg.match(/mark-line role-mark[^>]*><path [^>]*stroke-dasharray/g)).toHaveLength(1);
    const final = results.targets.find(({ kind, forgetting }) => kind === 'final' && forgetting === 8)!;
    const saving = (100 * final.saving!.value).toFixed(1);
    expect(textsOf(svg)).toEqual(
      expect.arrayContaining([
        'P of least energy, k = 0',
        'P by evidence, k = 0',
        'P of least energy, k = 8',
        `FP alone, k = 8: ${saving} %`,
      ]),
    );
    const targets = results.targets.map((target, index) => {
      return { ...target, saving: null, ...(index === 0 ? { energyMillijoules: null } : {}) };
    });
    const unsure = textsOf(await renderSvg(savingFigure({ ...results, targets })));
    expect(unsure.some((text) => text.startsWith('FP alone, k = 8: about '))).toBe(true);
    expect(unsure).not.toContain('Target not reached');
  });

  it('writes a loss beyond the plot as a number, and crosses heads that do not reach the target', async () => {
    const results = syntheticResults();
    const targets = results.targets.map((target) => {
      if (target.kind !== 'fused' || target.block > 2) return target;
      return target.block === 1
        ? { ...target, saving: { value: -9, low: -10, high: -8 } }
        : { ...target, timesteps: null, energyMillijoules: null, saving: null };
    });
    const texts = textsOf(await renderSvg(savingFigure({ ...results, targets })));
    expect(texts).toContain('↓ −900.0 %');
    expect(texts.filter((text) => text === '×')).toHaveLength(2); // at block 2 and in the legend
    expect(texts).toContain('Target not reached');
  });
});

describe('the rates figure', () => {
  it('has two bars for every layer, in proportion', async () => {
    const results = syntheticResults();
    const svg = await renderSvg(ratesFigure(results));
    const rates = barsOf(svg, '#0072B2');
    expect(rates).toHaveLength(25);
    expect(rates[1]! / rates[0]!).toBeCloseTo(0.096 / 0.144, 3);
    const operations = barsOf(svg, '#D55E00');
    expect(operations[1]! / operations[0]!).toBeCloseTo(0.096 / 0.144, 3);
    expect(textsOf(svg)).toEqual(expect.arrayContaining(results.layers.map(({ name }) => name)));
  });
});

describe('logarithmic axes', () => {
  it('hold all values, and are at least a factor of two wide', () => {
    for (const values of [[1], [3, 3.1], [0.02, 500], [1e-9, 1e9]]) {
      const [low, high] = logarithmicDomain(values, values);
      expect(low).toBeLessThan(Math.min(...values));
      expect(high).toBeGreaterThan(Math.max(...values));
      expect(high / low).toBeGreaterThanOrEqual(2 - 1e-12);
      const ticks = logarithmicTicks(low, high);
      expect(ticks.length).toBeGreaterThan(1);
      expect(ticks.every((tick) => tick >= low && tick <= high)).toBe(true);
    }
    expect(logarithmicTicks(0.9, 450)).toEqual([1, 2, 5, 10, 20, 50, 100, 200]);
  });
});
