/** What the experiment costs those who do not run it: the definitions of its commands, and no more. */
import { describe, expect, it } from 'vitest';
import { finished, start } from '../support/cli.js';

/** A module that makes a process tell on stderr which modules it loads. */
const TELLING = `data:text/javascript,${encodeURIComponent(`
  import { register } from 'node:module';
  register('data:text/javascript,' + encodeURIComponent(\`
    export function load(url, context, next) {
      process.stderr.write('loads ' + url + '\\\\n');
      return next(url, context);
    }\`));`)}`;

/** Addresses of the modules that a command loads. */
async function loadedBy(...words: string[]): Promise<string[]> {
  const { code, stderr } = await finished(start(words, undefined, { NODE_OPTIONS: `--import ${TELLING}` }));
  expect(code).toBe(0);
  return [...stderr.matchAll(/^loads (\S+)$/gm)].map((match) => match[1]!);
}

describe('the commands of the experiment', () => {
  it('load their work when they are called, so that others start without it', async () => {
    const loaded = await loadedBy('run', 'examples/orange.png', '--top', '1');
    expect(loaded.length).toBeGreaterThan(20);
    const lab = loaded.filter((url) => url.includes('/dist/lab/'));
    expect(lab.map((url) => url.split('/dist/lab/')[1]).sort()).toEqual([
      ...['commands/data.js', 'commands/eval.js', 'commands/index.js', 'commands/report.js'],
      'data/source.js',
    ]);
    expect(loaded.filter((url) => /node_modules\/(vega|d3)/.test(url))).toEqual([]);
  });
});
