/** Sizes: of shapes, of windows, of what a window leaves of a source. */
import type { Extent, Network, Padding, Shape, SpikingNetwork, Window } from './network.js';
import { IMAGE } from './network.js';

/** Neurons of a population, or values of an image. */
export function sizeOf(shape: Shape): number {
  return shape.channels * shape.height * shape.width;
}

/** The shape of what synapses read. */
export function sourceShape(
  network: { readonly input: Shape; readonly populations: readonly { readonly shape: Shape }[] },
  source: number,
): Shape {
  const shape = source === IMAGE ? network.input : network.populations[source]?.shape;
  if (shape === undefined) throw new RangeError(`no population ${source}`);
  return shape;
}

/** A graph of either kind. */
export type AnyNetwork = Network | SpikingNetwork;

const NONE: Padding = { top: 0, left: 0, bottom: 0, right: 0 };
const ONE: Extent = { height: 1, width: 1 };

/** A window of one pixel. */
export const SINGLE: Window = { kernel: ONE, stride: ONE, padding: NONE, dilation: ONE };

/** The usual window: a square kernel, one stride, the same padding on all sides, no dilation. */
export function squareWindow(kernel: number, stride = 1, padding = 0): Window {
  return {
    kernel: { height: kernel, width: kernel },
    stride: { height: stride, width: stride },
    padding: { top: padding, left: padding, bottom: padding, right: padding },
    dilation: ONE,
  };
}

/** A window that sees a whole source at once. */
export function wholeWindow({ height, width }: Shape): Window {
  return { kernel: { height, width }, stride: ONE, padding: NONE, dilation: ONE };
}

/** Rows and columns of the output: floor((extent + padding - dilation (kernel - 1) - 1) / stride) + 1. */
export function outputExtent({ height, width }: Extent, window: Window): Extent {
  const { kernel, stride, padding, dilation } = window;
  const along = (extent: number, taps: number, apart: number, step: number): number =>
    Math.floor((extent - apart * (taps - 1) - 1) / step) + 1;
  return {
    height: along(height + padding.top + padding.bottom, kernel.height, dilation.height, stride.height),
    width: along(width + padding.left + padding.right, kernel.width, dilation.width, stride.width),
  };
}
