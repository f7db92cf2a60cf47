/**
 * The network on the page: a canvas for the spikes, and over it one button for every layer and head, so that each can
 * be pointed at, touched, focused and read out. The group is one stop of the Tab key; the arrow keys move within it.
 */
import { create, element, setText } from '../dom.js';
import { formatShape, formatShare, words } from '../format.js';
import { headName, nameDetail, shortName } from '../names.js';
import type { Palette } from '../palette.js';
import type { Frame, Model } from '../protocol.js';
import { fitCanvas } from '../raster.js';
import { type Marks, NetworkPainter } from './draw.js';
import type { Box, Layout } from './geometry.js';
import { layOut } from './layout.js';
import { Traces } from './traces.js';

interface Labelled {
  readonly button: HTMLButtonElement;
  readonly value: HTMLElement;
}

export class NetworkView {
  readonly #model: Model;
  readonly #group = element('#network', HTMLElement);
  readonly #canvas = element('#network canvas', HTMLCanvasElement);
  readonly #painter: NetworkPainter;
  readonly #layers: readonly Labelled[];
  readonly #heads: readonly Labelled[];
  readonly #image: HTMLButtonElement;
  readonly #fusion: HTMLButtonElement;
  #traces: Traces;
  #layout: Layout;

  /**
   * @param onHead - called with the index of an internal head that was chosen as the prior
   * @param onResize - called after the network was laid out anew
   */
  constructor(model: Model, onHead: (head: number) => void, onResize: () => void) {
    this.#model = model;
    this.#painter = new NetworkPainter(model);
    this.#traces = new Traces(model);
    this.#image = this.#button('part image', 'image', '', 'picture as the network sees it').button;
    this.#layers = model.layers.map(({ shape }, layer) => {
      const detail = [nameDetail(model, layer), `${formatShape(shape)} neurons`].filter(
        (part) => part !== '',
      );
      const name = shortName(model, layer);
      return this.#button('part layer', `layer:${layer}`, name, ` ${detail.join(', ')}, spiking: `);
    });
    this.#heads = model.heads.map((_, head) => {
      const final = head === model.heads.length - 1;
      const detail = final ? ' prediction ' : ' as the prior ';
      const made = this.#button('part head', `head:${head}`, headName(model, head), detail);
      made.button.classList.toggle('final', final);
      if (!final) made.button.addEventListener('click', () => onHead(head));
      return made;
    });
    this.#fusion = this.#button('part fusion', 'fusion', '×', ' fusion of both predictions').button;
    moveWithArrows(this.#group);
    this.#layout = layOut(model, this.#group.clientWidth);
    this.#place();
    new ResizeObserver(() => {
      if (this.#group.clientWidth === this.#layout.width) return;
      this.#layout = layOut(model, this.#group.clientWidth);
      this.#place();
      onResize();
    }).observe(this.#group);
  }

  /** A new run: nothing has fired yet. */
  start(seen: Uint8ClampedArray): void {
    this.#painter.present(seen);
    this.#traces = new Traces(this.#model);
  }

  /** Takes the spikes of a frame; cheap, so that every frame counts even where not every one is drawn. */
  add(frame: Frame): void {
    this.#traces.add(frame);
  }

  draw(frame: Frame | null, palette: Palette, marks: Marks): void {
    const { width, height } = this.#layout;
    const context = fitCanvas(this.#canvas, width, height);
    this.#painter.draw(context, this.#layout, this.#traces, palette, marks);
    this.#layers.forEach(({ button, value }, layer) => {
      setText(value, formatShare(this.#traces.layers[layer]!.rate));
      button.classList.toggle('marked', layer === marks.layer);
    });
    const final = this.#heads.length - 1;
    this.#heads.forEach((labelled, head) => {
      const guess = head === final ? frame?.final : head === marks.head ? frame?.early : null;
      this.#labelHead(labelled, head, guess?.rate ? words(guess.label) : '', head === marks.head);
    });
  }

  #labelHead({ button, value }: Labelled, head: number, guess: string, chosen: boolean): void {
    setText(value, guess);
    const final = head === this.#heads.length - 1;
    if (!final) button.setAttribute('aria-pressed', String(chosen));
    button.classList.toggle('chosen', chosen || final);
  }

  /** @param detail - is read out after the name, but not shown */
  #button(className: string, topic: string, name: string, detail: string): Labelled {
    const button = create('button', className);
    button.type = 'button';
    button.dataset.explain = topic;
    const value = create('span', 'value');
    button.append(create('span', 'name', name), create('span', 'visually-hidden', detail), value);
    this.#group.append(button);
    return { button, value };
  }

  #place(): void {
    const { height, image, boxes, heads, fusion, vertical } = this.#layout;
    this.#group.style.setProperty('--network-height', `${Math.ceil(height)}px`);
    this.#group.style.setProperty('--fusion-y', `${fusion.y}px`);
    this.#group.classList.toggle('vertical', vertical);
    document.documentElement.classList.toggle('network-vertical', vertical);
    put(this.#image, image.x, image.y, image.size, image.size);
    for (const box of boxes) this.#placeLayer(box);
    for (const { head, x, y } of heads) put(this.#heads[head]!.button, x, y);
    put(this.#fusion, fusion.x - 15, fusion.y - 15, 30, 30);
  }

  #placeLayer({ layer, x, y, width, height, depthX, depthY, inner }: Box): void {
    const { button } = this.#layers[layer]!;
    button.classList.toggle('above', inner && !this.#layout.vertical);
    put(button, x, y - depthY, width + depthX, height + depthY);
    button.style.setProperty('--face', `${width}px`);
  }
}

function put(target: HTMLElement, x: number, y: number, width?: number, height?: number): void {
  target.style.left = `${x}px`;
  target.style.top = `${y}px`;
  if (width !== undefined) target.style.width = `${width}px`;
  if (height !== undefined) target.style.height = `${height}px`;
}

/** One of the group's buttons is in the order of Tab; arrow keys, Home and End choose which. */
function moveWithArrows(group: HTMLElement): void {
  const buttons = [...group.querySelectorAll('button')];
  const enter = (index: number) => {
    buttons.forEach((button, other) => {
      button.tabIndex = other === index ? 0 : -1;
    });
  };
  enter(0);
  group.addEventListener('focusin', ({ target }) => {
    const index = buttons.indexOf(target as HTMLButtonElement);
    if (index >= 0) enter(index);
  });
  group.addEventListener('keydown', (event) => {
    const index = buttons.indexOf(event.target as HTMLButtonElement);
    const next = {
      ArrowRight: index + 1,
      ArrowDown: index + 1,
      ArrowLeft: index - 1,
      ArrowUp: index - 1,
      Home: 0,
      End: buttons.length - 1,
    }[event.key];
    if (index < 0 || next === undefined) return;
    event.preventDefault();
    buttons[(next + buttons.length) % buttons.length]!.focus();
  });
}
