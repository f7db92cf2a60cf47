/**
 * Bundles the entries for browsers into dist/browser/: plain ES modules that need no build, import nothing from
 * outside their folder and evaluate no text as code, with the kernels and the image decoders beside them.
 */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(root, 'dist/browser');

const BINARIES = [
  'dist/snnwasm.wasm',
  'node_modules/@jsquash/png/codec/pkg/squoosh_png_bg.wasm',
  'node_modules/@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm',
  'node_modules/@jsquash/webp/codec/dec/webp_dec.wasm',
];

/** src/host/browser/files.ts names files from the package's root; in the bundle they lie beside it. */
const besideTheBundle: Plugin = {
  name: 'beside-the-bundle',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/]host[\\/]browser[\\/]files\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8'))
        .replaceAll("'../../../dist/browser/", "'./")
        .replaceAll("'../../../weights/", "'../../weights/"),
      loader: 'ts',
    }));
  },
};

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: { snnwasm: 'src/index.ts', convert: 'src/entry/convert.ts' },
  outdir: target,
  bundle: true,
  // One copy of what both entries share, so that a UserError of one is a UserError of the other.
  splitting: true,
  format: 'esm',
  platform: 'browser',
  target: ['es2022'],
  minify: true,
  // The build of msgpackr without `new Function`, which a Content-Security-Policy forbids.
  alias: { 'msgpackr/pack': 'msgpackr/index-no-eval' },
  plugins: [besideTheBundle],
  metafile: true,
  logLevel: 'warning',
});

await mkdir(target, { recursive: true });
for (const file of BINARIES) await copyFile(join(root, file), join(target, file.split('/').at(-1)!));
await writeFile(join(target, 'THIRD-PARTY-LICENSES.txt'), await licences(Object.keys(metafile.inputs)));

/** The notices for what is in the decoders and kernels, and the licences of the packages whose code is in the bundle. */
async function licences(inputs: readonly string[]): Promise<string> {
  const folders = new Set(
    inputs.flatMap((path) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path.replaceAll('\\', '/'))?.[0] ?? []),
  );
  const notices = await readFile(join(root, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
  const texts = [notices.trimEnd(), ...(await Promise.all([...folders].sort().map(licenceOf)))];
  return `${texts.join(`\n\n${'='.repeat(100)}\n\n`)}\n`;
}

/** The licence texts of a package, or, where it holds none, the name of its licence. */
async function licenceOf(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(
    await readFile(join(root, folder, 'package.json'), 'utf8'),
  ) as {
    name: string;
    version: string;
    license: string;
  };
  const files = ['LICENSE', 'codec/LICENSE.codec.md'].map((file) => join(root, folder, file));
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  return [`${name} ${version} (${license})`, ...texts.map((text) => text.trim()).filter(Boolean)].join(
    '\n\n',
  );
}
