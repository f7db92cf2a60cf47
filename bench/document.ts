/** What surrounds the measurements: machine, versions, model. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { packageVersion } from '../src/cli/version.js';
import type { SpikingNetwork } from '../src/graph/network.js';
import { sha256 } from '../src/host/node/hash.js';
import { paperModelPath } from '../src/host/node/models.js';
import type { BenchResult, Part } from './measure/result.js';

const require = createRequire(import.meta.url);

/** Load of the machine over the last minute. */
export const load = (): number => loadavg()[0]!;

export interface DocumentOptions {
  readonly network: SpikingNetwork;
  readonly images: { readonly source: string; readonly count: number };
  readonly settings: string;
  readonly loadBefore: number;
  readonly parts: readonly Part[];
  /** Of the peers, where they were measured. */
  readonly versions?: Readonly<Record<string, string>>;
}

/** Puts the result together. */
export async function resultOf(options: DocumentOptions): Promise<BenchResult> {
  const { network, images, settings, loadBefore, parts, versions = {} } = options;
  const model = await readFile(paperModelPath());
  const kernels = await readFile(require.resolve('snnwasm/snnwasm.wasm'));
  return {
    format: 'snnwasm-bench-1',
    created: new Date().toISOString(),
    machine: {
      cpu: cpus()[0]?.model.trim() ?? 'unknown processor',
      cores: cpus().length,
      memoryGibibytes: Math.round(totalmem() / 2 ** 30),
      system: `${platform()} ${arch()} ${release()}`,
      load: [loadBefore, load()],
    },
    versions: {
      snnwasm: packageVersion(),
      node: process.versions.node,
      v8: process.versions.v8,
      ...versions,
    },
    model: { name: network.name, sha256: sha256(model), bytes: model.length },
    kernels: { sha256: sha256(kernels), bytes: kernels.length },
    images,
    settings,
    parts,
  };
}
