/** Every single neuron of one layer: its channels' feature maps side by side, each spike one coloured point. */
import type { Palette } from '../palette.js';
import type { Frame, Model, ModelLayer } from '../protocol.js';
import { fitCanvas, Raster } from '../raster.js';

const MEMORY = 0.6;

export class Neurons {
  readonly layer: number;
  readonly #shape: ModelLayer['shape'];
  readonly #columns: number;
  readonly #rows: number;
  readonly #levels: Float32Array;
  readonly #raster: Raster;

  constructor(model: Model, layer: number) {
    const { shape } = model.layers[layer]!;
    this.layer = layer;
    this.#shape = shape;
    this.#columns = columnsOf(shape);
    this.#rows = Math.ceil(shape.channels / this.#columns);
    const { width, height } = this;
    this.#levels = new Float32Array(width * height);
    this.#raster = new Raster(width, height);
  }

  /** One point a neuron, one between maps. */
  get width(): number {
    return this.#columns * (this.#shape.width + 1) - 1;
  }

  get height(): number {
    return this.#rows * (this.#shape.height + 1) - 1;
  }

  add({ neurons, steps }: Frame): void {
    if (neurons?.layer !== this.layer || steps === 0) return;
    const { channels, height, width } = this.#shape;
    const keep = MEMORY ** steps;
    for (let channel = 0; channel < channels; channel++) {
      const left = (channel % this.#columns) * (width + 1);
      const top = Math.floor(channel / this.#columns) * (height + 1);
      for (let y = 0; y < height; y++) {
        const row = (top + y) * this.width + left;
        for (let x = 0; x < width; x++) {
          const spikes = neurons.spikes[(y * width + x) * channels + channel]!;
          this.#levels[row + x] = Math.max(this.#levels[row + x]! * keep, spikes > 0 ? 1 : 0);
        }
      }
    }
  }

  draw(canvas: HTMLCanvasElement, palette: Palette): void {
    this.#raster.paint(this.#levels, palette.ramp);
    const { clientWidth, clientHeight } = canvas;
    const context = fitCanvas(canvas, clientWidth, clientHeight);
    // Smaller than one point a neuron, spikes must add up and not be skipped.
    context.imageSmoothingEnabled = canvas.width < this.width;
    context.drawImage(this.#raster.canvas, 0, 0, clientWidth, clientHeight);
    context.strokeStyle = palette.surface;
    context.lineWidth = Math.max(1, clientWidth / this.width);
    this.#drawGaps(context, clientWidth / this.width, clientHeight / this.height);
  }

  #drawGaps(context: CanvasRenderingContext2D, scaleX: number, scaleY: number): void {
    const { height, width } = this.#shape;
    context.beginPath();
    for (let column = 1; column < this.#columns; column++) {
      const x = (column * (width + 1) - 0.5) * scaleX;
      context.moveTo(x, 0);
      context.lineTo(x, this.height * scaleY);
    }
    for (let row = 1; row < this.#rows; row++) {
      const y = (row * (height + 1) - 0.5) * scaleY;
      context.moveTo(0, y);
      context.lineTo(this.width * scaleX, y);
    }
    context.stroke();
  }
}

/** Columns that make the whole about twice as wide as high. */
function columnsOf({ channels, height, width }: ModelLayer['shape']): number {
  const wanted = Math.sqrt((2 * channels * (height + 1)) / (width + 1));
  const power = 2 ** Math.round(Math.log2(wanted));
  return Math.min(channels, power);
}
