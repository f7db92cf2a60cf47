/** Energy models: the arithmetic, the constants against their sources, and what is refused. */
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import {
  annEnergyMillijoules,
  DEFAULT_ENERGY_MODEL,
  ENERGY_MODELS,
  energyMillijoules,
  energyModel,
} from '../../src/run/energy.js';

const counts = { spikes: 2e6, synapticOperations: 1e9, analogMultiplyAccumulates: 1e7 };

describe('energy of the spiking network', () => {
  it.each([
    ['truenorth-sop', 26],
    ['akagi2021-spike', 0.052],
    ['horowitz-45nm-fp32', 0.9 + 0.046],
    ['horowitz-45nm-int8', 0.03 + 0.0023],
    ['loihi-sop', 23.6],
  ])('by %s', (name, millijoules) => {
    expect(energyMillijoules(counts, energyModel(name))).toBeCloseTo(millijoules, 12);
  });

  it('is by TrueNorth synaptic operations where nothing is said', () => {
    expect(DEFAULT_ENERGY_MODEL.name).toBe('truenorth-sop');
    expect(energyMillijoules(counts)).toBe(energyMillijoules(counts, energyModel('truenorth-sop')));
  });

  it('is nothing for no events', () => {
    for (const model of ENERGY_MODELS) {
      const none = { spikes: 0, synapticOperations: 0, analogMultiplyAccumulates: 0 };
      expect(energyMillijoules(none, model)).toBe(0);
    }
  });

  it('refuses impossible counts', () => {
    expect(() => energyMillijoules({ ...counts, spikes: -1 })).toThrow(/number of spikes/);
    expect(() => energyMillijoules({ ...counts, synapticOperations: Number.NaN })).toThrow(/synaptic/);
    expect(() => energyMillijoules({ ...counts, analogMultiplyAccumulates: Infinity })).toThrow(UserError);
  });
});

describe('energy of the trained network', () => {
  it('is 2.56 mJ for 555.5 million float32 multiply-accumulates at 45 nm', () => {
    expect(annEnergyMillijoules(555.5e6, energyModel('horowitz-45nm-fp32'))).toBeCloseTo(2.5553, 4);
    expect(annEnergyMillijoules(555.5e6, energyModel('horowitz-45nm-int8'))).toBeCloseTo(0.127765, 6);
  });

  it('is refused where the hardware runs no such network', () => {
    for (const name of ['truenorth-sop', 'akagi2021-spike', 'loihi-sop']) {
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
      "there is no energy model 'constructor'; choose from truenorth-sop, akagi2021-spike, horowitz-45nm-fp32, horowitz-45nm-int8, loihi-sop",
    ),
  );
});

it('gives every model a name of its own', () => {
  expect(new Set(ENERGY_MODELS.map((model) => model.name)).size).toBe(ENERGY_MODELS.length);
});
