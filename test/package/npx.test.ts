/** `npx snnwasm` in a clone starts at once: npx installs the clone as if it were a package, and nothing is built then. */
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { output, PATIENCE, ROOT, workFolder } from '../support/package.js';

const MANIFEST = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
  readonly version: string;
  readonly scripts: Readonly<Record<string, string>>;
};

describe('npx in a clone', () => {
  let work: Awaited<ReturnType<typeof workFolder>>;
  let clone: string;
  let built: string;

  // A folder that looks like a built clone, and leaves a mark where the real one would build everything again.
  beforeAll(async () => {
    work = await workFolder();
    clone = join(work.folder, 'clone');
    built = join(clone, 'built');
    await mkdir(join(clone, 'scripts'), { recursive: true });
    await cp(join(ROOT, 'scripts/prepare.js'), join(clone, 'scripts/prepare.js'));
    for (const name of ['dist', 'node_modules'])
      await symlink(join(ROOT, name), join(clone, name), 'junction');
    const scripts = { ...MANIFEST.scripts, build: `node --eval "fs.writeFileSync('built', '')"` };
    await writeFile(join(clone, 'package.json'), JSON.stringify({ ...MANIFEST, scripts }));
  });
  afterAll(() => work.remove());

  it.each(['npm@10', 'npm@11'])(
    'of %s runs what is built, at the first call and later',
    async (npm) => {
      const folder = join(work.folder, npm);
      await mkdir(folder);
      const quietly = ['--no-audit', '--no-fund', '--prefer-offline', '--prefix', folder];
      await output('npm', ['install', ...quietly, npm], folder);
      const npx = join(folder, 'node_modules/npm/bin/npx-cli.js');
      const words = [npx, '--cache', join(folder, 'cache'), 'snnwasm', '--version'];
      for (let call = 0; call < 2; call++) {
        expect(await output(process.execPath, words, clone)).toBe(`${MANIFEST.version}\n`);
      }
      expect(existsSync(built)).toBe(false);
    },
    PATIENCE,
  );

  it('and everything else that prepares the package builds it', async () => {
    await output('npm', ['run', 'prepare'], clone);
    expect(existsSync(built)).toBe(true);
    await rm(built);
  });

  it('builds where nothing is built yet', async () => {
    await rm(join(clone, 'dist'));
    const npx = ['npx', ['--cache', join(work.folder, 'empty'), 'snnwasm', '--version']] as const;
    await expect(output(...npx, clone)).rejects.toThrow();
    expect(existsSync(built)).toBe(true);
  });
});
