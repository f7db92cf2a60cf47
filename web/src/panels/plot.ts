/** Firing rates over time: the fused rates of the classes that are best now, and the internal head's of the best. */
import { element, setText } from '../dom.js';
import { words } from '../format.js';
import type { Palette } from '../palette.js';
import type { Frame } from '../protocol.js';
import { fitCanvas } from '../raster.js';

/** Lines drawn; the style sheet has as many series colours. */
const LINES = 5;
const MARGIN = { left: 30, right: 10, top: 8, bottom: 22 };

export class Plot {
  readonly #canvas = element('#plot', HTMLCanvasElement);
  readonly #classes: number;
  /** `[timestep][class]`, one row a timestep. */
  #rates: Float64Array[] = [];
  #headRates: Float64Array[] = [];
  /** The class with the highest rate, by timestep. */
  #leaders: number[] = [];
  /** Classes keep their colour as long as they are among the best. */
  #slots: (number | null)[] = Array.from({ length: LINES }, () => null);

  constructor(classes: number) {
    this.#classes = classes;
  }

  clear(): void {
    this.#rates = [];
    this.#headRates = [];
    this.#leaders = [];
    this.#slots = this.#slots.map(() => null);
  }

  /** Takes the rates of a frame, in place of any that are known for the same timesteps. */
  add(frame: Frame): void {
    const rows = frame.rates.length / this.#classes;
    for (let row = 0; row < rows; row++) {
      const part = (rates: Float64Array) => rates.subarray(row * this.#classes, (row + 1) * this.#classes);
      const rates = part(frame.rates);
      this.#rates[frame.ratesFrom - 1 + row] = rates;
      this.#leaders[frame.ratesFrom - 1 + row] = rates.indexOf(Math.max(...rates));
      if (frame.headRates) this.#headRates[frame.ratesFrom - 1 + row] = part(frame.headRates);
    }
    const best = frame.predictions.slice(0, LINES).map(({ index }) => index);
    this.#slots = this.#slots.map((held) => (held !== null && best.includes(held) ? held : null));
    for (const index of best) {
      if (!this.#slots.includes(index)) this.#slots[this.#slots.indexOf(null)] = index;
    }
  }

  /** Which series colour a class has: a custom property of the style sheet, or '' for none. */
  colourOf(index: number): string {
    const slot = this.#slots.indexOf(index);
    return slot < 0 ? '' : `var(--series-${slot})`;
  }

  /** The first timestep since which the best class has not changed, or null before the first. */
  settledSince(): number | null {
    const best = this.#leaders.at(-1);
    if (best === undefined) return null;
    return this.#leaders.findLastIndex((leader) => leader !== best) + 2;
  }

  draw(frame: Frame | null, timesteps: number, palette: Palette): void {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const context = fitCanvas(this.#canvas, width, height);
    const x = (t: number) =>
      MARGIN.left + (t / Math.max(timesteps, 1)) * (width - MARGIN.left - MARGIN.right);
    const y = (rate: number) => height - MARGIN.bottom - rate * (height - MARGIN.top - MARGIN.bottom);
    drawAxes(context, palette, x, y, timesteps);
    if (frame === null) return;
    this.#slots.forEach((index, slot) => {
      if (index === null) return;
      const best = index === frame.predictions[0]!.index;
      const line = (rates: readonly Float64Array[]) => {
        context.beginPath();
        rates.forEach((row, t) => {
          context.lineTo(x(t + 1), y(row[index]!));
        });
        context.stroke();
      };
      context.lineJoin = 'round';
      if (best && this.#headRates.length > 0) {
        context.strokeStyle = palette.early;
        context.lineWidth = 1.5;
        context.setLineDash([2, 3]);
        line(this.#headRates);
        context.setLineDash([]);
      }
      context.strokeStyle = palette.series[slot]!;
      context.lineWidth = best ? 2.5 : 1.5;
      line(this.#rates);
      context.fillStyle = palette.series[slot]!;
      context.beginPath();
      context.arc(x(this.#rates.length), y(this.#rates.at(-1)?.[index] ?? 0), best ? 3.5 : 2.5, 0, 7);
      context.fill();
    });
    this.#describe(frame);
  }

  #describe(frame: Frame): void {
    const { label, rate } = frame.predictions[0]!;
    setText(
      this.#canvas,
      `Firing rates of the best classes after ${frame.timesteps} timesteps: ${words(label)} leads with ${rate.toFixed(2)}.`,
    );
  }
}

function drawAxes(
  context: CanvasRenderingContext2D,
  palette: Palette,
  x: (t: number) => number,
  y: (rate: number) => number,
  timesteps: number,
): void {
  context.font = '11px ui-monospace, "DejaVu Sans Mono", monospace';
  context.fillStyle = palette.muted;
  context.strokeStyle = palette.faint;
  context.lineWidth = 1;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (const rate of [0, 0.5, 1]) {
    context.fillText(rate === 0.5 ? '.5' : String(rate), x(0) - 6, y(rate));
    context.beginPath();
    context.moveTo(x(0), y(rate));
    context.lineTo(x(timesteps), y(rate));
    context.stroke();
  }
  context.textBaseline = 'alphabetic';
  for (const part of [0, 0.25, 0.5, 0.75, 1]) {
    const t = Math.round(part * timesteps);
    context.textAlign = part === 1 ? 'right' : 'center';
    context.fillText(part === 0 ? 't = 0' : String(t), x(t) + (part === 0 ? 12 : 0), y(0) + 15);
  }
}
