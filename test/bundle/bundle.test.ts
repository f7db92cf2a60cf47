/** Bundles as modules: what is in them, what a damaged template or an impossible model gives, and the command line. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as E from '../../assembly/edge/layout.js';
import { bundleModel, type Flavour } from '../../src/bundle/bundle.js';
import { ByteReader, signedLeb, unsignedLeb } from '../../src/bundle/leb128.js';
import { readData, readSections, SECTION, type Section, writeSections } from '../../src/bundle/sections.js';
import { nonZeroRuns } from '../../src/bundle/segments.js';
import { fanOutBytes } from '../../src/engine/fan-out-form.js';
import { UserError } from '../../src/errors.js';
import { sourceShape } from '../../src/graph/extents.js';
import { IMAGE } from '../../src/graph/network.js';
import { fanOutOf } from '../../src/graph/synapses/index.js';
import { loadModelFile, paperModelPath } from '../../src/host/node/models.js';
import { bundleTemplate } from '../../src/host/node/templates.js';
import { expectFailure, snnwasm } from '../support/cli.js';
import { bundled, smallNetwork } from '../support/edge.js';
import { rgb } from '../support/rgb.js';
import { smallFile } from '../support/small-model.js';
import { namesIn, temporaryFolder } from '../support/temporary-folder.js';

const templates = { library: await bundleTemplate('library'), command: await bundleTemplate('command') };

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).not.toMatch(/\n/);
    return (error as UserError).message;
  }
  return 'no error';
}

const refusal = (template: Uint8Array, flavour: Flavour = 'library') =>
  messageOf(() => bundleModel(template, rgb, { flavour }));

describe('a bundle', () => {
  it('of flavour library imports nothing, and exports memory and functions that begin with snnwasm_', async () => {
    const module = new WebAssembly.Module(await bundled(rgb, 'library'));
    expect(WebAssembly.Module.imports(module)).toEqual([]);
    const exports = WebAssembly.Module.exports(module);
    expect(exports.filter(({ kind }) => kind === 'memory').map(({ name }) => name)).toEqual(['memory']);
    const functions = exports.filter(({ kind }) => kind !== 'memory');
    expect(functions.every(({ name, kind }) => kind === 'function' && name.startsWith('snnwasm_'))).toBe(
      true,
    );
  });

  it('documents every export', async () => {
    const text = await readFile(join(import.meta.dirname, '../../examples/edge/README.md'), 'utf8');
    for (const { name } of WebAssembly.Module.exports(
      new WebAssembly.Module(await bundled(rgb, 'library')),
    )) {
      if (name === 'memory') continue;
      expect(text).toContain(`${name}(`);
    }
  });

  it('of flavour command is a WASI preview 1 program', async () => {
    const module = new WebAssembly.Module(await bundled(rgb, 'command'));
    const imports = WebAssembly.Module.imports(module);
    expect(new Set(imports.map(({ module }) => module))).toEqual(new Set(['wasi_snapshot_preview1']));
    expect(
      WebAssembly.Module.exports(module)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['_start', 'memory']);
  });

  it.each(['library', 'command'] as const)('of flavour %s has a memory that cannot grow', async (flavour) => {
    const bytes = await bundled(rgb, flavour);
    const { content } = readSections(bytes).find(({ id }) => id === SECTION.memory)!;
    const reader = new ByteReader(content);
    expect([reader.unsigned(), reader.unsigned()]).toEqual([1, 1]);
    const smallest = reader.unsigned();
    expect([reader.unsigned(), reader.done]).toEqual([smallest, true]);
  });

  it.each(['library', 'command'] as const)(
    'of flavour %s has no start function and no code that grows memory',
    async (flavour) => {
      const sections = readSections(templates[flavour]);
      expect(sections.some(({ id }) => id === SECTION.start)).toBe(false);
      const { default: binaryen } = await import('binaryen');
      const text = binaryen.readBinary(templates[flavour]).emitText();
      expect(text).toContain('i16x8.add');
      expect(text).not.toMatch(/memory\.grow|relaxed|atomic/);
    },
  );

  it('takes little more than its weights and fan-outs: the shipped model', async () => {
    const network = await loadModelFile(paperModelPath());
    const tensors = [...network.populations, ...network.heads].flatMap(({ bias, threshold }) => [
      bias,
      threshold,
    ]);
    const weights = [...network.populations.flatMap(({ synapses }) => synapses), ...network.heads];
    const values = [...tensors, ...weights.map((one) => one.weights)];
    const fanOuts = network.populations.flatMap(({ shape, synapses }) =>
      synapses
        .filter(({ source }) => source !== IMAGE)
        .map((one) => {
          const source = sourceShape(network, one.source);
          return fanOutBytes(fanOutOf(one, source, shape), source.channels).table;
        }),
    );
    const size = [...values.map(({ byteLength }) => byteLength), ...fanOuts].reduce(
      (sum, bytes) => sum + bytes,
      0,
    );
    for (const flavour of ['library', 'command'] as const) {
      const bytes = await bundled(network, flavour);
      expect(bytes.length).toBeLessThan(size + 300_000);
    }
  });

  it('keeps its configuration apart from the constants of its code', () => {
    expect(E.CONFIG + E.CONFIG_BYTES).toBeLessThanOrEqual(E.STATIC_START);
  });

  it('is the same bytes every time', async () => {
    expect(await bundled(rgb, 'library')).toEqual(await bundled(rgb, 'library'));
  });

  it('holds the picture memory that was asked for', async () => {
    const pages = (pictureBytes: number) =>
      bundleModel(templates.command, rgb, { flavour: 'command', pictureBytes }).memoryBytes;
    expect(pages(3 * 2 ** 20) - pages(2 ** 20)).toBe(2 * 2 ** 20);
    const library = (pictureBytes: number) =>
      bundleModel(templates.library, rgb, { flavour: 'library', pictureBytes }).memoryBytes;
    expect(library(3 * 2 ** 20)).toBe(library(2 ** 20));
  });

  it('is refused where it would need more than 2 GiB, or the network takes no pictures', () => {
    const options = { flavour: 'command', pictureBytes: 2 ** 31 } as const;
    expect(messageOf(() => bundleModel(templates.command, rgb, options))).toMatch(/2047 MiB is the limit/);
    expect(
      messageOf(() => bundleModel(templates.library, smallNetwork(4, 4, 2), { flavour: 'library' })),
    ).toMatch(/takes 2 channels/);
  });
});

describe('a template', () => {
  const without = (id: number) =>
    writeSections(readSections(templates.library).filter((part) => part.id !== id));
  const replaced = (section: Section) =>
    writeSections(readSections(templates.library).map((part) => (part.id === section.id ? section : part)));
  const memory = (...content: number[]) =>
    replaced({ id: SECTION.memory, content: Uint8Array.from(content) });

  it('comes back from its sections', () => {
    for (const template of Object.values(templates)) {
      expect(writeSections(readSections(template))).toEqual(new Uint8Array(template));
    }
  });

  it('is refused wherever it is cut', () => {
    for (let length = 0; length < templates.library.length; length += 37) {
      const message = refusal(templates.library.subarray(0, length));
      expect(message).toMatch(/^the template module cannot be used: .*run "npm run build" again$/);
    }
  });

  it('gives a module or an error, whatever is changed in it', () => {
    const property = fc.property(fc.nat(templates.library.length - 1), fc.nat(255), (place, value) => {
      const changed = Uint8Array.from(templates.library);
      changed[place] = value;
      const message = messageOf(() => {
        const { module } = bundleModel(changed, rgb, { flavour: 'library' });
        expect(WebAssembly.validate(module as Uint8Array<ArrayBuffer>)).toBe(true);
      });
      expect(message).toMatch(/^no error$|^the template module cannot be used/);
    });
    fc.assert(property, { numRuns: 100 });
  });

  it.each<[string, Uint8Array, RegExp, Flavour?]>([
    ['of the other flavour', templates.command, /a library cannot import wasi_snapshot_preview1\./],
    ['of the other flavour', templates.library, /it is of flavour library/, 'command'],
    ['that is no WebAssembly', smallFile, /it is no WebAssembly/],
    ['without memory', without(SECTION.memory), /it has no memory/],
    ['with two memories', memory(2, 0, 1, 0, 1), /more than one memory/],
    ['with a shared memory', memory(1, 3, 1, 1), /shared or 64-bit/],
    ['with a 64-bit memory', memory(1, 4, 1), /shared or 64-bit/],
    ['with a number without end', memory(0x80, 0x80, 0x80, 0x80, 0x80, 0x80), /more than 32 bits/],
    ['with a section longer than its content', memory(1, 0, 1, 7), /longer than its content/],
    [
      'with a section twice',
      Uint8Array.from([...templates.library, 5, 3, 1, 0, 1]),
      /two sections of the kind 5/,
    ],
    ['with an unknown section', Uint8Array.from([...templates.library, 77, 0]), /unknown kind 77/],
    ['with a start function', Uint8Array.from([...templates.library, 8, 1, 0]), /start function/],
  ])('is refused %s', (_, template, message, flavour = 'library') => {
    expect(refusal(template, flavour)).toMatch(message);
  });

  it('is refused with constants where the model goes', () => {
    const segment = (...start: number[]) =>
      writeSections([
        ...readSections(templates.library).filter(({ id }) => id !== SECTION.data),
        { id: SECTION.data, content: Uint8Array.from([1, ...start]) },
      ]);
    expect(refusal(segment(0, 0x41, ...signedLeb(65535), 0x0b, 2, 1, 1))).toMatch(/where the model goes/);
    expect(refusal(segment(0, 0x41, ...signedLeb(1024), 0x0b, 1, 1))).toMatch(/where the model goes/);
    expect(refusal(segment(0, 0x41, ...signedLeb(-1), 0x0b, 1, 1))).toMatch(/where the model goes/);
    expect(refusal(segment(1, 1, 1))).toMatch(/no fixed place/);
    expect(refusal(segment(0, 0x23, 0, 0x0b, 1, 1))).toMatch(/no fixed place/);
  });
});

describe('LEB128', () => {
  it('comes back, unsigned and signed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
        (a, b) => {
          expect(new ByteReader(Uint8Array.from(unsignedLeb(a))).unsigned()).toBe(a);
          expect(new ByteReader(Uint8Array.from(signedLeb(b))).signed()).toBe(b);
        },
      ),
    );
  });

  it('of known numbers is what the specification says', () => {
    expect(unsignedLeb(624485)).toEqual([0xe5, 0x8e, 0x26]);
    expect(signedLeb(-123456)).toEqual([0xc0, 0xbb, 0x78]);
    expect(signedLeb(64)).toEqual([0xc0, 0x00]);
  });
});

describe('the stored runs of a memory', () => {
  it('bring it back, and hold no long run of zeros', () => {
    const sparse = fc.array(fc.tuple(fc.nat(5000), fc.integer({ min: 1, max: 255 })), { maxLength: 60 });
    fc.assert(
      fc.property(sparse, (entries) => {
        const memory = new Uint8Array(5004);
        for (const [place, value] of entries) memory[place] = value;
        const back = new Uint8Array(memory.length);
        for (const { address, bytes } of nonZeroRuns(memory.buffer)) {
          back.set(bytes, address);
          expect(Buffer.from(bytes).includes(Buffer.alloc(72))).toBe(false);
        }
        expect(back).toEqual(memory);
      }),
    );
  });

  it('of a bundle do not overlap', async () => {
    const sections = readSections(await bundled(rgb, 'command'));
    const segments = readData(sections.find(({ id }) => id === SECTION.data)!.content);
    segments.sort((a, b) => a.address - b.address);
    segments.reduce((end, { address, bytes }) => {
      expect(address).toBeGreaterThanOrEqual(end);
      return address + bytes.length;
    }, 0);
  });
});

describe('snnwasm bundle', () => {
  it('writes a module and says what it is', async () => {
    const folder = await temporaryFolder();
    for (const flavour of ['library', 'command']) {
      const { code, stdout, stderr } = await snnwasm(
        ['bundle', '-o', 'out.wasm', '--flavour', flavour],
        folder,
      );
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(
        new RegExp(
          `^out.wasm: resnet18-cifar100-radix as a ${flavour}, 11\\.\\d\\d MB, 2\\d\\.\\d MiB of memory\\n  32 x 32 RGB in, 100 classes out, numbers of 3 binary digits\\n$`,
        ),
      );
      expect(WebAssembly.validate(await readFile(join(folder, 'out.wasm')))).toBe(true);
      expect(await namesIn(folder)).toEqual(['out.wasm']);
    }
  });

  it('leaves a file that was there as it was where it fails', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'out.wasm'), 'mine');
    await writeFile(join(folder, 'grey.snn'), smallFile.subarray(0, 1000));
    expectFailure(await snnwasm(['bundle', 'grey.snn', '-o', 'out.wasm'], folder), /grey\.snn/);
    expectFailure(
      await snnwasm(['bundle', 'missing.snn', '-o', 'out.wasm'], folder),
      /cannot read missing\.snn/,
    );
    expect(await readFile(join(folder, 'out.wasm'), 'utf8')).toBe('mine');
    expect(await namesIn(folder)).toEqual(['grey.snn', 'out.wasm']);
  });

  it('says why it cannot write', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'small.snn'), smallFile);
    for (const output of ['nowhere/out.wasm', '.', 'small.snn/out.wasm']) {
      expectFailure(await snnwasm(['bundle', 'small.snn', '-o', output], folder), /cannot write/);
    }
    expect(await namesIn(folder)).toEqual(['small.snn']);
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
  });

  it.each([
    [[], /required option '-o, --output <file>'/],
    [['-o', 'x.wasm', '--flavour', 'vanilla'], /Allowed choices are library, command/],
    [['-o', 'x.wasm', '--picture-memory', '0'], /whole number from 1 to 1024/],
  ])('refuses %j', async (words, message) => {
    const { code, stderr } = await snnwasm(['bundle', ...words]);
    expect(stderr).toMatch(message);
    expect(code).toBe(1);
  });
});
