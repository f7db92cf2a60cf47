/** Draws the network: boxes whose front is the feature map and whose side and top are the channels, and wires. */
import type { Palette } from '../palette.js';
import type { Model } from '../protocol.js';
import { Raster } from '../raster.js';
import type { Box, Layout, Point } from './geometry.js';
import type { Traces } from './traces.js';

/** What the picture shows besides the spikes. */
export interface Marks {
  /** The layer that is explained, or null. */
  readonly layer: number | null;
  /** Index of the internal head that is the prior, or null. */
  readonly head: number | null;
  /** What is written on the prior's way. */
  readonly prior: string;
}

export class NetworkPainter {
  readonly #image: Raster;
  readonly #fronts: readonly Raster[];
  readonly #strips: readonly Raster[];

  constructor(model: Model) {
    this.#image = new Raster(model.input.width, model.input.height);
    this.#fronts = model.layers.map(({ shape }) => new Raster(shape.width, shape.height));
    this.#strips = model.layers.map(({ shape }) => new Raster(shape.channels, 1));
  }

  /** Takes what the network sees: RGB, `[y][x][channel]`. */
  present(seen: Uint8ClampedArray): void {
    this.#image.paintRgb(seen);
  }

  draw(
    context: CanvasRenderingContext2D,
    layout: Layout,
    traces: Traces,
    palette: Palette,
    marks: Marks,
  ): void {
    this.#drawWires(context, layout, traces, palette);
    drawHeads(context, layout, traces, palette, marks);
    this.#drawImage(context, layout, palette);
    for (const box of layout.boxes) {
      const { pixels, channels } = traces.layers[box.layer]!;
      this.#fronts[box.layer]!.paint(pixels.shown, palette.ramp);
      this.#strips[box.layer]!.paint(channels.shown, palette.ramp);
      this.#drawBox(context, box, palette, box.layer === marks.layer);
    }
  }

  #drawImage(context: CanvasRenderingContext2D, { image }: Layout, palette: Palette): void {
    context.imageSmoothingEnabled = false;
    context.drawImage(this.#image.canvas, image.x, image.y, image.size, image.size);
    context.strokeStyle = palette.line;
    context.lineWidth = 1;
    context.strokeRect(image.x + 0.5, image.y + 0.5, image.size - 1, image.size - 1);
  }

  #drawBox(context: CanvasRenderingContext2D, box: Box, palette: Palette, marked: boolean): void {
    const { x, y, width, height, depthX, depthY } = box;
    const strip = this.#strips[box.layer]!.canvas;
    const channels = strip.width;
    context.save();
    context.imageSmoothingEnabled = true;
    // The strip's x axis becomes the way to the back, its y axis the front's edge.
    context.save();
    context.transform(depthX / channels, -depthY / channels, 0, height, x + width, y);
    context.globalAlpha = 0.85;
    context.drawImage(strip, 0, 0, channels, 1);
    context.restore();
    context.save();
    context.transform(depthX / channels, -depthY / channels, width, 0, x, y);
    context.globalAlpha = 0.6;
    context.drawImage(strip, 0, 0, channels, 1);
    context.restore();
    context.imageSmoothingEnabled = false;
    context.drawImage(this.#fronts[box.layer]!.canvas, x, y, width, height);
    context.strokeStyle = marked ? palette.accent : palette.line;
    context.lineWidth = marked ? 2 : 1;
    context.lineJoin = 'round';
    outline(context, box);
    context.restore();
  }

  /** Wires shine as bright as their source fires: the fraction of its neurons, on a square root. */
  #drawWires(context: CanvasRenderingContext2D, { wires }: Layout, traces: Traces, palette: Palette): void {
    context.lineCap = 'round';
    for (const { source, curve } of wires) {
      context.lineWidth = 1;
      context.strokeStyle = palette.faint;
      stroke(context, curve);
      const rate = source < 0 ? 0 : traces.layers[source]!.rate;
      if (rate === 0) continue;
      context.globalAlpha = Math.min(1, 0.15 + 1.6 * Math.sqrt(rate));
      context.lineWidth = 1 + 7 * Math.sqrt(rate);
      context.strokeStyle = palette.final;
      stroke(context, curve);
      context.globalAlpha = 1;
    }
  }
}

