/** The schema: every setting is complete, its kind agrees with itself, and what it promises in words holds. */
import { describe, expect, it } from 'vitest';
import { CONVERT_SETTINGS } from '../../src/app/convert-options.js';
import { CLASSIFY_SETTINGS, classifySettings, STEP_SETTINGS, stepSettings } from '../../src/app/options.js';
import { ENERGY_MODELS } from '../../src/run/energy.js';
import type { Setting } from '../../src/settings/setting.js';
import { rgb } from '../support/rgb.js';

const schemas: Readonly<Record<string, Readonly<Record<string, Setting<unknown>>>>> = {
  steps: STEP_SETTINGS,
  convert: CONVERT_SETTINGS,
};
const all = Object.entries(schemas).flatMap(([schema, settings]) =>
  Object.entries(settings).map(([name, setting]) => [`${schema}.${name}`, setting] as const),
);

describe('every setting', () => {
  it.each(all)('%s is described in one line', (_, { help, kind, flag }) => {
    expect(help).toMatch(/^[^\n]{4,90}[^.\n]$/);
    expect(kind.expects).not.toBe('');
    if (flag !== null) expect(flag).toMatch(/^--[a-z-]+ <[a-z]+>$/);
  });

  it.each(all.filter(([, { kind }]) => kind.bounds !== undefined))(
    '%s takes the ends of its range and nothing beyond',
    (_, { kind, offered }) => {
      const { least, most } = kind.bounds!;
      const within = kind.accept(least) === undefined ? [0.001, 0.999] : [least, most];
      for (const value of within) {
        expect(kind.accept(value)).toBe(value);
        expect(kind.accept(kind.fromText(String(value)))).toBe(value);
      }
      for (const wrong of [least - 1, most + 1, Number.NaN, String(least), null, {}, [least]]) {
        expect(kind.accept(wrong)).toBeUndefined();
      }
      for (const wrong of ['', ' 1', '-1', '0x10', 'one', '1,5', 'Infinity']) {
        expect(kind.accept(kind.fromText(wrong))).toBeUndefined();
      }
      if (offered) {
        expect(kind.accept(offered.least)).toBe(offered.least);
        expect(kind.accept(offered.most)).toBe(offered.most);
      }
    },
  );

  it.each(all.filter(([, { kind }]) => kind.choices !== undefined))('%s takes its words', (_, { kind }) => {
    for (const word of kind.choices!) expect(kind.accept(kind.fromText(word))).toBe(word);
  });
});

describe('what holds where nothing is said', () => {
  it("is the model's, and what the help says", () => {
    const settings = classifySettings(rgb, {});
    expect(settings.timesteps).toBe(rgb.defaults.timesteps);
    expect(String(settings.top)).toBe(CLASSIFY_SETTINGS.top.otherwise);
    expect(String(settings.minimumTimesteps)).toBe(CLASSIFY_SETTINGS.minimumTimesteps.otherwise);
    expect(settings.energy.name).toBe(CLASSIFY_SETTINGS.energyModel.otherwise);
    expect(String(stepSettings(rgb, {}).every)).toBe(STEP_SETTINGS.every.otherwise);
    expect(settings.run).toEqual({});
  });

  it('holds for what is undefined too', () => {
    const given = { top: undefined, head: undefined, energyModel: undefined, signal: undefined };
    expect(classifySettings(rgb, given)).toEqual(classifySettings(rgb, {}));
  });

  it('looks at every timestep only where it may stop', () => {
    expect(classifySettings(rgb, {}).every).toBe(rgb.defaults.timesteps);
    expect(classifySettings(rgb, { stopWhenSure: 0.9 }).every).toBe(1);
  });
});

it('offers every energy model by name, and resolves it', () => {
  expect(CLASSIFY_SETTINGS.energyModel.kind.choices).toEqual(ENERGY_MODELS.map(({ name }) => name));
  for (const model of ENERGY_MODELS)
    expect(classifySettings(rgb, { energyModel: model.name }).energy).toBe(model);
});
