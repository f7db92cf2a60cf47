/** Model files: what is written is read again, and nothing that is damaged or hostile is believed. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { unpack } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { UserError } from '../src/errors.js';
import { checksum } from '../src/model/checksum.js';
import { readModel, writeModel } from '../src/model/file.js';
import type { SpikingNetwork } from '../src/model/graph.js';
import { encode } from '../src/model/messagepack.js';
import { aligned } from '../src/model/tensors.js';
import { arbitraryNetwork, buildNetwork, uniform } from './generate.js';

const PREAMBLE = 20;

/** Two blocks, an identity, a projection and two heads: 3.4 kB. */
const small = buildNetwork({
  seed: 1,
  input: { channels: 1, height: 4, width: 3 },
  stem: { channels: 3, kernel: 3, stride: 1 },
  unpadded: false,
  blocks: [
    { channels: 3, stride: 1, kernel: 3, head: true },
    { channels: 4, stride: 2, kernel: 1, head: false },
  ],
  classes: 2,
  propagation: 'synchronous',
});
const smallFile = writeModel(small);

describe('a model file', () => {
  it('gives back every network that is written', () => {
    fc.assert(
      fc.property(arbitraryNetwork(), (network) => {
        const bytes = writeModel(network);
        expect(isDeepStrictEqual(readModel(bytes), network)).toBe(true);
        expect(bytes.length % 16).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('is the same for equal networks', () => {
    expect(Buffer.compare(writeModel(readModel(smallFile)), smallFile)).toBe(0);
    expect(Buffer.compare(writeModel(structuredClone(small)), smallFile)).toBe(0);
  });

  it('is read without a copy, and its tensors are aligned', () => {
    const { layers, heads } = readModel(smallFile);
    const tensors = [...layers, ...heads].flatMap((part) => [part.bias, part.threshold]);
    const weights = [...layers.flatMap((layer) => layer.connections), ...heads].map((part) => part.weights);
    for (const { buffer, byteOffset } of [...tensors, ...weights]) {
      expect(buffer).toBe(smallFile.buffer);
      expect(byteOffset % 16).toBe(0);
    }
  });

  it('may start anywhere in a larger buffer', () => {
    for (const offset of [1, 4, 16]) {
      const shifted = new Uint8Array(smallFile.length + offset + 3);
      shifted.set(smallFile, offset);
      const network = readModel(shifted.subarray(offset, offset + smallFile.length));
      expect(isDeepStrictEqual(network, small)).toBe(true);
      expect(network.heads[0]!.weights.buffer === shifted.buffer).toBe(offset === 16);
    }
  });

  it('leaves the given bytes as they are', () => {
    const copy = smallFile.slice();
    readModel(copy);
    expect(Object.keys(copy).length).toBe(copy.length);
    expect(Buffer.compare(copy, smallFile)).toBe(0);
  });
});

describe('a damaged file', () => {
  it('is refused at every length below its own', () => {
    for (let length = 0; length < smallFile.length; length++) {
      expectRefusal(smallFile.slice(0, length), /is (empty|truncated)/);
    }
  });

  it('is refused with any byte changed', () => {
    for (let position = 0; position < smallFile.length; position++) {
      for (const mask of [0x01, 0x80, 0xff]) {
        const bytes = smallFile.slice();
        bytes[position]! ^= mask;
        expectRefusal(bytes, /^the model file /);
      }
    }
  });

  it('is refused with bytes behind its end', () => {
    expectRefusal(Buffer.concat([smallFile, new Uint8Array(16)]), /damaged: 16 bytes follow its end/);
  });

  it('is told from a file of another kind', () => {
    expectRefusal(new TextEncoder().encode('GIF89a'), /is not a snnwasm model file/);
    const asText = Buffer.from(smallFile).toString('latin1').replaceAll('\r\n', '\n');
    expectRefusal(Uint8Array.from(Buffer.from(asText, 'latin1')), /transfer in text mode/);
    const newer = smallFile.slice();
    newer[8] = 2;
    expectRefusal(newer, /format version 2, but this snnwasm reads version 1/);
  });

  it('is named in the message', () => {
    expect(() => readModel(new Uint8Array(0), 'a.snn')).toThrow('a.snn is empty');
  });
});

/** A file with this header and the tensors of `small`, all lengths and checksums being right. */
function forge(header: Uint8Array): Uint8Array {
  const data = smallFile.slice(aligned(PREAMBLE + headerLength()));
  const bytes = new Uint8Array(aligned(PREAMBLE + header.length) + data.length);
  bytes.set(smallFile.subarray(0, 12));
  const view = new DataView(bytes.buffer);
  view.setUint32(12, header.length, true);
  view.setUint32(16, checksum(header), true);
  bytes.set(header, PREAMBLE);
  bytes.set(data, bytes.length - data.length);
  return bytes;
}

function headerLength(): number {
  return new DataView(smallFile.buffer).getUint32(12, true);
}

function smallHeader(): Uint8Array {
  return smallFile.slice(PREAMBLE, PREAMBLE + headerLength());
}

/** The header of `small` with the value at a path replaced, or removed where the value is undefined. */
function forgeField(path: string, value: unknown): Uint8Array {
  const header = unpack(smallHeader()) as Record<string, unknown>;
  const steps = path.split(/[.[\]]+/).filter((step) => step !== '');
  const last = steps.pop()!;
  let place = (path.startsWith('data.') ? header : header.network) as Record<string, unknown>;
  for (const step of steps) place = place[step] as Record<string, unknown>;
  if (value === undefined) delete place[last];
  else place[last] = value;
  return forge(encode(header));
}

function expectRefusal(bytes: Uint8Array, message: RegExp): void {
  let caught: unknown;
  try {
    readModel(bytes);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(UserError);
  expect((caught as UserError).message).toMatch(message);
  expect((caught as UserError).message).not.toMatch(/[\n\r]/);
  expect((caught as UserError).message.length).toBeLessThan(300);
}

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

  it('is refused when the network is too large', () => {
    const wide = { ...small.input, height: 1024, width: 1024 };
    const big = { channels: 60, height: 1024, width: 1024 };
    const geometry = { kind: 'convolution', kernel: 1, stride: 1, padding: 0 } as const;
    const layer = {
      block: 0,
      bias: new Int32Array(60),
      threshold: new Int32Array(60).fill(1),
      lambda: 1,
      shape: big,
    };
    const network: SpikingNetwork = {
      ...small,
      input: wide,
      layers: [
        { ...layer, name: 'a', connections: [{ ...geometry, source: -1, weights: new Int8Array(60) }] },
      ],
      heads: [{ ...small.heads[1]!, layer: 0, weights: new Int8Array(120) }],
      defaults: { ...small.defaults, head: null },
    };
    expect(() => writeModel(network)).toThrow(/at most 16777216 neurons with the image, but has 63963136/);
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

describe('writing', () => {
  const [stem, ...others] = small.layers as [(typeof small.layers)[0], ...(typeof small.layers)[0][]];
  it.each<[string, SpikingNetwork, RegExp]>([
    ['NaN', { ...small, layers: [{ ...stem, lambda: Number.NaN }, ...others] }, /layers\[0\].lambda must be/],
    [
      'a short tensor',
      { ...small, layers: [{ ...stem, bias: new Int32Array(2) }, ...others] },
      /layers\[0\].bias must have 3 values, but has 2/,
    ],
    [
      'a tensor of floats',
      { ...small, layers: [{ ...stem, bias: new Float32Array(3) as unknown as Int32Array }, ...others] },
      /layers\[0\].bias must be an Int8Array or Int32Array/,
    ],
    [
      'an int8 bias',
      { ...small, layers: [{ ...stem, bias: new Int8Array(3) as unknown as Int32Array }, ...others] },
      /layers\[0\].bias.dtype must be "I32", but is "I8"/,
    ],
    [
      'a threshold of zero',
      { ...small, layers: [{ ...stem, threshold: Int32Array.of(5, 0, 5) }, ...others] },
      /layers\[0\].threshold must hold values from 1 to 1073741824, but \[1\] is 0/,
    ],
    [
      'a source that is no layer',
      { ...small, heads: [{ ...small.heads[1]!, layer: 77, weights: new Int8Array(0) }] },
      /heads\[0\].layer must be an integer from 0 to 4, but is 77/,
    ],
    ['no head', { ...small, heads: [] }, /heads must have 1 to 64 elements/],
    ['no name', { ...small, name: '' }, /the network is invalid: name must be printable text/],
  ])('refuses %s', (_, network, message) => {
    expect(() => writeModel(network)).toThrow(UserError);
    expect(() => writeModel(network)).toThrow(message);
  });
});

describe('the checksum', () => {
  it('is XXH32', () => {
    const of = (text: string) => checksum(Buffer.from(text)).toString(16).padStart(8, '0');
    // from the reference implementation's documentation and tests
    expect(of('')).toBe('02cc5d05');
    expect(of('abc')).toBe('32d153ff');
    expect(of('Nobody inspects the spammish repetition')).toBe('e2293b2f');
  });
});
