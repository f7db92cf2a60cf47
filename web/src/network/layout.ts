/**
 * Where the network's parts stand in the picture of it, from its graph alone: along one stream where the graph is one
 * (stream.ts), else in columns by how deep they lie (columns.ts).
 */
import type { Model } from '../protocol.js';
import { columnsDownwards, columnsRightwards } from './columns.js';
import type { Box, Layout } from './geometry.js';
import { streamDownwards, streamRightwards } from './stream.js';

/** The style sheet's narrow screens less their margins. */
export const NARROW = 966;
/** Smaller faces show nothing, in CSS pixels. */
const SMALLEST = 20;

/** @param width - of the drawing in CSS pixels; below {@link NARROW} it runs downwards */
export function layOut(model: Model, width: number): Layout {
  const vertical = width < NARROW;
  const stream = vertical ? streamDownwards(model, width) : streamRightwards(model, width);
  if (isClear(stream)) return stream;
  return vertical ? columnsDownwards(model, width) : columnsRightwards(model, width);
}

/** True if every box is inside and large enough, and none lies over another or the image. */
function isClear({ boxes, image, width, height }: Layout): boolean {
  const picture: Box = {
    ...{ layer: -1, x: image.x, y: image.y, width: image.size, height: image.size },
    ...{ depthX: 0, depthY: 0, inner: false },
  };
  const all = [picture, ...boxes];
  return all.every(
    (box, index) =>
      box.x >= 0 &&
      box.x + box.width + box.depthX <= width &&
      box.y - box.depthY >= 0 &&
      box.y + box.height < height &&
      Math.min(box.width, box.height) >= SMALLEST &&
      all.slice(index + 1).every((other) => !overlap(box, other)),
  );
}

/** True if two boxes share a point. */
export function overlap(a: Box, b: Box): boolean {
  return (
    a.x < b.x + b.width + b.depthX &&
    b.x < a.x + a.width + a.depthX &&
    a.y - a.depthY < b.y + b.height &&
    b.y - b.depthY < a.y + a.height
  );
}
