/**
 * The benchmark: that what it compares computes the same, that what it forces and generates is what it says, and that
 * every part runs and writes what it promises. Nothing here looks at a time.
 */
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { checkSameSpikes } from '../bench/baselines/check.js';
import { DenseBaseline } from '../bench/baselines/dense.js';
import { EventDrivenBaseline } from '../bench/baselines/event-driven.js';
import { steadyThroughput } from '../bench/hosts/share.js';
import type { BenchResult, Part } from '../bench/measure/result.js';
import { timeRow } from '../bench/measure/rows.js';
import { quantile, summarise } from '../bench/measure/statistics.js';
import { measureTogether } from '../bench/measure/together.js';
import { PARTS } from '../bench/parts/all.js';
import { BASELINE, measureBefore } from '../bench/parts/before.js';
import { measureCoding } from '../bench/parts/coding.js';
import { measureGrowth } from '../bench/parts/growth.js';
import { measureKernels } from '../bench/parts/kernels.js';
import { measureLayers } from '../bench/parts/layers.js';
import { measureNetwork } from '../bench/parts/network.js';
import type { Workplace } from '../bench/parts/workplace.js';
import { checkpointOf } from '../bench/peers/checkpoint.js';
import { comparisonFigure } from '../bench/report/comparison-figure.js';
import { kernelsFigure } from '../bench/report/kernels-figure.js';
import { readBenchResult } from '../bench/report/read.js';
import { formatPart, formatResult } from '../bench/report/table.js';
import { QUICK } from '../bench/settings.js';
import { EngineRun } from '../bench/workload/engine-run.js';
import { forcedInput, forcedNetwork } from '../bench/workload/forced.js';
import { generatedNetwork, spikingAtRates } from '../bench/workload/generated.js';
import { benchImages, networkInputs } from '../bench/workload/images.js';
import { renderSvg } from '../lab/report/render.js';
import { foldBatchNormalisation } from '../src/convert/fold.js';
import { networkFromCheckpoint } from '../src/convert/resnet.js';
import { Simulation } from '../src/engine/simulation.js';
import { readSafetensors } from '../src/file/safetensors.js';
import type { SpikingNetwork } from '../src/graph/network.js';
import { kernelModule } from '../src/host/node/kernels.js';
import { loadModelFile, paperModelPath } from '../src/host/node/models.js';
import { fromRgba } from '../src/picture/pixel-image.js';
import { arbitraryNetwork, buildNetwork } from './generate.js';
import { randomInput } from './reference/random-network.js';
import { tiny } from './support/tiny.js';

const SHORT = { rounds: 2, iterations: 1, warmup: 1 } as const;
const BRIEF = { ...QUICK, engine: SHORT, passes: SHORT, timesteps: 8, processes: 1, images: 1 } as const;
const module = await kernelModule();

/** A network for pictures, small enough for milliseconds. */
const small = buildNetwork({
  seed: 3,
  input: { channels: 3, height: 8, width: 8 },
  stem: { channels: 8, kernel: 3, stride: 1 },
  unpadded: false,
  blocks: [
    { channels: 8, stride: 1, kernel: 3, head: true },
    { channels: 16, stride: 2, kernel: 3, head: false },
  ],
  classes: 5,
  propagation: 'synchronous',
});
const image = fromRgba({
  width: 8,
  height: 8,
  data: Uint8ClampedArray.from({ length: 256 }, (_, i) => (i * 37) % 256),
});

async function started(network: SpikingNetwork, input: Int16Array): Promise<Simulation> {
  const simulation = await Simulation.create(module, network);
  simulation.start(input, {
    heads: [network.heads.length - 1],
    propagation: 'synchronous',
    initialPotential: 0.5,
  });
  return simulation;
}

describe('the JavaScript baselines', () => {
  it("emit the engine's spikes on any network", async () => {
    let spikes = 0;
    await fc.assert(
      fc.asyncProperty(arbitraryNetwork(), fc.nat(), async (network, seed) => {
        const input = randomInput(network, seed);
        const baselines = {
          dense: new DenseBaseline(network, input, 0.5),
          'event-driven': new EventDrivenBaseline(network, input, 0.5),
        };
        spikes += checkSameSpikes(await started(network, input), baselines, 10);
      }),
      { numRuns: 40 },
    );
    expect(spikes).toBeGreaterThan(10_000);
  });

  it.each([
    ['dense', DenseBaseline],
    ['event-driven', EventDrivenBaseline],
  ])('are found out when they do not: %s', async (name, Baseline) => {
    const populations = small.populations.map((population, index) =>
      index === 2
        ? { ...population, threshold: population.threshold.map((value) => value + 40) }
        : population,
    );
    const input = networkInputs(small, [image])[0]!;
    const wrong = { [name]: new Baseline({ ...small, populations }, input, 0.5) };
    const simulation = await started(small, input);
    expect(() => checkSameSpikes(simulation, wrong, 16)).toThrow(
      `${name} does not compute the engine's spikes: population 2`,
    );
  });
});

