/** What is in the tarball: all that its users need, nothing of the repository's own, types that resolve, and no bloat. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PATIENCE, type Packed, pack, ROOT, runTool, workFolder } from '../support/package.js';

/** Everything that may be in the tarball. */
const ALLOWED = [
  /^(LICENSE|THIRD-PARTY-NOTICES\.txt|README\.md|package\.json)$/,
  /^dist\/(src|lab|assembly)\/[\w/.-]+\.d\.ts$/,
  /^dist\/(?!src\/host\/browser\/|src\/entry\/convert\.js|src\/index\.js)(src|lab|assembly)\/[\w/.-]+\.js$/,
  /^dist\/bin\/snnwasm\.js$/,
  /^dist\/portable\/\w+\.js$/,
  /^dist\/browser\/[\w.-]+\.(js|wasm)$/,
  /^dist\/browser\/THIRD-PARTY-LICENSES\.txt$/,
  /^dist\/(snnwasm(\.shared)?|edge-library|edge-command)\.wasm$/,
  /^weights\/[\w.-]+\.snn$/,
];

/** Bytes; some third above what was measured when this was written: 9.75 MB, 1.30 MB, 36 kB, 486 kB. */
const BUDGETS = {
  tarball: 5_500_000,
  unpackedWithoutModel: 1_900_000,
  loadedByAPage: 52_000,
  decoders: 650_000,
};

type Conditions = Readonly<Record<string, string>>;

const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, Conditions | string>>;
  readonly bin: Conditions;
  readonly scripts: Conditions;
  readonly dependencies: Conditions;
};

