/**
 * The module's interface. It imports nothing, so the same bytes run in Node, in browsers and in bare WebAssembly
 * runtimes; it allocates nothing: the host writes the plan (layout.ts) and calls.
 */
export { advance, present, reset } from './network';
export { denseAdd, denseBias, denseConvolve, densePad, denseRectify } from './dense';
