/** What `npm ci` leaves in node_modules is what package-lock.json says: nothing more, nothing else. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/package.js';

/** Where a package comes from unless the lockfile says otherwise. */
const REGISTRY = 'https://registry.npmjs.org/';

interface Locked {
  readonly version: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
}

const { '': root, ...locked } = (
  JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, Locked>>;
  }
).packages;

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly allowScripts: Readonly<Record<string, boolean>>;
};

/** Folders of all packages below a `node_modules`, and their versions; paths as the lockfile writes them. */
function installed(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const { name } of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    // npm's own: commands, and its note of what it installed. Other tools keep caches in dotted folders.
    if (name.startsWith('.')) continue;
    const names = name.startsWith('@')
      ? readdirSync(join(ROOT, folder, name)).map((inner) => `${name}/${inner}`)
      : [name];
    for (const path of names.map((inner) => `${folder}/${inner}`)) {
      const { version } = JSON.parse(readFileSync(join(ROOT, path, 'package.json'), 'utf8')) as Locked;
      found.set(path, version);
      if (readdirSync(join(ROOT, path)).includes('node_modules')) {
        for (const [inner, of] of installed(`${path}/node_modules`)) found.set(inner, of);
      }
    }
  }
  return found;
}

describe('node_modules', () => {
  const found = installed('node_modules');

  it('holds no package that the lockfile does not name, and none in another version', () => {
    expect(found.size).toBeGreaterThan(100);
    const others = [...found].filter(([path, version]) => locked[path]?.version !== version);
    expect(others).toEqual([]);
  });

  it('holds every package that the lockfile names, but those for other systems', () => {
    const missing = Object.entries(locked).filter(([path, { optional }]) => !optional && !found.has(path));
    expect(missing.map(([path]) => path)).toEqual([]);
  });

  it('puts no npm before the one that its user has', () => {
    const commands = readdirSync(join(ROOT, 'node_modules/.bin'));
    expect(commands).toContain('tsc');
    for (const name of ['npm', 'npx', 'npm.cmd', 'npx.cmd', 'node']) expect(commands).not.toContain(name);
  });
});

describe('the lockfile', () => {
  it('takes every package from the registry, by its hash', () => {
    expect(root).toBeDefined();
    const odd = Object.entries(locked).filter(
      ([, { resolved = REGISTRY, integrity }]) =>
        !resolved.startsWith(REGISTRY) || !integrity?.startsWith('sha512-'),
    );
    expect(odd.map(([path]) => path)).toEqual([]);
  });

  it('names every package that would run something when it is installed, and nothing may', () => {
    const names = Object.entries(locked)
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length))
      // macOS only; its addon is built and shipped.
      .filter((name) => name !== 'fsevents');
    expect(Object.keys(manifest.allowScripts).sort()).toEqual([...new Set(names)].sort());
    expect(Object.values(manifest.allowScripts)).not.toContain(true);
  });
});
