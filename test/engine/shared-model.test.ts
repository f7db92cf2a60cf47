/** One model in one memory: threads that share it compute what each would alone, and touch nothing but their own. */
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { planMemory, type Region } from '../../src/engine/plan.js';
import { type ModelShare, shareModel } from '../../src/engine/shared-model.js';
import { Simulation } from '../../src/engine/simulation.js';
import { canShareMemory } from '../../src/engine/wasm.js';
import { sizeOf } from '../../src/graph/extents.js';
import type { SpikingNetwork } from '../../src/graph/network.js';
import { sha256 } from '../../src/host/node/hash.js';
import { kernelModule, sharedKernelModule } from '../../src/host/node/kernels.js';
import { loadModelFile, paperModelPath } from '../../src/host/node/models.js';
import { runPool } from '../../src/host/node/pool.js';
import { arbitraryNetwork, uniform } from '../generate.js';
import { finished, start } from '../support/cli.js';
import { evaluationFolder } from '../support/evaluation.js';
import { rgb } from '../support/rgb.js';
import type { SharedJob, SharedResult } from '../support/shared-worker.js';
import { SpikeRecorder, spikesOf } from '../support/spikes.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const module = await kernelModule();
const shared = (await sharedKernelModule())!;
const sharedBytes = await readFile(createRequire(import.meta.url).resolve('snnwasm/snnwasm.shared.wasm'));

function inputsOf(network: SpikingNetwork, count: number, seed = 1): Int16Array[] {
  const random = uniform(seed);
  const input = () => Int16Array.from({ length: sizeOf(network.input) }, () => (random() - 0.5) * 1200);
  return Array.from({ length: count }, input);
}

const sharesOf = (network: SpikingNetwork, simulations: number): ModelShare[] =>
  shareModel(shared, network, simulations)!;

/** A copy of a part of the memory. */
const contentOf = ({ memory }: ModelShare, { first, end }: Region): Buffer =>
  Buffer.from(new Uint8Array(memory.buffer, first, end - first));

async function workerScript(): Promise<URL> {
  const script = join(await temporaryFolder(), 'worker.mjs');
  const entryPoints = [fileURLToPath(new URL('../support/shared-worker.ts', import.meta.url))];
  await build({ entryPoints, outfile: script, bundle: true, format: 'esm', platform: 'node' });
  return pathToFileURL(script);
}

describe('the binary for shared memory', () => {
  it('imports a shared memory and nothing else, and exports what the other one exports', () => {
    const imports = WebAssembly.Module.imports(shared);
    expect(imports).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }]);
    expect(WebAssembly.Module.exports(shared)).toEqual(WebAssembly.Module.exports(module));
    expect(WebAssembly.Module.imports(module)).toEqual([]);
    const own = new WebAssembly.Memory({ initial: 1, maximum: 1 });
    expect(() => new WebAssembly.Instance(shared, { env: { memory: own } })).toThrow(/shared/);
  });
});

