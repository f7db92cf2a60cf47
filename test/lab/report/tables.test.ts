/** The tables of a report: what a program reads back from the CSV is what the results hold. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csv } from '../../../lab/report/csv.js';
import { curvesTable, layersTable, targetsTable } from '../../../lab/report/tables.js';
import { syntheticResults } from '../../support/results.js';

/** Records of an RFC 4180 text, read character by character. */
function parseCsv(content: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let position = 0;
  while (position < content.length) {
    let value = '';
    if (content[position] === '"') {
      for (position++; !(content[position] === '"' && content[position + 1] !== '"'); position++) {
        if (content[position] === '"') position++;
        value += content[position]!;
      }
      position++;
    } else {
      while (!',\r'.includes(content[position]!)) value += content[position++];
    }
    record.push(value);
    if (content[position] === ',') position++;
    else {
      expect(content.slice(position, position + 2)).toBe('\r\n');
      position += 2;
      records.push(record);
      record = [];
    }
  }
  return records;
}

/** Records by the names of their columns. */
function readTable(content: string): Record<string, string>[] {
  const [header, ...records] = parseCsv(content);
  return records.map((record) => {
    expect(record.length).toBe(header!.length);
    return Object.fromEntries(header!.map((name, column) => [name, record[column]!]));
  });
}

const numberOrNull = (cell: string): number | null => (cell === '' ? null : Number(cell));

describe('csv', () => {
  it('comes back as it was, whatever its fields hold', () => {
    const record = fc.array(fc.string({ unit: fc.constantFrom('a', '"', ',', '\r', '\n', ' ', 'é') }), {
      minLength: 2,
      maxLength: 2,
    });
    fc.assert(
      fc.property(fc.array(record), (records) => {
        const columns = [0, 1].map((index) => ({ name: `c${index}`, value: (r: string[]) => r[index]! }));
        expect(parseCsv(csv(columns, records))).toEqual([['c0', 'c1'], ...records]);
      }),
    );
  });

  it('writes all digits of numbers and nothing for null', () => {
    const columns = [{ name: 'x', value: (x: number | null) => x }];
    expect(csv(columns, [0.1 + 0.2, 1e-9, 2 ** 53, null])).toBe(
      'x\r\n0.30000000000000004\r\n1e-9\r\n9007199254740992\r\n\r\n',
    );
  });
});

describe('the tables', () => {
  const results = syntheticResults({
    rows: [1, 64, 512],
    rules: ['energy', 'schedule'],
    names: (block) => `"${block}", head`,
    forgetting: 8,
  });
  const { images } = results.data;

  it('hold every row of every curve', () => {
    const records = readTable(curvesTable(results));
    const expected = results.curves.flatMap((curve) =>
      results.rows.map((timestep, row) => ({ curve, timestep, row })),
    );
    expect(records).toHaveLength(expected.length);
    expected.forEach(({ curve, timestep, row }, index) => {
      const record = records[index]!;
      expect([record.kind, record.head, record.rule]).toEqual([
        curve.kind,
        curve.head ?? '',
        curve.rule ?? '',
      ]);
      expect([record.block, record.forgetting, record.timestep].map(Number)).toEqual([
        curve.block,
        curve.forgetting,
        timestep,
      ]);
      const strength = Array.isArray(curve.strength) ? curve.strength[row] : curve.strength;
      expect(numberOrNull(record.strength!)).toBe(strength);
      const { value, low, high } = curve.accuracy[row]!;
      expect([record.accuracy, record.accuracy_low, record.accuracy_high].map(Number)).toEqual([
        value,
        low,
        high,
      ]);
      expect(Number(record.spikes_per_image) * images).toBeCloseTo(curve.spikes[row]!, 3);
      expect(Number(record.synaptic_operations_per_image) * images).toBeCloseTo(
        curve.synapticOperations[row]!,
        0,
      );
      for (const [model, energies] of Object.entries(curve.energyMillijoules)) {
        expect(Number(record[`energy_mj_${model}`])).toBe(energies[row]);
      }
    });
  });

  it('hold every target, with empty fields where it is not reached', () => {
    const records = readTable(targetsTable(results));
    expect(records).toHaveLength(results.targets.length);
    results.targets.forEach((target, index) => {
      const record = records[index]!;
      expect([record.kind, record.head, record.rule]).toEqual([
        target.kind,
        target.head ?? '',
        target.rule ?? '',
      ]);
      expect(Number(record.forgetting)).toBe(target.forgetting);
      expect(numberOrNull(record.timesteps!)).toBe(target.timesteps);
      for (const [prefix, estimate] of [
        ['energy_mj', target.energyMillijoules],
        ['saving', target.saving],
      ] as const) {
        const cells = [record[prefix], record[`${prefix}_low`], record[`${prefix}_high`]];
        expect(cells.map((cell) => numberOrNull(cell!))).toEqual(
          estimate ? [estimate.value, estimate.low, estimate.high] : [null, null, null],
        );
      }
    });
    expect(records.some(({ timesteps }) => timesteps === '')).toBe(true);
  });

  it('hold every layer, whose rate is spikes of a neuron in a timestep', () => {
    const records = readTable(layersTable(results));
    expect(records).toHaveLength(results.layers.length * results.rows.length);
    const stem = records.find(({ layer, timestep }) => layer === 'stem' && timestep === '512');
    expect(Number(stem!.firing_rate)).toBeCloseTo(0.144, 9);
    expect(Number(stem!.spikes_per_image)).toBeCloseTo(0.144 * 65_536 * 512, 3);
    expect(Number(stem!.synaptic_operations_per_image)).toBeCloseTo(0.144 * 65_536 * 512 * 576, 1);
  });
});
