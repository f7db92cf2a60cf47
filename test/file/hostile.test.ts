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

describe('a hostile header', () => {
  it('is forged well enough to be believed unless something is wrong', () => {
    expect(isDeepStrictEqual(readModel(forge(smallHeader())), small)).toBe(true);
    expect(readModel(forgeField('name', 'other')).name).toBe('other');
  });

  const identity = 'layers[2].connections[1]';
  const projection = 'layers[4].connections[1]';
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
    ['layers', [], /layers must have 1 to 1024 elements/],
    ['layers', {}, /layers must be a list, but is a map/],
    ['layers[1].name', 'stem', /layers has the name "stem" twice/],
    ['layers[0].lambda', Infinity, /layers\[0\].lambda must be a finite number above 0/],
    ['layers[0].lambda', 0, /layers\[0\].lambda must be a finite number above 0/],
    ['layers[0].block', -1, /layers\[0\].block must be an integer/],
    [
      'layers[0].shape.height',
      5,
      /connections\[0\] must give a feature map of its layer's 5 x 3, but gives 4 x 3/,
    ],
    ['layers[0].shape.channels', 4096, /weights.shape\[3\] must be an integer from 4096 to 4096, but is 3/],
    ['layers[0].connections', [], /layers\[0\].connections must have 1 to 16 elements/],
    ['layers[0].connections[0].kind', 'pool', /kind must be "convolution" or "identity", but is "pool"/],
    ['layers[0].connections[0].kind', undefined, /connections\[0\] lacks the field "kind"/],
    ['layers[0].connections[0].source', 0, /source must be an integer from -1 to -1, but is 0/],
    ['layers[0].connections[0].kernel', 4, /kernel must be odd, but is 4/],
    ['layers[0].connections[0].kernel', 17, /kernel must be an integer from 1 to 15/],
    [
      'layers[0].connections[0].stride',
      9,
      /layers\[0\].connections\[0\].stride must be an integer from 1 to 4, but is 9/,
    ],
    ['layers[0].connections[0].padding', 3, /padding must be an integer from 0 to 2/],
    ['layers[0].connections[0].padding', 0, /must give a feature map/],
    ['layers[1].connections[0].source', -1, /source must be an integer from 0 to 0, but is -1/],
    ['layers[1].connections[0].source', 1, /source must be an integer from 0 to 0, but is 1/],
    ['layers[2].connections[0].source', 2, /source must be an integer from 0 to 1/],
    [`${identity}.kernel`, 1, /connections\[1\] has an unknown field "kernel"/],
    [`${projection}.stride`, 1, /must give a feature map of its layer's 2 x 2, but gives 4 x 3/],
    [`${projection}.kind`, 'identity', /has an unknown field "kernel"/],
    ['layers[0].bias.dtype', 'I8', /layers\[0\].bias.dtype must be "I32", but is "I8"/],
    ['layers[0].bias.shape', [4], /layers\[0\].bias.shape\[0\] must be an integer from 3 to 3/],
    ['layers[0].bias.shape', [3, 1], /layers\[0\].bias.shape must have 1 elements, but has 2/],
    [
      'layers[0].bias.offset',
      0,
      /layers\[0\].bias.offset must be 32, where the tensor before it ends, but is 0/,
    ],
    ['layers[0].bias.offset', 36, /offset must be 32/],
    ['layers[0].bias.offset', -16, /offset must be an integer from 0/],
    ['layers[0].bias.offset', 2 ** 40, /offset must be 32/],
    ['layers[0].bias', new Uint8Array(12), /its header uses MessagePack type 0xc4/],
    ['layers[0].bias', null, /layers\[0\].bias must be a map, but is null/],
    ['heads', [], /heads must have 1 to 64 elements/],
    ['heads[0].name', 'final', /heads has the name "final" twice/],
    ['heads[1].name', 'last', /heads must end with the head "final"/],
    ['heads[0].layer', 5, /heads\[0\].layer must be an integer from 0 to 4/],
    ['heads[0].priorStrength', -1, /heads\[0\].priorStrength must be a number from 0/],
    ['heads[0].priorStrength', '9', /priorStrength must be a number from 0 to .*, but is "9"/],
    ['defaults.timesteps', 0, /defaults.timesteps must be an integer from 1 to 65535/],
    ['defaults.initialPotential', 1.01, /defaults.initialPotential must be a number from 0 to 1/],
    ['defaults.propagation', 'both', /propagation must be "synchronous" or "pipelined", but is "both"/],
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
