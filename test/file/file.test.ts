/** Model files: what is written is read again, and nothing that is damaged is believed. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { checksum } from '../../src/file/checksum.js';
import { readModel, writeModel } from '../../src/file/file.js';
import type { SpikingNetwork, SpikingPopulation } from '../../src/graph/network.js';
import { arbitraryNetwork } from '../generate.js';
import { randomGraph } from '../reference/random-graph.js';
import { expectRefusal, small, smallFile } from '../support/small-model.js';

const arbitrary = fc.oneof(
  arbitraryNetwork(),
  fc.nat(1e6).map((seed) => randomGraph(seed)),
);

describe('a model file', () => {
  it('gives back every network that is written', () => {
    fc.assert(
      fc.property(arbitrary, (network) => {
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
    const { populations, heads } = readModel(smallFile);
    const tensors = [...populations, ...heads].flatMap((part) => [part.bias, part.threshold]);
    const weights = [...populations.flatMap(({ synapses }) => synapses), ...heads].map(
      (part) => part.weights,
    );
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
    newer[8] = 3;
    expectRefusal(newer, /format version 3, but this snnwasm reads versions up to 2: install a newer one$/);
    newer[8] = 0;
    expectRefusal(newer, /format version 0, but/);
  });

  it('is named in the message', () => {
    expect(() => readModel(new Uint8Array(0), 'a.snn')).toThrow('a.snn is empty');
  });
});

describe('writing', () => {
  const [stem, ...others] = small.populations as [SpikingPopulation, ...SpikingPopulation[]];
  it.each<[string, SpikingNetwork, RegExp]>([
    [
      'NaN',
      { ...small, populations: [{ ...stem, lambda: Number.NaN }, ...others] },
      /populations\[0\].lambda must be/,
    ],
    [
      'a short tensor',
      { ...small, populations: [{ ...stem, bias: new Int32Array(2) }, ...others] },
      /populations\[0\].bias must have 3 values, but has 2/,
    ],
    [
      'a tensor of floats',
      { ...small, populations: [{ ...stem, bias: new Float32Array(3) as unknown as Int32Array }, ...others] },
      /populations\[0\].bias must be an Int8Array or Int32Array/,
    ],
    [
      'an int8 bias',
      { ...small, populations: [{ ...stem, bias: new Int8Array(3) as unknown as Int32Array }, ...others] },
      /populations\[0\].bias.dtype must be "I32", but is "I8"/,
    ],
    [
      'a threshold of zero',
      { ...small, populations: [{ ...stem, threshold: Int32Array.of(5, 0, 5) }, ...others] },
      /populations\[0\].threshold must hold values from 1 to 1073741824, but \[1\] is 0/,
    ],
    [
      'a source that is no population',
      { ...small, heads: [{ ...small.heads[1]!, population: 77, weights: new Int8Array(0) }] },
      /heads\[0\].population must be an integer from 0 to 4, but is 77/,
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
