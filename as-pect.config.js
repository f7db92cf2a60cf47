/**
 * as-pect: the specs of the AssemblyScript kernels, one a kernel file, each compiled with its kernel and run.
 *
 * as-pect.asconfig.json does not extend asconfig.json, because that takes `abort` away, which carries the messages
 * of failed assertions; the enabled features are the same. as-pect's own transform is left out: it serves
 * assertions on class instances only, and the specs make none.
 */
import { existsSync, readdirSync } from 'node:fs';

// layout.ts holds constants; index.ts only re-exports, and the specs of network and dense import from it.
const withoutSpec = ['layout.ts', 'index.ts'];
const specs = readdirSync('assembly')
  .filter((file) => file.endsWith('.ts') && !withoutSpec.includes(file))
  .map((file) => `test/assembly/${file.replace(/\.ts$/, '.spec.ts')}`);

// as-pect passes over a file that is not there without a word.
const missing = specs.filter((spec) => !existsSync(spec));
if (missing.length > 0) throw new Error(`kernels without a spec: ${missing.join(', ')}`);

export default {
  entries: ['test/assembly/*.spec.ts'],
  instantiate: (_memory, createImports, instantiate, binary) => instantiate(binary, createImports()),
};
