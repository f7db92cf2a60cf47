/** The two orders of convolution weights: PyTorch's `[output][input][ky][kx]` and ours, tap-major. */

/** What both orders hold; the element type does not matter to the order. */
type Weights = Float32Array | Int8Array;

/** Extents of a convolution's weights. */
export interface WeightExtents {
  readonly kernel: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** Output channels that are moved together: one cache line of float32 in tap-major order, one stream each. */
const GROUP = 16;

/**
 * Reorders `[output][input][ky][kx]` into `[ky][kx][input][output]`.
 *
 * @param from - kernel * kernel * inputs * outputs values
 * @param to - a new array of the same length, which is returned
 */
export function toTapMajor<W extends Weights>(from: W, to: W, extents: WeightExtents): W {
  forEachPair(extents, (pyTorch, tapMajor) => {
    to[tapMajor] = from[pyTorch]!;
  });
  return to;
}

/** The inverse of {@link toTapMajor}: `[ky][kx][input][output]` into `[output][input][ky][kx]`. */
export function fromTapMajor<W extends Weights>(from: W, to: W, extents: WeightExtents): W {
  forEachPair(extents, (pyTorch, tapMajor) => {
    to[pyTorch] = from[tapMajor]!;
  });
  return to;
}

/** Visits every weight once, with its index in either order. */
function forEachPair(
  { kernel, inputs, outputs }: WeightExtents,
  visit: (pyTorch: number, tapMajor: number) => void,
): void {
  const taps = kernel * kernel;
  for (let group = 0; group < outputs; group += GROUP) {
    const end = Math.min(group + GROUP, outputs);
    for (let input = 0; input < inputs; input++) {
      for (let tap = 0; tap < taps; tap++) {
        for (let output = group; output < end; output++) {
          visit((output * inputs + input) * taps + tap, (tap * inputs + input) * outputs + output);
        }
      }
    }
  }
}

/**
 * A tensor with its axes in another order: axis k of the result is axis `axes[k]` of `from`.
 *
 * @param to - a new array of the same length, which is returned
 */
export function transposed<W extends Weights>(
  from: W,
  to: W,
  extents: readonly number[],
  axes: readonly number[],
): W {
  const strides = extents.map((_, axis) => extents.slice(axis + 1).reduce((a, b) => a * b, 1));
  let at = 0;
  const walk = (axis: number, start: number): void => {
    const own = axes[axis]!;
    for (let index = 0; index < extents[own]!; index++) {
      const place = start + index * strides[own]!;
      if (axis === axes.length - 1) to[at++] = from[place]!;
      else walk(axis + 1, place);
    }
  };
  walk(0, 0);
  return to;
}
