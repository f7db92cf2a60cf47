/** A kept calibration is believed only if it is whole and of the same conversion. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { CalibrationFile } from '../../src/cli/calibration-file.js';
import { Calibration, type CalibrationState } from '../../src/convert/calibrate.js';
import { foldBatchNormalisation } from '../../src/convert/fold.js';
import { TrainedPass } from '../../src/engine/trained.js';
import { kernelModule } from '../../src/host/node/kernels.js';
import { namesIn, temporaryFolder } from '../support/temporary-folder.js';
import { tiny } from '../support/tiny.js';
import { trainedInput } from '../support/trained.js';

const calibration = new Calibration(
  await TrainedPass.create(await kernelModule(), foldBatchNormalisation(tiny)),
);
for (const seed of [1, 2, 3]) calibration.add(trainedInput(tiny, seed));
const state = calibration.state();

let folder = '';
let path = '';
beforeEach(async () => {
  folder = await temporaryFolder();
  path = join(folder, 'model.snn.partial');
});

/** Reads the file at `path`, and what it says on stderr meanwhile. */
async function read(dependencies: unknown = ['a', 1]): Promise<[CalibrationState | undefined, string]> {
  let said = '';
  const spy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += text;
    return true;
  });
  try {
    return [await new CalibrationFile(path, dependencies).read(tiny, 10), said];
  } finally {
    spy.mockRestore();
  }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** A file with the right key and checksum, whatever its state is. */
async function forge(forged: unknown): Promise<void> {
  const { key } = JSON.parse(await readFile(path, 'utf8')) as { key: string };
  const checksum = sha256(JSON.stringify(forged));
  await writeFile(path, JSON.stringify({ key, checksum, state: forged }));
}

describe('a kept calibration', () => {
  it('is read as it was written, and said to be', async () => {
    const file = new CalibrationFile(path, ['a', 1]);
    await file.keep(state);
    expect(await read()).toEqual([state, `going on from 3 of 10 images, as ${path} says\n`]);
    await file.remove();
    expect(await namesIn(folder)).toEqual([]);
    await file.remove();
  });

  it('is silently not there at first', async () => {
    expect(await read()).toEqual([undefined, '']);
  });

  it('of another conversion is not used', async () => {
    await new CalibrationFile(path, ['a', 1]).keep(state);
    const [found, said] = await read(['a', 2]);
    expect(found).toBeUndefined();
    expect(said).toBe(`starting from the first image: ${path} is of another conversion\n`);
  });

  it.each<[string, (text: string) => string | Uint8Array, RegExp]>([
    ['is cut', (text) => text.slice(0, -100), /is not valid JSON/],
    [
      'has a digit changed',
      (text) => text.replace(/"zeros":(\d)/, '"zeros":9$1'),
      /its checksum does not match/,
    ],
    ['is empty', () => '', /is empty/],
    ['is an empty object', () => '{}', /lacks the field "key"/],
    ['is a list', () => '[]', /must be a map/],
    ['is no text', () => Uint8Array.of(0xff, 0xfe, 0, 1), /is not valid JSON/],
    ['nests without end', () => '['.repeat(1e6), /nests more than 5 levels/],
    ['has a field twice', (text) => text.replace('{', '{"key":"x",'), /has the key "key" twice/],
  ])('that %s is not believed', async (_, change, message) => {
    await new CalibrationFile(path, ['a', 1]).keep(state);
    await writeFile(path, change(await readFile(path, 'utf8')));
    const [found, said] = await read();
    expect(found).toBeUndefined();
    expect(said).toMatch(/^starting from the first image: [^\n]+\n$/);
    expect(said).toMatch(message);
  });

  it.each<[string, unknown, RegExp]>([
    ['more images than asked for', { ...state, images: 11 }, /images must be an integer from 0 to 10/],
    ['another network', { ...state, layers: state.layers.slice(1) }, /layers must have 5 elements/],
    ['too many activations', { ...state, images: 2 }, /must count \d+ activations, but counts/],
    ['nothing', null, /must be a map/],
  ])('that is forged with a right checksum, of %s, is not believed', async (_, forged, message) => {
    await new CalibrationFile(path, ['a', 1]).keep(state);
    await forge(forged);
    const [found, said] = await read();
    expect(found).toBeUndefined();
    expect(said).toMatch(message);
    await forge(state);
    expect((await read())[0]).toEqual(state);
  });

  it('that is a folder is not believed', async () => {
    await mkdir(path);
    expect((await read())[0]).toBeUndefined();
  });
});
