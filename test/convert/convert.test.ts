/** The whole conversion in one process: what it fits, that it repeats, and that it goes on where it stopped. */
import { describe, expect, it } from 'vitest';
import { Calibration, type CalibrationState } from '../../src/convert/calibrate.js';
import { type ConversionOptions, convertNetwork, quantiseNetwork } from '../../src/convert/convert.js';
import { foldBatchNormalisation } from '../../src/convert/fold.js';
import { networkFromCheckpoint } from '../../src/convert/resnet.js';
import { exactTimestepLimit } from '../../src/engine/range.js';
import { TrainedPass } from '../../src/engine/trained.js';
import { UserError } from '../../src/errors.js';
import { readModel, writeModel } from '../../src/file/file.js';
import { readSafetensors } from '../../src/file/safetensors.js';
import { STRENGTHS } from '../../src/fit/accuracy.js';
import { Cifar100 } from '../../src/fit/cifar100.js';
import { drawIndices } from '../../src/fit/labelled-images.js';
import { occluded } from '../../src/fit/pictures.js';
import { rowsUpTo } from '../../src/fit/rows.js';
import { MAXIMUM_FORGETTING } from '../../src/graph/bounds.js';
import type { SpikingNetwork } from '../../src/graph/network.js';
import { kernelModule } from '../../src/host/node/kernels.js';
import { normaliseInput } from '../../src/picture/tensor.js';
import { uniformNumbers } from '../../src/random.js';
import { Classifier, type RunOptions } from '../../src/run/run.js';
import { randomRecords } from '../support/records.js';
import { tiny, tinyCheckpoint } from '../support/tiny.js';

const module = await kernelModule();
const images = new Cifar100(randomRecords(600, 10, 1), 'train.bin');
const options: ConversionOptions = {
  name: 'tiny',
  samples: 520,
  percentile: 99.9,
  priorSamples: 40,
  seed: 3,
  inputFractionBits: 7,
  timesteps: 24,
  initialPotential: 0.5,
  coding: 'rate',
  digits: 4,
  propagation: 'synchronous',
  provenance: { checkpoint: 'tiny.safetensors' },
};
const converted = await convertNetwork(module, tiny, images, options);

it('the checkpoint that the tests write gives the network that they wrote', () => {
  expect(networkFromCheckpoint(readSafetensors(tinyCheckpoint))).toEqual(tiny);
});

describe('convertNetwork', () => {
  it('folds, calibrates on the images that the seed draws, normalises and quantises', async () => {
    const folded = foldBatchNormalisation(tiny);
    const calibration = new Calibration(await TrainedPass.create(module, folded));
    for (const index of drawIndices(600, 560, 3).subarray(0, 520)) {
      calibration.add(normaliseInput(images.image(index).image, tiny.input, tiny.normalisation));
    }
    const expected = quantiseNetwork(folded, calibration.lambdas(99.9 / 100), options);
    expect(converted.populations).toEqual(expected.populations);
    expect(converted.heads.map((head) => ({ ...head, priorStrength: 0 }))).toEqual(expected.heads);
    expect(converted.labels).toEqual(tiny.labels);
    expect(converted.input).toEqual(tiny.input);
    expect(converted.normalisation).toEqual(tiny.normalisation);
  });

  it('takes a threshold that a layer was trained to clip at for its lambda', async () => {
    const short = { ...options, samples: 20, priorSamples: 0 };
    const trainedLambdas = new Map([['blocks.0', 1.25]]);
    const trained = await convertNetwork(module, tiny, images, { ...short, trainedLambdas });
    const plain = await convertNetwork(module, tiny, images, short);
    const lambdas = (network: SpikingNetwork) => network.populations.map(({ lambda }) => lambda);
    expect(lambdas(trained)).toEqual(lambdas(plain).map((lambda, layer) => (layer === 2 ? 1.25 : lambda)));
    expect(trained.populations[2]!.threshold).not.toEqual(plain.populations[2]!.threshold);
  });

  it('gives a model that can be written and read', () => {
    expect(readModel(writeModel(converted))).toEqual(converted);
  });

  it('records where the model came from, the percentile as it was typed', () => {
    expect(converted.provenance).toEqual({
      checkpoint: 'tiny.safetensors',
      calibrationImages: 520,
      calibrationPercentile: 99.9,
      calibrationSeed: 3,
      priorImages: 40,
      priorOcclusion: 16,
    });
    expect(converted.defaults).toMatchObject({
      coding: 'rate',
      digits: 4,
      timesteps: 24,
      initialPotential: 0.5,
      propagation: 'synchronous',
    });
  });

  it('gives the same model again, and another one for another seed', async () => {
    expect(writeModel(await convertNetwork(module, tiny, images, options))).toEqual(writeModel(converted));
    const other = await convertNetwork(module, tiny, images, { ...options, seed: 4 });
    expect(other.populations[0]!.lambda).not.toBe(converted.populations[0]!.lambda);
  });

  it('goes on from every state that it hands out, to the same model', async () => {
    const states: CalibrationState[] = [];
    const keep = async (state: CalibrationState) => void states.push(structuredClone(state));
    await convertNetwork(module, tiny, images, { ...options, priorSamples: 0 }, { onState: keep });
    expect(states.map((state) => state.images)).toEqual([0, 250, 500, 520]);
    for (const resume of states) {
      const progress: string[] = [];
      const again = await convertNetwork(module, tiny, images, options, {
        resume: resume.images > 0 ? resume : undefined,
        onProgress: (stage, done) => progress.push(`${stage} ${done}`),
      });
      // the images drawn for the lambdas do not depend on how many follow for the strengths
      expect(again).toEqual(converted);
      expect(progress.length).toBe(520 - resume.images + 40);
    }
  });

  it('reports every image of every stage', async () => {
    const progress: [string, number, number][] = [];
    const onProgress = (stage: string, done: number, total: number) => progress.push([stage, done, total]);
    await convertNetwork(module, tiny, images, { ...options, samples: 5, priorSamples: 3 }, { onProgress });
    expect(progress).toEqual([
      ...[1, 2, 3, 4, 5].map((done) => ['calibrating', done, 5]),
      ...[1, 2, 3].map((done) => ['fitting the prior strengths', done, 3]),
    ]);
  });

  it('has no prior where none was fitted', async () => {
    const plain = await convertNetwork(module, tiny, images, { ...options, samples: 20, priorSamples: 0 });
    expect(plain.heads.map(({ priorStrength }) => priorStrength)).toEqual([0, 0]);
    expect(plain.defaults.head).toBeNull();
  });

  it.each<[string, Partial<ConversionOptions>, typeof tiny, string]>([
    [
      'more images than there are',
      { samples: 590 },
      tiny,
      'calibration asks for 630 different images, but the file holds 600',
    ],
    [
      'a network for other pictures',
      {},
      { ...tiny, input: { channels: 3, height: 16, width: 24 } },
      'the network takes 16x24 pixels, but calibration images have 32x32',
    ],
    [
      'labels that the network does not know',
      {},
      { ...tiny, labels: tiny.labels.slice(0, 9) },
      'the network tells 9 classes apart, but the calibration file has the label 9',
    ],
  ])('refuses %s before the first image', async (_, changed, network, message) => {
    const seen: unknown[] = [];
    const hooks = { onState: async () => void seen.push(1), onProgress: () => void seen.push(2) };
    await expect(convertNetwork(module, network, images, { ...options, ...changed }, hooks)).rejects.toThrow(
      new UserError(message),
    );
    expect(seen).toEqual([]);
  });
});

