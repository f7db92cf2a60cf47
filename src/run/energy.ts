/**
 * What events cost: named energy models as data, each with its source, and the energy of a count of events.
 * Energies per event are in picojoules, totals in millijoules.
 */
import { UserError } from '../errors.js';
import { unknownName } from '../settings/setting.js';

/** What happened while one image was classified. */
export interface EventCounts {
  /** Spikes emitted by all layers and heads. */
  readonly spikes: number;
  /** Spikes times the synapses over which each was delivered. */
  readonly synapticOperations: number;
  /** Multiply-accumulates of the first layer, whose input is the analog image: once an image. */
  readonly analogMultiplyAccumulates: number;
  /** Neurons brought up to date, each once a timestep; needed where a model prices them. */
  readonly neuronUpdates?: number | undefined;
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
  /** Per neuron and timestep, whether or not it fires: its membrane is read, moved, compared and written; default 0. */
  readonly picojoulesPerNeuronUpdate?: number | undefined;
  /** For the trained network in the same technology; null where the hardware runs no such network. */
  readonly picojoulesPerMultiplyAccumulate: number | null;
}

const PICOJOULES_PER_MILLIJOULE = 1e9;

// Horowitz, "Computing's energy problem (and what we can do about it)", ISSCC 2014, figure 1.1.9: 45 nm, 0.9
// V.
const ADD_FLOAT32 = 0.9;
const MULTIPLY_FLOAT32 = 3.7;
const MULTIPLY_INT8 = 0.2;
/** Sums of 8-bit weights are wider than 8 bits, so that the addition of 8 bits, 0.03 pJ, prices no accumulator. */
const ADD_INT32 = 0.1;
/** The same figure: 10 pJ to access 64 bits in 8 kB of memory, half of it for a membrane of 32. */
const ACCESS_INT32 = 5;

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
    description:
      '45 nm logic, int8 weights, int32 sums: 0.1 pJ per accumulate, 0.3 pJ per multiply-accumulate',
    source: "Horowitz, Computing's energy problem, ISSCC 2014, figure 1.1.9",
    picojoulesPerSpike: 0,
    picojoulesPerSynapticOperation: ADD_INT32,
    picojoulesPerAnalogMultiplyAccumulate: ADD_INT32 + MULTIPLY_INT8,
    picojoulesPerMultiplyAccumulate: ADD_INT32 + MULTIPLY_INT8,
  },
  {
    name: 'horowitz-45nm-int8-updates',
    description:
      'the same, and 10.2 pJ per neuron update: membrane read and written, bias added, threshold compared',
    // Reading weights is in neither this model nor the one above.
    source: "Horowitz, Computing's energy problem, ISSCC 2014, figure 1.1.9",
    picojoulesPerSpike: 0,
    picojoulesPerSynapticOperation: ADD_INT32,
    picojoulesPerAnalogMultiplyAccumulate: ADD_INT32 + MULTIPLY_INT8,
    picojoulesPerNeuronUpdate: 2 * ACCESS_INT32 + 2 * ADD_INT32,
    picojoulesPerMultiplyAccumulate: ADD_INT32 + MULTIPLY_INT8,
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
  {
    name: 'loihi-updates',
    description: 'Loihi: 23.6 pJ per synaptic operation, 81 pJ per neuron update',
    // 81 pJ is an active neuron's update, 52 pJ an inactive one's; here every neuron has a bias, and so is active.
    source: 'Davies et al., Loihi: a neuromorphic manycore processor, IEEE Micro 38(1), 82-99, 2018, table 2',
    picojoulesPerSpike: 0,
    picojoulesPerSynapticOperation: 23.6,
    picojoulesPerAnalogMultiplyAccumulate: 0,
    picojoulesPerNeuronUpdate: 81,
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

/** Every price that a model must have. */
const PRICES = [
  'picojoulesPerSpike',
  'picojoulesPerSynapticOperation',
  'picojoulesPerAnalogMultiplyAccumulate',
] as const;

/**
 * An energy model of a program's own, looked at.
 *
 * @throws UserError if a price is missing, unknown, negative or no number
 */
export function checkEnergyModel(value: unknown): EnergyModel {
  if (typeof value !== 'object' || value === null) {
    throw new UserError('an energy model is a name, or an object with prices in picojoules');
  }
  const model = value as Partial<Record<string, unknown>>;
  for (const price of PRICES) checkPrice(price, model[price]);
  if (model.picojoulesPerNeuronUpdate !== undefined)
    checkPrice('picojoulesPerNeuronUpdate', model.picojoulesPerNeuronUpdate);
  const dense = model.picojoulesPerMultiplyAccumulate;
  if (dense !== null) checkPrice('picojoulesPerMultiplyAccumulate', dense, ', or null where there is none');
  for (const name of Object.keys(model)) {
    if (!FIELDS.includes(name)) throw new UserError(unknownName('price', name, FIELDS));
  }
  return value as EnergyModel;
}

const FIELDS: readonly string[] = [
  ...PRICES,
  'picojoulesPerNeuronUpdate',
  'picojoulesPerMultiplyAccumulate',
  'name',
  'description',
  'source',
];

function checkPrice(name: string, price: unknown, rest = ''): void {
  if (typeof price === 'number' && price >= 0 && Number.isFinite(price)) return;
  throw new UserError(`an energy model's ${name} is a number of 0 or more${rest}, not ${String(price)}`);
}

/**
 * Energy of the spiking network in millijoules.
 *
 * @throws UserError if a count is negative or not finite, or the model prices neuron updates and none were counted.
 */
export function energyMillijoules(counts: EventCounts, model: EnergyModel = DEFAULT_ENERGY_MODEL): number {
  checkCount('spikes', counts.spikes);
  checkCount('synaptic operations', counts.synapticOperations);
  checkCount('multiply-accumulates', counts.analogMultiplyAccumulates);
  const perUpdate = model.picojoulesPerNeuronUpdate ?? 0;
  const updates = counts.neuronUpdates ?? (perUpdate === 0 ? 0 : Number.NaN);
  if (Number.isNaN(updates)) {
    throw new UserError(`energy model '${model.name}' prices neuron updates: give how many there were`);
  }
  checkCount('neuron updates', updates);
  const picojoules =
    counts.spikes * model.picojoulesPerSpike +
    counts.synapticOperations * model.picojoulesPerSynapticOperation +
    counts.analogMultiplyAccumulates * model.picojoulesPerAnalogMultiplyAccumulate +
    updates * perUpdate;
  if (!Number.isFinite(picojoules)) checkEnergyModel(model);
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
  if (!Number.isFinite(perEvent)) checkEnergyModel(model);
  return (multiplyAccumulates * perEvent) / PICOJOULES_PER_MILLIJOULE;
}

function checkCount(what: string, count: number): void {
  if (!(count >= 0 && Number.isFinite(count))) {
    throw new UserError(`the number of ${what} must be finite and not negative, not ${count}`);
  }
}
