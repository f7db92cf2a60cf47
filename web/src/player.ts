/**
 * Paces a run: decides at every frame of the screen how many timesteps are due and asks for them, one request at a
 * time, so that drawing never falls behind what was computed.
 */

/** Timesteps a second; Infinity is as fast as they can be computed. */
export type Speed = number;

/** Computing time that one frame of the screen may ask for in real time: a share of what frames last, within bounds. */
const FRAME_SHARE = 0.7;
const LEAST_MILLISECONDS = 11;
const MOST_MILLISECONDS = 80;

export class Player {
  speed: Speed;
  playing = false;
  /** Timesteps done and wanted. */
  done = 0;
  target = 0;
  #asked = false;
  #due = 0;
  #last: number | null = null;
  readonly #ask: (timesteps: number, milliseconds: number) => void;

  constructor(speed: Speed, ask: (timesteps: number, milliseconds: number) => void) {
    this.speed = speed;
    this.#ask = ask;
  }

  get finished(): boolean {
    return this.done >= this.target;
  }

  /** Plays a new run; its first timestep is due at once. */
  restart(target: number): void {
    this.playing = true;
    this.done = 0;
    this.target = target;
    this.#asked = false;
    this.#due = 1;
    this.#last = null;
  }

  /** One frame of the screen. */
  tick(now: number): void {
    const passed = this.#last === null ? 0 : now - this.#last;
    this.#last = now;
    if (!this.playing || this.finished) return;
    if (this.speed === Infinity) {
      const share = Math.min(passed * FRAME_SHARE, MOST_MILLISECONDS);
      this.#request(this.target - this.done, Math.max(share, LEAST_MILLISECONDS));
      return;
    }
    // After a pause of the whole page, time is not made up for.
    this.#due += (Math.min(passed, 250) * this.speed) / 1000;
    if (this.#due >= 1) this.#request(Math.min(Math.floor(this.#due), this.target - this.done), Infinity);
  }

  /** One timestep by hand. */
  step(): void {
    if (!this.finished) this.#request(1, Infinity);
  }

  /** What was asked for has come. */
  answered(timesteps: number): void {
    this.#asked = false;
    this.done = timesteps;
  }

  #request(timesteps: number, milliseconds: number): void {
    if (this.#asked) return;
    this.#asked = true;
    this.#due = Math.max(0, Math.min(this.#due - timesteps, 1));
    this.#ask(timesteps, Math.min(milliseconds, 1000));
  }
}