describe('statistics', () => {
  it('interpolate between neighbours', () => {
    expect(quantile([1, 2, 4], 0.5)).toBe(2);
    expect(quantile([1, 2, 4], 0.75)).toBe(3);
    expect(summarise([5, 1, 3, 2, 4])).toEqual({ median: 3, p10: 1.4, p25: 2, p75: 4, p90: 4.6, samples: 5 });
    expect(() => summarise([])).toThrow('nothing was measured');
  });

  it('run every task in every round, in turn', async () => {
    const calls: string[] = [];
    const tasks = ['a', 'b'].map((name) => ({
      name,
      run: () => void calls.push(name),
      before: () => void calls.push(`before ${name}`),
      after: () => void calls.push(`after ${name}`),
    }));
    const rounds = await measureTogether(tasks, { rounds: 2, iterations: 2, warmup: 0 });
    const one = (name: string) => [`before ${name}`, name, `after ${name}`];
    const a = [...one('a'), ...one('a')];
    const b = [...one('b'), ...one('b')];
    expect(calls).toEqual([...a, ...b, ...b, ...a]);
    expect([...rounds.values()].map((list) => list.map(({ length }) => length))).toEqual([
      [2, 2],
      [2, 2],
    ]);
  });

  it('count images while all workers are busy', () => {
    const finished = [
      ...[0, 100, 200, 300].map((at) => ({ worker: 1, at, choice: 0 })),
      ...[150, 200, 250].map((at) => ({ worker: 2, at, choice: 0 })),
    ];
    // Between 150 and 250 ms the first worker does one image and the second two.
    expect(steadyThroughput(finished)).toBeCloseTo(30);
    expect(() => steadyThroughput([{ worker: 1, at: 0, choice: 0 }])).toThrow('never busy together');
  });
});

describe('workloads', () => {
  const source = { channels: 64, height: 8, width: 8 };

  it.each([0, 0.01, 0.1, 0.5])('force a rate of %d', async (rate) => {
    const synapses = { kind: 'convolution', channels: 32, kernel: 3, stride: 1 } as const;
    const options = { inputs: [forcedInput(source, rate)], timesteps: 512, settling: 64 };
    const run = await EngineRun.create(module, forcedNetwork(source, { synapses }), options);
    const task = run.task('forced');
    for (let call = 0; call < 32; call++) {
      task.before?.();
      task.run();
      task.after?.();
    }
    expect(Math.abs(run.rateOf(0) - rate)).toBeLessThan(0.05 * rate + 1e-9);
    expect(run.rateOf(1)).toBe(0);
    expect(run.rateOf(2)).toBe(0);
    // A spike reaches 7.56 of 9 windows on average over 8x8 pixels.
    const reach = (22 / 8) ** 2 * 32;
    expect(Math.abs(run.operationsOf(1) - rate * 4096 * reach)).toBeLessThan(
      0.06 * rate * 4096 * reach + 1e-9,
    );
  });

  it('generate networks that fire at the rates asked for', async () => {
    const trained = generatedNetwork({ width: 16, extent: 16, classes: 3 });
    const random = randomInput({ ...small, input: trained.input }, 5);
    const normalised = Float32Array.from(random, (value) => value / 300);
    const rates = [0.02, 0.1, 0.3];
    const networks = await spikingAtRates(module, trained, normalised, rates);
    for (const [index, network] of networks.entries()) {
      const input = Int16Array.from(normalised, (value) =>
        Math.round(value * 2 ** network.inputFractionBits),
      );
      const run = await EngineRun.create(module, network, { inputs: [input], timesteps: 256, settling: 64 });
      const task = run.task('generated');
      for (let call = 0; call < 24; call++) {
        task.run();
        task.after?.();
      }
      expect(Math.abs(run.rate / rates[index]! - 1)).toBeLessThan(0.25);
    }
  });

  it('write the trained network as a checkpoint that the converter reads back', () => {
    const folded = foldBatchNormalisation(tiny);
    const read = foldBatchNormalisation(networkFromCheckpoint(readSafetensors(checkpointOf(folded))));
    expect(read.populations.map(({ name }) => name)).toEqual(folded.populations.map(({ name }) => name));
    read.populations.forEach((population, index) => {
      const expected = folded.populations[index]!;
      population.synapses.forEach((synapses, position) => {
        const other = expected.synapses[position]!;
        if (synapses.kind !== 'convolution' || other.kind !== 'convolution') {
          expect(synapses).toEqual(other);
          return;
        }
        expect({ ...synapses, weights: null }).toEqual({ ...other, weights: null });
        expect(largestDifference(synapses.weights, other.weights)).toBeLessThan(1e-6);
      });
      expect(largestDifference(population.bias, expected.bias)).toBeLessThan(1e-6);
    });
    expect(read.heads).toEqual(folded.heads);
  });
});

