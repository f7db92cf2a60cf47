/** Files of the safetensors format: every rule that its specification makes is kept when reading and writing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { readSafetensors } from '../../src/file/safetensors.js';
import type { NamedTensor } from '../../src/file/write-safetensors.js';
import { writeSafetensors } from '../../src/file/write-safetensors.js';
import { parseJson } from '../../src/untrusted/json.js';

/** A file of a header, as text or as a value to be made JSON, and data. */
function fileOf(header: unknown, data: Uint8Array = new Uint8Array(0), length?: bigint): Uint8Array {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const preamble = Buffer.alloc(8);
  preamble.writeBigUInt64LE(length ?? BigInt(text.length));
  return new Uint8Array(Buffer.concat([preamble, text, data]));
}

function valuesOf(dtype: string, ...bytes: number[]): number[] {
  const size = bytes.length;
  const bits = { F64: 64, F32: 32, F16: 16, BF16: 16, I64: 64, I32: 32, I16: 16 }[dtype] ?? 8;
  const header = { t: { dtype, shape: [(size * 8) / bits], data_offsets: [0, size] } };
  return [
    ...readSafetensors(fileOf(header, Uint8Array.from(bytes)))
      .tensors.get('t')!
      .toFloat32(),
  ];
}

const arbitraryTensor: fc.Arbitrary<Omit<NamedTensor, 'name'>> = fc.oneof(
  fc.float32Array().map((data) => ({ dtype: 'F32' as const, shape: [data.length], data })),
  fc.int32Array().map((data) => ({ dtype: 'I32' as const, shape: [1, data.length], data })),
  fc.int8Array().map((data) => ({ dtype: 'I8' as const, shape: [data.length, 1, 1], data })),
  fc.uint8Array().map((data) => ({ dtype: 'U8' as const, shape: [data.length], data })),
  fc.float().map((value) => ({ dtype: 'F32' as const, shape: [], data: Float32Array.of(value) })),
);

const arbitraryTensors: fc.Arbitrary<NamedTensor[]> = fc
  .uniqueArray(fc.string({ unit: 'grapheme' }), { maxLength: 6 })
  .chain((names) => fc.tuple(...names.map((name) => arbitraryTensor.map((tensor) => ({ ...tensor, name })))));

