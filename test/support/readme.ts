/** The code in the README. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './package.js';

export const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** The contents of the fenced blocks that begin with this line, as in `js` or `sh long`. */
export function blocks(fence: string): string[] {
  return [...README.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)]
    .filter((match) => match[1] === fence)
    .map((match) => match[2]!);
}

/** The one block that begins with this line. */
export function onlyBlock(fence: string): string {
  const found = blocks(fence);
  if (found.length !== 1)
    throw new Error(`the README has ${found.length} blocks "${fence}" where one is meant`);
  return found[0]!;
}
