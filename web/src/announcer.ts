/** Tells screen readers the answer: when a run ends or pauses, and when the best class changes, not too often. */
import { element, setText } from './dom.js';
import { formatProbability, words } from './format.js';
import type { Frame } from './protocol.js';

/** Changes of mind that follow each other faster than this are told once. */
const QUIET_MILLISECONDS = 2500;

export class Announcer {
  readonly #region = element('#announcer', HTMLElement);
  #best = -1;
  #last = 0;

  /** @param still - true when the run has ended or pauses */
  tell(frame: Frame, still: boolean): void {
    const { index, label, rate, probability } = frame.predictions[0]!;
    if (rate === 0) return;
    const now = performance.now();
    if (!still && (index === this.#best || now - this.#last < QUIET_MILLISECONDS)) return;
    this.#best = index;
    this.#last = now;
    setText(
      this.#region,
      `After ${frame.timesteps} timesteps: ${words(label)}, ${formatProbability(probability)} sure.`,
    );
  }
}
