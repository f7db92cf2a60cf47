/** Reading results.json: what an evaluation writes comes back, and nothing else gets through. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accuracyFigure } from '../../../lab/report/accuracy-figure.js';
import { readResults } from '../../../lab/report/read.js';
import { savingFigure } from '../../../lab/report/saving-figure.js';
import { forgettingsOf } from '../../../lab/report/select.js';
import { summary } from '../../../lab/report/summary.js';
import { curvesTable } from '../../../lab/report/tables.js';
import { targetFigure } from '../../../lab/report/target-figure.js';
import { UserError } from '../../../src/errors.js';
import { type SyntheticOptions, syntheticResults } from '../../support/results.js';

const SMALL = { rows: [1, 4, 9], heads: 2, rules: ['energy', 'schedule'], images: 500 } as const;
const FORGETTING = { ...SMALL, forgetting: 8 };
const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** A path into the document, such as ['curves', 0, 'correct']. */
type Path = readonly (string | number)[];
type Container = Record<string | number, unknown>;

/** A copy of small results in which the value at a path is another; undefined takes the field out. */
function changed(path: Path, value: unknown, options: SyntheticOptions = SMALL): unknown {
  const root = structuredClone(syntheticResults(options)) as unknown as Container;
  const parent = path.slice(0, -1).reduce<Container>((node, key) => node[key] as Container, root);
  parent[path.at(-1)!] = value;
  return root;
}

/** Paths of all values in the document, at any depth. */
function pathsIn(node: unknown, path: Path = []): Path[] {
  if (typeof node !== 'object' || node === null) return [path];
  const entries = Object.entries(node).map(([key, value]): [string | number, unknown] => {
    return [Array.isArray(node) ? Number(key) : key, value];
  });
  return [...(path.length > 0 ? [path] : []), ...entries.flatMap(([key, v]) => pathsIn(v, [...path, key]))];
}

