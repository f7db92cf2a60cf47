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
import type { Model } from '../protocol.js';
import {
  type Box,
  boxOf,
  depthOf,
  faceOf,
  headPlaces,
  LABEL,
  type Layout,
  SLANT,
  wiresOf,
} from './geometry.js';

/** Layers of the main lane: the last of every stage. */
function mainLane(model: Model): number[] {
  return model.layers.flatMap(({ stage }, index) =>
    model.layers[index + 1]?.stage === stage ? [] : [index],
  );
}

export function streamRightwards(model: Model, width: number): Layout {
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
      boxes.push(boxOf(inner, part, unit, centre - taken / 2, innerY, true));
    });
    boxes.push(boxOf(layer, found, unit, x, mainY, false));
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

export function streamDownwards(model: Model, width: number): Layout {
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
      boxes.push(boxOf(inner, part, unit, innerX - taken / 2, before + (middle - before) * along, true));
    });
    const taken = (faceOf(found) + depthOf(found)) * unit;
    boxes.push(boxOf(layer, found, unit, mainX - taken / 2, middle, false));
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

/** The layers of a stage before its last. */
function innerLayers(model: Model, last: number): number[] {
  const { stage } = model.layers[last]!;
  return model.layers.flatMap((layer, index) => (index < last && layer.stage === stage ? [index] : []));
}
