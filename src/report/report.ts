/** The whole report of an evaluation: figures, tables and a summary, by file name. */
import type { Results } from '../evaluation/results.js';
import { accuracyFigure } from './accuracy-figure.js';
import { FIGURE_NAMES } from './captions.js';
import { ratesFigure } from './rates-figure.js';
import { renderSvg } from './render.js';
import { savingFigure } from './saving-figure.js';
import { forgettingOf } from './select.js';
import { summary } from './summary.js';
import { curvesTable, layersTable, targetsTable } from './tables.js';
import { targetFigure } from './target-figure.js';

/** Contents of the files of a report by their names; the same results give the same contents. */
export async function writeReport(results: Results): Promise<Map<string, string>> {
  const forgetting = forgettingOf(results);
  return new Map([
    [FIGURE_NAMES.accuracy, await renderSvg(accuracyFigure(results))],
    ...(forgetting === null
      ? []
      : [[FIGURE_NAMES.forgetting, await renderSvg(accuracyFigure(results, forgetting))] as const]),
    [FIGURE_NAMES.target, await renderSvg(targetFigure(results))],
    [FIGURE_NAMES.saving, await renderSvg(savingFigure(results))],
    [FIGURE_NAMES.rates, await renderSvg(ratesFigure(results))],
    ['curves.csv', curvesTable(results)],
    ['targets.csv', targetsTable(results)],
    ['layers.csv', layersTable(results)],
    ['summary.md', summary(results)],
  ]);
}
