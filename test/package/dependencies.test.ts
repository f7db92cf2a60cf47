/** What an installation brings along: few packages, those of the card among them, and none that only figures need. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/package.js';

const MOST_PACKAGES = 20;

/** Packages by name, each with its version or range. */
type Packages = Readonly<Record<string, string>>;

interface LockedPackage {
  readonly dependencies?: Packages;
  readonly optionalDependencies?: Packages;
  readonly peerDependencies?: Packages;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

const { packages } = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, LockedPackage>>;
};

/** What npm installs with a package: also what is optional, but no optional peers. */
function wantedBy({ dependencies, optionalDependencies, ...peers }: LockedPackage): string[] {
  const required = Object.keys(peers.peerDependencies ?? {}).filter(
    (name) => peers.peerDependenciesMeta?.[name]?.optional !== true,
  );
  return [...Object.keys({ ...dependencies, ...optionalDependencies }), ...required];
}

/** Where a package finds another one: in the nearest node_modules folder that has it. */
function found(name: string, from: string): string {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (place in packages) return place;
    if (folder === '') throw new Error(`package-lock.json has no ${name}, which ${from || 'snnwasm'} needs`);
  }
}

function reachable(): Set<string> {
  const places = new Set<string>();
  const visit = (from: string): void => {
    for (const name of wantedBy(packages[from]!)) {
      const place = found(name, from);
      if (places.has(place)) continue;
      places.add(place);
      visit(place);
    }
  };
  visit('');
  return places;
}

describe('an installation', () => {
  const names = [...reachable()].map((place) => place.replace(/^.*node_modules\//, ''));

  it(`has at most ${MOST_PACKAGES} packages, those for every platform counted`, () => {
    expect(names.length).toBeLessThanOrEqual(MOST_PACKAGES);
  });

  it('has the packages that it cannot do without, and not the plotting library', () => {
    expect(names).toEqual(expect.arrayContaining(['@assemblyscript/loader', 'commander', 'msgpackr']));
    expect(names.filter((name) => /^(vega|d3|tar)\b/.test(name))).toEqual([]);
  });

  it('takes the plotting library where there is one: a clone has it', () => {
    expect(packages['']!.peerDependenciesMeta).toEqual({ vega: { optional: true } });
    expect(packages).toHaveProperty('node_modules/vega');
  });
});