describe('the tarball', () => {
  let packed: Packed;
  let work: Awaited<ReturnType<typeof workFolder>>;
  beforeAll(async () => {
    work = await workFolder();
    packed = await pack(work.folder);
  }, PATIENCE);
  afterAll(() => work.remove());

  const paths = () => packed.files.map(({ path }) => path);
  const bytes = (wanted: (path: string) => boolean) =>
    packed.files.filter(({ path }) => wanted(path)).reduce((sum, { size }) => sum + size, 0);

  it('holds no tests, sources, maps or leftovers', () => {
    expect(paths().filter((path) => !ALLOWED.some((allowed) => allowed.test(path)))).toEqual([]);
  });

  it('holds every file that an import of the package can lead to', () => {
    const targets = Object.values(manifest.exports)
      .flatMap((target) => (typeof target === 'string' ? [target] : Object.values(target)))
      .concat(Object.values(manifest.bin).map((path) => `./${path}`))
      .filter((target) => !target.includes('*'));
    expect(targets.length).toBeGreaterThan(8);
    expect(paths()).toEqual(expect.arrayContaining(targets.map((target) => target.replace('./', ''))));
    expect(paths()).toContain('weights/resnet18-cifar100-radix.snn');
  });

  it('holds every module that its modules import', async () => {
    const missing: string[] = [];
    for (const path of paths().filter((name) => /\.(js|d\.ts)$/.test(name))) {
      const text = await readFile(join(ROOT, path), 'utf8');
      for (const [, target] of text.matchAll(/(?:\bfrom|\bimport\(|\bimport)\s*["'](\.[^"']+)["']/g)) {
        const found = join(path, '..', target!).replaceAll('\\', '/');
        const wanted = path.endsWith('.d.ts') ? found.replace(/\.js$/, '.d.ts') : found;
        if (!paths().includes(wanted)) missing.push(`${path} imports ${wanted}`);
      }
    }
    expect(missing).toEqual([]);
  });

  it('names whose software is in it, in the package, beside the browser build and on the page', async () => {
    expect(paths()).toContain('THIRD-PARTY-NOTICES.txt');
    const notices = await readFile(join(ROOT, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    for (const part of [
      'This software is based in part on the work of the Independent JPEG Group.',
      'Copyright (c) 2010, Google Inc. All rights reserved.',
      'Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved.',
      'miniz_oxide',
    ]) {
      expect(notices).toContain(part);
    }
    const browser = await readFile(join(ROOT, 'dist/browser/THIRD-PARTY-LICENSES.txt'), 'utf8');
    expect(browser.startsWith(notices.trimEnd())).toBe(true);
    for (const name of ['@jsquash/jpeg', '@jsquash/png', '@jsquash/webp', 'msgpackr']) {
      expect(browser).toMatch(new RegExp(`^${name} [\\d.]+ \\(`, 'm'));
    }
  });

  it('names every crate whose code the PNG decoder holds', async () => {
    const decoder = await readFile(join(ROOT, 'dist/browser/squoosh_png_bg.wasm'), 'latin1');
    const crates = new Set(
      [...decoder.matchAll(/\/([a-z_\d]+-\d+\.\d+\.\d+)\/src\//g)].map((match) => match[1]!),
    );
    const notices = await readFile(join(ROOT, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    expect(crates.size).toBeGreaterThan(3);
    expect([...crates].filter((crate) => !notices.includes(crate.replace('-', ' ')))).toEqual([]);
  });

  it('runs nothing when it is installed', () => {
    expect(Object.keys(manifest.scripts).filter((name) => /^(pre|post)?install$/.test(name))).toEqual([]);
  });

  it('stays within its sizes', async () => {
    expect(packed.size).toBeLessThan(BUDGETS.tarball);
    expect(bytes((path) => !path.startsWith('weights/'))).toBeLessThan(BUDGETS.unpackedWithoutModel);
    expect(bytes((path) => /_(dec|bg)\.wasm$/.test(path))).toBeLessThan(BUDGETS.decoders);
  });

  it('lets a page load little: the entry for browsers and all that it imports at once, gzipped', async () => {
    const loaded = new Set<string>();
    const visit = async (name: string): Promise<void> => {
      if (loaded.has(name)) return;
      loaded.add(name);
      const text = await readFile(join(ROOT, 'dist/browser', name), 'utf8');
      const imports = [...text.matchAll(/(?:\bfrom|\bimport)\s*"\.\/([^"]+)"/g)].map((match) => match[1]!);
      await Promise.all(imports.map(visit));
    };
    await visit('snnwasm.js');
    expect(loaded.size).toBeGreaterThan(1);
    expect([...loaded].filter((name) => /dec|png/.test(name))).toEqual([]);
    const sizes = await Promise.all(
      [...loaded].map(async (name) => gzipSync(await readFile(join(ROOT, 'dist/browser', name))).length),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(BUDGETS.loadedByAPage);
  });

  it('evaluates no text as code in a browser, and imports nothing from outside its folder', async () => {
    const scripts = paths().filter((path) => /^dist\/browser\/.*\.js$/.test(path));
    expect(scripts.length).toBeGreaterThan(4);
    for (const path of scripts) {
      const text = await readFile(join(ROOT, path), 'utf8');
      expect(text, path).not.toMatch(/\beval\(|new Function\b|\bFunction\(/);
      expect(text, path).not.toMatch(/(?:\bfrom|\bimport\(?)\s*["'](?!\.\/)/);
    }
  });

  it('satisfies publint', async () => {
    const file = await readFile(packed.tarball);
    const tarball = file.buffer.slice(file.byteOffset, file.byteOffset + file.length) as ArrayBuffer;
    const { messages, pkg } = await publint({ pack: { tarball }, level: 'suggestion' });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  it(
    'has types that resolve the way its code does, says attw',
    async () => {
      const words = [
        packed.tarball,
        '--profile',
        'esm-only',
        '--no-emoji',
        '--no-color',
        '--exclude-entrypoints',
      ];
      const said = await runTool(
        '@arethetypeswrong/cli/dist/index.js',
        [
          ...words,
          'snnwasm.wasm',
          'snnwasm.shared.wasm',
          'edge-library.wasm',
          'edge-command.wasm',
          'weights',
        ],
        work.folder,
      );
      for (const entry of ['snnwasm', 'snnwasm/convert', 'snnwasm/node', 'snnwasm/lab']) {
        expect(said).toMatch(new RegExp(`"${entry}" +│ OK \\(ESM\\) +│ OK +│`));
      }
    },
    PATIENCE,
  );

  it(
    'is documented throughout: typedoc finds nothing without a description, and no link that leads nowhere',
    async () => {
      expect(await runTool('typedoc/bin/typedoc', ['--emit', 'none', '--logLevel', 'Warn'], ROOT)).toBe('');
    },
    PATIENCE,
  );
});
