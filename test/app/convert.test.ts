/** convertCheckpoint: a checkpoint and pictures in, the bytes that the command line would write out. */
import { describe, expect, it } from 'vitest';
import type { CalibrationImages } from '../../src/app/convert.js';
import type { ConvertOptions } from '../../src/app/convert-options.js';
import { convertNetwork } from '../../src/convert/convert.js';
import { convertCheckpoint } from '../../src/entry/convert-node.js';
import { readModel, writeModel } from '../../src/file/file.js';
import { Cifar100 } from '../../src/fit/cifar100.js';
import { kernelModule } from '../../src/host/node/kernels.js';
import { randomRecords } from '../support/records.js';
import { expectUserError } from '../support/temporary-folder.js';
import { tiny, tinyCheckpoint } from '../support/tiny.js';

const records = randomRecords(60, 10, 1);
const images = new Cifar100(records, 'train.bin');
const pictures = Array.from({ length: images.length }, (_, index) => images.image(index).image);
const options: ConvertOptions = { name: 'tiny', samples: 50, priorSamples: 10, seed: 3, timesteps: 24 };

const expected = writeModel(
  await convertNetwork(await kernelModule(), tiny, images, {
    name: 'tiny',
    samples: 50,
    percentile: 99.9,
    priorSamples: 10,
    seed: 3,
    inputFractionBits: 7,
    timesteps: 24,
    initialPotential: 0.5,
    coding: 'rate',
    digits: 4,
    propagation: 'synchronous',
    provenance: {},
  }),
);

const rgba = pictures.map(({ width, height, pixels }) => {
  const data = new Uint8ClampedArray(4 * width * height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    data.set([...pixels.subarray(3 * pixel, 3 * pixel + 3), 255], 4 * pixel);
  }
  return { width, height, data };
});

describe('convertCheckpoint', () => {
  it.each<[string, CalibrationImages]>([
    ['a CIFAR-100 file', records],
    ['its buffer', records.slice().buffer],
    ['pictures', pictures],
    ['RGBA', rgba],
  ])('makes the model that the conversion makes, from %s', async (_, calibration) => {
    expect(await convertCheckpoint(tinyCheckpoint, calibration, options)).toEqual(expected);
  });

  it('brings pictures to the size that the network reads', async () => {
    const twice = pictures.map(({ pixels }) => enlarged(pixels));
    expect(await convertCheckpoint(tinyCheckpoint.slice().buffer, twice, options)).toEqual(expected);
  });

  it('splits the images by itself', async () => {
    const { provenance, name } = readModel(await convertCheckpoint(tinyCheckpoint, records));
    expect([name, provenance.calibrationImages, provenance.priorImages]).toEqual(['model', 54, 6]);
  });

  it('takes names, places of heads and provenance to the model', async () => {
    const labels = Array.from({ length: 10 }, (_, index) => `label ${index}`);
    const bytes = await convertCheckpoint(tinyCheckpoint, records, {
      ...options,
      labels,
      provenance: { origin: 'a test' },
    });
    const network = readModel(bytes);
    expect([network.labels, network.provenance.origin]).toEqual([labels, 'a test']);
  });

  it('tells how far it is, and ends when it is told to', async () => {
    const seen: [string, number, number][] = [];
    const onProgress = (...call: [string, number, number]) => seen.push(call);
    await convertCheckpoint(tinyCheckpoint, records, { ...options, onProgress });
    expect(seen.length).toBe(60);
    expect([seen[0], seen.at(-1)]).toEqual([
      ['calibrating', 1, 50],
      ['fitting the prior strengths', 10, 10],
    ]);
    for (const after of [1, 55]) {
      const controller = new AbortController();
      let calls = 0;
      const running = convertCheckpoint(tinyCheckpoint, records, {
        ...options,
        signal: controller.signal,
        onProgress: () => ++calls === after && controller.abort(new Error('enough')),
      });
      await expect(running).rejects.toThrow('enough');
      expect(calls).toBe(after);
    }
  });

  it.each<[string, unknown, unknown, ConvertOptions, RegExp]>([
    ['no checkpoint', new Uint8Array(3), records, {}, /^the checkpoint /],
    ['text for a checkpoint', 'a.safetensors', records, {}, /^checkpoint and calibration file are given as/],
    ['nothing for images', tinyCheckpoint, undefined, {}, /^checkpoint and calibration file are given as/],
    ['no images', tinyCheckpoint, [], {}, /^calibration asks for 1 different images, but .* 0$/],
    [
      'a file that is none',
      tinyCheckpoint,
      new Uint8Array(7),
      {},
      /^the calibration file is not a CIFAR-100/,
    ],
    ['more samples than images', tinyCheckpoint, records, { samples: 100 }, /^calibration asks for 106 /],
    ['half a sample', tinyCheckpoint, records, { samples: 0.5 }, /^samples is a whole number from 1 to/],
    [
      'a low percentile',
      tinyCheckpoint,
      records,
      { percentile: 1 },
      /^percentile is a number from 50 to 100/,
    ],
    [
      'no time',
      tinyCheckpoint,
      records,
      { timesteps: 0 },
      /^timesteps is a whole number from 1 to 65535, not 0$/,
    ],
    ['too few labels', tinyCheckpoint, records, { labels: ['a'] }, /labels|classes/],
    [
      'a misspelt option',
      tinyCheckpoint,
      records,
      { sample: 3 } as ConvertOptions,
      /did you mean "samples"\?$/,
    ],
    [
      'a list of heads',
      tinyCheckpoint,
      records,
      { heads: [2] as never },
      /^heads is an object .*, not a list$/,
    ],
    ['one label', tinyCheckpoint, records, { labels: 'a' as never }, /^labels is a list of names, not "a"$/],
    ['a name that no model has', tinyCheckpoint, records, { name: '' }, /name/],
  ])('refuses %s', async (_, checkpoint, calibration, changed, message) => {
    const result = convertCheckpoint(checkpoint as Uint8Array, calibration as Uint8Array, changed);
    await expectUserError(result, message);
  });
});

/** Every pixel four times, of 32 x 32. */
function enlarged(pixels: Uint8ClampedArray): (typeof pictures)[number] {
  const larger = new Uint8ClampedArray(3 * 64 * 64);
  for (let y = 0; y < 64; y++) {
    for (let x = 0; x < 64; x++) {
      const source = 3 * ((y >> 1) * 32 + (x >> 1));
      larger.set(pixels.subarray(source, source + 3), 3 * (y * 64 + x));
    }
  }
  return { width: 64, height: 64, pixels: larger };
}
