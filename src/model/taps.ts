/** The two orders of convolution weights: PyTorch's `[output][input][ky][kx]` and ours, tap-major. */

/** What both orders hold; the element type does not matter to the order. */
type Weights = Float32Array | Int8Array;

/** Extents of a convolution's weights. */
export interface WeightExtents {
  readonly kernel: number;
  readonly inputs: number;
  readonly outputs: number;
}

/**
 * Reorders `[output][input][ky][kx]` into `[ky][kx][input][output]`.
 *
 * @param from kernel * kernel * inputs * outputs values
 * @param to a new array of the same length
 */
export function toTapMajor<W extends Weights>(from: W, to: W, { kernel, inputs, outputs }: WeightExtents): W {
  const taps = kernel * kernel;
  for (let output = 0; output < outputs; output++) {
    for (let input = 0; input < inputs; input++) {
      const base = (output * inputs + input) * taps;
      for (let tap = 0; tap < taps; tap++) {
        to[(tap * inputs + input) * outputs + output] = from[base + tap]!;
      }
    }
  }
  return to;
}

/** The inverse of {@link toTapMajor}: `[ky][kx][input][output]` into `[output][input][ky][kx]`. */
export function fromTapMajor<W extends Weights>(
  from: W,
  to: W,
  { kernel, inputs, outputs }: WeightExtents,
): W {
  const taps = kernel * kernel;
  for (let output = 0; output < outputs; output++) {
    for (let input = 0; input < inputs; input++) {
      const base = (output * inputs + input) * taps;
      for (let tap = 0; tap < taps; tap++) {
        to[base + tap] = from[(tap * inputs + input) * outputs + output]!;
      }
    }
  }
  return to;
}