function largestDifference(one: Float32Array, other: Float32Array): number {
  expect(one.length).toBe(other.length);
  return one.reduce((largest, value, index) => Math.max(largest, Math.abs(value - other[index]!)), 0);
}

describe('parts', () => {
  const inputs = networkInputs(small, [image]);
  const shapes = [
    {
      source: { channels: 8, height: 4, width: 4 },
      synapses: [
        { kind: 'convolution', channels: 8, kernel: 3, stride: 1 },
        { kind: 'per-channel' },
        { kind: 'depthwise', kernel: 3, stride: 1 },
        { kind: 'dense', channels: 8 },
      ] as const,
    },
  ];
  let shipped: Workplace;
  beforeAll(async () => {
    const network = await loadModelFile(paperModelPath());
    const { images } = await benchImages(1);
    shipped = {
      module,
      network,
      images,
      inputs: networkInputs(network, images),
      settings: BRIEF,
      versions: {},
    };
  });

  it('network', async () => {
    const part = await measureNetwork(module, { network: small, images: [image], inputs }, BRIEF);
    expectSound(part, 7);
    expect(part.notes.join()).toMatch(
      /[1-9]\d* spikes of 2 timesteps, all layers: engine, dense and event-driven/,
    );
    expect(part.rows[0]!.operations).toBeGreaterThan(0);
  });

  it('before', async () => {
    expect(await measureBefore(shipped)).toMatchObject({
      rows: [],
      skipped: [expect.stringContaining(BASELINE)],
    });
    vi.stubEnv(BASELINE, join(import.meta.dirname, '..'));
    const part = await measureBefore(shipped);
    vi.stubEnv(BASELINE, import.meta.dirname);
    await expect(measureBefore(shipped)).rejects.toThrow('is no checkout of snnwasm');
    vi.unstubAllEnvs();
    expectSound(part, 2);
    expect(part.notes[0]).toMatch(/^[1-9]\d{4,} spikes of 8 timesteps/);
    expect(part.rows[0]!.operations).toBe(part.rows[1]!.operations);
  });

  it('coding', async () => {
    const part = await measureCoding(shipped);
    expectSound(part, 3);
    const [rate, radix, trained] = part.rows.map(({ operations }) => operations!);
    expect(rate).toBeGreaterThan(radix!);
    expect(radix).toBeGreaterThan(2 * trained!);
  });

  it('layers', async () => {
    const part = await measureLayers(module, small, inputs[0]!, 8, SHORT);
    expectSound(part, small.populations.length);
    const sets = small.populations.reduce((sum, { synapses }) => sum + synapses.length, -1);
    expect(part.rows.filter(({ name }) => name.endsWith('as layer'))).toHaveLength(sets);
  });

  it('kernels', async () => {
    const part = await measureKernels(module, { measure: SHORT, rates: [0.1, 0.5], shapes });
    expectSound(part, 21);
    const spikes = (kernel: string) => {
      const row = part.rows.find(({ facts }) => facts?.kernel === kernel)!;
      return [row.operations!, (row.facts!.rate as number) * 128] as const;
    };
    const [perChannel, emitted] = spikes('per-channel');
    expect(perChannel).toBeCloseTo(emitted, 6);
    // Weights of 0 are no synapses: of 8 a spike, next to all are there.
    const [dense, all] = spikes('dense');
    expect(dense / (8 * all)).toBeGreaterThan(0.97);
    expect(dense / (8 * all)).toBeLessThanOrEqual(1);
    // 3x3 over 4x4 pixels: (10 / 4) squared synapses a spike, on average.
    const [depthwise, own] = spikes('depthwise');
    expect(depthwise / own).toBeGreaterThan(5.5);
    expect(depthwise / own).toBeLessThan(7);
  });

  it('growth', async () => {
    const base = { width: 8, extent: 16, rate: 0.1 };
    const sizes = { base, rates: [0.1], widths: [4, 8], extents: [32], timesteps: [1, 9] };
    const part = await measureGrowth(module, small, image, { ...sizes, measure: SHORT });
    expectSound(part, 6);
    const operations = (name: string) => part.rows.find((row) => row.name === name)!.operations!;
    expect(operations('width 8')).toBeGreaterThan(operations('width 4'));
    expect(operations('9 timesteps')).toBeGreaterThan(operations('1 timestep'));
  });

  it('limit', async () => {
    const part = await PARTS.limit!(shipped);
    expectSound(part, 6);
    expect(part.rows.every(({ gigaOperationsPerSecond }) => gigaOperationsPerSecond! > 0)).toBe(true);
  });

  it('cores', { timeout: 300_000 }, async () => {
    const part = await PARTS.cores!(shipped);
    expectSound(part, 4);
    expect(part.rows.slice(0, 4).map(({ facts }) => facts?.workers)).toEqual([1, 2, 1, 2]);
    expect(part.rows.length + part.skipped.length).toBeGreaterThanOrEqual(5);
    const memory = part.rows.slice(0, 4).map(({ facts }) => facts?.wasmMebibytes as number);
    expect(memory[1]).toBeCloseTo(2 * memory[0]!, 0);
    expect(memory[3]).toBeLessThan(memory[1]! - 10);
  });

  it('startup', { timeout: 300_000 }, async () => {
    expectSound(await PARTS.startup!(shipped), 10);
  });

  it('hosts', { timeout: 600_000 }, async () => {
    const part = await PARTS.hosts!(shipped);
    expectSound(part, 10);
    expect(part.notes.join()).toContain('the same spikes');
  });
});

