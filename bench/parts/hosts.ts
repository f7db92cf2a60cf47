/** The same engine, the same module, the same code in several hosts: this Node, Node 24, Chromium. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openPage } from '../hosts/browser.js';
import type { HostJob, HostReport } from '../hosts/engine-benchmark.js';
import type { Measurement, Part } from '../measure/result.js';
import { INSTALL, PEERS } from '../peers/paths.js';
import type { Workplace } from './workplace.js';

const SCRIPT = fileURLToPath(new URL('../hosts/node-host.ts', import.meta.url));
const NEWER = join(PEERS, 'node_modules/node/bin/node');
const LARGEST_OUTPUT = 2 ** 24;
const exec = promisify(execFile);

export async function measureHosts({ inputs, settings, versions }: Workplace): Promise<Part> {
  const job: HostJob = {
    inputs: inputs.map((input) => Array.from(input)),
    timesteps: settings.timesteps,
    measure: settings.engine,
  };
  const reports = new Map<string, HostReport>();
  const skipped: string[] = [];
  reports.set(`Node ${process.versions.node}`, await inNode(process.execPath, job));
  if (existsSync(NEWER)) {
    const { stdout } = await exec(NEWER, ['--version']);
    const version = stdout.trim().replace(/^v/, '');
    versions['newer node'] = version;
    reports.set(`Node ${version}`, await inNode(NEWER, job));
  } else skipped.push(`Node 24 is not installed: ${INSTALL}`);
  const page = await openPage();
  if (page === null) skipped.push('no Chromium was found: name one with SNNWASM_CHROMIUM');
  else {
    try {
      versions.chromium = page.version;
      reports.set(`Chromium ${page.version.split('.')[0]}`, await page.engine(job));
    } finally {
      await page.close();
    }
  }
  return partOf(reports, skipped);
}

function partOf(reports: ReadonlyMap<string, HostReport>, skipped: readonly string[]): Part {
  const [[first, expected]] = [...reports] as [[string, HostReport]];
  for (const [host, { counts }] of reports) {
    if (counts.join() !== expected.counts.join()) throw new Error(`${host} gives other spikes than ${first}`);
  }
  const names = expected.rows.map(({ name }) => name);
  const rows = names.flatMap((name) =>
    [...reports].map(([host, report]): Measurement => {
      const row = report.rows.find((candidate) => candidate.name === name)!;
      const times = row.summary.median / expected.rows.find((other) => other.name === name)!.summary.median;
      return { ...row, name: `${name}, ${host}`, facts: { ...row.facts, host, [`times ${first}`]: times } };
    }),
  );
  return {
    name: 'hosts',
    title: 'The same engine in other hosts',
    notes: [
      'one after the other, not turn by turn: the machine may have changed its pace in between',
      `every layer has the same spikes and synaptic operations in all ${reports.size} hosts on the first image`,
    ],
    rows,
    skipped,
  };
}

async function inNode(node: string, job: HostJob): Promise<HostReport> {
  const folder = await mkdtemp(join(tmpdir(), 'snnwasm-bench-'));
  try {
    const path = join(folder, 'job.json');
    await writeFile(path, JSON.stringify(job));
    const { stdout } = await exec(node, ['--import', 'tsx', SCRIPT, path], {
      maxBuffer: LARGEST_OUTPUT,
      cwd: PEERS,
    });
    return JSON.parse(stdout) as HostReport;
  } finally {
    await rm(folder, { recursive: true });
  }
}
