/**
 * The environment for commands that a user would type. A dependency of the tests brings an npm of its own, far older, and
 * `npm run` would find that one first.
 */
import { delimiter } from 'node:path';

/** A user's shell: without what npm, which started this program, tells its children and puts in front of their path. */
export const SHELL: NodeJS.ProcessEnv = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_')),
  ),
  PATH: (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .join(delimiter),
};
