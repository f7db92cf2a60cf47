/** Bundles one of this folder's programs into a single script, for hosts that do not read TypeScript. */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** @param name - of a file in this folder */
export async function bundle(name: string, platform: 'browser' | 'node'): Promise<string> {
  const result = await build({
    entryPoints: [fileURLToPath(new URL(name, import.meta.url))],
    bundle: true,
    format: 'esm',
    platform,
    target: 'es2022',
    write: false,
    logLevel: 'silent',
  });
  return result.outputFiles[0]!.text;
}
