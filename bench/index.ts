/**
 * `npm run bench`: measures the engine beside what it is to be compared with, prints tables and writes JSON.
 * bench/README.md says what each part measures and why that is fair.
 */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UserError } from '../src/errors.js';
import { writeFileAtomic } from '../src/host/node/files.js';
import { kernelModule } from '../src/host/node/kernels.js';
import { loadModelFile, paperModelPath } from '../src/host/node/models.js';
import { load, resultOf } from './document.js';
import type { Part } from './measure/result.js';
import { PARTS } from './parts/all.js';
import type { Workplace } from './parts/workplace.js';
import { formatPart, formatResult, limitOf } from './report/table.js';
import { FULL, QUICK } from './settings.js';
import { benchImages, networkInputs } from './workload/images.js';

const USAGE = `usage: npm run bench -- [options]

  --only PART[,PART]  these parts alone: ${Object.keys(PARTS).join(', ')}
  --hosts             the same as --only limit,hosts
  --json FILE         write everything as JSON
  --quick             few repetitions: tries everything, measures nothing well`;

async function main(): Promise<void> {
  const { only, json, quick } = readOptions();
  const settings = quick ? QUICK : FULL;
  const loadBefore = load();
  const network = await loadModelFile(paperModelPath());
  const { source, images } = await benchImages(settings.images);
  const workplace: Workplace = {
    module: await kernelModule(),
    network,
    images,
    inputs: networkInputs(network, images),
    settings,
    versions: {},
  };
  const parts: Part[] = [];
  for (const name of only) {
    process.stderr.write(`measuring: ${name}\n`);
    parts.push(await PARTS[name]!(workplace));
    process.stderr.write(`${formatPart(parts.at(-1)!, limitOf(parts))}\n\n`);
  }
  const result = await resultOf({
    network,
    images: { source, count: images.length },
    settings: settings.name,
    loadBefore,
    parts,
    versions: workplace.versions,
  });
  if (json !== undefined) {
    await writeFileAtomic(json, new TextEncoder().encode(`${JSON.stringify(result, null, 1)}\n`));
  }
  process.stdout.write(formatResult(result));
}

interface Options {
  readonly only: readonly string[];
  readonly json: string | undefined;
  readonly quick: boolean;
}

function readOptions(): Options {
  const { values } = parsed();
  if (values.help === true) {
    process.stdout.write(`${USAGE}\n`);
    process.exit(0);
  }
  const named = values.hosts === true ? ['limit', 'hosts'] : values.only?.split(',');
  const only = named ?? Object.keys(PARTS);
  for (const name of only) {
    if (PARTS[name] === undefined) {
      throw new UserError(`there is no part "${name}": choose from ${Object.keys(PARTS).join(', ')}`);
    }
  }
  // Said before minutes of measuring, not after.
  if (values.json !== undefined && !existsSync(dirname(resolve(values.json)))) {
    throw new UserError(`cannot write ${values.json}: its folder does not exist`);
  }
  return { only, json: values.json, quick: values.quick === true };
}

function parsed() {
  try {
    return parseArgs({
      options: {
        only: { type: 'string' },
        hosts: { type: 'boolean' },
        json: { type: 'string' },
        quick: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UserError(`${(error as Error).message}: see npm run bench -- --help`);
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`bench: ${error.message}\n`);
  process.exitCode = 1;
}
