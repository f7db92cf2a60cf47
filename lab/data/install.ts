/** Gets a data set: downloads its archive or takes one from disk, checks it, and unpacks what is missing. */
import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UserError } from '../../src/errors.js';
import { explained } from '../../src/host/node/system-error.js';
import { archiveFault, unpackArchive } from './archive.js';
import { type DownloadOptions, download } from './download.js';
import { missingMembers } from './member.js';
import type { ArchiveSource } from './source.js';

export interface InstallOptions extends Omit<DownloadOptions, 'onBytes'> {
  /** An archive on disk, instead of a download. */
  readonly archive?: string;
  /** Called with the bytes done and the bytes there are, in each stage. */
  readonly onProgress?: (stage: 'downloading' | 'unpacking', done: number, total: number) => void;
}

/**
 * Puts the members of an archive into a folder, which is made where it is missing. Members that are there already stay
 * untouched. While the archive is downloaded it lies in the folder under its name and `.part`, and is removed
 * afterwards; a later call goes on with it.
 *
 * @returns the names of the members that were written: none if all were there
 * @throws UserError if another file has the name of a member, or for whatever {@link download} and
 *   {@link unpackArchive} throw
 */
export async function installData(
  source: ArchiveSource,
  folder: string,
  options: InstallOptions = {},
): Promise<string[]> {
  const missing = await missingMembers(source.members, folder);
  if (missing.length === 0) return [];
  try {
    await (options.archive === undefined
      ? fromServer(source, folder, missing, options)
      : fromDisk(source, folder, missing, options.archive, options));
  } catch (error) {
    if (!options.signal?.aborted) throw error;
    throw new UserError('interrupted; the same command goes on where it stopped', { cause: error });
  }
  return missing.map(({ name }) => name);
}

type Members = ArchiveSource['members'];

async function fromServer(
  source: ArchiveSource,
  folder: string,
  members: Members,
  options: InstallOptions,
): Promise<void> {
  await makeFolder(folder);
  const part = join(folder, `${basename(new URL(source.url).pathname)}.part`);
  await download(source, part, {
    ...options,
    onBytes: (done, total) => options.onProgress?.('downloading', done, total),
  });
  const fault = await archiveFault(part, source, options);
  if (fault !== null) {
    await remove(part);
    throw new UserError(`the download of ${source.url} is damaged and was removed: ${fault}`);
  }
  await unpack(part, folder, members, options);
  await remove(part);
}

async function fromDisk(
  source: ArchiveSource,
  folder: string,
  members: Members,
  archive: string,
  options: InstallOptions,
): Promise<void> {
  const fault = await archiveFault(archive, source, options);
  if (fault !== null) throw new UserError(`${archive} is not the archive at ${source.url}: ${fault}`);
  await makeFolder(folder);
  await unpack(archive, folder, members, options);
}

async function unpack(
  archive: string,
  folder: string,
  members: Members,
  { onProgress, signal }: InstallOptions,
): Promise<void> {
  await unpackArchive(archive, folder, members, {
    onBytes: (done, total) => onProgress?.('unpacking', done, total),
    ...(signal && { signal }),
  });
}

async function remove(path: string): Promise<void> {
  await explained(`remove ${path}`, () => rm(path, { force: true }));
}

async function makeFolder(folder: string): Promise<void> {
  await explained(`make the folder ${folder}`, () => mkdir(folder, { recursive: true }));
}
