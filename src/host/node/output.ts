/** Looks at the place of an output before the work begins, so that nothing is lost and nobody waits in vain. */
import { constants, type Stats } from 'node:fs';
import { access, lstat, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../errors.js';
import { explained } from './system-error.js';

/** A file to be written. */
export interface Output {
  /** Where its bytes go: the path itself, or what a symbolic link at its end leads to. */
  readonly path: string;
  /** Permissions of the file that is there, which the new one takes over; null where none is. */
  readonly mode: number | null;
}

/** Permission bits of a file's mode. */
const PERMISSIONS = 0o7777;

/**
 * Whether a file can be written at a path, and where that is.
 *
 * @param path - as the person gave it
 * @param inputs - files that the same work reads: none of them is overwritten, whatever its name
 * @throws UserError if the path is a folder, a device or anything else that is no file, a link that leads nowhere, one
 *   of the inputs, or lies in a folder that is missing or cannot be written
 */
export async function checkOutput(path: string, inputs: readonly string[] = []): Promise<Output> {
  return explained(`write ${path}`, async () => {
    const there = await statusOf(path);
    if (there === null) return { path: await newFile(path), mode: null };
    if (there.isDirectory()) throw new UserError(`cannot write ${path}: it is a folder`);
    if (!there.isFile())
      throw new UserError(`cannot write ${path}: it is no regular file, choose another name`);
    for (const input of inputs) {
      if (await isSameFile(there, input)) {
        throw new UserError(`cannot write ${path}: it is what is read, ${input}; choose another name`);
      }
    }
    const target = await realpath(path);
    await access(dirname(target), constants.W_OK);
    return { path: target, mode: there.mode & PERMISSIONS };
  });
}

async function newFile(path: string): Promise<string> {
  const link = await lstat(path).catch(() => null);
  if (link?.isSymbolicLink()) {
    throw new UserError(`cannot write ${path}: it is a symbolic link that leads nowhere`);
  }
  const folder = dirname(path);
  const status = await statusOf(folder);
  if (status === null) throw new UserError(`cannot write ${path}: there is no such file or folder`);
  if (!status.isDirectory()) throw new UserError(`cannot write ${path}: a part of the path is no folder`);
  await access(folder, constants.W_OK);
  return join(folder, basename(path));
}

/** What a path leads to; null where there is nothing. */
async function statusOf(path: string): Promise<Stats | null> {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function isSameFile(there: Stats, input: string): Promise<boolean> {
  const status = await stat(input).catch(() => null);
  return status !== null && status.dev === there.dev && status.ino === there.ino;
}
