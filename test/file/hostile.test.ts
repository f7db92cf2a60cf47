/** Headers of model files that were made to mislead, under checksums that are right: none is believed. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { readModel, writeModel } from '../../src/file/file.js';
import { uniform } from '../generate.js';
import {
  expectRefusal,
  forge,
  forgeData,
  forgeField,
  small,
  smallData,
  smallFile,
  smallHeader,
} from '../support/small-model.js';

const ONE = { height: 1, width: 1 };

describe('a hostile header', () => {
  it('is forged well enough to be believed unless something is wrong', () => {
    expect(isDeepStrictEqual(readModel(forge(smallHeader())), small)).toBe(true);
    expect(readModel(forgeField('name', 'other')).name).toBe('other');
  });

  const convolution = 'populations[0].synapses[0]';
  const skip = 'populations[2].synapses[1]';
  const projection = 'populations[4].synapses[1]';
  it.each<[string, unknown, RegExp]>([
    ['name', '', /name must be printable text/],
    ['name', 'x'.repeat(129), /name must be printable text of 1 to 128/],
    ['name', 'a\nb', /name must be printable text/],
    ['name', 'a\u202eb', /name must be printable text/],
    ['name', 7, /name must be printable text of 1 to 128 characters, but is 7/],
    ['name', undefined, /it lacks the field "name"/],
    ['surplus', 1, /it has an unknown field "surplus"/],
    ['input', [1, 4, 3], /input must be a map, but is a list of 3/],
    ['input.channels', 0, /input.channels must be an integer from 1 to 4096/],
    ['input.height', 1025, /input.height must be an integer from 1 to 1024/],
    ['input.width', 3.5, /input.width must be an integer/],
    ['normalisation.mean', [], /normalisation.mean must have 1 elements, but has 0/],
    ['normalisation.mean[0]', Number.NaN, /normalisation.mean\[0\] must be a number/],
    ['normalisation.deviation[0]', 0, /normalisation.deviation\[0\] must be a number/],
    ['inputFractionBits', 17, /inputFractionBits must be an integer from 0 to 16/],
    ['labels', ['a'], /must be an integer from 1 to 1, but is 2/],
    ['labels', [], /labels must have 1 to 65535 elements/],
    ['labels[0]', null, /labels\[0\] must be printable text/],
    ['populations', [], /populations must have 1 to 1024 elements/],
    ['populations', {}, /populations must be a list, but is a map/],
    ['populations[1].name', 'stem', /populations has the name "stem" twice/],
    ['populations[0].lambda', Infinity, /populations\[0\].lambda must be a finite number above 0/],
    ['populations[0].lambda', 0, /populations\[0\].lambda must be a finite number above 0/],
    ['populations[0].block', 0, /populations\[0\] has an unknown field "block"/],
    [
      'populations[0].shape.height',
      5,
      /synapses\[0\] must give a feature map of its population's 5 x 3, but gives 4 x 3/,
    ],
    [
      'populations[0].shape.channels',
      4096,
      /weights.shape\[3\] must be an integer from 4096 to 4096, but is 3/,
    ],
    ['populations[0].synapses', [], /populations\[0\].synapses must have 1 to 16 elements/],
    [
      'populations[0].synapses[0].kind',
      'pool',
      /kind must be "convolution" or "depthwise" or "dense" or "per-channel", but is "pool"/,
    ],
    ['populations[0].synapses[0].kind', undefined, /synapses\[0\] lacks the field "kind"/],
    ['populations[0].synapses[0].source', 0, /source must be an integer from -1 to -1, but is 0/],
    [`${convolution}.kernel`, 3, /synapses\[0\].kernel must be a map, but is 3/],
    [`${convolution}.kernel.height`, 4, /must give a feature map of its population's 4 x 3, but gives 3 x 3/],
    [
      `${convolution}.kernel.width`,
      32,
      /synapses\[0\].kernel.width must be an integer from 1 to 31, but is 32/,
    ],
    [`${convolution}.kernel.width`, 0, /kernel.width must be an integer from 1 to 31, but is 0/],
    [`${convolution}.kernel.depth`, 1, /synapses\[0\].kernel has an unknown field "depth"/],
    [
      `${convolution}.stride.height`,
      17,
      /synapses\[0\].stride.height must be an integer from 1 to 16, but is 17/,
    ],
    [`${convolution}.stride.width`, 0, /stride.width must be an integer from 1 to 16, but is 0/],
    [`${convolution}.stride.width`, 2, /must give a feature map of its population's 4 x 3, but gives 4 x 2/],
    [`${convolution}.padding.top`, 3, /synapses\[0\].padding.top must be an integer from 0 to 2, but is 3/],
    [`${convolution}.padding.right`, -1, /padding.right must be an integer from 0 to 2, but is -1/],
    [
      `${convolution}.padding.bottom`,
      0,
      /must give a feature map of its population's 4 x 3, but gives 3 x 3/,
    ],
    [`${convolution}.padding.left`, undefined, /synapses\[0\].padding lacks the field "left"/],
    [`${convolution}.dilation.height`, 17, /dilation.height must be an integer from 1 to 16, but is 17/],
    [`${convolution}.dilation.width`, 0, /dilation.width must be an integer from 1 to 16, but is 0/],
    [
      `${convolution}.dilation.width`,
      2,
      /must give a feature map of its population's 4 x 3, but gives 4 x 1/,
    ],
    [
      `${convolution}.dilation.width`,
      16,
      /must give a feature map of its population's 4 x 3, but gives 4 x -27/,
    ],
    [`${convolution}.dilation`, undefined, /synapses\[0\] lacks the field "dilation"/],
    [`${convolution}.groups`, 0, /synapses\[0\].groups must be an integer from 1 to 1, but is 0/],
    [`${convolution}.groups`, 2, /groups must be an integer from 1 to 1, but is 2/],
    [`${convolution}.groups`, 1.5, /groups must be an integer from 1 to 1, but is 1.5/],
    [`${convolution}.groups`, undefined, /synapses\[0\] lacks the field "groups"/],
    ['populations[1].synapses[0].groups', 2, /groups must be a divisor of 3 and of 3 channels, but is 2/],
    ['populations[3].synapses[0].groups', 3, /groups must be a divisor of 3 and of 4 channels, but is 3/],
    ['populations[1].synapses[0].groups', 3, /weights.shape\[2\] must be an integer from 1 to 1, but is 3/],
    [`${convolution}.kind`, 'depthwise', /synapses\[0\] has an unknown field "groups"/],
    [`${convolution}.kind`, 'dense', /synapses\[0\] has an unknown field "kernel"/],
    [`${convolution}.kind`, 'identity', /kind must be "convolution" or .*, but is "identity"/],
    [`${convolution}.kind`, 'constructor', /kind must be "convolution" or .*, but is "constructor"/],
    [
      `${skip}.source`,
      -1,
      /synapses\[1\] must not read the image: per-channel synapses have no int8 weights/,
    ],
    [`${skip}.kind`, 'dense', /synapses\[1\] must feed a population of 1 x 1 pixel, but feeds 4 x 3/],
    [`${skip}.weights.dtype`, 'I8', /synapses\[1\].weights.dtype must be "I32", but is "I8"/],
    [`${convolution}.weights.dtype`, 'I32', /synapses\[0\].weights.dtype must be "I8", but is "I32"/],
    ['populations[1].synapses[0].source', 1, /source must be an integer from -1 to 0, but is 1/],
    ['populations[2].synapses[0].source', 2, /source must be an integer from -1 to 1/],
    [`${skip}.kernel`, 1, /synapses\[1\] has an unknown field "kernel"/],
    [`${projection}.stride`, ONE, /must give a feature map of its population's 2 x 2, but gives 4 x 3/],
    [`${projection}.kind`, 'per-channel', /has an unknown field "kernel"/],
    ['populations[0].bias.dtype', 'I8', /populations\[0\].bias.dtype must be "I32", but is "I8"/],
    ['populations[0].bias.shape', [4], /populations\[0\].bias.shape\[0\] must be an integer from 3 to 3/],
    ['populations[0].bias.shape', [3, 1], /populations\[0\].bias.shape must have 1 elements, but has 2/],
    [
      'populations[0].bias.offset',
      0,
      /populations\[0\].bias.offset must be 32, where the tensor before it ends, but is 0/,
    ],
    ['populations[0].bias.offset', 36, /offset must be 32/],
    ['populations[0].bias.offset', -16, /offset must be an integer from 0/],
    ['populations[0].bias.offset', 2 ** 40, /offset must be 32/],
    ['populations[0].bias', new Uint8Array(12), /its header uses MessagePack type 0xc4/],
    ['populations[0].bias', null, /populations\[0\].bias must be a map, but is null/],
    ['heads', [], /heads must have 1 to 64 elements/],
    ['heads[0].name', 'final', /heads has the name "final" twice/],
    ['heads[1].name', 'last', /heads must end with the head "final"/],
    ['heads[0].population', 5, /heads\[0\].population must be an integer from 0 to 4/],
    ['heads[0].priorStrength', -1, /heads\[0\].priorStrength must be a number from 0/],
    ['heads[0].priorStrength', '9', /priorStrength must be a number from 0 to .*, but is "9"/],
    ['defaults.coding', 'phase', /defaults.coding must be "rate" or "radix", but is "phase"/],
    ['defaults.coding', undefined, /defaults lacks the field "coding"/],
    ['defaults.digits', 0, /defaults.digits must be an integer from 1 to 8, but is 0/],
    ['defaults.digits', 9, /defaults.digits must be an integer from 1 to 8, but is 9/],
    ['defaults.timesteps', 0, /defaults.timesteps must be an integer from 1 to 65535/],
    ['defaults.initialPotential', 1.01, /defaults.initialPotential must be a number from 0 to 1/],
    ['defaults.propagation', 'both', /propagation must be "synchronous" or "pipelined", but is "both"/],
    ['defaults.forgetting', undefined, /defaults lacks the field "forgetting"/],
    ['defaults.forgetting', 17, /defaults.forgetting must be an integer from 0 to 16, but is 17/],
    ['defaults.forgetting', -1, /defaults.forgetting must be an integer from 0 to 16, but is -1/],
    ['defaults.forgetting', 1.5, /defaults.forgetting must be an integer from 0 to 16, but is 1.5/],
    ['defaults.forgetting', '2', /defaults.forgetting must be an integer from 0 to 16, but is "2"/],
    ['defaults.forgetting', Number.NaN, /defaults.forgetting must be an integer from 0 to 16/],
    ['defaults.forgetting', null, /defaults.forgetting must be an integer from 0 to 16, but is null/],
    ['defaults.forget', 1, /defaults has an unknown field "forget"/],
    ['defaults.head', 'final', /defaults.head must be null or the name of an internal head, but is "final"/],
    ['defaults.head', 2, /defaults.head must be null or the name/],
    ['provenance.constructor', {}, /provenance.constructor must be printable text/],
    ['provenance.x', [[1]], /provenance.x\[0\] must be printable text/],
    [
      'provenance',
      Object.fromEntries(Array.from({ length: 257 }, (_, i) => [`k${i}`, i])),
      /at most 256 entries/,
    ],
    ['data.length', 16, /damaged: \d+ bytes follow its end/],
    ['data.length', 2 ** 45, /is truncated/],
    ['data.length', -1, /data.length must be an integer/],
    ['data.checksum', 1, /checksum of its tensors does not match/],
  ])('is refused: %s = %j', (path, value, message) => {
    expectRefusal(forgeField(path, value), message);
  });

  it('is refused when its tensors do not fill the data exactly', () => {
    expectRefusal(
      forgeData(smallData().subarray(0, -16)),
      /heads\[1\]\.threshold needs 8 bytes, but the file has 0 from/,
    );
    expectRefusal(forgeData(new Uint8Array(smallData().length + 16)), /^the model file is invalid: /);
    const longer = new Uint8Array(smallData().length + 16);
    longer.set(smallData());
    expectRefusal(forgeData(longer), /it names tensors that leave 16 bytes of the file unused/);
  });
});

describe('bytes that are no header', () => {
  const bytesOf = (...parts: (number | string)[]) =>
    Uint8Array.from(
      parts.flatMap((part) => (typeof part === 'number' ? [part] : [...Buffer.from(part, 'latin1')])),
    );

  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /header ends within a value/],
    ['a number', bytesOf(7), /it must be a map, but is 7/],
    ['a list of 2^32 - 1', bytesOf(0xdd, 0xff, 0xff, 0xff, 0xff, 0xc0), /ends within a value/],
    ['a map of 2^32 - 1', bytesOf(0xdf, 0xff, 0xff, 0xff, 0xff, 0xa1, 'a', 0xc0), /ends within a value/],
    ['a text of 2^32 - 1', bytesOf(0xdb, 0xff, 0xff, 0xff, 0xff, 'a'), /ends within a value/],
    ['100,000 levels', new Uint8Array(100_000).fill(0x91), /nests more than 16 levels/],
    ['300,000 values', bytesOf(0xdd, 0, 4, 0x93, 0xe0, '\0'.repeat(300_000)), /more than 262144 values/],
    ['a key __proto__', bytesOf(0x81, 0xa9, '__proto__', 0x80), /has a key "__proto__"/],
    ['a key twice', bytesOf(0x82, 0xa1, 'a', 1, 0xd9, 1, 'a', 2), /has the key "a" twice/],
    ['a number as key', bytesOf(0x81, 1, 2), /a key that is not text/],
    ['a map as key', bytesOf(0x81, 0x80, 2), /a key that is not text/],
    ['text that is not UTF-8', bytesOf(0xa2, 0xc3, 0x28), /text that is not UTF-8/],
    ['a surrogate in UTF-8', bytesOf(0xa3, 0xed, 0xa0, 0x80), /text that is not UTF-8/],
    ['a record', bytesOf(0xd4, 0x72, 0x40, 0x91, 0xa1, 'a', 1), /type 0xd4, which no model has/],
    ['a regular expression', bytesOf(0xc7, 1, 0x78, 0x92, 0xa1, 'a', 0xa0), /type 0xc7, which no model has/],
    ['binary data', bytesOf(0xc4, 1, 0), /type 0xc4/],
    ['the unused type', bytesOf(0xc1), /type 0xc1/],
    ['a float32', bytesOf(0xca, 0, 0, 0, 0), /type 0xca/],
    ['a 64-bit integer', bytesOf(0xcf, 0, 0, 0, 0, 0, 0, 0, 1), /type 0xcf/],
    ['two values', bytesOf(1, 2), /header has 1 bytes too many/],
  ])('%s is refused', (_, header, message) => {
    expectRefusal(forge(header), message);
  });

  it('is refused when it is larger than the limit, before it is read', () => {
    const bytes = smallFile.slice();
    new DataView(bytes.buffer).setUint32(12, 0xffffffff, true);
    expectRefusal(bytes, /its header would have 4294967295 bytes/);
  });

  it('is refused whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (header) => {
        expectRefusal(forge(header), /is (invalid|damaged)/);
      }),
      { numRuns: 500 },
    );
  });

  it('gives a valid network or a UserError with any bytes changed under a right checksum', () => {
    const random = uniform(4);
    let valid = 0;
    for (let run = 0; run < 1500; run++) {
      const header = smallHeader();
      for (let change = 0; change <= run % 3; change++) {
        header[Math.floor(random() * header.length)] = Math.floor(random() * 256);
      }
      try {
        const network = readModel(forge(header));
        expect(isDeepStrictEqual(readModel(writeModel(network)), network)).toBe(true);
        valid++;
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
      }
    }
    expect(valid).toBeGreaterThan(0);
  });
});
