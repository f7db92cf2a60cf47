/** Reads the state of an interrupted calibration. It comes from a file, so nothing in it is believed. */

import { sizeOf } from '../graph/extents.js';
import type { Network } from '../graph/network.js';
import { Field } from '../untrusted/field.js';
import type { CalibrationState } from './calibrate.js';
import { BINS, type HistogramState } from './quantile.js';

/**
 * The state in a parsed JSON value. Every histogram must hold exactly as many values as that many images give.
 *
 * @param network - that the calibration is of
 * @param samples - images of the whole calibration
 * @param document - what an error message calls the file
 * @throws UserError if the value cannot be a state of this calibration
 */
export function readCalibrationState(
  value: unknown,
  network: Network,
  samples: number,
  document: string,
): CalibrationState {
  const fields = new Field(value, '', document).fields('images', 'layers', 'heads');
  const images = fields.images.integer(0, samples);
  const layerTotals = network.populations.map(({ shape }) => images * sizeOf(shape));
  const headTotals = network.heads.map(({ bias }) => images * bias.length);
  return {
    images,
    layers: readHistograms(fields.layers, layerTotals),
    heads: readHistograms(fields.heads, headTotals),
  };
}

function readHistograms(field: Field, totals: readonly number[]): HistogramState[] {
  return field
    .list(totals.length, totals.length)
    .map((histogram, index) => readHistogram(histogram, totals[index]!));
}

function readHistogram(field: Field, total: number): HistogramState {
  const fields = field.fields('zeros', 'bins', 'counts');
  const zeros = fields.zeros.integer(0, total);
  const bins = wholeNumbers(fields.bins);
  const counts = wholeNumbers(fields.counts);
  if (bins.some((bin, index) => bin <= (bins[index - 1] ?? -1) || bin >= BINS)) {
    fields.bins.refuse(`bins below ${BINS} in rising order`);
  }
  if (counts.length !== bins.length || counts.some((count) => count < 1)) {
    fields.counts.refuse(`${bins.length} counts from 1 upwards`);
  }
  const sum = counts.reduce((counted, count) => counted + count, zeros);
  if (sum !== total) field.complain(`must count ${total} activations, but counts ${sum}`);
  return { zeros, bins, counts };
}

function wholeNumbers(field: Field): readonly number[] {
  const { value } = field;
  if (!Array.isArray(value) || !value.every(Number.isSafeInteger)) {
    return field.refuse('a list of whole numbers');
  }
  return value as readonly number[];
}
