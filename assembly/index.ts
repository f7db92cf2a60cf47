/**
 * The module's interface. It imports nothing, so the same bytes run in Node, in browsers and in bare WebAssembly
 * runtimes; it allocates nothing: the host writes the plan (records.ts) and calls.
 *
 * The same source is built once more, as snnwasm.shared.wasm, with a shared memory that it imports. Nothing here is
 * atomic: threads on one memory read the same weights, and write each to a state of its own.
 */
export { advance, present, reset } from './schedule';
export { trainedBias, trainedConvolve, trainedDepthwise, trainedPad, trainedRectify } from './trained';
