/** A loaded model: its answers are a run's, as they form, whoever else is using it; and what ends a run early. */
import { runInNewContext } from 'node:vm';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { ImageSource } from '../../src/app/image-source.js';
import { Model, type Step } from '../../src/app/model.js';
import type { ClassifyOptions, StepOptions } from '../../src/app/options.js';
import { nodeCodecs } from '../../src/host/node/codecs.js';
import { kernelModule } from '../../src/host/node/kernels.js';
import { answerOf } from '../../src/run/answer.js';
import { ENERGY_MODELS, energyModel } from '../../src/run/energy.js';
import { Classifier } from '../../src/run/run.js';
import { simulate } from '../reference/simulator.js';
import { inputOf, picture, rgb } from '../support/rgb.js';
import { expectUserError } from '../support/temporary-folder.js';

const module = await kernelModule();
const model = await Model.create(module, rgb, nodeCodecs);
const classifier = await Classifier.create(module, rgb);
const image = picture(rgb, 1);

async function stepsOf(options: StepOptions, which = model): Promise<Step[]> {
  const steps: Step[] = [];
  for await (const step of which.steps(image, options)) steps.push(step);
  return steps;
}

describe('classify', () => {
  it("gives the answer of a run of the model's own length", async () => {
    const run = classifier.start(image);
    run.advance(64);
    expect(await model.classify(image)).toEqual(answerOf(rgb, run, 5));
    expect(model.labels).toEqual(rgb.labels);
  });

  it('takes the options of runs, the number of classes and the energy model', async () => {
    const options = { head: '1', priorStrength: 3, propagation: 'pipelined', initialPotential: 0 } as const;
    const run = classifier.start(image, options);
    run.advance(30);
    for (const { name } of ENERGY_MODELS) {
      const found = await model.classify(image, { ...options, timesteps: 30, top: 2, energyModel: name });
      expect(found).toEqual(answerOf(rgb, run, 2, energyModel(name)));
      expect(found.energyMillijoules).toBeGreaterThan(0);
    }
    const own = { ...energyModel('loihi-sop'), name: 'mine', picojoulesPerSynapticOperation: 1 };
    const { energyMillijoules, synapticOperations } = await model.classify(image, { energyModel: own });
    expect(energyMillijoules).toBeCloseTo(synapticOperations / 1e9, 15);
  });

  it('takes RGBA, and files of every format as bytes, buffers and blobs', async () => {
    const { width, height, pixels } = image;
    const raw = sharp(pixels, { raw: { width, height, channels: 3 } });
    const png = new Uint8Array(await raw.clone().png().toBuffer());
    const rgba = new Uint8ClampedArray(await raw.clone().ensureAlpha().raw().toBuffer());
    const webp = new Uint8Array(await raw.clone().webp({ lossless: true }).toBuffer());
    const sources: ImageSource[] = [
      { width, height, data: rgba },
      runInNewContext(`Uint8Array.from([${png}])`) as Uint8Array,
      { width, height, pixels: runInNewContext(`Uint8ClampedArray.from([${pixels}])`) as Uint8ClampedArray },
      ...[png, webp].flatMap((bytes) => [bytes, bytes.slice().buffer, new Blob([bytes])]),
    ];
    const expected = await model.classify(image);
    for (const source of sources) expect(await model.classify(source)).toEqual(expected);
  });

  it('answers many calls at once as it answers one after the other', async () => {
    const images = Array.from({ length: 8 }, (_, index) => picture(rgb, index));
    const together = await Promise.all(images.map((each) => model.classify(each)));
    const apart = [];
    for (const each of images) apart.push(await model.classify(each));
    expect(together).toEqual(apart);
  });

  it('goes on after a call that failed', async () => {
    const failing = model.classify(new Uint8Array(3));
    const following = model.classify(image, { timesteps: 3 });
    await expectUserError(failing, /^not a PNG, JPEG or WebP image/);
    expect((await following).timesteps).toBe(3);
  });

  it('stops when it is sure, not before the minimum, and otherwise at the end', async () => {
    const every = await stepsOf({});
    for (const sure of [0.2, 0.5, 0.9]) {
      for (const minimumTimesteps of [1, undefined, 30]) {
        const first = every.find(({ predictions, timesteps }) => {
          return timesteps >= (minimumTimesteps ?? 16) && predictions[0]!.probability >= sure;
        });
        const { timesteps } = await model.classify(image, { stopWhenSure: sure, minimumTimesteps });
        expect(timesteps).toBe(first?.timesteps ?? 64);
      }
    }
    const early = await model.classify(image, { stopWhenSure: 0.2 });
    expect(early.timesteps).toBeLessThan(64);
    expect((await model.classify(image, { stopWhenSure: 1 - 1e-16 })).timesteps).toBe(64);
  });
});

