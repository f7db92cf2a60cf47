/** The neurons of the layer that is explained: small in the panel, and large in a dialog of its own. */
import { element, setText } from '../dom.js';
import { fullName } from '../names.js';
import type { Palette } from '../palette.js';
import type { Frame, Model } from '../protocol.js';
import { Neurons } from './neurons.js';

export class Microscope {
  readonly #model: Model;
  readonly #button = element('#microscope', HTMLButtonElement);
  readonly #small = element('#neurons', HTMLCanvasElement);
  readonly #dialog = element('#neurons-dialog', HTMLDialogElement);
  readonly #large = element('#neurons-large', HTMLCanvasElement);
  #neurons: Neurons | null = null;

  /** @param onOpen - called when the dialog has opened and wants to be drawn */
  constructor(model: Model, onOpen: () => void) {
    this.#model = model;
    this.#button.addEventListener('click', () => {
      this.#dialog.showModal();
      onOpen();
    });
    element('#neurons-close', HTMLButtonElement).addEventListener('click', () => this.#dialog.close());
  }

  /** Looks at a layer, whose neurons have not fired yet, or at none. */
  watch(layer: number | null): void {
    this.#neurons = layer === null ? null : new Neurons(this.#model, layer);
    this.#button.hidden = this.#neurons === null;
    if (this.#neurons === null || layer === null) return;
    const { width, height } = this.#neurons;
    for (const target of [this.#small, this.#dialog]) {
      target.style.setProperty('--aspect', `${width} / ${height}`);
      target.style.setProperty('--aspect-number', String(width / height));
    }
    const name = fullName(this.#model, layer);
    setText(element('#neurons-title', HTMLElement), `Every neuron: ${name}`);
    this.#button.setAttribute('aria-label', `Enlarge the neurons of ${name}`);
  }

  add(frame: Frame): void {
    this.#neurons?.add(frame);
  }

  draw(palette: Palette): void {
    this.#neurons?.draw(this.#small, palette);
    if (this.#dialog.open) this.#neurons?.draw(this.#large, palette);
  }
}
