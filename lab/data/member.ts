/** Says whether a file on disk is the right member of a data set. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../src/errors.js';
import { readFileChecked } from '../../src/host/node/files.js';
import { explained } from '../../src/host/node/system-error.js';
import type { Member } from './source.js';

/** Larger texts are no lists of names. */
const LARGEST_TEXT = 2 ** 16;

/** The most bytes that a member may have. */
export function largestSize(member: Member): number {
  return 'bytes' in member ? member.bytes : LARGEST_TEXT;
}

/**
 * The members that a folder does not hold yet; all of them where the folder itself is missing.
 *
 * @throws UserError if another file has a member's name: it may be the person's own, and is not overwritten
 */
export async function missingMembers(members: readonly Member[], folder: string): Promise<Member[]> {
  const missing: Member[] = [];
  for (const member of members) {
    const path = join(folder, member.name);
    if (!(await exists(path))) {
      missing.push(member);
      continue;
    }
    const fault = await faultOf(path, member);
    if (fault !== null) {
      throw new UserError(`${path} is not the right file: ${fault}; remove it or choose another folder`);
    }
  }
  return missing;
}

/** What is wrong with a file, or null if it is the right member. */
export async function faultOf(path: string, member: Member): Promise<string | null> {
  const status = await explained(`read ${path}`, () => stat(path));
  if (!status.isFile()) return 'it is no regular file';
  if ('bytes' in member) {
    return status.size === member.bytes
      ? null
      : `it has ${status.size} bytes, where ${member.bytes} are right`;
  }
  if (status.size > LARGEST_TEXT) return `it has ${status.size} bytes, too many for a list of names`;
  const lines = status.size === 0 ? [] : await readLines(path);
  return lines.length === member.lines
    ? null
    : `it has ${lines.length} lines, where ${member.lines} are right`;
}

/**
 * The lines of a small text, empty ones apart.
 *
 * @throws UserError if it cannot be read, is empty or too large
 */
export async function readLines(path: string): Promise<string[]> {
  const text = new TextDecoder().decode(await readFileChecked(path, LARGEST_TEXT));
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

async function exists(path: string): Promise<boolean> {
  return await explained(`read ${path}`, async () => {
    try {
      await stat(path);
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
      throw error;
    }
  });
}
