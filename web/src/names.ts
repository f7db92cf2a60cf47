/** What the network's parts are called on the page. */
import type { Model } from './protocol.js';

/** Short enough to stand beside a box: "stem", "block 3", "conv" (or "conv 2" where a block has several inside). */
export function shortName(model: Model, layer: number): string {
  const { block } = model.layers[layer]!;
  if (block === 0) return 'stem';
  const inside = model.layers.flatMap((other, index) =>
    other.block === block && isInner(model, index) ? [index] : [],
  );
  if (!inside.includes(layer)) return `block ${block}`;
  return inside.length > 1 ? `conv ${inside.indexOf(layer) + 1}` : 'conv';
}

/** In full: "Stem", "Block 3, inner convolution", "Block 3, after the addition". */
export function fullName(model: Model, layer: number): string {
  const { block } = model.layers[layer]!;
  if (block === 0) return 'Stem';
  return `Block ${block}, ${isInner(model, layer) ? 'inner convolution' : 'after the addition'}`;
}

/** What the short name leaves out, to be read after it. */
export function nameDetail(model: Model, layer: number): string {
  const { block } = model.layers[layer]!;
  return isInner(model, layer) ? `inside block ${block}` : block === 0 ? '' : 'after the addition';
}

/** True of all layers of a block but its last. */
function isInner(model: Model, layer: number): boolean {
  const { block } = model.layers[layer]!;
  return block > 0 && model.layers[layer + 1]?.block === block;
}

export function headName(model: Model, head: number): string {
  return head === model.heads.length - 1 ? 'final' : `head ${model.heads[head]!.name}`;
}
