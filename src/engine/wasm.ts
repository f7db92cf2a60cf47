/**
 * The WebAssembly module of kernels: its interface and how it comes to life. The same bytes run in every host; where
 * they come from (a file, a URL, a bundle) is the host's business.
 */
import { instantiate } from '@assemblyscript/loader';
import { UserError } from '../errors.js';

/** The functions that assembly/index.ts exports; addresses are bytes into the memory. */
export interface KernelFunctions {
  reset(network: number, initialPotential: number): void;
  present(network: number): void;
  advance(network: number, first: number, end: number, timestep: number, steps: number): void;
  trainedPad(
    input: number,
    channels: number,
    inputStride: number,
    height: number,
    width: number,
    top: number,
    left: number,
    paddedHeight: number,
    paddedWidth: number,
    padded: number,
  ): void;
  trainedBias(output: number, bias: number, stride: number, pixels: number): void;
  trainedRectify(output: number, count: number): void;
  trainedConvolve(
    padded: number,
    channels: number,
    paddedWidth: number,
    kernelHeight: number,
    runs: number,
    runLength: number,
    runStep: number,
    rowStep: number,
    strideY: number,
    strideX: number,
    weights: number,
    output: number,
    outputStride: number,
    outputs: number,
    outputHeight: number,
    outputWidth: number,
  ): void;
  trainedDepthwise(
    padded: number,
    channels: number,
    paddedWidth: number,
    kernelHeight: number,
    kernelWidth: number,
    strideY: number,
    strideX: number,
    dilationY: number,
    dilationX: number,
    weights: number,
    weightStride: number,
    output: number,
    outputHeight: number,
    outputWidth: number,
  ): void;
}

/** How many parameters each takes; a test holds this against the module's exports. */
export const KERNEL_PARAMETERS: {
  readonly [Name in keyof KernelFunctions]: Parameters<KernelFunctions[Name]>['length'];
} = {
  reset: 2,
  present: 1,
  advance: 5,
  trainedPad: 10,
  trainedBias: 4,
  trainedRectify: 2,
  trainedConvolve: 16,
  trainedDepthwise: 14,
};

/** An instance of the kernels. */
export interface Kernels extends KernelFunctions, Record<string, unknown> {
  readonly memory: WebAssembly.Memory;
}

/** Memory comes in pages of 64 KiB. */
export const PAGE_BYTES = 65536;

/**
 * A new instance of the kernels with its own memory.
 *
 * @param module - the compiled `snnwasm.wasm`; compile it once and instantiate it as often as needed
 */
export async function instantiateKernels(module: WebAssembly.Module): Promise<Kernels> {
  return (await instantiate<Kernels>(module)).exports;
}

/**
 * A new instance of the kernels on a memory that it shares with instances in other threads.
 *
 * @param module - the compiled `snnwasm.shared.wasm`
 */
export async function instantiateShared(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): Promise<Kernels> {
  return (await instantiate<Kernels>(module, { env: { memory } })).exports;
}

/**
 * Whether threads can share a memory here: the host must have shared memory at all, a page must be isolated from other
 * origins to be given it, and the binary that uses it must be one that this host runs.
 *
 * @param bytes - of `snnwasm.shared.wasm`
 */
export function canShareMemory(bytes: Uint8Array): boolean {
  // Outside browsers nothing is called isolated, and nothing needs to be.
  const { crossOriginIsolated = true } = globalThis as { readonly crossOriginIsolated?: boolean };
  return (
    typeof SharedArrayBuffer !== 'undefined' &&
    crossOriginIsolated &&
    WebAssembly.validate(bytes as Uint8Array<ArrayBuffer>)
  );
}

/**
 * Grows the memory to at least `bytes`.
 *
 * @throws UserError if the host cannot give so much
 */
export function ensureMemory(memory: WebAssembly.Memory, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing <= 0) return;
  try {
    memory.grow(Math.ceil(missing / PAGE_BYTES));
  } catch {
    throw new UserError(
      `the model needs ${Math.ceil(bytes / 2 ** 20)} MiB of WebAssembly memory, which this host refuses`,
    );
  }
}
