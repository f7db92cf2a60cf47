/** A model that is ready to classify: the network, the kernels and the image decoders in one object. */
import { type Answer, answerOf } from '../answer.js';
import { type Activity, Classifier, type Run } from '../classifier.js';
import { UserError } from '../errors.js';
import type { CodecSource } from '../image/codec.js';
import type { SpikingNetwork } from '../graph/network.js';
import { type ImageSource, toPixelImage } from './image-source.js';
import { type ClassifyOptions, type Settings, type StepOptions, settingsOf } from './options.js';
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
   * @throws UserError if the image cannot be read, an option is out of range, or the model was disposed of
   * @throws the signal's reason, if `options.signal` was aborted
   */
  async classify(image: ImageSource, options: ClassifyOptions = {}): Promise<Answer> {
    const settings = settingsOf(this.network, options);
    // Without a condition there is nothing to look at before the end.
    const every = settings.sure < 1 ? 1 : settings.timesteps;
    const turn = this.#queue.then(async () => {
      let answer: Answer | undefined;
      for await (const { run, ended } of this.#run(image, { ...settings, every })) {
        if (run.timesteps < settings.minimumTimesteps && !ended) continue;
        answer = answerOf(this.network, run, settings.top, settings.energy);
        if (isSure(answer, settings)) break;
      }
      return answer!;
    });
    this.#queue = turn.catch(() => {});
    return turn;
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
   * @throws UserError if the image cannot be read, an option is out of range, or the model was disposed of
   * @throws the signal's reason, if `options.signal` was aborted
   */
  async *steps(image: ImageSource, options: StepOptions = {}): AsyncGenerator<Step, void, undefined> {
    const settings = settingsOf(this.network, options);
    for await (const { run, ended } of this.#run(image, settings)) {
      const answer = answerOf(this.network, run, settings.top, settings.energy);
      const last = ended || isSure(answer, settings);
      yield { ...answer, counts: copyOf(run), layers: run.layerActivity().map(copyActivity), last };
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

  async *#run(image: ImageSource, settings: Settings): AsyncGenerator<{ run: Run; ended: boolean }> {
    const pacer = new Pacer(settings.signal);
    this.#checkAlive();
    const pixels = await toPixelImage(image, this.#codecs);
    const classifier = await this.#take();
    try {
      // So that a run that must end in an overflow is refused before it starts; the model's own length never does.
      if (settings.timesteps > this.network.defaults.timesteps) {
        classifier.check(settings.run, settings.timesteps);
      }
      const run = classifier.start(pixels, settings.run);
      while (run.timesteps < settings.timesteps) {
        const goal = Math.min(settings.timesteps, run.timesteps + settings.every);
        await this.#advance(run, goal, pacer);
        yield { run, ended: run.timesteps === settings.timesteps };
      }
    } finally {
      if (!this.#disposed) this.#idle = classifier;
    }
  }

  /** Advances to a timestep in pieces that fit between two pauses. */
  async #advance(run: Run, goal: number, pacer: Pacer): Promise<void> {
    while (run.timesteps < goal) {
      await pacer.pause();
      this.#checkAlive();
      const timesteps = pacer.units(goal - run.timesteps);
      pacer.work(timesteps, () => run.advance(timesteps));
    }
  }

  /** The idle classifier, or a new one while that is busy. */
  async #take(): Promise<Classifier> {
    const idle = this.#idle;
    this.#idle = null;
    this.#checkAlive();
    return idle ?? Classifier.create(this.#module, this.network);
  }

  #checkAlive(): void {
    if (this.#disposed) throw new UserError('this model was disposed of: load it again');
  }
}

function isSure({ predictions, timesteps }: Answer, { sure, minimumTimesteps }: Settings): boolean {
  return timesteps >= minimumTimesteps && predictions[0]!.probability >= sure;
}

function copyOf(run: Run): Record<string, Uint32Array> {
  return Object.fromEntries(
    Object.entries(run.counts()).map(([name, counts]) => [name, Uint32Array.from(counts)]),
  );
}

function copyActivity({ spikes, synapticOperations }: Activity): Activity {
  return { spikes, synapticOperations };
}
