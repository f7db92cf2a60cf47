/**
 * A layout for any graph: layers stand in columns by their depth, the longest way from the image. Wide screens read
 * columns from left to right, in as many bands below each other as it takes to see the feature maps; narrow ones read
 * rows from top to bottom.
 *
 *     image - a - b - d      band 1
 *              \  c /
 *     e - f - answer         band 2
 *     |
 *     head 1
 */
import type { Model, ModelLayer } from '../protocol.js';
import {
  type Box,
  boxOf,
  depthOf,
  faceOf,
  type HeadPlace,
  headPlaces,
  LABEL,
  type Layout,
  SLANT,
  wiresOf,
} from './geometry.js';

/** Between columns, as a part of the unit. */
const GAP = 0.45;
/** Of the unit, in CSS pixels: more bands come before smaller boxes, and smaller boxes before more than these bands. */
const LARGEST_UNIT = 110;
const SMALLEST_UNIT = 56;
const MOST_BANDS = 6;
/** Names beside boxes and heads need so much. */
const NARROWEST = 58;

/** Layers by depth. */
function columnsOf(model: Model): number[][] {
  const columns: number[][] = [];
  const depths: number[] = [];
  model.layers.forEach(({ connections }, layer) => {
    const depth = Math.max(0, ...connections.map(({ source }) => (source < 0 ? 0 : depths[source]! + 1)));
    depths.push(depth);
    columns[depth] = [...(columns[depth] ?? []), layer];
  });
  return columns;
}

const taken = (part: ModelLayer): number => faceOf(part) + depthOf(part);

/** How wide a column of these layers is. */
function widthOf(model: Model, column: readonly number[], unit: number): number {
  return Math.max(NARROWEST, ...column.map((layer) => (taken(model.layers[layer]!) + GAP) * unit));
}

/** Splits columns into bands that fit; the last keeps room for the answer. */
function bandsOf(
  model: Model,
  columns: readonly number[][],
  unit: number,
  first: number,
  room: number,
): number[][][] {
  const bands: number[][][] = [[]];
  let left = first;
  for (const column of columns) {
    const width = widthOf(model, column, unit);
    if (width > left && bands.at(-1)!.length > 0) {
      bands.push([]);
      left = room;
    }
    bands.at(-1)!.push(column);
    left -= width;
  }
  return bands;
}

/** The layout of wide screens. */
export function columnsRightwards(model: Model, width: number): Layout {
  const columns = columnsOf(model);
  const imageSize = Math.min(160, width * 0.095);
  const answer = Math.max(232, Math.min(320, width * 0.2));
  const room = width - answer;
  const split = (unit: number) => bandsOf(model, columns, unit, room - imageSize - GAP * unit, room);
  let unit = LARGEST_UNIT;
  while (unit > SMALLEST_UNIT && split(unit).length > 1) unit -= 2;
  while (unit > 8 && split(unit).length > MOST_BANDS) unit -= 2;
  const boxes: Box[] = [];
  let y = 4;
  let image = { x: 0, y: 0, size: imageSize };
  split(unit).forEach((band, index) => {
    let x = index === 0 ? imageSize + GAP * unit : 8;
    const heights = band.map((column) => heightOf(model, column, unit));
    const height = Math.max(index === 0 ? imageSize : 0, ...heights);
    if (index === 0) image = { x: 0, y: y + (height - imageSize) / 2, size: imageSize };
    band.forEach((column, position) => {
      stack(model, column, unit, x, y + (height - heights[position]!) / 2, boxes);
      x += widthOf(model, column, unit);
    });
    y += height + 12;
  });
  boxes.sort((a, b) => a.layer - b.layer);
  const headY = y + 40;
  const place = ({ x, width, depthX }: Box) => ({ x: x + (width + depthX) / 2, y: headY });
  return {
    vertical: false,
    width,
    height: headY + 50,
    image,
    boxes,
    wires: wiresOf(model, boxes, image, false),
    heads: apart(headPlaces(model, boxes, place), 'x', NARROWEST, room - NARROWEST / 2),
    fusion: { x: width - answer + 22, y: headY },
    bus: headY + 34,
  };
}

/** How high a column of boxes with their names is. */
function heightOf(model: Model, column: readonly number[], unit: number): number {
  return column.reduce((sum, layer) => sum + rowHeight(model.layers[layer]!, unit), 0);
}

function rowHeight(part: ModelLayer, unit: number): number {
  return (faceOf(part) + depthOf(part) * SLANT) * unit + LABEL + 8;
}

/** Adds a column's boxes below each other. */
function stack(
  model: Model,
  column: readonly number[],
  unit: number,
  x: number,
  top: number,
  boxes: Box[],
): void {
  let y = top;
  for (const layer of column) {
    const part = model.layers[layer]!;
    y += depthOf(part) * SLANT * unit;
    boxes.push(boxOf(layer, part, unit, x, y + (faceOf(part) * unit) / 2, false));
    y += faceOf(part) * unit + LABEL + 8;
  }
}

/** The layout of narrow screens. */
export function columnsDownwards(model: Model, width: number): Layout {
  const rows = columnsOf(model);
  const column = Math.min(width, 440);
  const left = (width - column) / 2;
  const start = left + column * 0.29;
  const room = column * 0.7;
  const lanes = Math.max(...rows.map(({ length }) => length));
  const widest = Math.max(...model.layers.map(taken));
  const unit = Math.min(84, column * 0.22, (0.86 * room) / lanes / widest);
  const imageSize = Math.min(96, column * 0.27);
  const boxes: Box[] = [];
  let y = imageSize + 26;
  for (const row of rows) {
    const parts = row.map((layer) => model.layers[layer]!);
    y += Math.max(...parts.map(depthOf)) * SLANT * unit;
    const face = Math.max(...parts.map(faceOf)) * unit;
    row.forEach((layer, lane) => {
      const part = model.layers[layer]!;
      const centre = start + (room * (lane + 0.5)) / row.length;
      boxes.push(boxOf(layer, part, unit, centre - (taken(part) * unit) / 2, y + face / 2, false));
    });
    y += face + LABEL + 8;
  }
  boxes.sort((a, b) => a.layer - b.layer);
  const middle = start + room / 2;
  const image = { x: middle - imageSize / 2, y: 4, size: imageSize };
  const place = ({ y, height }: Box) => ({ x: left + column * 0.145, y: y + height / 2 });
  return {
    vertical: true,
    width,
    height: y + 52,
    image,
    boxes,
    wires: wiresOf(model, boxes, image, true),
    heads: apart(headPlaces(model, boxes, place), 'y', LABEL, y),
    fusion: { x: middle, y: y + 28 },
    bus: left + 8,
  };
}

/** Moves heads that would stand on each other apart along one axis, and back where they would leave the picture. */
function apart(places: readonly HeadPlace[], axis: 'x' | 'y', distance: number, end: number): HeadPlace[] {
  const order = places.map((_, index) => index).sort((a, b) => places[a]![axis] - places[b]![axis]);
  const moved = [...places];
  const move = (index: number, to: number) => {
    moved[index] = { ...moved[index]!, [axis]: to };
  };
  let least = distance / 2;
  for (const index of order) {
    move(index, Math.max(moved[index]![axis], least));
    least = moved[index]![axis] + distance;
  }
  let most = end;
  for (const index of order.reverse()) {
    move(index, Math.min(moved[index]![axis], most));
    most = moved[index]![axis] - distance;
  }
  return moved;
}
