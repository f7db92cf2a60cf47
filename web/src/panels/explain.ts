/**
 * The panel that explains whatever is pointed at, focused or touched: any element with `data-explain`. A click holds the
 * explanation, so that the pointer can travel to the panel; on narrow screens it opens it as a sheet.
 */
import { create, element, setText } from '../dom.js';
import type { Explanation } from '../explanation.js';

/** A pointer that stays this long means what it points at. */
const INTENT_MILLISECONDS = 80;

/** Longer values take a row of their own. */
const LONG = 22;

export class ExplainPanel {
  readonly #panel = element('#explain', HTMLElement);
  readonly #title = element('#explain-title', HTMLElement);
  readonly #reference = element('#explain-reference', HTMLElement);
  readonly #text = element('#explain-text', HTMLElement);
  readonly #facts = element('#explain-facts', HTMLElement);
  readonly #held = element('#explain-held', HTMLElement);
  readonly #onTopic: (topic: string) => void;
  topic = 'overview';
  #intent = 0;

  /** @param onTopic - called when another thing is to be explained */
  constructor(onTopic: (topic: string) => void) {
    this.#onTopic = onTopic;
    document.addEventListener('pointerover', ({ pointerType, target }) => {
      if (pointerType === 'mouse') this.#hover(topicOf(target));
    });
    document.addEventListener('focusin', ({ target }) => {
      const topic = topicOf(target);
      if (topic !== null && topic !== this.topic) this.#hold(false);
      this.#follow(topic);
    });
    document.addEventListener('click', ({ target }) => {
      if (!(target instanceof Element) || target.closest('button[data-explain]') === null) return;
      this.#follow(topicOf(target));
      this.#hold(true);
    });
    element('#explain-close', HTMLButtonElement).addEventListener('click', () => this.#hold(false));
    document.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') this.#hold(false);
    });
  }

  /** Follows the pointer where it rests, not where it passes. */
  #hover(topic: string | null): void {
    clearTimeout(this.#intent);
    if (!this.#held.hidden) return;
    this.#intent = setTimeout(() => this.#follow(topic), INTENT_MILLISECONDS);
  }

  #follow(topic: string | null): void {
    clearTimeout(this.#intent);
    if (topic === null || topic === this.topic) return;
    this.topic = topic;
    this.#onTopic(topic);
  }

  #hold(held: boolean): void {
    this.#held.hidden = !held;
    this.#panel.classList.toggle('open', held);
  }

  show({ title, reference, paragraphs, facts }: Explanation): void {
    setText(this.#title, title);
    setText(this.#reference, reference);
    keepChildren(this.#text, paragraphs.length, () => create('p'));
    paragraphs.forEach((text, index) => {
      setText(this.#text.children[index]!, text);
    });
    keepChildren(this.#facts, facts.length, () => {
      const row = create('div');
      row.append(create('dt'), create('dd'));
      return row;
    });
    facts.forEach(([name, value], index) => {
      const row = this.#facts.children[index]!;
      const [term, definition] = row.children;
      row.classList.toggle('long', value.length > LONG);
      setText(term!, name);
      setText(definition!, value);
    });
  }
}

function topicOf(target: EventTarget | null): string | null {
  const found = target instanceof Element ? target.closest<HTMLElement>('[data-explain]') : null;
  return found?.dataset.explain ?? null;
}

/** Gives a parent so many children, keeping those it has. */
function keepChildren(parent: HTMLElement, count: number, make: () => HTMLElement): void {
  while (parent.childElementCount > count) parent.lastElementChild?.remove();
  while (parent.childElementCount < count) parent.append(make());
}
