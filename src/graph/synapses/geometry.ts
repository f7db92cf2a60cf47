/** The window of synapses in a file's header, and in words. */

import type { Field } from '../../untrusted/field.js';
import * as bounds from '../bounds.js';
import { outputExtent } from '../extents.js';
import type { Extent, Padding, Shape, Window } from '../network.js';
import type { Geometry } from './kind.js';

/** Names of the fields of a window. */
export const WINDOW_FIELDS = ['kernel', 'stride', 'padding', 'dilation'] as const;

type WindowFields = Record<(typeof WINDOW_FIELDS)[number], Field>;

/**
 * Reads a window and checks that it leads from one feature map to the other.
 *
 * @throws UserError with the path of what is wrong
 */
export function readWindow(field: Field, fields: WindowFields, source: Shape, target: Shape): Window {
  const kernel = readExtent(fields.kernel, bounds.MAXIMUM_KERNEL);
  const stride = readExtent(fields.stride, bounds.MAXIMUM_STRIDE);
  const dilation = readExtent(fields.dilation, bounds.MAXIMUM_DILATION);
  const padding = readPadding(fields.padding, kernel, dilation);
  const window = { kernel, stride, padding, dilation };
  const { height, width } = outputExtent(source, window);
  if (height !== target.height || width !== target.width) {
    field.complain(
      `must give a feature map of its population's ${target.height} x ${target.width}, but gives ${height} x ${width}`,
    );
  }
  return window;
}

function readExtent(field: Field, maximum: number): Extent {
  const { height, width } = field.fields('height', 'width');
  return { height: height.integer(1, maximum), width: width.integer(1, maximum) };
}

/** A window that looked at nothing but padding would be none. */
function readPadding(field: Field, kernel: Extent, dilation: Extent): Padding {
  const { top, left, bottom, right } = field.fields('top', 'left', 'bottom', 'right');
  const high = (kernel.height - 1) * dilation.height;
  const wide = (kernel.width - 1) * dilation.width;
  return {
    top: top.integer(0, high),
    left: left.integer(0, wide),
    bottom: bottom.integer(0, high),
    right: right.integer(0, wide),
  };
}

/** Weight rows of a window are numbered in 16 bits. */
export function checkRows(field: Field, taps: number, channels: number): void {
  if (taps * channels > bounds.MAXIMUM_WINDOW) {
    field.complain(
      `must have taps x channels of at most ${bounds.MAXIMUM_WINDOW}, but has ${taps} x ${channels}`,
    );
  }
}

/** Plain data of a window. */
export function writeWindow({ kernel, stride, padding, dilation }: Window): Geometry {
  return {
    kernel: { height: kernel.height, width: kernel.width },
    stride: { height: stride.height, width: stride.width },
    padding: { top: padding.top, left: padding.left, bottom: padding.bottom, right: padding.right },
    dilation: { height: dilation.height, width: dilation.width },
  };
}

/** A window in as few numbers as say it: one number where all sides are alike. */
export function describeWindow({ kernel, stride, padding, dilation }: Window): Geometry {
  const pair = ({ height, width }: Extent) => (height === width ? height : [height, width]);
  const { top, left, bottom, right } = padding;
  const sides = [top, left, bottom, right];
  return {
    kernel: pair(kernel),
    stride: pair(stride),
    padding: sides.every((side) => side === top) ? top : sides,
    ...((dilation.height > 1 || dilation.width > 1) && { dilation: pair(dilation) }),
  };
}