describe('steps', () => {
  it('yields the answer after every timestep, with counts and layers as they were then', async () => {
    const steps = await stepsOf({ timesteps: 20, top: 3 });
    const run = classifier.start(image);
    for (const [index, { last, counts, layers, ...answer }] of steps.entries()) {
      run.advance(1);
      expect(answer).toEqual(answerOf(rgb, run, 3));
      expect(counts).toEqual({ final: run.finalCounts, 2: run.headCounts });
      expect(layers).toEqual(run.populationActivity());
      expect(last).toBe(index === 19);
    }
    expect(steps.length).toBe(20);
  });

  it('yields after every few timesteps, and after the last', async () => {
    const steps = await stepsOf({ timesteps: 20, every: 8 });
    expect(steps.map(({ timesteps, last }) => [timesteps, last])).toEqual([
      [8, false],
      [16, false],
      [20, true],
    ]);
  });

  it('counts the heads that are watched, without another answer, and what they cost', async () => {
    const [plain] = await stepsOf({ every: 64 });
    const [watched] = await stepsOf({ every: 64, watch: 'all' });
    const [named] = await stepsOf({ every: 64, watch: ['1'] });
    const [alone] = await stepsOf({ every: 64, head: '1' });
    expect(Object.keys(watched!.counts).sort()).toEqual(['1', '2', 'final']);
    expect(watched!.counts['1']).toEqual(alone!.counts['1']);
    expect(watched!.predictions).toEqual(plain!.predictions);
    expect(watched).toEqual(named);
    const reference = simulate(rgb, inputOf(rgb, image), {
      timesteps: 64,
      propagation: 'synchronous',
      initialPotential: 0.5,
      heads: ['1'],
    });
    const received = reference.heads[0]!.synapticOperations.reduce((sum, count) => sum + count, 0);
    expect(received).toBeGreaterThan(0);
    expect(watched!.synapticOperations - plain!.synapticOperations).toBe(received);
  });

  it('ends with the step that is sure', async () => {
    const steps = await stepsOf({ stopWhenSure: 0.2 });
    expect(steps.at(-1)!.last).toBe(true);
    expect(steps.slice(0, -1).some(({ last }) => last)).toBe(false);
    expect(steps.length).toBe((await model.classify(image, { stopWhenSure: 0.2 })).timesteps);
  });

  it('can be left, run inside each other, and mixed with classify', async () => {
    const expected = await stepsOf({ timesteps: 6 });
    const found: Step[] = [];
    for await (const outer of model.steps(image, { timesteps: 6 })) {
      found.push(outer);
      for await (const inner of model.steps(picture(rgb, 9))) if (inner.timesteps === 2) break;
      await model.classify(picture(rgb, 3), { timesteps: 2 });
    }
    expect(found).toEqual(expected);
  });
});

describe('a run ends early', () => {
  it('when it is aborted, with the reason, and the model goes on', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const steps: number[] = [];
    const running = (async () => {
      for await (const { timesteps } of model.steps(image, { signal: controller.signal })) {
        steps.push(timesteps);
        if (timesteps === 5) controller.abort(reason);
      }
    })();
    await expect(running).rejects.toBe(reason);
    expect(steps).toEqual([1, 2, 3, 4, 5]);
    await expect(model.classify(image, { signal: controller.signal })).rejects.toBe(reason);
    expect((await model.classify(image, { timesteps: 4 })).timesteps).toBe(4);
  });

  it('from outside too, because the thread is handed back', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 0);
    const options = { timesteps: 800, stopWhenSure: 1 - 1e-16, signal: controller.signal };
    const endless = model.classify(image, options);
    await expect(endless).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  });

  it('when the model is disposed of', async () => {
    const short = await Model.create(module, rgb, nodeCodecs);
    const running = (async () => {
      for await (const { timesteps } of short.steps(image)) if (timesteps === 3) short.dispose();
    })();
    await expectUserError(running, /^this model was disposed of: load it again$/);
    await expectUserError(short.classify(image), /^this model was disposed of/);
    short.dispose();
  });
});

