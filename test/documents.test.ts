/** What the documents say beside the README: links that lead somewhere, figures that are the code's. */
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ENERGY_MODELS } from '../src/index.js';
import { ROOT } from './support/package.js';

const FOLDERS = ['', 'docs', 'train', 'bench', 'examples/edge', 'portable'];

const documents = (
  await Promise.all(
    FOLDERS.map(async (folder) => {
      const names = await readdir(join(ROOT, folder)).catch(() => []);
      return names.filter((name) => name.endsWith('.md')).map((name) => join(folder, name));
    }),
  )
).flat();

describe('the documents', () => {
  it('are all there', () => {
    const names = ['ARCHITECTURE.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/method.md'];
    expect(documents).toEqual(expect.arrayContaining(names));
  });

  it.each(documents)('%s links to files that exist', async (document) => {
    const text = await readFile(join(ROOT, document), 'utf8');
    const targets = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map((match) => match[1]!);
    const missing: string[] = [];
    for (const target of targets.filter((name) => !/^[a-z]+:/.test(name))) {
      await access(join(ROOT, document, '..', target)).catch(() => missing.push(target));
    }
    expect(missing).toEqual([]);
  });

  it('keep the README to one reading', async () => {
    const lines = (await readFile(join(ROOT, 'README.md'), 'utf8')).split('\n');
    expect(lines.length - 1).toBeLessThanOrEqual(170);
  });

  it('give the energy models their constants', async () => {
    const text = await readFile(join(ROOT, 'docs/energy.md'), 'utf8');
    const rows = [...text.matchAll(/^\| `([a-z\d-]+)`[^|]*\|(.*)\|$/gm)].map((match) => {
      const [spike, operation, image, dense, update] = match[2]!.split('|').map((cell) => cell.trim());
      return [
        match[1],
        Number(spike),
        Number(operation),
        Number(image),
        dense === '' ? null : Number(dense),
        Number(update),
      ];
    });
    expect(rows).toEqual(
      ENERGY_MODELS.map((model) => [
        model.name,
        model.picojoulesPerSpike,
        model.picojoulesPerSynapticOperation,
        expect.closeTo(model.picojoulesPerAnalogMultiplyAccumulate, 9),
        model.picojoulesPerMultiplyAccumulate === null
          ? null
          : expect.closeTo(model.picojoulesPerMultiplyAccumulate, 9),
        expect.closeTo(model.picojoulesPerNeuronUpdate ?? 0, 9),
      ]),
    );
  });
});
