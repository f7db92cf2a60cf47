/** Energy models: the arithmetic, the constants against their sources, and what is refused. */
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import {
  annEnergyMillijoules,
  checkEnergyModel,
  DEFAULT_ENERGY_MODEL,
  ENERGY_MODELS,
  type EnergyModel,
  energyMillijoules,
  energyModel,
} from '../../src/run/energy.js';

const counts = { spikes: 2e6, synapticOperations: 1e9, analogMultiplyAccumulates: 1e7, neuronUpdates: 4e7 };

describe('energy of the spiking network', () => {
  it.each([
    ['truenorth-sop', 26],
    ['akagi2021-spike', 0.052],
    ['horowitz-45nm-fp32', 0.9 + 0.046],
    // 8-bit weights are added to 32-bit sums: 0.1 pJ, where 8 bits alone would be 0.03
    ['horowitz-45nm-int8', 0.1 + 0.003],
    ['horowitz-45nm-int8-updates', 0.1 + 0.003 + 0.408],
    ['loihi-sop', 23.6],
    ['loihi-updates', 23.6 + 3.24],
  ])('by %s', (name, millijoules) => {
    expect(energyMillijoules(counts, energyModel(name))).toBeCloseTo(millijoules, 12);
  });

  it('is by TrueNorth synaptic operations where nothing is said', () => {
    expect(DEFAULT_ENERGY_MODEL.name).toBe('truenorth-sop');
    expect(energyMillijoules(counts)).toBe(energyMillijoules(counts, energyModel('truenorth-sop')));
  });

  it('is nothing for no events', () => {
    for (const model of ENERGY_MODELS) {
      const none = { spikes: 0, synapticOperations: 0, analogMultiplyAccumulates: 0, neuronUpdates: 0 };
      expect(energyMillijoules(none, model)).toBe(0);
    }
  });

  it('refuses impossible counts', () => {
    expect(() => energyMillijoules({ ...counts, spikes: -1 })).toThrow(/number of spikes/);
    expect(() => energyMillijoules({ ...counts, synapticOperations: Number.NaN })).toThrow(/synaptic/);
    expect(() => energyMillijoules({ ...counts, analogMultiplyAccumulates: Infinity })).toThrow(UserError);
    expect(() => energyMillijoules({ ...counts, neuronUpdates: -1 })).toThrow(/neuron updates/);
  });

  it('needs neuron updates only where the model prices them', () => {
    const { neuronUpdates, ...others } = counts;
    expect(energyMillijoules(others, energyModel('loihi-sop'))).toBeCloseTo(23.6, 12);
    expect(() => energyMillijoules(others, energyModel('loihi-updates'))).toThrow(
      new UserError("energy model 'loihi-updates' prices neuron updates: give how many there were"),
    );
  });

  it.each<[string, unknown, RegExp]>([
    ['nothing in it', {}, /^an energy model's picojoulesPerSpike is a number of 0 or more, not undefined$/],
    [
      'a price that is text',
      { ...DEFAULT_ENERGY_MODEL, picojoulesPerSpike: '1' },
      /picojoulesPerSpike .*, not 1$/,
    ],
    [
      'a negative price',
      { ...DEFAULT_ENERGY_MODEL, picojoulesPerNeuronUpdate: -1 },
      /NeuronUpdate .*, not -1$/,
    ],
    [
      'an infinite price',
      { ...DEFAULT_ENERGY_MODEL, picojoulesPerSynapticOperation: Infinity },
      /not Infinity$/,
    ],
    [
      'no price for the trained network',
      { ...DEFAULT_ENERGY_MODEL, picojoulesPerMultiplyAccumulate: undefined },
      /^an energy model's picojoulesPerMultiplyAccumulate is a number of 0 or more, or null/,
    ],
    [
      'a misspelt price',
      { ...DEFAULT_ENERGY_MODEL, picojoulePerSpike: 1 },
      /^there is no price "picojoulePerSpike": did you mean "picojoulesPerSpike"\?$/,
    ],
    ['no object', 7, /^an energy model is a name, or an object/],
  ])('refuses a model with %s', (_, model, message) => {
    expect(() => checkEnergyModel(model)).toThrow(UserError);
    expect(() => checkEnergyModel(model)).toThrow(message);
  });

  it('is never NaN for a model that lacks a price', () => {
    expect(() => energyMillijoules(counts, {} as EnergyModel)).toThrow(/picojoulesPerSpike/);
    expect(() => annEnergyMillijoules(1, {} as EnergyModel)).toThrow(/picojoulesPerSpike/);
  });
});

describe('energy of the trained network', () => {
  it('is 2.56 mJ for 555.5 million float32 multiply-accumulates at 45 nm', () => {
    expect(annEnergyMillijoules(555.5e6, energyModel('horowitz-45nm-fp32'))).toBeCloseTo(2.5553, 4);
    expect(annEnergyMillijoules(555.5e6, energyModel('horowitz-45nm-int8'))).toBeCloseTo(0.16665, 6);
  });

  it('is refused where the hardware runs no such network', () => {
    for (const name of ['truenorth-sop', 'akagi2021-spike', 'loihi-sop', 'loihi-updates']) {
      expect(() => annEnergyMillijoules(1, energyModel(name))).toThrow(
        /has no energy per multiply-accumulate/,
      );
    }
    expect(() => annEnergyMillijoules(-1, energyModel('horowitz-45nm-fp32'))).toThrow(UserError);
  });
});

it('names the models there are when asked for another', () => {
  expect(() => energyModel('constructor')).toThrow(
    new UserError(
      "there is no energy model 'constructor'; choose from truenorth-sop, akagi2021-spike, horowitz-45nm-fp32, horowitz-45nm-int8, horowitz-45nm-int8-updates, loihi-sop, loihi-updates",
    ),
  );
});

it('gives every model a name of its own', () => {
  expect(new Set(ENERGY_MODELS.map((model) => model.name)).size).toBe(ENERGY_MODELS.length);
});
