/** The early head's guess, the final one and the fused one, beside each other; and the answer in large letters. */
import { element, setText } from '../dom.js';
import { formatProbability, words } from '../format.js';
import type { Frame, Guess } from '../protocol.js';

export class Guesses {
  readonly #verdict = element('#verdict', HTMLElement);
  readonly #label = element('#verdict-label', HTMLElement);
  readonly #sure = element('#verdict-sure', HTMLElement);
  readonly #cards = {
    early: element('#guess-early', HTMLElement),
    final: element('#guess-final', HTMLElement),
    fused: element('#guess-fused', HTMLElement),
  };

  /** @param head - name of the internal head that is the prior, or null */
  draw(frame: Frame, head: string | null): void {
    const best = frame.predictions[0]!;
    const fired = best.rate > 0;
    setText(this.#label, fired ? words(best.label) : 'no spike yet');
    setText(this.#sure, fired ? `${formatProbability(best.probability)} sure` : ' ');
    this.#verdict.classList.toggle('settled', fired && best.probability > 0.95);
    fill(this.#cards.early, head === null ? 'no prior' : `head ${head}`, frame.early);
    fill(this.#cards.final, 'final', frame.final);
    fill(this.#cards.fused, 'fused', fired ? best : null);
  }

  clear(text: string): void {
    setText(this.#label, text);
    setText(this.#sure, ' ');
    this.#verdict.classList.remove('settled');
  }
}

function fill(card: HTMLElement, who: string, guess: Guess | null): void {
  const [name, label, value] = card.querySelectorAll('span');
  setText(name!, who);
  const fired = guess !== null && guess.rate > 0;
  setText(label!, fired ? words(guess.label) : '–');
  setText(value!, fired ? `${guess.rate.toFixed(2)} · ${formatProbability(guess.probability)}` : ' ');
}