function outline(context: CanvasRenderingContext2D, { x, y, width, height, depthX, depthY }: Box): void {
  context.beginPath();
  context.rect(x, y, width, height);
  context.moveTo(x, y);
  context.lineTo(x + depthX, y - depthY);
  context.lineTo(x + width + depthX, y - depthY);
  context.lineTo(x + width + depthX, y + height - depthY);
  context.lineTo(x + width, y + height);
  context.moveTo(x + width, y);
  context.lineTo(x + width + depthX, y - depthY);
  context.stroke();
}

function stroke(context: CanvasRenderingContext2D, [from, one, two, to]: readonly Point[]): void {
  context.beginPath();
  context.moveTo(from!.x, from!.y);
  context.bezierCurveTo(one!.x, one!.y, two!.x, two!.y, to!.x, to!.y);
  context.stroke();
}

/** Every head hangs on its layer; the one that is the prior has a line to the fusion, as has the final one. */
function drawHeads(
  context: CanvasRenderingContext2D,
  layout: Layout,
  traces: Traces,
  palette: Palette,
  marks: Marks,
): void {
  const { fusion } = layout;
  layout.heads.forEach((place, index) => {
    const final = index === layout.heads.length - 1;
    const active = final || index === marks.head;
    const rate = traces.layers[place.box.layer]!.rate;
    context.strokeStyle = !active ? palette.faint : final ? palette.final : palette.early;
    context.lineWidth = active ? 1.5 + 5 * Math.sqrt(rate) : 1;
    context.setLineDash(active ? [] : [2, 4]);
    path(context, final ? finalWay(layout) : priorWay(layout, index, active));
  });
  context.setLineDash([]);
  drawPriorLabel(context, layout, palette, marks);
  context.fillStyle = palette.surface;
  context.strokeStyle = palette.fused;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(fusion.x, fusion.y, 13, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
}

function finalWay({ heads, fusion, vertical }: Layout): Point[] {
  const { box, x, y } = heads[heads.length - 1]!;
  if (vertical) {
    // Straight down where the box stands over the fusion.
    const over = box.x <= fusion.x && fusion.x <= box.x + box.width;
    const from = over ? fusion.x : box.x + box.width / 2;
    return [{ x: from, y: box.y + box.height }, ...(over ? [] : [{ x: from, y: fusion.y }]), fusion];
  }
  return [{ x, y: box.y + box.height }, { x, y }, fusion];
}

function priorWay({ heads, fusion, bus, vertical }: Layout, head: number, active: boolean): Point[] {
  const { box, x, y } = heads[head]!;
  if (vertical) {
    const stub = [
      { x: box.x, y },
      { x, y },
    ];
    return active ? [...stub, { x: bus, y }, { x: bus, y: fusion.y }, fusion] : stub;
  }
  const stub = [
    { x, y: box.y + box.height },
    { x, y },
  ];
  return active ? [...stub, { x, y: bus }, { x: fusion.x, y: bus }, fusion] : stub;
}

/** Says on the prior's way what it is. */
function drawPriorLabel(
  context: CanvasRenderingContext2D,
  layout: Layout,
  palette: Palette,
  marks: Marks,
): void {
  if (marks.head === null || layout.vertical) return;
  const { fusion, bus, heads } = layout;
  const x = (heads[marks.head]!.x + fusion.x) / 2;
  context.font = `11.5px ${palette.font}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const half = context.measureText(marks.prior).width / 2 + 7;
  context.clearRect(x - half, bus - 8, 2 * half, 16);
  context.fillStyle = palette.early;
  context.fillText(marks.prior, x, bus);
}

/** A line of straight pieces with rounded corners. */
function path(context: CanvasRenderingContext2D, points: readonly Point[]): void {
  context.beginPath();
  context.moveTo(points[0]!.x, points[0]!.y);
  for (let index = 1; index < points.length - 1; index++) {
    const corner = points[index]!;
    const next = points[index + 1]!;
    context.arcTo(corner.x, corner.y, next.x, next.y, 10);
  }
  const last = points[points.length - 1]!;
  context.lineTo(last.x, last.y);
  context.stroke();
}
