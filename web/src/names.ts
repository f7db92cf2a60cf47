/** What the network's parts are called on the page. */
import type { Model } from './protocol.js';

/** Short enough to stand beside a box: "stem", "block 3", "conv" (or "conv 2" where a block has several inside). */
export function shortName(model: Model, layer: number): string {
  const { block } = model.layers[layer]!;
  if (block === 0) return 'stem';
  const inside = model.layers.flatMap((other, index) =>
    other.block === block && model.layers[index + 1]?.block === block ? [index] : [],
  );
  if (!inside.includes(layer)) return `block ${block}`;
  return inside.length > 1 ? `conv ${inside.indexOf(layer) + 1}` : 'conv';
}

/** In full: "Stem", "Block 3, first convolution", "Block 3, after the addition". */
export function fullName(model: Model, layer: number): string {
  const { block } = model.layers[layer]!;
  if (block === 0) return 'Stem';
  return model.layers[layer + 1]?.block === block
    ? `Block ${block}, inner convolution`
    : `Block ${block}, after the addition`;
}

export function headName(model: Model, head: number): string {
  return head === model.heads.length - 1 ? 'final' : `head ${model.heads[head]!.name}`;
}
