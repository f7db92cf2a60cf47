/** One message to the person at a time, until it is dismissed or something succeeds. */
import { element } from './dom.js';

export class Message {
  readonly #box = element('#message', HTMLElement);
  readonly #text = element('#message-text', HTMLElement);

  constructor() {
    element('#message-close', HTMLButtonElement).addEventListener('click', () => this.clear());
  }

  show(text: string): void {
    this.#box.hidden = false;
    this.#text.textContent = text;
  }

  clear(): void {
    this.#box.hidden = true;
    this.#text.textContent = '';
  }
}
