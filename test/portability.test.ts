/**
 * The shape of src/, read from its import lines: the core runs wherever WebAssembly does, so nothing in it may need
 * Node; and every import goes down, so that a file can be read knowing only those below it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Parts of src/ from the bottom up: a part imports from lower floors alone. */
const FLOORS: readonly (readonly string[])[] = [
  ['errors', 'random'],
  ['untrusted'],
  ['graph', 'settings'],
  ['file', 'fusion', 'picture', 'engine'],
  ['run', 'fit'],
  ['convert', 'bundle'],
  ['host'],
  ['app'],
  ['entry', 'index'],
  ['cli'],
];

/** What only Node runs: parts, folders and files. */
const NODE_ONLY = ['cli', 'host/node', 'entry/node', 'entry/index-node', 'entry/convert-node'];

/**
 * What src/ imports from outside: constants that the engine shares with the kernels, and bundles with the edge code; and
 * the mathematics that both share.
 */
const RECORDS = '../assembly/records';
const SHARED: Readonly<Record<string, readonly string[]>> = {
  graph: [RECORDS],
  engine: [RECORDS],
  bundle: [RECORDS, '../assembly/edge/layout', '../portable/highest'],
  fusion: ['beta', 'evidence', 'highest', 'posterior'].map((name) => `../portable/${name}`),
  picture: ['../portable/orientation', '../portable/resize'],
};

interface Source {
  /** Relative to src/, without its extension. */
  readonly path: string;
  readonly part: string;
  readonly code: string;
  /** As written. */
  readonly imports: readonly string[];
}

/** Comments, and texts that are no import's, so that words inside them do not count. */
function codeOf(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(?<=^|[\s;{}(,])\/\/.*$/gm, ' ');
}

function importsOf(code: string): string[] {
  const statements = code.matchAll(/^(?:import|export)\b(?:[^'";]*?\bfrom)?\s*'([^']+)'/gm);
  const calls = code.matchAll(/\bimport\(\s*'([^']+)'/g);
  return [...statements, ...calls].map((match) => match[1]!);
}

const sources: readonly Source[] = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => {
    const path = name.replace(/\.ts$/, '');
    const code = codeOf(readFileSync(join(root, 'src', name), 'utf8'));
    return { path, part: path.split('/')[0]!, code, imports: importsOf(code) };
  });

/** Paths, relative to src/ and without extensions, that a file imports from this repository. */
function targetsOf({ path, imports }: Source): string[] {
  return imports
    .filter((name) => name.startsWith('.'))
    .map((name) => posix.join(posix.dirname(path), name).replace(/\.js$/, ''));
}

const floorOf = (part: string) => FLOORS.findIndex((parts) => parts.includes(part));
const core = sources.filter(
  ({ path }) => !NODE_ONLY.some((name) => path === name || path.startsWith(`${name}/`)),
);

describe('the reading of import lines', () => {
  it('finds every kind of them, and none in comments', () => {
    const code = codeOf(`
      // import a from './comment.js';
      /* import b from './comment.js'; */
import c, { type D } from './one.js';
import type {
  E, // a comment
} from './two.js';
export { f } from './three.js';
export * from './four.js';
import './five.js';
const g = await import('./six.js');
export const from = 'not an import';
`);
    expect(importsOf(code)).toEqual(
      [1, 2, 3, 4, 5, 6].map((n) => `./${['one', 'two', 'three', 'four', 'five', 'six'][n - 1]}.js`),
    );
  });

  it('finds what is known to be there', () => {
    expect(sources.length).toBeGreaterThan(60);
    const run = sources.find(({ path }) => path === 'cli/run')!;
    expect(targetsOf(run)).toContain('app/model');
    expect(targetsOf(sources.find(({ path }) => path === 'engine/plan')!)).toContain(RECORDS);
  });
});

describe('the core of src/', () => {
  const builtin = new Set(builtinModules);

  it.each(core.map((source) => [source.path, source] as const))(
    '%s needs no Node',
    (_, { code, imports }) => {
      const modules = imports.filter((name) => name.startsWith('node:') || builtin.has(name.split('/')[0]!));
      expect(modules).toEqual([]);
      const words = code.replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''");
      expect(
        words.match(/\b(?:Buffer|process|require|__dirname|__filename|setImmediate)\b(?!:)/g),
      ).toBeNull();
    },
  );
});

describe('imports within src/', () => {
  it('name files that are there, with their extension', () => {
    const known = new Set(sources.map(({ path }) => path));
    for (const source of sources) {
      for (const name of source.imports.filter((name) => name.startsWith('.'))) {
        expect(name, `in ${source.path}`).toMatch(/\.js$/);
      }
      for (const target of targetsOf(source)) {
        if (!Object.values(SHARED).flat().includes(target))
          expect(known, `${target}, imported by ${source.path}`).toContain(target);
      }
    }
  });

  it('leave src/ for nothing but what they share with assembly/', () => {
    const outside = sources.filter((source) => targetsOf(source).some((target) => target.startsWith('..')));
    expect([...new Set(outside.map(({ part }) => part))].sort()).toEqual(Object.keys(SHARED).sort());
    for (const source of outside) {
      const targets = targetsOf(source).filter((target) => target.startsWith('..'));
      expect(SHARED[source.part]).toEqual(expect.arrayContaining(targets));
    }
  });

  it('go down: each part has its floor, and imports from lower ones alone', () => {
    const parts = [...new Set(sources.map(({ part }) => part))];
    expect(parts.filter((part) => floorOf(part) < 0)).toEqual([]);
    expect(FLOORS.flat().filter((part) => !parts.includes(part))).toEqual([]);
    const wrong = sources.flatMap((source) =>
      targetsOf(source)
        .filter((target) => !target.startsWith('..'))
        .filter((target) => {
          const part = target.split('/')[0]!;
          return part !== source.part && floorOf(part) >= floorOf(source.part);
        })
        .map((target) => `${source.path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('never go round in a circle, not even within a folder', () => {
    const targets = new Map(sources.map((source) => [source.path, targetsOf(source)]));
    const finished = new Set<string>();
    const circles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      if (trail.includes(path) || finished.has(path)) return;
      for (const target of targets.get(path) ?? []) visit(target, [...trail, path]);
      finished.add(path);
    };
    for (const { path } of sources) visit(path, []);
    expect(circles).toEqual([]);
  });
});
