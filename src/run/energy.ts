/**
 * What events cost: named energy models as data, each with its source, and the energy of a count of events.
 * Energies per event are in picojoules, totals in millijoules.
 */
import { UserError } from '../errors.js';

/** What happened while one image was classified. */
export interface EventCounts {
  /** Spikes emitted by all layers and heads. */
  readonly spikes: number;
  /** Spikes times the synapses over which each was delivered. */
  readonly synapticOperations: number;
  /** Multiply-accumulates of the first layer, whose input is the analog image: once an image. */
  readonly analogMultiplyAccumulates: number;
}

/** Energy of each kind of event; 0 where the model does not count that kind. */
export interface EnergyModel {
  /** By which it is asked for. */
  readonly name: string;
  /** One line for people. */
  readonly description: string;
  /** The publication that the figures are from. */
  readonly source: string;
  /** Per spike that a neuron emits. */
  readonly picojoulesPerSpike: number;
  /** Per spike and synapse that it is delivered over. */
  readonly picojoulesPerSynapticOperation: number;
  /** Per multiply-accumulate of the first layer, which the image feeds. */
  readonly picojoulesPerAnalogMultiplyAccumulate: number;
  /** For the trained network in the same technology; null where the hardware runs no such network. */
  readonly picojoulesPerMultiplyAccumulate: number | null;
}

const PICOJOULES_PER_MILLIJOULE = 1e9;

// Horowitz, "Computing's energy problem (and what we can do about it)", ISSCC 2014, figure 1.1.9: 45 nm, 0.9
// V.
const ADD_FLOAT32 = 0.9;
const MULTIPLY_FLOAT32 = 3.7;
const ADD_INT8 = 0.03;
const MULTIPLY_INT8 = 0.2;

/** The models, the default first. */
export const ENERGY_MODELS: readonly EnergyModel[] = [
  {
    name: 'truenorth-sop',
    description: 'TrueNorth: 26 pJ per synaptic operation',
    // Power of the whole chip over its synaptic events, so it holds neurons, routing and leakage too.
    source: 'Merolla et al., A million spiking-neuron integrated circuit, Science 345, 668-673, 2014',
    picojoulesPerSpike: 0,
    picojoulesPerSynapticOperation: 26,
    picojoulesPerAnalogMultiplyAccumulate: 0,
    picojoulesPerMultiplyAccumulate: null,
  },
  {
    name: 'akagi2021-spike',
    description: '26 pJ per spike emitted, the wording of the paper',
    source:
      'Akagi and Awano, Low energy inference of SNN via Bayesian fusion, DA Symposium 2021, section 4.3',
    picojoulesPerSpike: 26,
    picojoulesPerSynapticOperation: 0,
    picojoulesPerAnalogMultiplyAccumulate: 0,
    picojoulesPerMultiplyAccumulate: null,
  },
  {
    name: 'horowitz-45nm-fp32',
    description: '45 nm logic, float32: 0.9 pJ per accumulate, 4.6 pJ per multiply-accumulate',
    source: "Horowitz, Computing's energy problem, ISSCC 2014, figure 1.1.9",
    picojoulesPerSpike: 0,
    picojoulesPerSynapticOperation: ADD_FLOAT32,
    picojoulesPerAnalogMultiplyAccumulate: ADD_FLOAT32 + MULTIPLY_FLOAT32,
    picojoulesPerMultiplyAccumulate: ADD_FLOAT32 + MULTIPLY_FLOAT32,
  },
  {
    name: 'horowitz-45nm-int8',
    description: '45 nm logic, int8: 0.03 pJ per accumulate, 0.23 pJ per multiply-accumulate',
    // A lower bound: the sums are wider than the 8-bit addition that is counted (0.1 pJ at 32 bits).
    source: "Horowitz, Computing's energy problem, ISSCC 2014, figure 1.1.9",
    picojoulesPerSpike: 0,
    picojoulesPerSynapticOperation: ADD_INT8,
    picojoulesPerAnalogMultiplyAccumulate: ADD_INT8 + MULTIPLY_INT8,
    picojoulesPerMultiplyAccumulate: ADD_INT8 + MULTIPLY_INT8,
  },
  {
    name: 'loihi-sop',
    description: 'Loihi: 23.6 pJ per synaptic operation',
    // The minimum at 0.75 V; the energy of neuron updates, given apart, is left out.
    source: 'Davies et al., Loihi: a neuromorphic manycore processor, IEEE Micro 38(1), 82-99, 2018, table 2',
    picojoulesPerSpike: 0,
    picojoulesPerSynapticOperation: 23.6,
    picojoulesPerAnalogMultiplyAccumulate: 0,
    picojoulesPerMultiplyAccumulate: null,
  },
];

/** The model behind headline figures. */
export const DEFAULT_ENERGY_MODEL: EnergyModel = ENERGY_MODELS[0]!;

/**
 * The energy model of this name.
 *
 * @throws UserError that lists the names there are.
 */
export function energyModel(name: string): EnergyModel {
  const model = ENERGY_MODELS.find((candidate) => candidate.name === name);
  if (model === undefined) {
    const names = ENERGY_MODELS.map((candidate) => candidate.name).join(', ');
    throw new UserError(`there is no energy model '${name}'; choose from ${names}`);
  }
  return model;
}

/**
 * Energy of the spiking network in millijoules.
 *
 * @throws UserError if a count is negative or not finite.
 */
export function energyMillijoules(counts: EventCounts, model: EnergyModel = DEFAULT_ENERGY_MODEL): number {
  checkCount('spikes', counts.spikes);
  checkCount('synaptic operations', counts.synapticOperations);
  checkCount('multiply-accumulates', counts.analogMultiplyAccumulates);
  const picojoules =
    counts.spikes * model.picojoulesPerSpike +
    counts.synapticOperations * model.picojoulesPerSynapticOperation +
    counts.analogMultiplyAccumulates * model.picojoulesPerAnalogMultiplyAccumulate;
  return picojoules / PICOJOULES_PER_MILLIJOULE;
}

/**
 * Energy of the trained network, run once without spikes, in millijoules.
 *
 * @throws UserError if the model has no figure for it, or the count is negative or not finite.
 */
export function annEnergyMillijoules(multiplyAccumulates: number, model: EnergyModel): number {
  checkCount('multiply-accumulates', multiplyAccumulates);
  const perEvent = model.picojoulesPerMultiplyAccumulate;
  if (perEvent === null) {
    throw new UserError(
      `energy model '${model.name}' has no energy per multiply-accumulate; take horowitz-45nm-fp32 or -int8`,
    );
  }
  return (multiplyAccumulates * perEvent) / PICOJOULES_PER_MILLIJOULE;
}

function checkCount(what: string, count: number): void {
  if (!(count >= 0 && Number.isFinite(count))) {
    throw new UserError(`the number of ${what} must be finite and not negative, not ${count}`);
  }
}
