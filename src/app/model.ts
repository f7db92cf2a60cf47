/** A model that is ready to classify: the network, the kernels and the image decoders in one object. */

import { UserError } from '../errors.js';
import type { SpikingNetwork } from '../graph/network.js';
import type { CodecSource } from '../picture/codec.js';
import type { Answer } from '../run/answer.js';
import { type Activity, Classifier, type Run } from '../run/run.js';
import { Classification } from './classification.js';
import { type ImageSource, toPixelImage } from './image-source.js';
import {
  type ClassifyOptions,
  classifySettings,
  type Settings,
  type StepOptions,
  stepSettings,
  withoutEffect,
} from './options.js';
import { Pacer } from './pacer.js';

/** The answer as it stands after some timesteps, and what it rests on. All arrays are copies. */
export interface Step extends Answer {
  /** Spikes of every class so far, by the name of the head: `final`, the prior's, and those that are watched. */
  readonly counts: Readonly<Record<string, Uint32Array>>;
  /** What every layer has done so far, in the order of the network's layers. */
  readonly layers: readonly Activity[];
  /** Whether this is the last step: the timesteps are over, or the answer is as sure as was asked for. */
  readonly last: boolean;
}

/**
 * A model that is ready to classify. Made by `loadModel`.
 *
 * It keeps the network once as it was loaded and once in WebAssembly memory (11 and 25 MB for the model that ships).
 * Calls of `classify` wait for each other, so that any number of them needs no more; every run of `steps` that is
 * open at the same time as another has WebAssembly memory of its own. All of it is garbage once nothing refers to the
 * model; `dispose` lets go of the WebAssembly memory before.
 */
export class Model {
  /** Layers, heads, labels, defaults and provenance: plain data, not to be changed. */
  readonly network: SpikingNetwork;
  readonly #module: WebAssembly.Module;
  readonly #codecs: CodecSource;
  #idle: Classifier | null;
  #queue: Promise<unknown> = Promise.resolve();
  #disposed = false;

  private constructor(module: WebAssembly.Module, classifier: Classifier, codecs: CodecSource) {
    this.network = classifier.network;
    this.#module = module;
    this.#codecs = codecs;
    this.#idle = classifier;
  }

  /**
   * Puts a network into WebAssembly memory: for programs that bring kernels and decoders of their own; others take
   * `loadModel`.
   *
   * @param module - the compiled `snnwasm.wasm`
   * @param codecs - where compiled image decoders come from
   * @throws UserError if the host refuses the memory
   */
  static async create(
    module: WebAssembly.Module,
    network: SpikingNetwork,
    codecs: CodecSource,
  ): Promise<Model> {
    return new Model(module, await Classifier.create(module, network), codecs);
  }

  /** The names of the classes, by index. */
  get labels(): readonly string[] {
    return this.network.labels;
  }

  /**
   * Classifies an image. The thread is handed back about every 12 ms, so a page stays responsive meanwhile; the
   * answer does not depend on that.
   *
   * @param onTimestep - called after every timestep with the run as it stands then, for what is to be recorded of it
   * @throws UserError if the image cannot be read, an option is unknown or out of range, or the model was disposed of
   * @throws the signal's reason, if `options.signal` was aborted
   */
  async classify(
    image: ImageSource,
    options: ClassifyOptions = {},
    onTimestep?: (run: Run) => void,
  ): Promise<Answer> {
    const settings = classifySettings(this.network, options);
    const turn = this.#queue.then(async () => {
      for await (const classification of this.#run(image, settings, onTimestep)) {
        if (!classification.mayStop && !classification.ended) continue;
        const answer = classification.answer();
        if (classification.isLast(answer)) return answer;
      }
      throw new Error('a run ended without an answer');
    });
    this.#queue = turn.catch(() => {});
    return turn;
  }

  /**
   * Tries options without an image.
   *
   * @returns what of them would have no effect, such as a prior's strength without a head: one line each
   * @throws UserError as {@link classify} would with any image
   */
  async check(options: ClassifyOptions = {}): Promise<readonly string[]> {
    const { run, timesteps } = classifySettings(this.network, options);
    const classifier = await this.#take();
    try {
      classifier.check(run, timesteps);
    } finally {
      this.#giveBack(classifier);
    }
    return withoutEffect(this.network, options);
  }

  /**
   * Classifies an image and yields the answer as it forms, after every timestep (or every `options.every`). Leaving
   * the loop ends the run; so does `options.stopWhenSure`, after the step that reached it.
   *
   * @example
   * for await (const { timesteps, predictions } of model.steps(image)) {
   *   if (predictions[0].probability > 0.9) break;
   * }
   *
   * @throws UserError if the image cannot be read, an option is unknown or out of range, or the model was disposed of
   * @throws the signal's reason, if `options.signal` was aborted
   */
  async *steps(image: ImageSource, options: StepOptions = {}): AsyncGenerator<Step, void, undefined> {
    for await (const classification of this.#run(image, stepSettings(this.network, options))) {
      const { run } = classification;
      const answer = classification.answer();
      const last = classification.isLast(answer);
      yield { ...answer, counts: copyOf(run), layers: run.populationActivity().map(copyActivity), last };
      if (last) return;
    }
  }

  /**
   * Lets go of the WebAssembly memory, which the next garbage collection then frees; `network` stays. Runs that are
   * under way end with a UserError, and so does every later call.
   */
  dispose(): void {
    this.#disposed = true;
    this.#idle = null;
  }

  async *#run(
    image: ImageSource,
    settings: Settings,
    onTimestep?: (run: Run) => void,
  ): AsyncGenerator<Classification, void, undefined> {
    const pacer = new Pacer(settings.signal);
    this.#checkAlive();
    const pixels = await toPixelImage(image, this.#codecs);
    const classifier = await this.#take();
    try {
      const classification = new Classification(classifier, pixels, settings);
      while (!classification.ended) {
        await this.#advance(classification.run, classification.next, pacer, onTimestep);
        yield classification;
      }
    } finally {
      this.#giveBack(classifier);
    }
  }

  /** Advances to a timestep in pieces that fit between two pauses. */
  async #advance(run: Run, goal: number, pacer: Pacer, onTimestep?: (run: Run) => void): Promise<void> {
    while (run.timesteps < goal) {
      await pacer.pause();
      this.#checkAlive();
      const timesteps = pacer.units(goal - run.timesteps);
      pacer.work(timesteps, () => run.advance(timesteps, onTimestep && (() => onTimestep(run))));
    }
  }

  /** The idle classifier, or a new one while that is busy. */
  async #take(): Promise<Classifier> {
    const idle = this.#idle;
    this.#idle = null;
    this.#checkAlive();
    return idle ?? Classifier.create(this.#module, this.network);
  }

  #giveBack(classifier: Classifier): void {
    if (!this.#disposed) this.#idle = classifier;
  }

  #checkAlive(): void {
    if (this.#disposed) throw new UserError('this model was disposed of: load it again');
  }
}

function copyOf(run: Run): Record<string, Uint32Array> {
  return Object.fromEntries(
    Object.entries(run.counts()).map(([name, counts]) => [name, Uint32Array.from(counts)]),
  );
}

function copyActivity(activity: Activity): Activity {
  return { ...activity };
}
