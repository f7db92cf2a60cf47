/** `npm run bench:draw -- FILE`: draws the benchmark's figures from its JSON into docs/figures/. */
import { fileURLToPath } from 'node:url';
import type { Spec } from 'vega';
import { renderSvg } from '../lab/report/render.js';
import { UserError } from '../src/errors.js';
import { readFileChecked, writeFileAtomic } from '../src/host/node/files.js';
import type { BenchResult } from './measure/result.js';
import { comparisonFigure } from './report/comparison-figure.js';
import { kernelsFigure } from './report/kernels-figure.js';
import { readBenchResult } from './report/read.js';

const LARGEST = 2 ** 26;
const FIGURES: Readonly<Record<string, (result: BenchResult) => Spec>> = {
  'bench-comparison.svg': comparisonFigure,
  'bench-kernels.svg': kernelsFigure,
};

async function main(): Promise<void> {
  const [path, ...rest] = process.argv.slice(2);
  if (path === undefined || rest.length > 0) throw new UserError('usage: npm run bench:draw -- FILE.json');
  const result = readBenchResult(new TextDecoder().decode(await readFileChecked(path, LARGEST)), path);
  const drawn = await Promise.all(
    Object.entries(FIGURES).map(async ([name, draw]) => [name, await renderSvg(draw(result))] as const),
  );
  for (const [name, svg] of drawn) {
    const target = fileURLToPath(new URL(`../docs/figures/${name}`, import.meta.url));
    await writeFileAtomic(target, new TextEncoder().encode(svg));
    process.stdout.write(`${target}\n`);
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`bench:draw: ${error.message}\n`);
  process.exitCode = 1;
}
