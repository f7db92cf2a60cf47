/** The settings of a run: reads and shows them, and says which change asks for what. */
import { CLASSIFY_SETTINGS } from '../../src/app/options.js';
import type { Setting } from '../../src/settings/setting.js';
import { create, element, setText } from './dom.js';
import { threeDigits } from './format.js';
import { shortName } from './names.js';
import type { Model, Settings } from './protocol.js';

export interface ControlsListener {
  /** The simulation itself has other settings: the run begins again. */
  changed(): void;
  /** The same spikes under another prior or forgetting. */
  weighed(): void;
  timesteps(value: number): void;
}

const NO_HEAD = '';
const NEVER = '';
/** Probabilities to stop at that are offered; others are for programs and the command line. */
const SURE = [0.9, 0.95, 0.99, 0.999];

export class Controls {
  readonly #model: Model;
  readonly #listener: ControlsListener;
  readonly #head = element('#head', HTMLSelectElement);
  readonly #strength = element('#strength', HTMLInputElement);
  readonly #strengthValue = element('#strength-value', HTMLElement);
  readonly #timesteps = element('#timesteps', HTMLInputElement);
  readonly #potential = element('#potential', HTMLInputElement);
  readonly #potentialValue = element('#potential-value', HTMLElement);
  readonly #sure = element('#sure', HTMLSelectElement);
  readonly #forgetting = element('#forgetting', HTMLInputElement);
  readonly #forgettingValue = element('#forgetting-value', HTMLElement);
  /** As moved by hand; null for the fitted one. */
  #chosenStrength: number | null = null;
  #wantedTimesteps: number;

  constructor(model: Model, listener: ControlsListener) {
    this.#model = model;
    this.#listener = listener;
    this.#wantedTimesteps = model.defaults.timesteps;
    this.#head.append(option(NO_HEAD, 'none: final prediction alone'));
    for (const { name, layer, priorStrength } of model.heads.slice(0, -1)) {
      this.#head.append(
        option(name, `head ${name}, after ${shortName(model, layer)} (P ${threeDigits(priorStrength)})`),
      );
    }
    this.#head.addEventListener('change', () => {
      this.#chosenStrength = null;
      this.#show();
      listener.changed();
    });
    this.#strength.addEventListener('input', () => {
      this.#chosenStrength = Number(this.#strength.value);
      this.#show();
      listener.weighed();
    });
    this.#timesteps.addEventListener('input', () => this.#readTimesteps());
    this.#timesteps.addEventListener('change', () => {
      this.#timesteps.value = String(this.#wantedTimesteps);
    });
    offer(this.#strength, CLASSIFY_SETTINGS.priorStrength);
    offer(this.#timesteps, CLASSIFY_SETTINGS.timesteps);
    offer(this.#potential, CLASSIFY_SETTINGS.initialPotential);
    // The model's own is among them, whatever it is.
    offer(this.#forgetting, CLASSIFY_SETTINGS.forgetting, model.defaults.forgetting);
    name('#head', CLASSIFY_SETTINGS.head);
    name('#sure', CLASSIFY_SETTINGS.stopWhenSure);
    setText(element('#propagation legend', HTMLElement), CLASSIFY_SETTINGS.propagation.label);
    this.#sure.append(option(NEVER, 'no: run to the end'));
    for (const probability of SURE) this.#sure.append(option(String(probability), `${100 * probability} %`));
    this.#sure.addEventListener('change', () => listener.changed());
    this.#forgetting.addEventListener('input', () => {
      this.#show();
      listener.weighed();
    });
    this.#potential.addEventListener('input', () => this.#show());
    this.#potential.addEventListener('change', () => listener.changed());
    element('#propagation', HTMLElement).addEventListener('change', () => listener.changed());
    element('#defaults', HTMLButtonElement).addEventListener('click', () => {
      this.reset();
      listener.timesteps(this.timesteps);
      listener.changed();
    });
    this.reset();
  }

  get settings(): Settings {
    return {
      head: this.#head.value === NO_HEAD ? null : this.#head.value,
      priorStrength: this.#chosenStrength,
      propagation: this.#propagation('pipelined').checked ? 'pipelined' : 'synchronous',
      initialPotential: Number(this.#potential.value),
      forgetting: Number(this.#forgetting.value),
      stopWhenSure: this.#sure.value === NEVER ? null : Number(this.#sure.value),
    };
  }

  get timesteps(): number {
    return this.#wantedTimesteps;
  }

  /** P in use: the one moved to, or the head's own; 0 without a head. */
  get priorStrength(): number {
    const head = this.#model.heads.find(({ name }) => name === this.settings.head);
    return head === undefined ? 0 : (this.#chosenStrength ?? head.priorStrength);
  }

  /** Index of the head that is the prior, or null. */
  get headIndex(): number | null {
    const index = this.#model.heads.findIndex(({ name }) => name === this.settings.head);
    return index < 0 ? null : index;
  }

  /** @param index - of an internal head, or null for none */
  chooseHead(index: number | null): void {
    const name = index === null ? NO_HEAD : this.#model.heads[index]!.name;
    if (this.#head.value === name) return;
    this.#head.value = name;
    this.#head.dispatchEvent(new Event('change'));
  }

  /** Everything as the model has it. */
  reset(): void {
    const { defaults } = this.#model;
    this.#head.value = defaults.head ?? NO_HEAD;
    this.#chosenStrength = null;
    this.#wantedTimesteps = defaults.timesteps;
    this.#timesteps.value = String(defaults.timesteps);
    this.#forgetting.value = String(defaults.forgetting);
    this.#sure.value = NEVER;
    this.#potential.value = String(defaults.initialPotential);
    this.#propagation(defaults.propagation).checked = true;
    this.#show();
  }

  #readTimesteps(): void {
    const value = Number(this.#timesteps.value);
    const sound = this.#timesteps.checkValidity() && Number.isInteger(value) && value > 0;
    if (!sound || value === this.#wantedTimesteps) return;
    this.#wantedTimesteps = value;
    this.#listener.timesteps(value);
  }

  #propagation(value: Settings['propagation']): HTMLInputElement {
    return element(`#propagation [value=${value}]`, HTMLInputElement);
  }

  #show(): void {
    const none = this.settings.head === null;
    this.#strength.disabled = none;
    this.#strength.value = String(this.priorStrength);
    const fitted = this.#chosenStrength === null ? ', fitted' : '';
    setText(this.#strengthValue, none ? 'no prior' : `${threeDigits(this.priorStrength)}${fitted}`);
    const { forgetting } = this.settings;
    setText(this.#forgettingValue, forgetting === 0 ? 'none' : `k = ${forgetting}`);
    setText(this.#potentialValue, `${Number(this.#potential.value).toFixed(2)} of threshold`);
  }
}

function option(value: string, text: string): HTMLOptionElement {
  const made = create('option', '', text);
  made.value = value;
  return made;
}

/** Gives a control its label and the range that its setting offers, or more where a value needs it. */
function offer(control: HTMLInputElement, setting: Setting<number>, value = 0): void {
  const { least, most, step } = setting.offered!;
  control.min = String(least);
  control.max = String(Math.max(most, value));
  control.step = String(step);
  name(`#${control.id}`, setting);
}

function name(selector: string, { label = '' }: Setting<unknown>): void {
  setText(element(`label[for=${selector.slice(1)}]`, HTMLElement), label);
}
