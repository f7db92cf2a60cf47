/** What stands under each figure, and under which name it is kept. */
import type { Curve, Results } from '../evaluation/results.js';
import { PAPER } from './paper.js';
import { bestFused, forgettingOf, RULE_NAMES } from './select.js';
import { headName, MINUS, percent, weightOf } from './words.js';

export const FIGURE_NAMES = {
  accuracy: 'figure4',
  /** Only where there is a k > 0. */
  forgetting: 'figure4-forgetting',
  target: 'figure5',
  saving: 'saving-by-depth',
  rates: 'rates',
} as const;

/** How figures are kept: drawn, or as what Vega draws them from. */
export type FigureFormat = 'svg' | 'vg.json';

const UNRELIABLE = 'more than 2.5 % of the resamples do not reach the target within the run';

/** Captions by the name of the figure's file, of those figures that the report has. */
export function figureCaptions(results: Results, format: FigureFormat): Map<string, string> {
  const forgetting = forgettingOf(results);
  const nameOf = (figure: keyof typeof FIGURE_NAMES): string => `${FIGURE_NAMES[figure]}.${format}`;
  return new Map([
    [nameOf('accuracy'), accuracyCaption(results)],
    ...(forgetting === null
      ? []
      : [[nameOf('forgetting'), forgettingCaption(results, forgetting, nameOf('target'))] as const]),
    [nameOf('target'), targetCaption(results, forgetting)],
    [nameOf('saving'), savingCaption(forgetting)],
    [
      nameOf('rates'),
      `Mean firing rate, spikes / (neurons x timesteps x images), and synaptic operations of an image in a timestep, by ` +
        `layer, over ${results.rows.at(-1)!} timesteps.`,
    ],
  ]);
}

function accuracyCaption(results: Results): string {
  const best = bestFused(results, 0);
  return (
    'Accuracy against the mean energy of an image: the final prediction (FP) alone, fused with each internal ' +
    `prediction, and each network cut behind a head, which costs only what it computes.${chosen(best)}${ruleOf(best)} Bands are ` +
    '95 % bootstrap intervals, drawn for thick lines; those of thin lines are in curves.csv. Diamonds are the ' +
    `paper's energies at its own target of ${percent(PAPER.targetAccuracy)}.`
  );
}

function forgettingCaption(results: Results, forgetting: number, targetFile: string): string {
  const best = bestFused(results, forgetting);
  return (
    `The same with forgetting: the spikes of timestep t count as ${weightOf(forgetting)} (k = ${forgetting}), where in ` +
    'the paper all count alike (k = 0). Dashed lines are the ' +
    `paper's method: FP alone, and fused with the head that saves most. Circles: the energies of ${targetFile}.${chosen(best)}${ruleOf(best)} Bands are 95 % bootstrap ` +
    'intervals, drawn for solid thick lines.'
  );
}

function targetCaption(results: Results, forgetting: number | null): string {
  const rules =
    forgetting === null
      ? ruleOf(bestFused(results, 0))
      : [0, forgetting].map((k) => ruleOf(bestFused(results, k), ` with k = ${k}`)).join('');
  const baseline =
    forgetting === null ? 'FP alone' : 'FP alone as in the paper, which all savings are against';
  return (
    `Mean energy of an image to reach ANN ${MINUS} 1 %, for FP alone and fused with each head, and the paper's.${rules} ` +
    `Whiskers are 95 % bootstrap intervals; the dashed line is ${baseline}. "Not reliably" and "about": ${UNRELIABLE}.`
  );
}

function savingCaption(forgetting: number | null): string {
  const open =
    forgetting === null
      ? ''
      : ` Open symbols and dashed lines are with forgetting, k = ${forgetting}, and so is the thick line, FP alone; P is the strength of the prior.`;
  return (
    `Energy saved at ANN ${MINUS} 1 % by fusing, against the residual block that the head follows, with 95 % bootstrap ` +
    `intervals; all savings are against FP alone as in the paper.${open} A mark without an interval: with it, or with FP ` +
    `alone, ${UNRELIABLE}. The paper's IP(b) stands at block ${PAPER.b.block}, because three of its eight blocks follow ` +
    `it; the place of its IP(a), which costs ${percent(-PAPER.a.saving)} more, is not stated, so it is a line.`
  );
}

function chosen(best: Curve | undefined): string {
  return best ? ` The thick fused line is ${headName(best.head, best.block)}, which saves most.` : '';
}

const ruleOf = (best: Curve | undefined, of = ''): string =>
  best?.rule ? ` Prior strength${of}: ${RULE_NAMES[best.rule]}.` : '';