describe('refuses', () => {
  it.each<[StepOptions, RegExp]>([
    [{ timesteps: 0 }, /^timesteps is a whole number from 1 to 65535, not 0$/],
    [{ timesteps: 1.5 }, /^timesteps is a whole number/],
    [{ top: 0 }, /^top is a whole number/],
    [{ minimumTimesteps: Number.NaN }, /^minimumTimesteps is a whole number from 1 to 65535, not NaN$/],
    [{ stopWhenSure: 1 }, /^stopWhenSure is a probability above 0 and below 1, not 1$/],
    [{ stopWhenSure: 0 }, /^stopWhenSure is a probability/],
    [{ energyModel: 'coal' }, /^there is no energy model 'coal'; choose from truenorth-sop/],
    [{ head: 'x' }, /^the model has no internal head "x"/],
    [{ watch: ['final'] }, /^the model has no internal head "final"/],
  ])('%o', async (options, message) => {
    await expectUserError(model.classify(image, options), message);
    await expectUserError(stepsOf(options), message);
  });

  it.each<[unknown, RegExp]>([
    [{ timestep: 3 }, /^there is no option "timestep": did you mean "timesteps"\?$/],
    [{ prior_strength: 3 }, /^there is no option "prior_strength": did you mean "priorStrength"\?$/],
    [{ colour: 'red' }, /^there is no option "colour": there are timesteps, head, priorStrength, .*, signal/],
    [{ constructor: 1 }, /^there is no option "constructor"/],
    [{ top: '5' }, /^top is a whole number from 1 to 65535, not "5"$/],
    [{ head: 4 }, /^head is the name of an internal head, or none, not 4$/],
    [{ propagation: 'fast' }, /^propagation is synchronous or pipelined, not "fast"$/],
    [{ initialPotential: null }, /^initialPotential is a number from 0 to 1, not null$/],
    [{ watch: '2' }, /^watch is a list of internal heads' names, or 'all', not "2"$/],
    [{ energyModel: {} }, /^an energy model's picojoulesPerSpike is a number of 0 or more, not undefined$/],
    [{ energyModel: 26 }, /^energyModel is the name of an energy model, or an object with prices, not 26$/],
    [{ signal: true }, /^signal is an AbortSignal, not true$/],
    [7, /^options are given as an object/],
  ])('what no option is: %o', async (options, message) => {
    await expectUserError(model.classify(image, options as StepOptions), message);
    await expectUserError(stepsOf(options as StepOptions), message);
    await expectUserError(model.check(options as StepOptions), message);
  });

  it('steps of no length, and steps where there is one answer', async () => {
    await expectUserError(stepsOf({ every: -1 }), /^every is a whole number/);
    const options = { every: 4 } as ClassifyOptions;
    await expectUserError(model.classify(image, options), /^there is no option "every"/);
  });

  it('a run that must overflow, before it starts', async () => {
    const steps: number[] = [];
    const running = (async () => {
      for await (const { timesteps } of model.steps(image, { timesteps: 60_000 })) steps.push(timesteps);
    })();
    await expectUserError(running, /^this model is exact for at most \d+ timesteps/);
    expect(steps).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['a name', 'picture.png'],
    ['nothing', undefined],
    ['null', null],
    ['an object', {}],
    ['pixels that are numbers', { width: 1, height: 1, pixels: [1, 2, 3] }],
    ['half-precision pixels', { width: 1, height: 1, data: new Float32Array(4) }],
  ])('%s as an image', async (_, source) => {
    await expectUserError(model.classify(source as ImageSource), /^an image is \{ width, height, pixels \}/);
  });

  it('pixels that do not fit their size', async () => {
    const wrong = { width: 2, height: 2, pixels: new Uint8ClampedArray(3) };
    await expectUserError(model.classify(wrong), /^an image of 2 x 2 pixels with 3 values/);
  });
});

describe('check', () => {
  it.each<[ClassifyOptions, RegExp | null]>([
    [{}, null],
    [{ head: '1', priorStrength: 5, top: 10, stopWhenSure: 0.9, minimumTimesteps: 4 }, null],
    [{ head: null, priorStrength: 5 }, /^the prior strength has no effect without a head/],
    [{ head: 'none', priorStrength: 5 }, /^the prior strength has no effect without a head/],
    [{ minimumTimesteps: 4 }, /^the minimum of timesteps has no effect without/],
    [
      { stopWhenSure: 0.9, timesteps: 16 },
      /^the probability to stop at has no effect: the run ends after 16/,
    ],
    [{ top: 11 }, /^the model tells only 10 classes apart/],
  ])('says what has no effect: %o', async (options, message) => {
    const lines = await model.check(options);
    expect(lines.length).toBe(message === null ? 0 : 1);
    if (message !== null) expect(lines[0]).toMatch(message);
  });

  it('refuses what no image can run with', async () => {
    await expectUserError(
      model.check({ timesteps: 60_000 }),
      /^this model is exact for at most \d+ timesteps/,
    );
    await expectUserError(model.check({ head: 'x' }), /^the model has no internal head "x"/);
    expect((await model.classify(image)).timesteps).toBe(64);
  });
});

it('takes the word none for no head, in answers and in steps', async () => {
  const alone = await model.classify(image, { head: null });
  expect(await model.classify(image, { head: 'none' })).toEqual(alone);
  expect((await stepsOf({ head: 'none', every: 64 }))[0]).toMatchObject(alone);
});

it('shows the run after every timestep to who wants to record it', async () => {
  const seen: [number, number][] = [];
  const answer = await model.classify(image, { timesteps: 20 }, (run) =>
    seen.push([run.timesteps, run.activity().spikes]),
  );
  expect(seen.map(([timesteps]) => timesteps)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  expect(seen.at(-1)![1]).toBe(answer.spikes);
});
