/** What stands under each figure, and under which name it is kept. */
import type { Results } from '../evaluation/results.js';
import { PAPER } from './paper.js';
import { bestFused, RULE_NAMES } from './select.js';
import { headName, MINUS, percent } from './words.js';

export const FIGURE_NAMES = {
  accuracy: 'figure4.svg',
  target: 'figure5.svg',
  saving: 'saving-by-depth.svg',
  rates: 'rates.svg',
} as const;

/** Captions by the name of the figure's file. */
export function figureCaptions(results: Results): Map<string, string> {
  const best = bestFused(results);
  const rule = best?.rule ? ` Prior strength: ${RULE_NAMES[best.rule]}.` : '';
  const chosen = best ? ` The thick fused line is ${headName(best.head, best.block)}, which saves most.` : '';
  return new Map([
    [
      FIGURE_NAMES.accuracy,
      'Accuracy against the mean energy of an image: the final prediction (FP) alone, fused with each internal ' +
        `prediction, and each network cut behind a head, which costs only what it computes.${chosen}${rule} Bands are ` +
        '95 % bootstrap intervals, drawn for thick lines; those of thin lines are in curves.csv. Diamonds are the ' +
        `paper's energies at its own target of ${percent(PAPER.targetAccuracy)}.`,
    ],
    [
      FIGURE_NAMES.target,
      `Mean energy of an image to reach ANN ${MINUS} 1 %, for FP alone and fused with each head, and the paper's.${rule} ` +
        'Whiskers are 95 % bootstrap intervals; the dashed line is FP alone.',
    ],
    [
      FIGURE_NAMES.saving,
      `Energy saved at ANN ${MINUS} 1 % by fusing, against the residual block that the head follows, with 95 % bootstrap ` +
        `intervals. The paper's IP(b) stands at block ${PAPER.b.block}, because three of its eight blocks follow it; the ` +
        `place of its IP(a), which costs ${percent(-PAPER.a.saving)} more, is not stated, so it is a line.`,
    ],
    [
      FIGURE_NAMES.rates,
      `Mean firing rate, spikes / (neurons x timesteps x images), and synaptic operations of an image in a timestep, by ` +
        `layer, over ${results.rows.at(-1)!} timesteps.`,
    ],
  ]);
}
