/** One network in the worker and the run that it is at: presents pictures, advances, and says what there is to see. */

import { Classification } from '../../../src/app/classification.js';
import { toPixelImage } from '../../../src/app/image-source.js';
import { openClassifier } from '../../../src/app/open.js';
import { classifySettings } from '../../../src/app/options.js';
import { probabilityHighest } from '../../../src/fusion/highest.js';
import type { SpikeCounts } from '../../../src/fusion/prior.js';
import {
  type Answerable,
  type Classifier,
  fuse,
  type PixelImage,
  type Run,
  type SpikingNetwork,
  UserError,
} from '../../../src/index.js';
import { resizeImage } from '../../../src/picture/resize.js';
import type { Frame, Guess, Picture, Settings } from '../protocol.js';
import { FrameActivity } from './activity.js';
import { webCodecs } from './codecs.js';
import { History } from './history.js';

/** Classes that a frame tells of. */
const SHOWN = 6;
/** Classes that `snnwasm run --json` prints. */
const REPORTED = 5;
/** A neuron's spikes within one frame are counted in a byte. */
const LARGEST_FRAME = 255;

interface Current {
  readonly id: number;
  readonly classification: Classification;
  readonly run: Run;
  readonly history: History;
  milliseconds: number;
}

export class Session {
  readonly network: SpikingNetwork;
  readonly #classifier: Classifier;
  #picture: PixelImage | null = null;
  #current: Current | null = null;
  #watched: number | null = null;

  private constructor(classifier: Classifier) {
    this.#classifier = classifier;
    this.network = classifier.network;
  }

  /** @throws UserError where the bytes are no sound model, or this browser lacks WebAssembly SIMD */
  static async create(model: Uint8Array, kernels: Uint8Array<ArrayBuffer>): Promise<Session> {
    return new Session(await openClassifier(model, kernels));
  }

  /** @throws UserError where the picture is none that is read; the run before it then goes on */
  async decode(picture: Picture): Promise<PixelImage> {
    if (picture.from === 'file') return toPixelImage(picture.bytes, webCodecs);
    const { width, height, rgba } = picture;
    return toPixelImage({ width, height, data: new Uint8ClampedArray(rgba) }, webCodecs);
  }

  /**
   * Begins a run.
   *
   * @param picture - null for the one before
   * @returns what the network sees of it, and the strength of the prior
   */
  start(id: number, picture: PixelImage | null, settings: Settings) {
    const image = picture ?? this.#picture;
    if (image === null) throw new UserError('there is no picture yet: choose one');
    const options = classifySettings(this.network, {
      ...settings,
      priorStrength: settings.priorStrength ?? undefined,
      stopWhenSure: settings.stopWhenSure ?? undefined,
      top: SHOWN,
    });
    const seen = resizeImage(image, this.network.input);
    const classification = new Classification(this.#classifier, seen, options, () => answerable(current));
    const { run } = classification;
    const current: Current = { id, classification, run, history: new History(run), milliseconds: 0 };
    this.#picture = image;
    this.#current = current;
    return { seen: seen.pixels.slice(), priorStrength: run.priorStrength };
  }

  watch(layer: number | null): void {
    this.#watched = layer !== null && layer < this.network.populations.length ? layer : null;
  }

  /** Advances by at least one timestep, until `timesteps` more are done or the time is used up; null if out of date. */
  advance(id: number, timesteps: number, milliseconds: number): Frame | null {
    const current = this.#ofRun(id);
    if (current === null) return null;
    const activity = new FrameActivity(this.network, this.#watched);
    const end = performance.now() + milliseconds;
    const most = Math.min(timesteps, LARGEST_FRAME);
    const { classification } = current;
    while (activity.steps < most && (activity.steps === 0 || performance.now() < end)) {
      const begin = performance.now();
      current.run.advance(1);
      current.milliseconds += performance.now() - begin;
      current.history.record();
      activity.add(current.run);
      if (classification.isSure()) break;
    }
    return this.#frame(current, activity, current.run.timesteps - activity.steps + 1);
  }

  /** The same spikes under another prior strength and forgetting; null if out of date. */
  weigh(id: number, strength: number, forgetting: number): Frame | null {
    const current = this.#ofRun(id);
    if (current === null) return null;
    current.run.weighPrior(strength);
    current.history.forget(forgetting);
    return this.#frame(current, new FrameActivity(this.network, null), 1);
  }

  /** What `snnwasm run --json` prints for this picture, and the counts behind it. */
  report(id: number, file: string): string {
    const current = this.#ofRun(id);
    if (current === null) throw new UserError('there is no answer yet');
    const { run, milliseconds } = current;
    const layers = run.populationActivity().map((activity, index) => ({
      name: this.network.populations[index]!.name,
      ...activity,
    }));
    const counts = { final: [...run.finalCounts], head: run.headCounts && [...run.headCounts] };
    const answer = current.classification.answer(REPORTED);
    return JSON.stringify([{ file, ...answer, milliseconds, layers, counts }], null, 2);
  }

  #ofRun(id: number): Current | null {
    return this.#current?.id === id ? this.#current : null;
  }

  #frame(current: Current, activity: FrameActivity, from: number): Frame {
    const { id, run, history, milliseconds } = current;
    const answer = current.classification.answer();
    const [final, head] = [history.finalEvidence(), history.headEvidence()];
    const layers = run.populationActivity();
    const { watched, neurons, steps, perPixel, perChannel } = activity;
    return {
      kind: 'frame',
      run: id,
      timesteps: run.timesteps,
      steps,
      milliseconds,
      perPixel,
      perChannel,
      neurons: watched === null || neurons === null ? null : { layer: watched, spikes: neurons },
      layerSpikes: Float64Array.from(layers, ({ spikes }) => spikes),
      layerOperations: Float64Array.from(layers, ({ synapticOperations }) => synapticOperations),
      ...run.activity(),
      sure: current.classification.isSure(answer),
      finalCounts: Uint32Array.from(run.finalCounts),
      headCounts: run.headCounts && Uint32Array.from(run.headCounts),
      evidence: {
        timesteps: final.timesteps,
        final: Float64Array.from(final.counts),
        head: head && Float64Array.from(head.counts),
      },
      priorStrength: run.priorStrength,
      forgetting: history.forgetting,
      predictions: answer.predictions.map((prediction) => ({
        ...prediction,
        interval: [...prediction.interval],
      })),
      early: head && this.#guess(head),
      final: this.#guess(final),
      ratesFrom: from,
      rates: history.rates(from),
      headRates: history.headRates(from),
    };
  }

  /** What one head says by itself, from a uniform prior. */
  #guess(evidence: SpikeCounts): Guess {
    const { ranking, estimates, distributions } = fuse(evidence, null);
    const index = ranking[0]!;
    return {
      label: this.network.labels[index]!,
      index,
      rate: estimates[index]!,
      probability: probabilityHighest(distributions)[index]!,
    };
  }
}

/** The run with its spikes weighed as they are now, which need not be as they were when it began. */
function answerable({ run, history }: Current): Answerable {
  const { head, priorStrength, timesteps } = run;
  return {
    head,
    priorStrength,
    timesteps,
    forgetting: history.forgetting,
    coding: run.coding,
    digits: run.digits,
    readout: run.readout,
    posterior: () => history.posterior(),
    activity: () => run.activity(),
  };
}