describe('forgetting and the prior strength of a head', async () => {
  let calibrated: CalibrationState | undefined;
  const onState = async (state: CalibrationState) => {
    calibrated = state;
  };
  await convertNetwork(module, tiny, images, { ...options, priorSamples: 0 }, { onState });

  /** Right answers over all rows of a default run under some options, in the plainest reading of the rule. */
  async function rightAnswers(network: SpikingNetwork, count: number, options: RunOptions): Promise<number> {
    const classifier = await Classifier.create(module, network);
    const { timesteps } = network.defaults;
    const rows = rowsUpTo(timesteps);
    const grey = network.normalisation.mean.map((mean) => Math.round(255 * mean));
    let right = 0;
    drawIndices(600, 520 + count, 3)
      .subarray(520)
      .forEach((index, position) => {
        const { label, image } = images.image(index);
        const covered = occluded(image, 16, grey, uniformNumbers(position));
        const run = classifier.start(covered, options);
        run.advance(timesteps, () => {
          if (rows.includes(run.timesteps) && run.posterior().ranking[0] === label) right++;
        });
      });
    return right;
  }

  it.each([
    [40, 24],
    [20, 3],
    [10, 90],
  ])('are right most often over a default run, %d images and %d timesteps', async (count, timesteps) => {
    const changed = { ...options, priorSamples: count, timesteps };
    const network = await convertNetwork(module, tiny, images, changed, { resume: calibrated });
    const exponents = Array.from({ length: MAXIMUM_FORGETTING + 1 }, (_, forgetting) => forgetting);
    const alone = await Promise.all(
      exponents.map((forgetting) => rightAnswers(network, count, { head: null, forgetting })),
    );
    const { forgetting } = network.defaults;
    expect(forgetting).toBe(alone.indexOf(Math.max(...alone)));
    const right = await Promise.all(
      STRENGTHS.map((priorStrength) =>
        rightAnswers(network, count, { head: '1', priorStrength, forgetting }),
      ),
    );
    const expected = STRENGTHS[right.indexOf(Math.max(...right))]!;
    expect(network.heads[0]!.priorStrength).toBe(expected);
    expect(network.heads[1]!.priorStrength).toBe(0);
    expect(network.defaults.head).toBe(expected > 0 ? '1' : null);
  });

  it('are not fitted for more timesteps than the model stays exact for', async () => {
    const limit = exactTimestepLimit(converted);
    const changed = { ...options, priorSamples: 0, timesteps: limit };
    const longest = await convertNetwork(module, tiny, images, changed, { resume: calibrated });
    expect(longest.defaults.timesteps).toBe(limit);
    await expect(
      convertNetwork(module, tiny, images, { ...changed, timesteps: limit + 1 }, { resume: calibrated }),
    ).rejects.toThrow(new RegExp(`^the model is exact for at most ${limit} timesteps: use no more`));
  });
});