describe('the parts of a memory', () => {
  it('lie behind one another and inside it, and nothing of one lies in another', () => {
    const property = fc.property(
      arbitraryNetwork({ channels: 140 }),
      fc.integer({ min: 1, max: 5 }),
      (network, simulations) => {
        const { constants, states, bytes } = planMemory(network, simulations);
        expect(states).toHaveLength(simulations);
        const regions: Region[] = [constants, ...states];
        regions.reduce((end, region) => {
          expect(region.first).toBeGreaterThanOrEqual(end);
          expect(region.first % 128).toBe(0);
          expect(region.end).toBeGreaterThan(region.first);
          return region.end;
        }, 65536);
        expect(bytes).toBeGreaterThanOrEqual(regions.at(-1)!.end);
        const inside = ({ first, end }: Region, addresses: readonly number[]) =>
          expect(addresses.every((address) => address >= first && address < end)).toBe(true);
        inside(constants, [
          ...constants.populations.flatMap(({ bias, threshold, synapses }) => [
            bias,
            threshold,
            ...synapses.map(({ weights }) => weights),
          ]),
          ...constants.populations.flatMap(({ synapses }) =>
            synapses.flatMap(({ fanOut, rowFanOut, columnFanOut }) =>
              // Those of the image have none.
              fanOut === 0 ? [] : [fanOut, rowFanOut, columnFanOut],
            ),
          ),
          ...constants.heads.flatMap(({ bias, threshold, weights, fanOut }) => [
            bias,
            threshold,
            weights,
            fanOut,
          ]),
        ]);
        for (const state of states) {
          const { network: record, order, image, sums, windowRows, accumulator, populations, heads } = state;
          const ofPopulations = populations.flatMap((at) => [at.record, at.synapses, at.membrane, at.mask]);
          const lists = populations.flatMap((at) => [at.list, at.rowStart, at.spikes, at.readers]);
          // The image's synapses count nothing.
          const crossed = populations.flatMap((at) => at.counters.filter((address) => address !== 0));
          const counters = [...populations, ...heads].flatMap((at) => [at.operations, at.allOperations]);
          const ofHeads = heads.flatMap((at) => [
            at.record,
            at.membrane,
            at.sums,
            at.pool,
            at.fired,
            at.input,
          ]);
          const scratch = [record, order, image, sums, windowRows, accumulator];
          inside(state, [...scratch, ...ofPopulations, ...lists, ...crossed, ...counters, ...ofHeads]);
        }
      },
    );
    fc.assert(property, { numRuns: 100 });
  });

  it('are written by their own simulation alone', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryNetwork({ channels: 70, extent: 7 }), fc.nat(), async (network, seed) => {
        const shares = sharesOf(network, 3);
        const simulations = await Promise.all(shares.map((share) => Simulation.of(share)));
        const inputs = inputsOf(network, 3, seed);
        simulations.forEach((simulation, index) => {
          const { constants, state } = shares[index]!.plan;
          const others = shares.filter((_, other) => other !== index).map(({ plan }) => plan.state);
          const parts: Region[] = [{ first: 0, end: constants.first }, constants, ...others];
          const before = parts.map((part) => contentOf(shares[0]!, part));
          const own = contentOf(shares[0]!, state);
          spikesOf(simulation, inputs[index]!, 20);
          parts.forEach((part, position) => {
            expect(contentOf(shares[0]!, part).equals(before[position]!)).toBe(true);
          });
          expect(contentOf(shares[0]!, state).equals(own)).toBe(false);
        });
      }),
      { numRuns: 25 },
    );
  });
});

