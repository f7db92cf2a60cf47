/**
 * Long computations that leave a page alive: they hand the thread back between pieces, so that it can paint and hear
 * the person who wants to stop.
 */

/** A piece of work takes about this long: under a frame of 60 Hz. */
const SLICE_MILLISECONDS = 12;

/** Keeps the time between two pauses, and learns how much work fits in between. */
export class Pacer {
  readonly #signal: AbortSignal | undefined;
  #sliceStart = performance.now();
  #unitMilliseconds = SLICE_MILLISECONDS;

  /** @param signal - ends the work at the next pause */
  constructor(signal?: AbortSignal) {
    this.#signal = signal;
    signal?.throwIfAborted();
  }

  /** How many units of work fit into what is left of the slice, from 1 to `most`. */
  units(most: number): number {
    const left = SLICE_MILLISECONDS - (performance.now() - this.#sliceStart);
    return Math.min(most, Math.max(1, Math.floor(left / this.#unitMilliseconds)));
  }

  /** Does some units of work, and remembers how long one takes. */
  work(units: number, action: () => void): void {
    const start = performance.now();
    action();
    this.#unitMilliseconds = Math.max((performance.now() - start) / units, 0.01);
  }

  /**
   * Hands the thread back if the slice is used up.
   *
   * @throws the signal's reason if it was aborted
   */
  async pause(): Promise<void> {
    if (performance.now() - this.#sliceStart >= SLICE_MILLISECONDS) await this.#handBack();
    this.#signal?.throwIfAborted();
  }

  async #handBack(): Promise<void> {
    await nextTask();
    this.#sliceStart = performance.now();
  }
}

/** Waits for the next task. Timers would do, but browsers stretch those to 4 ms, and to a second in hidden tabs. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
