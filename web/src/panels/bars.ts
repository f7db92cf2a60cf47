/**
 * The posterior of the best classes: a bar to the estimated rate, the 95 % credible interval as a whisker, and on the
 * same axis what the internal head and the final prediction say by themselves.
 */
import { create, element, setText } from '../dom.js';
import { formatProbability, words } from '../format.js';
import type { Frame, Prediction } from '../protocol.js';

interface Row {
  readonly root: HTMLElement;
  readonly label: HTMLElement;
  readonly rate: HTMLElement;
  readonly probability: HTMLElement;
}

/** Pixels from one row to the next; the style sheet has the same number. */
const ROW = 34;

export class Bars {
  readonly #list = element('#bars', HTMLElement);
  /** By class; rows that fell out of the best are reused. */
  readonly #rows = new Map<number, Row>();

  /** @param colourOf - the colour that a class has in the line plot, or '' */
  draw(frame: Frame, colourOf: (index: number) => string): void {
    const wanted = new Set(frame.predictions.map(({ index }) => index));
    const free = [...this.#rows.entries()].filter(([index]) => !wanted.has(index));
    frame.predictions.forEach((prediction, rank) => {
      const row = this.#rowFor(prediction.index, free);
      this.#fill(row, prediction, frame, rank, colourOf(prediction.index));
    });
    for (const [index, { root }] of free) {
      root.remove();
      this.#rows.delete(index);
    }
  }

  clear(): void {
    this.#rows.clear();
    this.#list.replaceChildren();
  }

  #rowFor(index: number, free: [number, Row][]): Row {
    const known = this.#rows.get(index);
    if (known !== undefined) return known;
    const reused = free.pop();
    if (reused !== undefined) this.#rows.delete(reused[0]);
    const row = reused?.[1] ?? this.#make();
    this.#rows.set(index, row);
    return row;
  }

  #make(): Row {
    const root = create('li', 'bar');
    const label = create('span', 'label');
    const track = create('span', 'track');
    track.setAttribute('aria-hidden', 'true');
    for (const part of ['fill', 'interval', 'early', 'final']) track.append(create('i', part));
    const rate = create('span', 'rate');
    const probability = create('span', 'probability');
    root.append(label, track, rate, probability);
    this.#list.append(root);
    return { root, label, rate, probability };
  }

  #fill(row: Row, prediction: Prediction, frame: Frame, rank: number, colour: string): void {
    const { index, interval, rate, probability } = prediction;
    const { timesteps, final, head } = frame.evidence;
    const { style } = row.root;
    style.setProperty('--y', `${rank * ROW}px`);
    style.setProperty('--rate', String(rate));
    style.setProperty('--low', String(interval[0]));
    style.setProperty('--high', String(interval[1]));
    style.setProperty('--final-rate', String(timesteps ? final[index]! / timesteps : 0));
    style.setProperty('--early-rate', String(head && timesteps ? head[index]! / timesteps : 0));
    style.setProperty('--series', colour);
    row.root.classList.toggle('first', rank === 0);
    row.root.classList.toggle('with-head', head !== null);
    setText(row.label, words(prediction.label));
    setText(row.rate, rate.toFixed(3));
    setText(row.probability, formatProbability(probability));
  }
}
