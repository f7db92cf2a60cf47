/** The whole report of an evaluation: figures, tables and a summary, by file name. */
import type { Spec } from 'vega';
import type { Results } from '../evaluation/results.js';
import { accuracyFigure } from './accuracy-figure.js';
import { FIGURE_NAMES, type FigureFormat } from './captions.js';
import { ratesFigure } from './rates-figure.js';
import { renderSvg } from './render.js';
import { savingFigure } from './saving-figure.js';
import { forgettingOf } from './select.js';
import { summary } from './summary.js';
import { curvesTable, layersTable, targetsTable } from './tables.js';
import { targetFigure } from './target-figure.js';

/**
 * Contents of the files of a report by their names; the same results give the same contents.
 *
 * @param format - of the figures: drawn, or where there is nothing to draw with, the specification of each
 */
export async function writeReport(
  results: Results,
  format: FigureFormat = 'svg',
): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const [name, spec] of figuresOf(results)) {
    files.set(`${name}.${format}`, format === 'svg' ? await renderSvg(spec) : `${JSON.stringify(spec)}\n`);
  }
  return files
    .set('curves.csv', curvesTable(results))
    .set('targets.csv', targetsTable(results))
    .set('layers.csv', layersTable(results))
    .set('summary.md', summary(results, format));
}

/** The specifications of the figures by their names. */
function figuresOf(results: Results): (readonly [string, Spec])[] {
  const forgetting = forgettingOf(results);
  return [
    [FIGURE_NAMES.accuracy, accuracyFigure(results)],
    ...(forgetting === null ? [] : [[FIGURE_NAMES.forgetting, accuracyFigure(results, forgetting)] as const]),
    [FIGURE_NAMES.target, targetFigure(results)],
    [FIGURE_NAMES.saving, savingFigure(results)],
    [FIGURE_NAMES.rates, ratesFigure(results)],
  ];
}
