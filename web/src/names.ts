/** What the network's parts are called on the page. */
import type { Model } from './protocol.js';

/** Short enough to stand beside a box: "stem", "stage 3", "conv" (or "conv 2" where a stage has several inside). */
export function shortName(model: Model, layer: number): string {
  const { stage } = model.layers[layer]!;
  if (stage === 0) return 'stem';
  const inside = model.layers.flatMap((other, index) =>
    other.stage === stage && isInner(model, index) ? [index] : [],
  );
  if (!inside.includes(layer)) return `stage ${stage}`;
  return inside.length > 1 ? `conv ${inside.indexOf(layer) + 1}` : 'conv';
}

/** In full: "Stem", "Stage 3, inner convolution", "Stage 3, after the addition". */
export function fullName(model: Model, layer: number): string {
  const { stage } = model.layers[layer]!;
  if (stage === 0) return 'Stem';
  return `Stage ${stage}, ${isInner(model, layer) ? 'inner convolution' : 'after the addition'}`;
}

/** What the short name leaves out, to be read after it. */
export function nameDetail(model: Model, layer: number): string {
  const { stage } = model.layers[layer]!;
  return isInner(model, layer) ? `inside stage ${stage}` : stage === 0 ? '' : 'after the addition';
}

/** True of all layers of a stage but its last. */
function isInner(model: Model, layer: number): boolean {
  const { stage } = model.layers[layer]!;
  return stage > 0 && model.layers[layer + 1]?.stage === stage;
}

export function headName(model: Model, head: number): string {
  return head === model.heads.length - 1 ? 'final' : `head ${model.heads[head]!.name}`;
}
