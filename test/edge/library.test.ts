import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { probabilityHighest } from '../../src/fusion/highest.js';
import { rateInterval } from '../../src/fusion/posterior.js';
import { MAXIMUM_FORGETTING } from '../../src/graph/bounds.js';
import type { SpikingNetwork } from '../../src/graph/network.js';
import { kernelModule } from '../../src/host/node/kernels.js';
import type { PixelImage } from '../../src/picture/pixel-image.js';
import { answerOf } from '../../src/run/answer.js';
import { Classifier, type RunOptions } from '../../src/run/run.js';
import { arbitraryNetwork } from '../generate.js';
import { bundled, EdgeLibrary } from '../support/edge.js';
import { picture, rgb } from '../support/rgb.js';

const kernels = await kernelModule();

async function libraryOf(network: SpikingNetwork): Promise<EdgeLibrary> {
  return new EdgeLibrary(new WebAssembly.Module(await bundled(network, 'library')));
}

/** Gives the library the options that the host takes. */
function choose({ exports }: EdgeLibrary, network: SpikingNetwork, options: RunOptions): void {
  exports.snnwasm_set_defaults();
  const results: number[] = [];
  if (options.head !== undefined) {
    results.push(exports.snnwasm_set_head(network.heads.findIndex(({ name }) => name === options.head)));
  }
  if (options.priorStrength !== undefined)
    results.push(exports.snnwasm_set_prior_strength(options.priorStrength));
  if (options.propagation !== undefined)
    results.push(exports.snnwasm_set_propagation(options.propagation === 'pipelined' ? 1 : 0));
  if (options.initialPotential !== undefined)
    results.push(exports.snnwasm_set_initial_potential(options.initialPotential));
  if (options.forgetting !== undefined) results.push(exports.snnwasm_set_forgetting(options.forgetting));
  expect(results.every((result) => result === 0)).toBe(true);
}

/** Runs both for the timesteps of every piece, and compares all that the library tells after each. */
function expectSame(
  library: EdgeLibrary,
  classifier: Classifier,
  image: PixelImage,
  options: RunOptions,
  pieces: readonly number[],
): void {
  const { network } = classifier;
  const { exports } = library;
  const run = classifier.start(image, options);
  choose(library, network, options);
  library.setInput(image.pixels);
  expect(exports.snnwasm_start()).toBe(0);
  for (const timesteps of pieces) {
    run.advance(timesteps);
    expect(exports.snnwasm_step(timesteps)).toBe(0);
    expect(exports.snnwasm_timesteps()).toBe(run.timesteps);
    const layers = run.populationActivity();
    network.populations.forEach((_, layer) => {
      expect(exports.snnwasm_layer_spikes(layer)).toBe(layers[layer]?.spikes ?? 0);
      expect(exports.snnwasm_layer_operations(layer)).toBe(layers[layer]?.synapticOperations ?? 0);
    });
    expect(library.counts(network.heads.length - 1)).toEqual([...run.finalCounts]);
    if (run.headCounts !== null) {
      const head = network.heads.findIndex(({ name }) => name === run.head);
      expect(library.counts(head)).toEqual([...run.headCounts]);
    }
    const activity = run.activity();
    expect(exports.snnwasm_spikes()).toBe(activity.spikes);
    expect(exports.snnwasm_operations()).toBe(activity.synapticOperations);
    const posterior = run.posterior();
    expect(library.numbers(exports.snnwasm_rates())).toEqual([...posterior.estimates]);
    expect(library.ranking()).toEqual([...posterior.ranking]);
    expect(library.shapes()).toEqual(posterior.distributions);
    const probabilities = probabilityHighest(posterior.distributions);
    expect(library.numbers(exports.snnwasm_probabilities())).toEqual([...probabilities]);
    const best = posterior.ranking[0]!;
    const { lower, upper } = rateInterval(posterior, best);
    expect(exports.snnwasm_lower(best)).toBe(lower);
    expect(exports.snnwasm_upper(best)).toBe(upper);
    const answer = answerOf(network, run, 1);
    expect(exports.snnwasm_energy()).toBe(answer.energyMillijoules);
    expect(exports.snnwasm_ann_energy()).toBe(answer.annEnergyMillijoules);
  }
}