describe('readResults', () => {
  it('gives back what was written', () => {
    const results = syntheticResults({
      ...SMALL,
      rules: ['energy', 'schedule', 'fixed', 'area', 'evidence'],
      forgetting: 16,
    });
    expect(readResults(bytesOf(results))).toEqual(results);
  });

  const energy = { value: 1, low: 1, high: 1 };
  const cases: [string, Path, unknown, RegExp][] = [
    ['another format', ['format'], 'snnwasm-results-2', /format must be "snnwasm-results-1"/],
    ['a field too few', ['layers'], undefined, /lacks the field "layers"/],
    ['a field too many', ['settings', 'speed'], 1, /settings has an unknown field "speed"/],
    ['a text for a number', ['data', 'images'], '500', /data\.images must be an integer/],
    ['no images', ['data', 'images'], 0, /data\.images must be an integer from 1/],
    ['a hash of another length', ['model', 'sha256'], 'abc', /model\.sha256 must be 64 hexadecimal digits/],
    ['a word for true', ['data', 'mirrored'], 'yes', /data\.mirrored must be true or false/],
    ['rows that fall', ['rows'], [1, 9, 4], /rows must rise/],
    ['a row beyond the end', ['rows', 2], 10, /rows\[2\] must be an integer from 1 to 9/],
    ['no rows', ['rows'], [], /rows must have 1 to 9 elements, but has 0/],
    ['a target that is not ANN - 1 %', ['targetAccuracy'], 0.7, /targetAccuracy must be ann\.accuracy/],
    ['no energy by the default model', ['ann', 'energyMillijoules'], {}, /lacks the field "truenorth-sop"/],
    ['an odd energy model', ['ann', 'energyMillijoules', 'a b'], 1, /must have a name of letters/],
    ['no curves', ['curves'], [], /curves must have 1 to/],
    ['a final prediction with a head', ['curves', 1, 'kind'], 'final', /curves\[1\]\.head must be null/],
    ['a fused curve without a rule', ['curves', 1, 'rule'], null, /rule must be the name of a rule/],
    ['two curves of one head', ['curves', 2], syntheticResults(SMALL).curves[1], /a curve before it/],
    ['a strength for the final prediction', ['curves', 0, 'strength'], 1, /strength must be null/],
    ['one strength for a schedule', ['curves', 3, 'strength'], 1, /curves\[3\]\.strength must be a list/],
    ['no forgetting', ['curves', 0, 'forgetting'], undefined, /curves\[0\] lacks the field "forgetting"/],
    ['a forgetting below 0', ['curves', 0, 'forgetting'], -1, /forgetting must be an integer from 0 to 16/],
    ['a forgetting above 16', ['targets', 0, 'forgetting'], 17, /forgetting must be an integer from 0 to 16/],
    ['half a forgetting', ['curves', 0, 'forgetting'], 0.5, /forgetting must be an integer/],
    ['a forgetting that is a text', ['curves', 0, 'forgetting'], '8', /forgetting must be an integer/],
    ['a row too few', ['curves', 0, 'spikes'], [1, 2], /curves\[0\]\.spikes must have 3 elements/],
    ['counts that fall', ['curves', 0, 'spikes'], [2, 1, 3], /spikes adds up over time, but falls in row 1/],
    [
      'more right than images',
      ['curves', 0, 'correct', 0],
      501,
      /correct\[0\] must be an integer from 0 to 500/,
    ],
    [
      'an accuracy of other counts',
      ['curves', 0, 'correct', 1],
      499,
      /accuracy must be correct \/ images, but/,
    ],
    ['an interval upside down', ['ann', 'accuracy', 'low'], 1, /ann\.accuracy has low 1 above high/],
    ['an unknown curve as target', ['targets', 0, 'block'], 3, /targets\[0\] must be of one curve/],
    [
      'a target twice',
      ['targets', 1],
      syntheticResults(SMALL).targets[0],
      /targets\[1\] must be of one curve/,
    ],
    ['a target between rows', ['targets', 0, 'timesteps'], 5, /timesteps must be one of the rows/],
    [
      'an energy without timesteps',
      ['targets', 0, 'energyMillijoules'],
      energy,
      /has an energy without timesteps/,
    ],
    ['a saving without energy', ['targets', 0, 'saving'], energy, /has a saving without an energy/],
    [
      'a layer without neurons',
      ['layers', 0, 'neurons'],
      0,
      /layers\[0\]\.neurons must be an integer from 1/,
    ],
    ['a newline in a name', ['layers', 0, 'name'], 'a\nb', /layers\[0\]\.name must be printable text/],
  ];
  it.each(cases)('refuses %s', (_, path, value, message) => {
    expect(() => readResults(bytesOf(changed(path, value)), 'r.json')).toThrow(message);
    expect(() => readResults(bytesOf(changed(path, value)), 'r.json')).toThrow(/^r\.json is invalid: .+$/);
  });

  it.each([0, 8])('refuses results without the final prediction with forgetting %d', (missing) => {
    const results = syntheticResults(FORGETTING);
    const curves = results.curves.filter(
      ({ kind, forgetting }) => kind !== 'final' || forgetting !== missing,
    );
    expect(() => readResults(bytesOf({ ...results, curves, targets: [] }))).toThrow(
      `curves lacks the final prediction alone with forgetting ${missing}`,
    );
  });

  it('refuses more than one forgetting beside 0', () => {
    const results = syntheticResults(FORGETTING);
    const more = results.curves.filter(({ forgetting }) => forgetting > 0);
    const curves = [...results.curves, ...more.map((curve) => ({ ...curve, forgetting: 3 }))];
    expect(() => readResults(bytesOf({ ...results, curves }))).toThrow(
      'curves has more than one forgetting beside 0: 8, 3',
    );
  });

  it('refuses a target of a curve with another forgetting', () => {
    const results = syntheticResults(FORGETTING);
    const targets = results.targets.map((target) => ({ ...target, forgetting: 0 }));
    expect(() => readResults(bytesOf({ ...results, targets }))).toThrow(
      /must be of one curve with its kind, head/,
    );
  });

  it('refuses savings without a baseline, but not those of one that does not reach the target', () => {
    const results = syntheticResults({ forgetting: 8 });
    const [baseline, ...others] = results.targets;
    expect(() => readResults(bytesOf({ ...results, targets: others }))).toThrow(
      'targets has a saving, but no target of the final prediction alone without forgetting',
    );
    const targets = [{ ...baseline!, timesteps: null, energyMillijoules: null }, ...others];
    expect(readResults(bytesOf({ ...results, targets })).targets).toEqual(targets);
  });

  it.each([
    ['', 'results.json is not valid JSON'],
    ['{"format": ', 'results.json is not valid JSON'],
    ['[1, 2]', 'results.json is invalid: it must be a map, but is a list of 2'],
    ['{"name": "a package"}', 'results.json is invalid: it lacks the field "format"'],
    ['{"format": 1, "format": 2}', 'results.json has the key "format" twice'],
    ['['.repeat(100_000), 'results.json nests more than 16 levels of JSON'],
  ])('refuses %.30s', (text, message) => {
    expect(() => readResults(new TextEncoder().encode(text))).toThrow(new UserError(message));
  });

  it('answers any change of any value with one line or with results that can be used', () => {
    const paths = pathsIn(syntheticResults(FORGETTING));
    let refused = 0;
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue({ maxDepth: 2 }), (path, value) => {
        try {
          const results = readResults(bytesOf(changed(path, value, FORGETTING)));
          curvesTable(results);
          summary(results);
          for (const forgetting of forgettingsOf(results)) accuracyFigure(results, forgetting);
          targetFigure(results);
          savingFigure(results);
        } catch (error) {
          refused++;
          expect(error).toBeInstanceOf(UserError);
          expect((error as Error).message).toMatch(/^[\x20-\x7e\u0080-\uffff]{1,400}$/);
        }
      }),
      { numRuns: 400 },
    );
    expect(refused).toBeGreaterThan(200);
  });
});
