/** The package in an empty project: what its README says works from the tarball alone, in Node and with its types. */
import { copyFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  installedProject,
  output,
  PATIENCE,
  ROOT,
  runCommand,
  runNode,
  runTool,
  workFolder,
} from '../support/package.js';
import { blocks, onlyBlock } from '../support/readme.js';
import { randomRecords } from '../support/records.js';
import { syntheticResults } from '../support/results.js';
import { tinyCheckpoint } from '../support/tiny.js';

describe('an empty project that installs the tarball', () => {
  let project: string;
  let work: Awaited<ReturnType<typeof workFolder>>;
  beforeAll(async () => {
    work = await workFolder();
    project = await installedProject(work.folder);
    await mkdir(join(project, 'examples'));
    for (const name of ['sunflower.png', 'orange.png']) {
      await copyFile(join(ROOT, 'examples', name), join(project, 'examples', name));
    }
    await copyFile(join(ROOT, 'examples/sunflower.png'), join(project, 'picture.png'));
  }, PATIENCE);
  afterAll(() => work.remove());

  it('gets no tool that only building or drawing takes', async () => {
    const installed = await readdir(join(project, 'node_modules'));
    expect(installed).toContain('snnwasm');
    for (const name of ['assemblyscript', 'typescript', 'esbuild', 'vitest', 'vite', 'vega']) {
      expect(installed).not.toContain(name);
    }
  });

  it('gets at most 20 packages and 8 MB beside the model', async () => {
    const listed = await output('npm', ['ls', '--omit=dev', '--all', '--parseable'], project);
    const folders = listed.trim().split('\n').slice(1);
    expect(folders.length).toBeGreaterThan(5);
    expect(folders.length).toBeLessThanOrEqual(20);
    const entries = await readdir(join(project, 'node_modules'), { recursive: true, withFileTypes: true });
    const sizes = entries
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.snn'))
      .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size);
    const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    expect(bytes).toBeLessThan(8e6);
  });

  it('reports in JSON and CSV, and says in one line how to get figures', async () => {
    const results = join(project, 'results.json');
    await writeFile(results, JSON.stringify(syntheticResults({ rows: [1, 16, 64], heads: 2 })));
    const { stdout, stderr, code } = await runCommand(project, ['report', results, '--out', 'report']);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^[^\n]*npm install vega[^\n]*\n$/),
    });
    const names = (await readdir(join(project, 'report'))).sort();
    expect(stdout.trim().split('\n').sort()).toEqual(names.map((name) => join('report', name)));
    expect(names).toEqual([
      ...['curves.csv', 'figure4.vg.json', 'figure5.vg.json', 'layers.csv', 'rates.vg.json'],
      ...['saving-by-depth.vg.json', 'summary.md', 'targets.csv'],
    ]);
    const figure = JSON.parse(await readFile(join(project, 'report/figure4.vg.json'), 'utf8')) as object;
    expect(figure).toMatchObject({ width: expect.any(Number), marks: expect.any(Array) });
    expect(await readFile(join(project, 'report/summary.md'), 'utf8')).toContain('**figure4.vg.json**');
  });

  it('classifies as the README says', async () => {
    expect(await runNode(project, 'first.mjs', blocks('js')[0]!)).toMatch(/^sunflower \d+\.\d+\n$/);
  });

  it('watches the answer form as the README says', async () => {
    expect(await runNode(project, 'second.mjs', blocks('js')[1]!)).toMatch(/\nsure after \d+ timesteps\n$/);
  });

  it('converts as the README says, to a model that loads', async () => {
    await mkdir(join(project, 'cifar-100-binary'));
    await writeFile(join(project, 'resnet18.safetensors'), tinyCheckpoint);
    await writeFile(join(project, 'cifar-100-binary/train.bin'), randomRecords(60, 10, 1));
    await runNode(project, 'convert.mjs', onlyBlock('js convert'));
    const program = `
      import { loadModel } from 'snnwasm';
      const { network } = await loadModel('model.snn');
      console.log(network.name, network.provenance.calibrationImages, network.provenance.priorImages);`;
    expect(await runNode(project, 'converted.mjs', program)).toBe('mine 54 6\n');
  });

  it('has the command', async () => {
    const said = await output(
      'npx',
      ['--no-install', 'snnwasm', 'run', 'picture.png', '--top', '1'],
      project,
    );
    expect(said).toMatch(/picture\.png\n\n {2}sunflower /);
  });

  it('gives the same classes, and the same errors, by all of its entries', async () => {
    const program = `
      import { loadModel, UserError } from 'snnwasm';
      import { convertCheckpoint } from 'snnwasm/convert';
      import { openCifar100 } from 'snnwasm/lab';
      import { loadModelFile } from 'snnwasm/node';
      const failures = [loadModel('none.snn'), convertCheckpoint(new Uint8Array(9), []), loadModelFile('none.snn'), openCifar100('none', 'test')];
      for (const { reason } of await Promise.allSettled(failures)) console.log(reason instanceof UserError);`;
    expect(await runNode(project, 'errors.mjs', program)).toBe('true\n'.repeat(4));
  });

  describe('with TypeScript', () => {
    const nodeTypes = { types: ['node'], typeRoots: [join(ROOT, 'node_modules/@types')] };

    it.each([
      ['under moduleResolution nodenext', 'consumer', { module: 'nodenext', types: [] }],
      [
        'under moduleResolution bundler',
        'consumer',
        { module: 'esnext', moduleResolution: 'bundler', types: [] },
      ],
      // The declarations name WebAssembly, which neither ES2023 nor Node's types of version 20 know.
      [
        'without the types of a browser',
        'server',
        { module: 'nodenext', lib: ['ES2023'], skipLibCheck: true, ...nodeTypes },
      ],
    ])(
      'compiles strictly %s',
      async (_, program, options) => {
        const text = await readFile(join(ROOT, `test/package/guest/${program}.ts.txt`), 'utf8');
        await writeFile(join(project, `${program}.ts`), text);
        const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true };
        const compilerOptions = { target: 'es2022', ...strict, ...options };
        const files = [`${program}.ts`];
        await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
        expect(await runTool('typescript/bin/tsc', ['--project', '.'], project)).toBe('');
      },
      PATIENCE,
    );
  });
});