describe('simulations on one model', () => {
  it('compute what each computes alone, advanced in turn by any number of timesteps', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryNetwork({ channels: 70, extent: 7 }),
        fc.nat(),
        fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 6 }),
        async (network, seed, pieces) => {
          const inputs = inputsOf(network, 2, seed);
          const alone = await Simulation.create(module, network);
          const expected = inputs.map((input) => {
            const recorder = new SpikeRecorder(alone, input);
            for (const timesteps of pieces) recorder.advance(timesteps);
            return recorder.digest();
          });
          const simulations = await Promise.all(sharesOf(network, 2).map((share) => Simulation.of(share)));
          const recorders = simulations.map(
            (simulation, index) => new SpikeRecorder(simulation, inputs[index]!),
          );
          for (const timesteps of pieces) for (const recorder of recorders) recorder.advance(timesteps);
          expect(recorders.map((recorder) => recorder.digest())).toEqual(expected);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('do so in two threads at once, and leave the constants as they were: the shipped model', async () => {
    const network = await loadModelFile(paperModelPath());
    const inputs = inputsOf(network, 8);
    const alone = await Simulation.create(module, network);
    const expected = inputs.map((input) => spikesOf(alone, input, 12));
    expect(new Set(expected).size).toBe(inputs.length);

    const shares = sharesOf(network, 2);
    const { constants } = shares[0]!.plan;
    const before = sha256(contentOf(shares[0]!, constants));
    const jobs = inputs.map((input, number): SharedJob => ({ number, input, timesteps: 12 }));
    const results: SharedResult[] = [];
    const script = await workerScript();
    await runPool<SharedJob, SharedResult>(
      script,
      (worker) => shares[worker],
      2,
      jobs,
      async (result) => {
        results.push(result);
      },
    );
    results.sort((a, b) => a.number - b.number);
    expect(results.map(({ spikes }) => spikes)).toEqual(expected);
    expect(new Set(results.map(({ thread }) => thread)).size).toBe(2);
    expect(sha256(contentOf(shares[0]!, constants))).toBe(before);
  });

  it('have all tensors in shared memory, so that a thread gets no copy of them', () => {
    const [{ network }] = sharesOf(rgb, 1) as [ModelShare];
    const tensors = [...network.populations, ...network.heads].flatMap(({ bias, threshold }) => [
      bias,
      threshold,
    ]);
    const weights = network.populations.flatMap(({ synapses }) => synapses.map(({ weights }) => weights));
    for (const { buffer } of [...tensors, ...weights, ...network.heads.map(({ weights }) => weights)]) {
      expect(buffer).toBeInstanceOf(SharedArrayBuffer);
    }
    expect(network).toEqual(rgb);
  });
});

describe('where memory cannot be shared', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('that is found out: no shared memory, a page that is not isolated, a binary that the host refuses', () => {
    expect(canShareMemory(sharedBytes)).toBe(true);
    expect(canShareMemory(sharedBytes.subarray(0, 500))).toBe(false);
    vi.stubGlobal('crossOriginIsolated', false);
    expect(canShareMemory(sharedBytes)).toBe(false);
    vi.stubGlobal('crossOriginIsolated', true);
    expect(canShareMemory(sharedBytes)).toBe(true);
    vi.stubGlobal('SharedArrayBuffer', undefined);
    expect(canShareMemory(sharedBytes)).toBe(false);
  });

  it('since all threads together would need more than 2 GiB, there are no shares', async () => {
    const network = await loadModelFile(paperModelPath());
    expect(planMemory(network, 200).bytes).toBeGreaterThan(2 ** 31);
    expect(shareModel(shared, network, 200)).toBeNull();
  });

  it('an evaluation has the same results, each worker with a memory of its own', async () => {
    const folder = await evaluationFolder();
    const preload = async (name: string, code: string) => {
      await writeFile(join(folder, name), code);
      return { NODE_OPTIONS: `--import ${pathToFileURL(join(folder, name))}` };
    };
    const shared = (says: string) => `const { Memory } = WebAssembly;
      WebAssembly.Memory = class extends Memory {
        constructor(options) { super(options); if (options.shared) { ${says} } }
      };`;
    const words = ['eval', 'tiny.snn', '--data', 'data', '--limit', '20', '--timesteps', '20'];
    const evaluate = async (out: string, env: Readonly<Record<string, string>>) => {
      const more = ['--workers', '2', '--prior-strength', '5', '--out', out];
      const { code, stderr } = await finished(start([...words, ...more], folder, env));
      expect(code, stderr).toBe(0);
      return { stderr, results: await readFile(join(folder, out, 'results.json'), 'utf8') };
    };
    const says = shared(`console.error('a shared memory');`);
    const one = await evaluate('one', await preload('one.mjs', says));
    expect(one.stderr).toContain('a shared memory');
    const without = await preload('without.mjs', `${says} globalThis.crossOriginIsolated = false;`);
    const own = await evaluate('own', without);
    expect(own.stderr).not.toContain('a shared memory');
    const refused = await evaluate(
      'refused',
      await preload('refused.mjs', shared('throw new RangeError();')),
    );
    expect([own.results, refused.results]).toEqual([one.results, one.results]);
  });
});
