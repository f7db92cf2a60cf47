/** What faces show of a run: answers and their prices. */
export {
  type Answer,
  analogMultiplyAccumulates,
  denseModel,
  multiplyAccumulates,
  type Prediction,
} from '../run/answer.js';
export { DEFAULT_ENERGY_MODEL, type EnergyModel, energyModel } from '../run/energy.js';
export type { Run } from '../run/run.js';
