/** What every layout of the network is made of: boxes, wires between them, and places of heads. */
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
export function faceOf({ shape }: ModelLayer): number {
  return (Math.max(shape.height, shape.width) / 32) ** 0.36;
}

/** Depth in the same unit: 64 channels give 0.15, and four times as many twice that. */
export function depthOf({ shape }: ModelLayer): number {
  return 0.15 * Math.sqrt(shape.channels / 64);
}

/** The back of a box lies this far up for every step to the right. */
export const SLANT = 0.6;

/** Room for a box's label below it, where the network runs downwards. */
export const LABEL = 27;

/** The box of a layer whose front face begins at `x` and has its middle at the height `middle`. */
export function boxOf(
  layer: number,
  part: ModelLayer,
  unit: number,
  x: number,
  middle: number,
  inner: boolean,
): Box {
  const face = faceOf(part) * unit;
  const larger = Math.max(part.shape.height, part.shape.width);
  const width = (face * part.shape.width) / larger;
  const height = (face * part.shape.height) / larger;
  const depthX = depthOf(part) * unit;
  return { layer, x, y: middle - height / 2, width, height, depthX, depthY: depthX * SLANT, inner };
}

export function headPlaces(model: Model, boxes: readonly Box[], place: (box: Box) => Point): HeadPlace[] {
  return model.heads.map(({ layer }, head) => ({ head, box: boxes[layer]!, ...place(boxes[layer]!) }));
}

export function wiresOf(
  model: Model,
  boxes: readonly Box[],
  image: Layout['image'],
  vertical: boolean,
): Wire[] {
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
