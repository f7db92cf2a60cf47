/** Addresses in WebAssembly memory, handed out before anything runs. */

/**
 * The first page is not planned: no valid address is 0, and a bundle for edge devices keeps its own constants there
 * (assembly/edge/layout.ts).
 */
const FIRST_ADDRESS = 65536;

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
