/**
 * What the network's parts are called on the page. Where layers come in stages, as in a residual network, their places say
 * more than their names in the checkpoint; any other graph goes by its own names.
 */
import type { Model } from './protocol.js';

/** Of a stage's layers, inner ones come before the last; a stage of more than so many is no residual block. */
const MOST_INNER = 2;

/** Short enough to stand beside a box: "stem", "stage 3", "conv" (or "conv 2" where a stage has several inside). */
export function shortName(model: Model, layer: number): string {
  const place = placeOf(model, layer);
  if (place === null) return model.layers[layer]!.name;
  if (place.stage === 0) return 'stem';
  if (place.inner === null) return `stage ${place.stage}`;
  return place.several ? `conv ${place.inner + 1}` : 'conv';
}

/** In full: "Stem", "Stage 3, inner convolution", "Stage 3, after the addition". */
export function fullName(model: Model, layer: number): string {
  const place = placeOf(model, layer);
  if (place === null) return model.layers[layer]!.name;
  if (place.stage === 0) return 'Stem';
  const detail = nameDetail(model, layer);
  const inside = place.inner === null ? detail : 'inner convolution';
  return inside === '' ? `Stage ${place.stage}` : `Stage ${place.stage}, ${inside}`;
}

/** What the short name leaves out, to be read after it. */
export function nameDetail(model: Model, layer: number): string {
  const place = placeOf(model, layer);
  if (place === null) return '';
  if (place.inner !== null) return `inside stage ${place.stage}`;
  return model.layers[layer]!.connections.length > 1 ? 'after the addition' : '';
}

interface Place {
  readonly stage: number;
  /** Which of the inner layers of its stage, or null for the last layer, with which the stage ends. */
  readonly inner: number | null;
  readonly several: boolean;
}

/** Where a layer stands in its stage; null if the stage is no residual block, nor a single layer. */
function placeOf(model: Model, layer: number): Place | null {
  const { stage } = model.layers[layer]!;
  const stages = model.layers.flatMap((other, index) => (other.stage === stage ? [index] : []));
  const inside = stages.slice(0, -1);
  const inner = inside.indexOf(layer);
  if (inside.length > (stage === 0 ? 0 : MOST_INNER) || !inside.every((index) => convolves(model, index)))
    return null;
  return { stage, inner: inner < 0 ? null : inner, several: inside.length > 1 };
}

function convolves(model: Model, layer: number): boolean {
  return model.layers[layer]!.connections.every(({ kind }) => kind === 'convolution');
}

export function headName(model: Model, head: number): string {
  return head === model.heads.length - 1 ? 'final' : `head ${model.heads[head]!.name}`;
}
