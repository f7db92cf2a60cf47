/** The energy that the answer has cost so far, on a logarithmic scale, against one dense pass of the trained network. */

import { denseModel } from '../../../src/app/answer.js';
import {
  type Activity,
  annEnergyMillijoules,
  ENERGY_MODELS,
  type EnergyModel,
  energyMillijoules,
  energyModel,
} from '../../../src/index.js';
import { create, element, setText } from '../dom.js';
import { formatEnergy, threeDigits } from '../format.js';
import type { Frame, Model } from '../protocol.js';

/** The scale's ends in millijoules. */
const LOWEST = 0.001;
const HIGHEST = 1000;

export class Meter {
  readonly #model: Model;
  readonly #root = element('#meter', HTMLElement);
  readonly #value = element('#energy-value', HTMLElement);
  readonly #compared = element('#energy-compared', HTMLElement);
  readonly #choice = element('#energy-model', HTMLSelectElement);

  /** @param onChange - called when another energy model was chosen */
  constructor(model: Model, onChange: () => void) {
    this.#model = model;
    for (const { name, description } of ENERGY_MODELS) {
      const option = create('option', '', description);
      option.value = name;
      this.#choice.append(option);
    }
    this.#choice.addEventListener('change', onChange);
    for (let exponent = -3; exponent <= 3; exponent++) {
      const tick = create('i', 'tick', label(10 ** exponent));
      tick.style.setProperty('--at', String(position(10 ** exponent)));
      this.#root.querySelector('.scale')?.append(tick);
    }
  }

  get energyModel(): EnergyModel {
    return energyModel(this.#choice.value);
  }

  /** The energy model behind the figure for the trained network. */
  get annModel(): EnergyModel {
    return denseModel(this.energyModel);
  }

  spent({
    spikes,
    synapticOperations,
    neuronUpdates,
  }: Pick<Activity, 'spikes' | 'synapticOperations' | 'neuronUpdates'>): number {
    const { analogMultiplyAccumulates } = this.#model;
    const counts = { spikes, synapticOperations, neuronUpdates, analogMultiplyAccumulates };
    return energyMillijoules(counts, this.energyModel);
  }

  ann(): number {
    return annEnergyMillijoules(this.#model.multiplyAccumulates, this.annModel);
  }

  draw(frame: Frame): void {
    const spent = this.spent(frame);
    const ann = this.ann();
    this.#root.style.setProperty('--spent', String(position(spent)));
    this.#root.style.setProperty('--ann', String(position(ann)));
    setText(this.#value, formatEnergy(spent));
    const times = spent / ann;
    const ratio = times >= 1 ? `${threeDigits(times)} ×` : `${(100 * times).toFixed(0)} % of`;
    setText(this.#compared, `${ratio} one dense pass, ${formatEnergy(ann)}`);
  }
}

/** From 0 to 1 along the scale. */
function position(millijoules: number): number {
  const place = Math.log10(Math.max(millijoules, LOWEST) / LOWEST) / Math.log10(HIGHEST / LOWEST);
  return Math.min(1, place);
}

function label(millijoules: number): string {
  return millijoules < 1 ? `${Math.round(millijoules * 1000)} µJ` : `${millijoules} mJ`;
}
