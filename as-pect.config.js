/**
 * as-pect: the specs of the AssemblyScript kernels, one a kernel file, each compiled with its kernel and run.
 *
 * as-pect.asconfig.json does not extend asconfig.json, because that takes `abort` away, which carries the messages
 * of failed assertions; the enabled features are the same. as-pect's own transform is left out: it serves
 * assertions on class instances only, and the specs make none.
 */
import { existsSync, readdirSync } from 'node:fs';

/** Kernels, in folders too; what a bundle adds for edge devices (assembly/edge/) is tested as a module, by vitest. */
const kernels = readdirSync('assembly', { recursive: true })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts') && !file.startsWith('edge/'));

// records.ts holds constants; index.ts files only lead on: the schedule's spec goes through all that they lead to.
const specs = kernels
  .filter((file) => !/^records\.ts$|(^|\/)index\.ts$/.test(file))
  .map((file) => `test/assembly/${file.replace(/\.ts$/, '.spec.ts')}`);

// as-pect passes over a file that is not there without a word.
const missing = specs.filter((spec) => !existsSync(spec));
if (missing.length > 0) throw new Error(`kernels without a spec: ${missing.join(', ')}`);

export default {
  entries: ['test/assembly/**/*.spec.ts'],
  instantiate: (_memory, createImports, instantiate, binary) => instantiate(binary, createImports()),
};
