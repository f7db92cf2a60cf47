/** Small pictures of numbers: levels from 0 to 1 become pixels of a canvas that is then drawn at any size. */
import type { Ramp } from './palette.js';

export class Raster {
  readonly canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #image: ImageData;
  readonly #pixels: Uint32Array;

  constructor(width: number, height: number) {
    this.canvas = document.createElement('canvas');
    this.canvas.width = width;
    this.canvas.height = height;
    this.#context = context2d(this.canvas);
    this.#image = this.#context.createImageData(width, height);
    this.#pixels = new Uint32Array(this.#image.data.buffer);
  }

  /** @param levels - row by row */
  paint(levels: ArrayLike<number>, ramp: Ramp): void {
    for (let index = 0; index < this.#pixels.length; index++) {
      this.#pixels[index] = ramp[Math.min(255, (levels[index]! * 255) | 0)]!;
    }
    this.#context.putImageData(this.#image, 0, 0);
  }

  /** @param rgb - three bytes a pixel, row by row */
  paintRgb(rgb: Uint8ClampedArray): void {
    const { data } = this.#image;
    for (let pixel = 0; pixel < this.#pixels.length; pixel++) {
      data.set(rgb.subarray(pixel * 3, pixel * 3 + 3), pixel * 4);
      data[pixel * 4 + 3] = 255;
    }
    this.#context.putImageData(this.#image, 0, 0);
  }
}

export function context2d(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser draws no canvas');
  return context;
}

/** Gives a canvas the resolution of the screen; afterwards drawing is in CSS pixels. Cleared. */
export function fitCanvas(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): CanvasRenderingContext2D {
  const ratio = window.devicePixelRatio || 1;
  const pixelWidth = Math.max(1, Math.round(width * ratio));
  const pixelHeight = Math.max(1, Math.round(height * ratio));
  if (canvas.width !== pixelWidth || canvas.height !== pixelHeight) {
    canvas.width = pixelWidth;
    canvas.height = pixelHeight;
  }
  const context = context2d(canvas);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
