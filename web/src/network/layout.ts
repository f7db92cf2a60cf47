/**
 * Where the network's parts stand in the picture of it, from its graph alone. The residual stream runs along a main
 * lane: the stem and the last layer of every stage; the layers inside a stage stand in a second lane beside it. Wide
 * screens read from left to right, narrow ones from top to bottom.
 *
 *        wide        inner       inner                        narrow   image   answer
 *                 /        \   /       \                        |       |
 *      image - stem ------- stage 1 --- stage 2 - answer      heads   stem --.
 *                              |          |                     |       |    inner
 *                            head 1     head 2                  |     stage 1
 */
import type { Model, ModelLayer } from '../protocol.js';

/** A layer as a box: its front face is the feature map, its depth the channels. */
export interface Box {
  readonly layer: number;
  /** Upper left corner and side lengths of the front face. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** How far the back is shifted, to the right and upwards. */
  readonly depthX: number;
  readonly depthY: number;
  readonly inner: boolean;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A connection between two boxes, or the image (-1) and a box. */
export interface Wire {
  readonly source: number;
  readonly target: number;
  /** A cubic curve: start, two control points, end. */
  readonly curve: readonly [Point, Point, Point, Point];
}

export interface HeadPlace extends Point {
  readonly head: number;
  readonly box: Box;
}

export interface Layout {
  readonly vertical: boolean;
  readonly width: number;
  readonly height: number;
  readonly image: { readonly x: number; readonly y: number; readonly size: number };
  /** In the order of the layers. */
  readonly boxes: readonly Box[];
  readonly wires: readonly Wire[];
  readonly heads: readonly HeadPlace[];
  /** Where the final prediction and the prior meet. */
  readonly fusion: Point;
  /** The prior's way to the fusion runs along this line: y where wide, x where narrow. */
  readonly bus: number;
}

/** Side of the front face of a 32 x 32 layer = 1; smaller maps shrink less than their sides do, to stay readable. */
function faceOf({ shape }: ModelLayer): number {
  return (Math.max(shape.height, shape.width) / 32) ** 0.36;
}

/** Depth in the same unit: 64 channels give 0.15, and four times as many twice that. */
function depthOf({ shape }: ModelLayer): number {
  return 0.15 * Math.sqrt(shape.channels / 64);
}

/** The back of a box lies this far up for every step to the right. */
const SLANT = 0.6;

/** Layers of the main lane: the last of every stage. */
function mainLane(model: Model): number[] {
  return model.layers.flatMap(({ stage }, index) =>
    model.layers[index + 1]?.stage === stage ? [] : [index],
  );
}

/** @param width - of the drawing in CSS pixels; below {@link NARROW} it runs downwards */
export function layOut(model: Model, width: number): Layout {
  return width < NARROW ? downwards(model, width) : rightwards(model, width);
}

/** The style sheet's narrow screens less their margins. */
export const NARROW = 966;

function rightwards(model: Model, width: number): Layout {
  const main = mainLane(model);
  const gap = 0.3;
  const units = main.reduce((sum, layer) => {
    const found = model.layers[layer]!;
    return sum + faceOf(found) + depthOf(found) + gap;
  }, gap);
  const imageSize = Math.min(160, width * 0.095);
  const answer = Math.max(232, Math.min(320, width * 0.2));
  const unit = Math.min(130, (width - imageSize - answer) / units);
  const innerY = unit * 0.68 + 34;
  const mainY = innerY + unit * 1.46;
  const boxes: Box[] = [];
  let x = imageSize + gap * unit;
  for (const layer of main) {
    const found = model.layers[layer]!;
    const insides = innerLayers(model, layer);
    insides.forEach((inner, position) => {
      const part = model.layers[inner]!;
      const taken = (faceOf(part) + depthOf(part)) * unit;
      const centre = x - (gap / 2) * unit - (insides.length - 1 - 2 * position) * taken * 0.55;
      boxes.push(box(inner, part, unit, centre - taken / 2, innerY, true));
    });
    boxes.push(box(layer, found, unit, x, mainY, false));
    x += (faceOf(found) + depthOf(found) + gap) * unit;
  }
  boxes.sort((a, b) => a.layer - b.layer);
  const headY = mainY + unit * 0.5 + 66;
  const image = { x: 0, y: mainY - imageSize / 2, size: imageSize };
  return {
    vertical: false,
    width,
    height: headY + 50,
    image,
    boxes,
    wires: wiresOf(model, boxes, image, false),
    heads: headPlaces(model, boxes, ({ x, width, depthX }) => ({ x: x + (width + depthX) / 2, y: headY })),
    fusion: { x: width - answer + 22, y: headY },
    bus: headY + 34,
  };
}

function downwards(model: Model, width: number): Layout {
  const main = mainLane(model);
  const column = Math.min(width, 440);
  const left = (width - column) / 2;
  const unit = Math.min(84, column * 0.22);
  const mainX = left + column * 0.42;
  const innerX = left + column * 0.77;
  const imageSize = Math.min(96, column * 0.27);
  const boxes: Box[] = [];
  let y = imageSize + 26;
  let before = y;
  for (const layer of main) {
    const found = model.layers[layer]!;
    y += depthOf(found) * unit * SLANT;
    const middle = y + (faceOf(found) * unit) / 2;
    const insides = innerLayers(model, layer);
    insides.forEach((inner, position) => {
      const part = model.layers[inner]!;
      const taken = (faceOf(part) + depthOf(part)) * unit;
      const along = (position + 1) / (insides.length + 1);
      boxes.push(box(inner, part, unit, innerX - taken / 2, before + (middle - before) * along, true));
    });
    const taken = (faceOf(found) + depthOf(found)) * unit;
    boxes.push(box(layer, found, unit, mainX - taken / 2, middle, false));
    before = middle;
    y += faceOf(found) * unit + LABEL;
  }
  boxes.sort((a, b) => a.layer - b.layer);
  const image = { x: mainX - imageSize / 2, y: 4, size: imageSize };
  return {
    vertical: true,
    width,
    height: y + 52,
    image,
    boxes,
    wires: wiresOf(model, boxes, image, true),
    heads: headPlaces(model, boxes, ({ y, height }) => ({ x: left + column * 0.145, y: y + height / 2 })),
    fusion: { x: mainX, y: y + 28 },
    bus: left + 8,
  };
}

/** Room for a box's label below it, where the network runs downwards. */
const LABEL = 27;

/** The layers of a stage before its last. */
function innerLayers(model: Model, last: number): number[] {
  const { stage } = model.layers[last]!;
  return model.layers.flatMap((layer, index) => (index < last && layer.stage === stage ? [index] : []));
}

function box(layer: number, part: ModelLayer, unit: number, x: number, middle: number, inner: boolean): Box {
  const face = faceOf(part) * unit;
  const larger = Math.max(part.shape.height, part.shape.width);
  const width = (face * part.shape.width) / larger;
  const height = (face * part.shape.height) / larger;
  const depthX = depthOf(part) * unit;
  return { layer, x, y: middle - height / 2, width, height, depthX, depthY: depthX * SLANT, inner };
}

function headPlaces(model: Model, boxes: readonly Box[], place: (box: Box) => Point): HeadPlace[] {
  return model.heads.map(({ layer }, head) => ({ head, box: boxes[layer]!, ...place(boxes[layer]!) }));
}

function wiresOf(model: Model, boxes: readonly Box[], image: Layout['image'], vertical: boolean): Wire[] {
  return model.layers.flatMap(({ connections }, target) =>
    connections.map(({ source }): Wire => {
      const start =
        source < 0 ? imageExit(image, vertical) : exitOf(boxes[source]!, boxes[target]!, vertical);
      const end = entryOf(boxes[target]!, source < 0 ? null : boxes[source]!, vertical);
      const crossing = source >= 0 && boxes[source]!.inner !== boxes[target]!.inner;
      return { source, target, curve: curveBetween(start, end, vertical && !crossing) };
    }),
  );
}

function imageExit({ x, y, size }: Layout['image'], vertical: boolean): Point {
  return vertical ? { x: x + size / 2, y: y + size } : { x: x + size, y: y + size / 2 };
}

/** Where a wire leaves a box: on the side of its target. */
function exitOf(box: Box, target: Box, vertical: boolean): Point {
  const { x, y, width, height, depthX, depthY } = box;
  if (vertical) {
    if (target.inner && !box.inner) return { x: x + width + depthX, y: y + height * 0.62 };
    if (box.inner && !target.inner) return { x, y: y + height * 0.7 };
    return { x: x + width / 2, y: y + height };
  }
  if (target.inner && !box.inner) return { x: x + width / 2 + depthX, y: y - depthY };
  return { x: x + width + depthX, y: y + height / 2 - depthY / 2 };
}

/** Where a wire arrives; the image has no box. */
function entryOf(box: Box, source: Box | null, vertical: boolean): Point {
  const { x, y, width, height, depthX } = box;
  const crossing = source !== null && source.inner !== box.inner;
  if (vertical) {
    if (!crossing) return { x: x + width / 2, y };
    return box.inner ? { x, y: y + height * 0.3 } : { x: x + width + depthX, y: y + height * 0.25 };
  }
  return crossing && !box.inner ? { x: x + width * 0.35, y } : { x, y: y + height / 2 };
}

/** Wires leave and arrive level where they run across the page, upright where they run down it. */
function curveBetween(start: Point, end: Point, upright: boolean): Wire['curve'] {
  const bendX = upright ? 0 : (end.x - start.x) / 2;
  const bendY = upright ? (end.y - start.y) / 2 : 0;
  return [start, { x: start.x + bendX, y: start.y + bendY }, { x: end.x - bendX, y: end.y - bendY }, end];
}
