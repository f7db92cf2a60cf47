/**
 * The experiment, in the order in which it happens: strengths are fitted on training images, then every image of the
 * split is observed once, and the curves, targets and savings follow by arithmetic.
 */

import { Observations } from '../../src/fit/observations.js';
import { shapeOf } from '../../src/fit/observer.js';
import { decodeRecord } from '../../src/fit/record.js';
import { fitFusion } from '../../src/fit/rules.js';
import type { SpikingNetwork } from '../../src/graph/network.js';
import { uniformNumbers } from '../../src/random.js';
import { CurveCollector, planCurves } from './curves.js';
import type { Results } from './results.js';
import { type ResultsContext, summarise, TARGET_ENERGY_MODEL } from './summarise.js';
import { targetsOf } from './targets.js';

export interface EvaluationPlan {
  readonly network: SpikingNetwork;
  /** Indices into `network.heads`, the final head last. */
  readonly heads: readonly number[];
  /** Timesteps at which counts are kept (rows.ts). */
  readonly rows: readonly number[];
  /** Training images on which strengths and forgetting are fitted. */
  readonly fitImages: number;
  /** Images on which the results are reported. */
  readonly images: number;
  /** P given by the user, instead of fitting. */
  readonly fixedStrength: number | null;
  /** k given by the user, instead of fitting; whatever it is, everything is worked out for k = 0 as well. */
  readonly fixedForgetting: number | null;
}

/** Where the observed records are: image numbers count from 0 in each of the two sets. */
export interface RecordSource {
  /** The encoded record (record.ts) of a training image. */
  fit(image: number): Promise<Uint8Array>;
  /** Of an image of the reported split. */
  reported(image: number): Promise<Uint8Array>;
}

/** Works the results out from the observed records. Deterministic. */
export async function evaluateRecords(
  plan: EvaluationPlan,
  source: RecordSource,
  context: ResultsContext,
  onProgress?: (stage: string, done: number, total: number) => void,
): Promise<Results> {
  const { network, rows, heads, fitImages, images } = plan;
  const shape = shapeOf(network, plan);
  const training = await Observations.collect(network, rows, heads, fitImages, async (image) =>
    decodeRecord(await source.fit(image), shape),
  );
  const { strengths, forgettings } = fitFusion(training, {
    strength: plan.fixedStrength,
    forgetting: plan.fixedForgetting,
  });
  const curves = planCurves(heads.length, strengths, forgettings);
  const collector = new CurveCollector(network, rows, heads, curves, images);
  for (let image = 0; image < images; image++) {
    collector.add(image, decodeRecord(await source.reported(image), shape));
    onProgress?.('counting', image + 1, images);
  }
  const targets = targetsOf(collector, uniformNumbers(1), TARGET_ENERGY_MODEL, (done, total) =>
    onProgress?.('resampling', done, total),
  );
  return summarise(network, rows, heads, collector, targets, context);
}
