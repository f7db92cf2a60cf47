/** One image being classified, under settings that are checked: every face drives it at its own pace. */
import type { PixelImage } from '../picture/pixel-image.js';
import { type Answer, type Answerable, answerOf } from '../run/answer.js';
import type { Classifier, Run } from '../run/run.js';
import type { Settings } from './options.js';

/** A run with an end: after its timesteps, or once the answer is as sure as was asked for. */
export class Classification {
  /** The run itself. */
  readonly run: Run;
  readonly #settings: Settings;
  readonly #classifier: Classifier;
  readonly #view: (run: Run) => Answerable;

  /**
   * Presents the image.
   *
   * @param view - where the answer comes from: the run, or its spikes weighed otherwise
   * @throws UserError if the model cannot run so, or for so long
   */
  constructor(
    classifier: Classifier,
    image: PixelImage,
    settings: Settings,
    view: (run: Run) => Answerable = (run) => run,
  ) {
    // So that a run that must end in an overflow is refused before it starts; the model's own length never does.
    if (settings.timesteps > classifier.network.defaults.timesteps) {
      classifier.check(settings.run, settings.timesteps);
    }
    this.run = classifier.start(image, settings.run);
    this.#classifier = classifier;
    this.#settings = settings;
    this.#view = view;
  }

  /** Whether all timesteps are over. */
  get ended(): boolean {
    return this.run.timesteps >= this.#settings.timesteps;
  }

  /** The timestep at which to look at the answer next. */
  get next(): number {
    const { timesteps, every } = this.#settings;
    return Math.min(timesteps, this.run.timesteps + every);
  }

  /** The answer as it stands. */
  answer(top = this.#settings.top): Answer {
    return answerOf(this.#classifier.network, this.#view(this.run), top, this.#settings.energy);
  }

  /** Whether it is time to stop looking for a surer answer. */
  get mayStop(): boolean {
    return this.#settings.sure < 1 && this.run.timesteps >= this.#settings.minimumTimesteps;
  }

  /** Whether the answer is as sure as was asked for. It is worked out only where it may be. */
  isSure(answer?: Answer): boolean {
    if (!this.mayStop) return false;
    return (answer ?? this.answer(1)).predictions[0]!.probability >= this.#settings.sure;
  }

  /** Whether the run is over with this answer. */
  isLast(answer: Answer): boolean {
    return this.ended || this.isSure(answer);
  }
}