/** Every number is one, every row has its own name, JSON holds everything, and the table shows it. */
function expectSound(part: Part, rows: number): void {
  expect(part.rows.length).toBeGreaterThanOrEqual(rows);
  expect(new Set(part.rows.map(({ name }) => name)).size).toBe(part.rows.length);
  for (const { name, summary, operations } of part.rows) {
    const { p10, p25, median, p75, p90, samples } = summary;
    expect([p10, p25, median, p75, p90].every(Number.isFinite), name).toBe(true);
    expect([p10, p25, median, p75, p90], name).toEqual([p10, p25, median, p75, p90].sort((a, b) => a - b));
    expect(samples, name).toBeGreaterThan(0);
    if (operations !== undefined) expect(operations, name).toBeGreaterThanOrEqual(0);
  }
  expect(JSON.parse(JSON.stringify(part))).toEqual(part);
  if (part.reference !== undefined) expect(part.rows.map(({ name }) => name)).toContain(part.reference);
  const text = formatPart(part, 30);
  for (const { name } of part.rows) expect(text).toContain(name);
}

describe('the report', () => {
  const part = (name: string, ...rows: Part['rows']): Part => ({
    name,
    title: name,
    notes: [],
    rows,
    skipped: [],
  });
  const kernels = [0.01, 0.1].map((rate) =>
    timeRow(`64 @ 32x32, ${rate * 100} %: 3x3 to 64`, 'timestep', [1, 2, 3], 2e7, {
      kernel: 'convolution',
      rate,
    }),
  );
  const result: BenchResult = {
    format: 'snnwasm-bench-1',
    created: '2026-01-01T00:00:00.000Z',
    machine: { cpu: 'a <processor>', cores: 2, memoryGibibytes: 4, system: 'none', load: [0, 0] },
    versions: { node: '20.0.0' },
    model: { name: 'a model', sha256: 'ab', bytes: 1 },
    kernels: { sha256: 'cd', bytes: 1 },
    images: { source: 'none', count: 0 },
    settings: 'quick',
    parts: [
      part('limit', timeRow('listed rows, first-level cache', 'call', [1], 4e7)),
      part(
        'network',
        timeRow('snnwasm, first image alone', 'timestep', [3, 4, 5], 3.6e7),
        timeRow('plain JavaScript, dense', 'timestep', [400]),
      ),
      part('kernels', ...kernels),
    ],
  };

  it('shows speeds in percent of the limit', () => {
    const text = formatResult(result);
    expect(text).toMatch(/snnwasm, first image alone +4\.00 ms +3\.20 - 4\.80 +timestep +9\.00 +23 %/);
    expect(text).toMatch(/3x3 to 64 +2\.00 ms .* 10\.00 +25 %/);
  });

  it('gives no speed to a difference below the noise', () => {
    expect(timeRow('x', 'timestep', [-1, -1, 2], 5)).not.toHaveProperty('gigaOperationsPerSecond');
  });

  it('is drawn from its own JSON', async () => {
    const read = readBenchResult(JSON.stringify(result), 'bench.json');
    expect(read).toEqual(result);
    const comparison = await renderSvg(comparisonFigure(read));
    for (const words of ['4.00 ms', '400 ms', 'JavaScript, dense', 'One timestep of one image']) {
      expect(comparison).toContain(words);
    }
    expect(comparison).not.toContain('snnTorch');
    expect(await renderSvg(kernelsFigure(read))).toContain('64 channels, 32x32');
  });

  it('says what is missing', () => {
    expect(() => readBenchResult('{', 'a.json')).toThrow('a.json is not JSON');
    expect(() => readBenchResult('{"format": 1}', 'a.json')).toThrow('its format is no snnwasm-bench-1');
    expect(() => comparisonFigure({ ...result, parts: [] })).toThrow('were not measured');
    expect(() => kernelsFigure({ ...result, parts: [] })).toThrow('the part kernels was not measured');
  });
});
