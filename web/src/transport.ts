/** Play, pause, step, restart and speed; and where the run is. */
import { element, setText } from './dom.js';
import type { Player } from './player.js';

export interface TransportListener {
  restart(): void;
  /** Plays or pauses; a run that has ended begins again. */
  toggle(): void;
  step(): void;
}

export class Transport {
  readonly #player: Player;
  readonly #play = element('#play', HTMLButtonElement);
  readonly #step = element('#step', HTMLButtonElement);
  readonly #clock = element('#clock', HTMLElement);
  readonly #bar = element('#clock-bar', HTMLElement);
  readonly #state = element('#state', HTMLElement);

  constructor(player: Player, listener: TransportListener) {
    this.#player = player;
    element('#restart', HTMLButtonElement).addEventListener('click', () => listener.restart());
    this.#play.addEventListener('click', () => listener.toggle());
    this.#step.addEventListener('click', () => listener.step());
    const speed = element('#speed', HTMLElement);
    speed.addEventListener('change', () => {
      player.speed = Number(element('#speed input:checked', HTMLInputElement).value);
    });
  }

  /**
   * @param what - the picture and the settings, in words
   * @param starting - a run with these settings is on its way, in the place of the one that is shown
   */
  draw(what: string, starting: boolean): void {
    const { done, target, playing, finished } = this.#player;
    const moving = playing && !finished;
    this.#play.classList.toggle('playing', moving);
    this.#play.setAttribute('aria-label', moving ? 'Pause' : finished ? 'Play again' : 'Play');
    // Stays focusable where it ends, so that the keyboard's place is not lost.
    this.#step.setAttribute('aria-disabled', String(finished));
    setText(this.#clock, `${done} / ${target}`);
    this.#bar.style.setProperty('--done', String(target > 0 ? Math.min(1, done / target) : 0));
    setText(this.#state, `${moving || starting ? 'Running' : finished ? 'Done' : 'Paused'} · ${what}`);
  }
}
