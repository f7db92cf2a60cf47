/** The page once the network is there: brings pictures to the simulation, and its frames to the views. */
import { Announcer } from './announcer.js';
import { Controls } from './controls.js';
import { element, setText } from './dom.js';
import type { Situation } from './explanation.js';
import { formatEnergy, formatMilliseconds, threeDigits } from './format.js';
import type { Message } from './message.js';
import { NetworkView } from './network/view.js';
import { onSchemeChange, readPalette } from './palette.js';
import { Bars } from './panels/bars.js';
import { ExplainPanel } from './panels/explain.js';
import { Guesses } from './panels/guesses.js';
import { Meter } from './panels/meter.js';
import { Microscope } from './panels/microscope.js';
import { Plot } from './panels/plot.js';
import { Player } from './player.js';
import type { Frame, Model, Picture } from './protocol.js';
import type { Simulator } from './simulator.js';
import { explain } from './topics.js';
import { Transport } from './transport.js';

/** What the page opens at: slow enough to watch, four seconds to the end. */
const OPENING_SPEED = 16;

export class Page {
  readonly #model: Model;
  readonly #simulator: Simulator;
  readonly #message: Message;
  readonly #announcer = new Announcer();
  readonly #player: Player;
  readonly #controls: Controls;
  readonly #transport: Transport;
  readonly #network: NetworkView;
  readonly #bars = new Bars();
  readonly #guesses = new Guesses();
  readonly #plot: Plot;
  readonly #meter: Meter;
  readonly #explain: ExplainPanel;
  readonly #microscope: Microscope;
  readonly #verdictTime = element('#verdict-time', HTMLElement);
  readonly #verdictEnergy = element('#verdict-energy', HTMLElement);
  #palette = readPalette();
  #frame: Frame | null = null;
  /** Names of the picture that is shown and of the one that was asked for. */
  #name = '';
  #wantedName = '';
  #onStarted: (() => void) | null = null;
  #dirty = true;

