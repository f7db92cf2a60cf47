/**
 * The panel that explains whatever is pointed at, focused or touched: any element with `data-explain`. On narrow screens
 * it is a sheet that opens on a touch and closes again.
 */
import { create, element, setText } from '../dom.js';
import type { Explanation } from '../topics.js';

/** Longer values take a row of their own. */
const LONG = 22;

export class ExplainPanel {
  readonly #panel = element('#explain', HTMLElement);
  readonly #title = element('#explain-title', HTMLElement);
  readonly #reference = element('#explain-reference', HTMLElement);
  readonly #text = element('#explain-text', HTMLElement);
  readonly #facts = element('#explain-facts', HTMLElement);
  topic = 'overview';

  /** @param onTopic - called when another thing is to be explained */
  constructor(onTopic: (topic: string) => void) {
    const follow = (event: Event) => {
      const topic = topicOf(event.target);
      if (topic === null || topic === this.topic) return;
      this.topic = topic;
      onTopic(topic);
    };
    document.addEventListener('pointerover', (event) => {
      if (event.pointerType === 'mouse') follow(event);
    });
    document.addEventListener('focusin', follow);
    document.addEventListener('click', (event) => {
      follow(event);
      if (event.target instanceof Element && event.target.closest('button[data-explain]')) this.#open(true);
    });
    element('#explain-close', HTMLButtonElement).addEventListener('click', () => this.#open(false));
    document.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') this.#open(false);
    });
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

  #open(open: boolean): void {
    this.#panel.classList.toggle('open', open);
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
