/** The pictures that come with the page, and the strip of thumbnails in which they and the person's own stand. */
import { create, element } from '../dom.js';
import { words } from '../format.js';

const FILES = import.meta.glob<string>('../../../examples/*.png', {
  query: '?url',
  import: 'default',
  eager: true,
});

export interface Sample {
  /** File name. */
  readonly name: string;
  readonly url: string;
}

/** By name, the sunflower first: it is what the page opens with. */
export const SAMPLES: readonly Sample[] = Object.entries(FILES)
  .map(([path, url]) => ({ name: path.split('/').pop()!, url }))
  .sort(
    (a, b) =>
      Number(b.name === 'sunflower.png') - Number(a.name === 'sunflower.png') || (a.name < b.name ? -1 : 1),
  );

export class SampleStrip {
  readonly #strip = element('#samples', HTMLElement);
  #own: HTMLButtonElement | null = null;
  #ownUrl = '';

  constructor(onSample: (sample: Sample) => void) {
    for (const sample of SAMPLES) {
      const button = thumbnail(sample.url, `Sample: ${words(sample.name.replace('.png', ''))}`);
      button.dataset.name = sample.name;
      button.addEventListener('click', () => onSample(sample));
      this.#strip.append(button);
    }
  }

  /** Marks the sample that is shown. */
  mark(name: string): void {
    for (const button of this.#strip.querySelectorAll('button')) {
      button.setAttribute('aria-pressed', String(button.dataset.name === name));
    }
  }

  /** Puts the person's own picture first, so that it can be gone back to. */
  showOwn(picture: Blob, name: string, onChoose: () => void): void {
    this.#own?.remove();
    URL.revokeObjectURL(this.#ownUrl);
    this.#ownUrl = URL.createObjectURL(picture);
    this.#own = thumbnail(this.#ownUrl, `Your picture: ${name}`);
    this.#own.dataset.name = `own:${name}`;
    this.#own.addEventListener('click', onChoose);
    this.#strip.prepend(this.#own);
    this.mark(`own:${name}`);
  }
}

function thumbnail(url: string, label: string): HTMLButtonElement {
  const button = create('button', 'thumbnail');
  button.type = 'button';
  button.setAttribute('aria-label', label);
  button.setAttribute('aria-pressed', 'false');
  const image = create('img');
  image.src = url;
  image.alt = '';
  image.width = image.height = 44;
  button.append(image);
  return button;
}
