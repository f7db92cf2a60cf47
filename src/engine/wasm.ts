/**
 * The WebAssembly module of kernels: its interface and how it comes to life. The same bytes run in every host; where
 * they come from (a file, a URL, a bundle) is the host's business.
 */
import { instantiate } from '@assemblyscript/loader';
import { UserError } from '../errors.js';

/** What assembly/index.ts exports; addresses are bytes into `memory`. */
export interface Kernels extends Record<string, unknown> {
  readonly memory: WebAssembly.Memory;
  reset(network: number, initialPotential: number): void;
  present(network: number): void;
  advance(network: number, steps: number): void;
  densePad(
    input: number,
    channels: number,
    inputStride: number,
    height: number,
    width: number,
    padding: number,
    padded: number,
  ): void;
  denseBias(output: number, bias: number, stride: number, pixels: number): void;
  denseAdd(output: number, input: number, count: number): void;
  denseRectify(output: number, count: number): void;
  denseConvolve(
    padded: number,
    channels: number,
    paddedWidth: number,
    kernel: number,
    stride: number,
    weights: number,
    output: number,
    outputStride: number,
    outputHeight: number,
    outputWidth: number,
  ): void;
}

/**
 * The first page is not planned: no valid address is 0, and a bundle for edge devices keeps its own constants there
 * (assembly/edge/layout.ts).
 */
const FIRST_ADDRESS = 65536;
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

/** Hands out addresses, 16-byte aligned, before anything runs; nothing is allocated afterwards. */
export class Arena {
  #next: number;

  /** @param first - where it begins, a multiple of 16 */
  constructor(first = FIRST_ADDRESS) {
    this.#next = first;
  }

  allocate(bytes: number): number {
    const address = this.#next;
    this.#next = Math.ceil((address + bytes) / 16) * 16;
    return address;
  }

  /** Goes on at a multiple of `bytes`, itself a multiple of 16, and returns it. */
  align(bytes: number): number {
    this.#next = Math.ceil(this.#next / bytes) * bytes;
    return this.#next;
  }

  /** Bytes that the memory must have for all that was allocated. */
  get bytes(): number {
    return this.#next;
  }
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