describe('safetensors', () => {
  it('gives back the tensors and metadata that are written', () => {
    const metadata = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string(), { noNullPrototype: true });
    fc.assert(
      fc.property(arbitraryTensors, metadata, (tensors, entries) => {
        const file = readSafetensors(writeSafetensors(tensors, entries));
        expect(file.metadata).toEqual(entries);
        expect([...file.tensors.keys()].sort()).toEqual(tensors.map(({ name }) => name).sort());
        for (const { name, dtype, shape, data } of tensors) {
          const tensor = file.tensors.get(name)!;
          expect([tensor.dtype, tensor.shape]).toEqual([dtype, shape]);
          expect(Buffer.compare(tensor.bytes, Buffer.from(data.buffer))).toBe(0);
          expect(tensor.toFloat32()).toEqual(Float32Array.from(data));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('writes the same bytes in whatever order the content is given, data at a multiple of 8', () => {
    fc.assert(
      fc.property(arbitraryTensors, (tensors) => {
        const bytes = writeSafetensors(tensors, { b: '1', a: '2' });
        const reversed = writeSafetensors([...tensors].reverse(), { a: '2', b: '1' });
        expect(Buffer.compare(bytes, reversed)).toBe(0);
        expect(Number(Buffer.from(bytes).readBigUInt64LE()) % 8).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it('writes the text that the format asks for', () => {
    const bytes = writeSafetensors([{ name: 'a', dtype: 'I8', shape: [2], data: Int8Array.of(1, -1) }], {
      k: 'v',
    });
    const header = '{"__metadata__":{"k":"v"},"a":{"dtype":"I8","shape":[2],"data_offsets":[0,2]}}';
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
    expect(Buffer.compare(bytes, fileOf(padded, Uint8Array.of(1, 255)))).toBe(0);
  });

  it('refuses to write what could not be read', () => {
    const tensor = { name: 'a', dtype: 'I8', shape: [1], data: Int8Array.of(1) } as const;
    expect(() => writeSafetensors([tensor, tensor])).toThrow(/comes twice/);
    expect(() => writeSafetensors([{ ...tensor, name: '__metadata__' }])).toThrow(UserError);
    expect(() => writeSafetensors([{ ...tensor, shape: [2] }])).toThrow(/must hold 2 values of I8/);
    expect(() => writeSafetensors([{ ...tensor, dtype: 'F32' }])).toThrow(/must hold 1 values of F32/);
  });
});

describe('element types', () => {
  it('are read as float32', () => {
    expect(valuesOf('F64', 0, 0, 0, 0, 0, 0, 0xf8, 0x3f)).toEqual([1.5]);
    expect(valuesOf('F32', 0, 0, 0xc0, 0xbf)).toEqual([-1.5]);
    expect(valuesOf('BF16', 0x80, 0x3f, 0xc0, 0xbf, 0x80, 0x7f)).toEqual([1, -1.5, Infinity]);
    expect(valuesOf('I64', 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)).toEqual([-2]);
    expect(valuesOf('I32', 0, 0, 1, 0)).toEqual([65536]);
    expect(valuesOf('I16', 0xff, 0xff)).toEqual([-1]);
    expect(valuesOf('I8', 0x80, 0x7f)).toEqual([-128, 127]);
    expect(valuesOf('U8', 0x80, 0x7f)).toEqual([128, 127]);
  });

  it('reads halves: normal, subnormal, infinite, signed zero, not a number', () => {
    const halves = [0x3c00, 0xc000, 0x7bff, 0x0400, 0x03ff, 0x0001, 0x8001, 0x7c00, 0xfc00, 0x8000, 0x7e00];
    const bytes = halves.flatMap((bits) => [bits & 0xff, bits >> 8]);
    expect(valuesOf('F16', ...bytes)).toEqual([
      1,
      -2,
      65504,
      2 ** -14,
      1023 * 2 ** -24,
      2 ** -24,
      -(2 ** -24),
      Infinity,
      -Infinity,
      -0,
      Number.NaN,
    ]);
  });

  it('refuses only the values of types that it cannot read', () => {
    const header = { m: { dtype: 'BOOL', shape: [2], data_offsets: [0, 2] } };
    const tensor = readSafetensors(fileOf(header, new Uint8Array(2))).tensors.get('m')!;
    expect(tensor.dtype).toBe('BOOL');
    expect(() => tensor.toFloat32()).toThrow(/the tensor "m" has type BOOL/);
  });
});

describe('a broken safetensors file', () => {
  const tensor = (shape: unknown, data_offsets: unknown, dtype: unknown = 'U8') => ({
    dtype,
    shape,
    data_offsets,
  });
  const four = new Uint8Array(4);

  it.each<[string, Uint8Array, RegExp]>([
    ['an empty file', new Uint8Array(0), /fewer than 8/],
    ['seven bytes', new Uint8Array(7), /fewer than 8/],
    ['a header of no bytes', fileOf('', four), /does not begin with \{/],
    ['a header longer than the file', fileOf('{}', four, 7n), /does not fit/],
    ['a header longer than the limit', fileOf('{}', four, 100_000_001n), /would have 100000001 bytes/],
    ['a header of 2^64 - 1 bytes', fileOf('{}', four, 2n ** 64n - 1n), /would have \d+ bytes/],
    ['a header that begins with a space', fileOf(' {}'), /does not begin with \{/],
    ['a list', fileOf('[]'), /does not begin with \{/],
    ['a header cut short', fileOf('{"a":{"dtype":"U8"'), /not valid JSON/],
    ['an open text', fileOf('{"a'), /not valid JSON/],
    ['two colons', fileOf('{"a"::1}'), /not valid JSON/],
    ['two objects', fileOf('{}{}'), /not valid JSON/],
    ['not UTF-8', new Uint8Array([3, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0xff, 0x7d]), /not UTF-8/],
    ['deep nesting', fileOf(`{"a":${'['.repeat(100_000)}`), /nests more than 3 levels/],
    ['a tensor that is a number', fileOf({ a: 1 }), /a must be a map, but is 1/],
    [
      'a tensor without a type',
      fileOf({ a: { shape: [], data_offsets: [0, 0] } }),
      /lacks the field "dtype"/,
    ],
    ['a surplus field', fileOf({ a: { ...tensor([4], [0, 4]), x: 1 } }, four), /a has an unknown field "x"/],
    ['an unknown type', fileOf({ a: tensor([4], [0, 4], 'X9') }, four), /a.dtype must be a type that/],
    [
      'a type named as a method',
      fileOf({ a: tensor([4], [0, 4], 'toString') }, four),
      /a.dtype must be a type/,
    ],
    ['a negative extent', fileOf({ a: tensor([-4], [0, 4]) }, four), /a.shape\[0\] must be an integer/],
    ['a fractional extent', fileOf({ a: tensor([1.5], [0, 4]) }, four), /a.shape\[0\] must be an integer/],
    ['an extent of 1e300', fileOf({ a: tensor([1e300], [0, 4]) }, four), /a.shape\[0\] must be an integer/],
    [
      'an overflowing product',
      fileOf({ a: tensor([2 ** 32, 2 ** 32, 4], [0, 4]) }, four),
      /has 4 bytes, but/,
    ],
    ['an infinite product', fileOf({ a: tensor(Array(30).fill(2 ** 50), [0, 4]) }, four), /has 4 bytes, but/],
    [
      'an infinite product times 0',
      fileOf({ a: tensor([...Array(30).fill(2 ** 50), 0], [0, 0]) }),
      /has 0 bytes/,
    ],
    [
      'too small a tensor',
      fileOf({ a: tensor([3], [0, 4]) }, four),
      /a has 4 bytes, but 3 values of U8 need 3/,
    ],
    [
      'ends before it begins',
      fileOf({ a: tensor([0], [2, 1]) }, four),
      /data_offsets\[1\] must be an integer from 2/,
    ],
    [
      'ends behind the file',
      fileOf({ a: tensor([5], [0, 5]) }, four),
      /data_offsets\[1\] must be an integer from 0 to 4/,
    ],
    ['three offsets', fileOf({ a: tensor([4], [0, 4, 4]) }, four), /must have 2 elements, but has 3/],
    ['offsets as text', fileOf({ a: tensor([4], ['0', '4']) }, four), /must be an integer/],
    ['a hole at the start', fileOf({ a: tensor([3], [1, 4]) }, four), /"a" leaves a hole before it/],
    ['a hole', fileOf({ a: tensor([1], [0, 1]), b: tensor([2], [2, 4]) }, four), /"b" leaves a hole/],
    ['an overlap', fileOf({ a: tensor([3], [0, 3]), b: tensor([2], [2, 4]) }, four), /"b" overlaps/],
    [
      'the same bytes twice',
      fileOf({ a: tensor([4], [0, 4]), b: tensor([4], [0, 4]) }, four),
      /"b" overlaps/,
    ],
    ['bytes of no tensor', fileOf({ a: tensor([3], [0, 3]) }, four), /no tensor covers its last 1 bytes/],
    ['metadata that are no map', fileOf({ __metadata__: 1 }), /__metadata__ must be a map/],
    [
      'metadata that are no text',
      fileOf({ __metadata__: { a: 1 } }),
      /__metadata__.a must be text, but is 1/,
    ],
    ['a key twice', fileOf('{"a":1,"\\u0061":2}'), /has the key "\\u0061" twice/],
    ['a key twice inside', fileOf('{"a":{"dtype":"U8","dtype":"F32"}}'), /has the key "dtype" twice/],
  ])('is refused: %s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(UserError);
    expect(() => readSafetensors(bytes)).toThrow(message);
  });

  it('never gives anything but a UserError, whatever the header', () => {
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((json) => `{"a":${json}}`),
    );
    fc.assert(
      fc.property(text, fc.uint8Array({ maxLength: 8 }), (header, data) => {
        try {
          readSafetensors(fileOf(header, data));
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
          expect((error as UserError).message).not.toMatch(/\n/);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('reads what the rules allow: empty tensors, scalars, padding, no tensors', () => {
    const header =
      '{"a":{"dtype":"F32","shape":[0,3],"data_offsets":[0,0]},"b":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}  ';
    const { tensors } = readSafetensors(fileOf(header, Uint8Array.of(9)));
    expect(tensors.get('a')!.toFloat32().length).toBe(0);
    expect([...tensors.get('b')!.toFloat32()]).toEqual([9]);
    expect(readSafetensors(fileOf('{}')).tensors.size).toBe(0);
    const odd = readSafetensors(
      fileOf('{"__proto__":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}', Uint8Array.of(1)),
    );
    expect([...odd.tensors.keys()]).toEqual(['__proto__']);
  });
});

describe('parseJson', () => {
  it('reads what JSON.parse reads, where no key comes twice', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const text = JSON.stringify(value, null, 1);
        expect(parseJson(text, 100, 'it')).toEqual(JSON.parse(text));
      }),
    );
  });

  it('tells keys from texts, and one object from another', () => {
    expect(parseJson('{"a":"a:","b":["a","a",{"a":1},{"a":":{"}]}', 3, 'it')).toEqual({
      a: 'a:',
      b: ['a', 'a', { a: 1 }, { a: ':{' }],
    });
    expect(() => parseJson('[{"x":{"a\\"":1,"a\\"":2}}]', 3, 'it')).toThrow('it has the key "a\\"" twice');
    expect(() => parseJson('[[1]]', 1, 'it')).toThrow('it nests more than 1 levels');
  });
});