  constructor(model: Model, simulator: Simulator, message: Message) {
    this.#model = model;
    this.#simulator = simulator;
    this.#message = message;
    this.#player = new Player(OPENING_SPEED, (steps, budget) => simulator.advance(steps, budget));
    this.#controls = new Controls(model, {
      changed: () => this.restart(),
      weighed: () => {
        simulator.weigh(this.#controls.priorStrength, this.#controls.settings.forgetting);
        this.#dirty = true;
      },
      timesteps: (value) => {
        this.#player.target = value;
        this.#dirty = true;
      },
    });
    this.#transport = new Transport(this.#player, this);
    this.#network = new NetworkView(
      model,
      (head) => this.#controls.chooseHead(head),
      () => this.invalidate(),
    );
    this.#plot = new Plot(model.labels.length);
    this.#meter = new Meter(model, () => this.invalidate());
    this.#microscope = new Microscope(model, () => this.invalidate());
    this.#explain = new ExplainPanel((topic) => this.#watch(topic));
    onSchemeChange(() => {
      this.#palette = readPalette();
      this.invalidate();
    });
    new ResizeObserver(() => this.invalidate()).observe(element('#plot', HTMLElement));
    const loop = (now: number) => {
      if (!simulator.starting) this.#player.tick(now);
      if (this.#dirty) this.#draw();
      requestAnimationFrame(loop);
    };
    requestAnimationFrame(loop);
  }

  invalidate(): void {
    this.#dirty = true;
  }

  /**
   * Presents a picture; the one before stays until it is decoded.
   *
   * @param onStarted - called once it is there, and not if it cannot be read
   */
  present(picture: Picture, name: string, onStarted?: () => void): void {
    this.#wantedName = name;
    this.#onStarted = onStarted ?? null;
    this.#simulator.start(picture, this.#controls.settings);
  }

  started(seen: Uint8ClampedArray): void {
    this.#name = this.#wantedName;
    this.#onStarted?.();
    this.#onStarted = null;
    this.#message.clear();
    this.#frame = null;
    this.#network.start(seen);
    this.#plot.clear();
    this.#bars.clear();
    this.#guesses.clear('…');
    this.#watch(this.#explain.topic);
    this.#player.restart(this.#controls.timesteps);
    this.#dirty = true;
  }

  frame(frame: Frame): void {
    this.#frame = frame;
    // What was only weighed anew answers no request for timesteps.
    if (frame.steps > 0) this.#player.answered(frame.timesteps);
    // It may have been weighed anew since, but what was asked for was an answer as sure as this.
    if (frame.steps > 0 && frame.sure) this.#player.target = frame.timesteps;
    this.#network.add(frame);
    this.#microscope.add(frame);
    this.#plot.add(frame);
    this.#dirty = true;
    if (frame.steps > 0) this.#announcer.tell(frame, this.#player.finished || !this.#player.playing);
  }

  refused(text: string): void {
    const message = this.#wantedName === this.#name ? text : `${this.#wantedName}: ${text}`;
    this.#wantedName = this.#name;
    this.#onStarted = null;
    this.#player.answered(this.#player.done);
    if (!this.#simulator.starting) this.#message.show(message);
    this.#dirty = true;
  }

  /** The same picture from the start, with the settings as they are now. */
  restart(): void {
    if (this.#name === '') return;
    this.#simulator.start(null, this.#controls.settings);
  }

  toggle(): void {
    if (this.#player.finished) {
      this.restart();
      return;
    }
    this.#player.playing = !this.#player.playing;
    if (!this.#player.playing && this.#frame) this.#announcer.tell(this.#frame, true);
    this.#dirty = true;
  }

  step(): void {
    this.#player.playing = false;
    if (!this.#simulator.starting) this.#player.step();
    this.#dirty = true;
  }

  /** @param place - an internal head counted from 1, or 0 for none; others do nothing */
  chooseHead(place: number): void {
    if (place < this.#model.heads.length) this.#controls.chooseHead(place === 0 ? null : place - 1);
  }

  /** Asks for the answer as JSON; it comes as a report. */
  copy(): void {
    if (this.#frame !== null) this.#simulator.report(this.#name);
  }

  /** Explains a topic; of a layer, every single neuron is watched. */
  #watch(topic: string): void {
    const layer = layerOf(topic);
    this.#microscope.watch(layer);
    this.#simulator.watch(layer);
    this.#dirty = true;
  }

  #draw(): void {
    this.#dirty = false;
    const frame = this.#frame;
    const { settings, headIndex, timesteps, priorStrength } = this.#controls;
    const prior = `prior, P = ${threeDigits(priorStrength)}`;
    const marks = { layer: layerOf(this.#explain.topic), head: headIndex, prior };
    // Those that measure come first, so that nothing is laid out twice.
    this.#microscope.draw(this.#palette);
    this.#plot.draw(frame, timesteps, this.#palette);
    this.#network.draw(frame, this.#palette, marks);
    this.#transport.draw(this.#words(), this.#simulator.starting);
    this.#explain.show(explain(this.#explain.topic, this.#situation()));
    if (frame === null) return;
    this.#bars.draw(frame, (index) => this.#plot.colourOf(index));
    this.#guesses.draw(frame, settings.head);
    this.#meter.draw(frame);
    setText(this.#verdictTime, `${frame.timesteps} timesteps, ${formatMilliseconds(frame.milliseconds)}`);
    setText(this.#verdictEnergy, formatEnergy(this.#meter.spent(frame)));
  }

  #words(): string {
    const { settings, priorStrength } = this.#controls;
    const prior =
      settings.head === null ? 'no prior' : `head ${settings.head}, P ${threeDigits(priorStrength)}`;
    const forgetting = settings.forgetting === 0 ? '' : `forgetting ${settings.forgetting}`;
    return [this.#name, prior, settings.propagation, forgetting].filter((part) => part !== '').join(' · ');
  }

  #situation(): Situation {
    const { settings, timesteps, priorStrength } = this.#controls;
    const frame = this.#frame;
    return {
      model: this.#model,
      frame,
      settings,
      timesteps,
      priorStrength,
      energyModel: this.#meter.energyModel,
      annModel: this.#meter.annModel,
      spent: frame === null ? 0 : this.#meter.spent(frame),
      ann: this.#meter.ann(),
      settledSince: this.#plot.settledSince(),
    };
  }
}

function layerOf(topic: string): number | null {
  return topic.startsWith('layer:') ? Number(topic.slice('layer:'.length)) : null;
}