const arbitraryOptions = (network: SpikingNetwork): fc.Arbitrary<RunOptions> =>
  fc.record(
    {
      head: fc.constantFrom(null, ...network.heads.slice(0, -1).map(({ name }) => name)),
      priorStrength: fc.oneof(fc.constantFrom(0, 1, 33.7, 1e6), fc.double({ min: 0, max: 500, noNaN: true })),
      propagation: fc.constantFrom('synchronous' as const, 'pipelined' as const),
      initialPotential: fc.constantFrom(0, 0.5, 0.3, 1),
      forgetting: fc.integer({ min: 0, max: MAXIMUM_FORGETTING }),
    },
    { requiredKeys: [], noNullPrototype: true },
  );

/** Every k that a model may hold. */
const powers = Array.from({ length: MAXIMUM_FORGETTING + 1 }, (_, k) => k);

function withForgetting(forgetting: number): SpikingNetwork {
  return { ...rgb, defaults: { ...rgb.defaults, forgetting } };
}

describe('the library', () => {
  it('counts the spikes of every layer and answers as the host does, whatever the options', async () => {
    const library = await libraryOf(rgb);
    const classifier = await Classifier.create(kernels, rgb);
    const property = fc.property(
      arbitraryOptions(rgb),
      fc.integer({ min: 1, max: 1000 }),
      fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 4 }),
      (options, seed, pieces) => expectSame(library, classifier, picture(rgb, seed), options, pieces),
    );
    fc.assert(property, { numRuns: 60 });
  });

  it('does so for networks of any shape', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryNetwork({ channels: 70, extent: 9 }).filter(({ input }) => [1, 3].includes(input.channels)),
        fc.integer({ min: 1, max: 1000 }),
        async (network, seed) => {
          const classifier = await Classifier.create(kernels, network);
          expectSame(await libraryOf(network), classifier, picture(network, seed), {}, [9, 4]);
        },
      ),
      { numRuns: 25 },
    );
  });

  it.each(powers)(
    'forgets by k = %i where the model says so, and by another where it is told to',
    async (k) => {
      const network = withForgetting(k);
      const [library, classifier] = [await libraryOf(network), await Classifier.create(kernels, network)];
      const image = picture(network, 7);
      expectSame(library, classifier, image, {}, [1, 0, 63]);
      expectSame(library, classifier, image, { head: null }, [40]);
      expectSame(library, classifier, image, { forgetting: MAXIMUM_FORGETTING - k }, [64]);
    },
  );

  it('gives other rates with another k, of the same spikes', async () => {
    const library = await libraryOf(withForgetting(2));
    const { exports } = library;
    library.setInput(picture(rgb, 7).pixels);
    const run = (k: number) => {
      exports.snnwasm_set_defaults();
      if (k >= 0) expect(exports.snnwasm_set_forgetting(k)).toBe(0);
      exports.snnwasm_run(50);
      const rates = library.numbers(exports.snnwasm_rates());
      return { rates, counts: library.counts(2), spikes: exports.snnwasm_spikes() };
    };
    const [model, none, two] = [run(-1), run(0), run(2)];
    expect(model).toEqual(two);
    expect(none.rates).not.toEqual(two.rates);
    expect({ ...none, rates: [] }).toEqual({ ...two, rates: [] });
  });

  it('keeps nothing of one run in the next', async () => {
    const [first, second] = [await libraryOf(rgb), await libraryOf(rgb)];
    const answer = ({ exports }: EdgeLibrary) => [exports.snnwasm_spikes(), exports.snnwasm_rate(0)];
    first.setInput(picture(rgb, 1).pixels);
    first.exports.snnwasm_set_head(0);
    first.exports.snnwasm_set_forgetting(5);
    first.exports.snnwasm_run(30);
    first.exports.snnwasm_set_defaults();
    for (const library of [first, second]) {
      library.setInput(picture(rgb, 2).pixels);
      expect(library.exports.snnwasm_run(0)).toBe(0);
      expect(library.exports.snnwasm_timesteps()).toBe(64);
    }
    expect(answer(first)).toEqual(answer(second));
  });

  it('says what is in the model', async () => {
    const library = await libraryOf(rgb);
    const { exports } = library;
    expect(exports.snnwasm_abi()).toBe(1);
    expect(library.text(exports.snnwasm_name())).toBe('rgb');
    expect([exports.snnwasm_width(), exports.snnwasm_height()]).toEqual([8, 9]);
    const list = (count: number, name: (index: number) => number) =>
      Array.from({ length: count }, (_, index) => library.text(name(index)));
    expect(list(exports.snnwasm_classes(), exports.snnwasm_label)).toEqual(rgb.labels);
    expect(list(exports.snnwasm_layers(), exports.snnwasm_layer_name)).toEqual(
      rgb.populations.map(({ name }) => name),
    );
    expect(list(exports.snnwasm_heads(), exports.snnwasm_head_name)).toEqual(['1', '2', 'final']);
    expect(exports.snnwasm_default_timesteps()).toBe(64);
  });

  it('refuses what is out of range and stays as it was', async () => {
    const { exports } = await libraryOf(rgb);
    expect(exports.snnwasm_step(1)).toBe(-2);
    expect([exports.snnwasm_rates(), exports.snnwasm_ranking(), exports.snnwasm_probabilities()]).toEqual([
      0, 0, 0,
    ]);
    expect(exports.snnwasm_rate(0)).toBeNaN();
    for (const head of [-2, 2, 3, 2 ** 31 - 1]) expect(exports.snnwasm_set_head(head)).toBe(-1);
    for (const strength of [-1, 1e6 + 1, Infinity])
      expect(exports.snnwasm_set_prior_strength(strength)).toBe(-1);
    for (const mode of [-1, 2]) expect(exports.snnwasm_set_propagation(mode)).toBe(-1);
    for (const k of [-1, MAXIMUM_FORGETTING + 1, 2 ** 31 - 1, -(2 ** 31)])
      expect(exports.snnwasm_set_forgetting(k)).toBe(-1);
    for (const fraction of [-0.1, 1.1]) expect(exports.snnwasm_set_initial_potential(fraction)).toBe(-1);
    for (const index of [-1, 10, 2 ** 31 - 1]) expect(exports.snnwasm_label(index)).toBe(0);
    expect([
      exports.snnwasm_layer_name(99),
      exports.snnwasm_head_name(-1),
      exports.snnwasm_counts(0),
    ]).toEqual([0, 0, 0]);
    expect(exports.snnwasm_start()).toBe(0);
    expect(exports.snnwasm_step(-1)).toBe(-1);
    expect(exports.snnwasm_step(2 ** 31 - 1)).toBe(-3);
    expect(exports.snnwasm_timesteps()).toBe(0);
    expect([exports.snnwasm_counts(0), exports.snnwasm_counts(7)]).toEqual([0, 0]);
    expect(exports.snnwasm_counts(1)).toBeGreaterThan(0);
    expect([exports.snnwasm_layer_spikes(-1), exports.snnwasm_head_spikes(3)]).toEqual([NaN, NaN]);
    expect([exports.snnwasm_lower(10), exports.snnwasm_upper(-1)]).toEqual([NaN, NaN]);
  });

  it('never grows its memory', async () => {
    const { exports } = await libraryOf(rgb);
    const before = exports.memory.buffer.byteLength;
    exports.snnwasm_run(100);
    exports.snnwasm_probabilities();
    expect(exports.memory.buffer.byteLength).toBe(before);
    expect(() => exports.memory.grow(1)).toThrow(RangeError);
  });
});
